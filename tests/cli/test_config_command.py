"""`dnnctl config`: checking, showing and listing configurations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from dnnctl.config.shipped import shipped

Run = Callable[..., Any]


def test_check_says_what_can_be_trained(dnnctl: Run, clone: Path) -> None:
    done = dnnctl("config", "check", "digits")
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("digits.yaml: can be trained (Digits: 8x8 pictures of handwritten digits)\n")
    assert dnnctl("config", "check", clone / "configs" / "xor.yaml").status == 0


def test_check_reports_faults_and_warnings(dnnctl: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("data: {dataset: digits}\nmodel:\n  layers:\n    - dens: 3\n")
    done = dnnctl("config", "check", "bad.yaml", "--set", "seed=-1")
    assert (done.status, done.out) == (2, "")
    faults = done.err.splitlines()
    assert faults[0].startswith("error: bad.yaml:4:")
    assert "did you mean 'dense'?" in faults[0]
    assert faults[1].startswith("error: --set seed: seed: expected")
    deep = dnnctl("config", "check", "xor", "--set", f"model.layers=[{', '.join(['dense: 4', 'sigmoid'] * 4)}]")
    assert deep.status == 0
    assert deep.err.startswith("warning: ")


def test_what_show_prints_is_a_configuration(dnnctl: Run, tmp_path: Path) -> None:
    shown = dnnctl("config", "show", "digits", "--set", "training.epochs=3").out
    (tmp_path / "mine.yaml").write_text(shown)
    assert yaml.safe_load(shown)["training"]["epochs"] == 3
    assert dnnctl("config", "show", "mine.yaml").out == shown


def test_list_has_a_line_a_shipped_configuration(dnnctl: Run) -> None:
    lines = dnnctl("config", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == list(shipped())
    assert all(len(line.split()) > 3 for line in lines)


def test_an_unknown_configuration(dnnctl: Run) -> None:
    done = dnnctl("config", "show", "fashon")
    assert (done.status, done.out) == (2, "")
    assert "did you mean 'fashion_mnist'?" in done.err
    assert dnnctl("config", "check", "").err.startswith("error: '': no such file")


def test_what_could_drive_a_terminal_is_escaped(dnnctl: Run, tmp_path: Path) -> None:
    text = 'data: {dataset: mnist, path: "a\\u202eb\\e[31m\\x7f"}\nrequire: {test.accuracy: ">=\\x85 0.5"}\n'
    (tmp_path / "odd.yaml").write_text(text)
    done = dnnctl("config", "show", "odd.yaml")
    assert done.out.isascii()
    assert done.out.replace("\n", "").isprintable()
    assert yaml.safe_load(done.out)["data"]["path"] == str(tmp_path / "a\u202eb\x1b[31m\x7f")
    assert yaml.safe_load(done.out)["require"] == {"test.accuracy": ">=\x85 0.5"}
    (tmp_path / "odd\x1b[31m.yaml").write_text("data: {dataset: xor}\n")
    assert "odd\\x1b[31m.yaml" in dnnctl("config", "check", "odd\x1b[31m.yaml").err
