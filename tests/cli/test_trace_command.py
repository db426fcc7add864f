"""`dnnctl trace`: one step explained, many in a table, and JSON."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[..., Any]
Write = Callable[..., Path]


def block(text: str, title: str) -> list[list[str]]:
    """Return the cells of the lines below a title, down to the next blank line."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(title))
    end = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
    return [line.split() for line in lines[start + 1 : end]]


def test_one_step_goes_forward_and_backward(dnnctl: Run) -> None:
    done = dnnctl("trace", "digits")
    assert done.status == 0
    forward, backward = block(done.out, "forward"), block(done.out, "backward")
    names = [row[0] for row in forward[1:]]
    assert names[0] == "dense_1"
    assert names[-1] == "softmax_1"
    assert forward[1][1:4] == ["32", "x", "128"]
    assert [row[0] for row in backward[1:] if row[0] in names] == names[::-1]
    assert "sparse_categorical_crossentropy 2." in done.out
    assert "the numbers" not in done.out


def test_a_small_network_shows_its_numbers(dnnctl: Run) -> None:
    out = dnnctl("trace", "xor").out
    x = np.array(block(out, "x  (4 x 2)"), float)
    kernel, y = (np.array(block(out, title), float) for title in ("dense_1/kernel  (2 x 8)", "y of dense_1"))
    assert np.allclose(x @ kernel, y, atol=1e-3)
    dy, by_kernel = (np.array(block(out, title), float) for title in ("dL/dy of dense_1", "dL/d dense_1/kernel"))
    assert np.allclose(x.T @ dy, by_kernel, atol=1e-3)
    assert block(out, "y_true") == [["0", "0", "1", "1"]]


def test_many_steps_are_columns(dnnctl: Run) -> None:
    done = dnnctl("trace", "deep_sigmoid", "--steps", "12", "--rows", "16")
    assert done.out.startswith("deep_sigmoid: 16 rows a step, sgd")
    header = next(line.split() for line in done.out.splitlines() if line.startswith("  step "))
    assert header == ["step", "1", "2", "5", "10", "12"]
    gradients = {row[0]: [float(cell) for cell in row[1:]] for row in block(done.out, "|dL/dy|")}
    assert all(first < last for first, last in zip(gradients["dense_1"], gradients["output"], strict=True))
    assert "zeros in y" not in done.out
    assert "  step 1: gradients vanish towards the input" in done.out
    assert "  step 12: gradients vanish" in done.out


def test_json_has_steps_and_signs_and_no_nan(dnnctl: Run) -> None:
    arguments = ("--set", "training.optimizer={sgd: 100}", "--steps", "50", "--json")
    out = dnnctl("trace", "height_weight_hidden", *arguments).out
    written = json.loads(out, parse_constant=refuse)
    assert written["steps"][-1]["loss"] is None
    assert written["signs"][-1]["kind"] == "exploding"
    small = json.loads(dnnctl("trace", "xor", "--json").out)
    assert np.shape(small["steps"][0]["numbers"]["dL/d dense_1/kernel"]) == (2, 8)


def refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_dead_units_are_named(dnnctl: Run, write: Write) -> None:
    layer = "dense: {units: 6, activation: relu, bias_initializer: {constant: -50}}"
    out = dnnctl("trace", write(f"data: {{dataset: digits}}\nmodel: {{layers: [{layer}]}}")).out
    assert "  step 1: 6 of 6 units of relu_1 are dead: 0 for all 32 rows" in out


def test_mistakes_are_bad_usage(dnnctl: Run) -> None:
    assert dnnctl("trace", "xor", "--steps", "0").status == 2
    assert dnnctl("trace", "xor", "--rows", "none").status == 2


def test_nothing_is_written_and_no_framework_imported(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['dnnctl', 'trace', 'digits', '--steps', '3']\n"
        "from dnnctl.cli.main import main\n"
        "try: main()\nexcept SystemExit as left: print('status', left.code)\n"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-2:] == ["status 0", "[]"]
    assert list(tmp_path.iterdir()) == []
