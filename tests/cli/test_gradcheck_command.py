"""`dnnctl gradcheck`: its table, its JSON and its exit status."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnctl.network.layers.sigmoid import Sigmoid

Run = Callable[..., Any]
Write = Callable[..., Path]

SIGMOIDS = "data: {dataset: logic_gate}\nmodel: {layers: [dense: 4, sigmoid, dense: 3, tanh]}"


def test_a_right_network_passes_with_a_line_an_array(dnnctl: Run) -> None:
    done = dnnctl("gradcheck", "xor")
    lines = done.out.splitlines()
    assert done.status == 0
    assert lines[0].startswith("xor: 4 training rows")
    assert lines[2].split() == ["layer", "weight", "shape", "checked", "largest", "|g|", "differences", "Keras"]
    table = [line.split() for line in lines[3:7]]
    assert [row[0] for row in table] == ["dense_1", "bias", "output", "bias"]
    assert all(row[-1] == "passed" for row in table)
    assert lines[-1] == "  passed; 33 entries of 4 arrays checked, errors below 1e-06 pass"


def test_a_wrong_backward_pass_fails_and_its_layer_is_named(
    dnnctl: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Sigmoid.backward
    monkeypatch.setattr(Sigmoid, "backward", lambda self, dy: right(self, dy) * 2)
    done = dnnctl("gradcheck", write(SIGMOIDS), "--no-keras")
    assert done.status == 1
    assert "  FAILED: dense_1/kernel, dense_1/bias; " in done.out
    assert "dense_1/kernel[" in done.out
    assert "the backward pass says" in done.out
    assert "  look at the backward pass of dense_1 and of those between it and dense_2\n" in done.out
    rows = [line.split() for line in done.out.splitlines()]
    assert [row[-1] for row in rows if row and row[-1] in {"passed", "FAILED"}] == ["FAILED"] * 2 + ["passed"] * 4


def test_json_has_every_figure(dnnctl: Run) -> None:
    done = dnnctl("gradcheck", "and", "--json", "--rows", "3", "--set", "seed=1")
    written = json.loads(done.out)
    assert (done.status, written["passed"], written["rows"]) == (0, True, 3)
    kernel, bias = written["arrays"]
    assert (kernel["layer"], kernel["weight"], kernel["shape"], kernel["checked"]) == ("output", "kernel", [2, 1], 2)
    assert bias["differences"]["error"] < 1e-6
    assert bias["keras"]["error"] < 1e-6
    without = json.loads(dnnctl("gradcheck", "and", "--json", "--no-keras").out)
    assert without["arrays"][0]["keras"] is None


def test_where_keras_is_not_installed_that_is_said(dnnctl: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.experiments.explain.gradcheck.keras_is_there", lambda: False)
    done = dnnctl("gradcheck", "and")
    assert done.status == 0
    assert "Keras is not installed" in done.out
    assert "Keras is not installed" not in dnnctl("gradcheck", "and", "--no-keras").out


def test_mistakes_are_bad_usage(dnnctl: Run) -> None:
    assert dnnctl("gradcheck", "xro").status == 2
    assert dnnctl("gradcheck", "xor", "--rows", "0").status == 2


def test_no_keras_imports_no_framework() -> None:
    code = (
        "import sys\nsys.argv = ['dnnctl', 'gradcheck', 'xor', '--no-keras']\n"
        "from dnnctl.cli.main import main\n"
        "try: main()\nexcept SystemExit as left: print('status', left.code)\n"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["status 0", "[]"]
