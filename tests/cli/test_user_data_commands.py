"""`dnnctl data check` and `dnnctl data show` on data of one's own, and what is said of a faulty source."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Run = Callable[..., Any]
ROWS = "".join(f"{i * 37 % 101},{'uvw'[i % 3]},{'xy'[i * 5 % 7 > 3]}\n" for i in range(120))


@pytest.fixture
def here(dnnctl: Run, tmp_path: Path) -> Run:
    """The command in a folder with a table; `source` is written into a configuration first."""
    (tmp_path / "t.csv").write_text("a,k,y\n" + ROWS)

    def _run(*arguments: str, source: str = "csv: {path: t.csv, target: y}") -> Any:
        (tmp_path / "t.yaml").write_text(f"data:\n  {source}\n")
        return dnnctl(*arguments)

    return _run


def test_check_prints_a_line_a_check_and_is_no_failure_when_warned(here: Run) -> None:
    done = here("data", "check", "t.yaml")

    assert done.status == 0
    assert "passed  target            y: 2 classes, 'x', 'y'" in done.out
    assert "0 failed" in done.out
    assert "categories: k (3)" in done.out


def test_check_as_json(here: Run) -> None:
    told = json.loads(here("data", "check", "t.yaml", "--json").out)

    assert told["status"] == "warned"
    assert {"sizes", "overlap", "duplicates"} <= {check["name"] for check in told["checks"]}


def test_check_fails_where_a_class_has_no_training_rows(here: Run) -> None:
    done = here("data", "check", "t.yaml", "--set", "data.limit=1", "--set", "data.validation_split=0")

    assert done.status == 1
    assert "failed  classes" in done.out


@pytest.mark.parametrize("target", ["y", "a", "k"])
def test_show_draws_a_table(here: Run, tmp_path: Path, target: str) -> None:
    done = here("data", "show", "t.yaml", source=f"csv: {{path: t.csv, target: {target}}}")

    assert done.out == "t.png\n"
    with Image.open(tmp_path / "t.png") as picture:
        assert min(picture.size) > 200
        assert len(picture.convert("L").getcolors() or []) > 10


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("csv: {path: t.csv, target: z}", "t.yaml:2:30: data.csv.target: t.csv has no column 'z'"),
        ("csv: {path: gone.csv, target: y}", "t.yaml:2:15: data.csv.path: no such file or folder"),
        ("csv: {path: t.csv, target: y, sep: x}", "data.csv.sep: unknown key; did you mean 'separator'?"),
        ("csv: {path: t.csv}", "data.csv.target: this key is missing"),
        ("csv: {path: t.csv, target: y, exclude: [b]}", "data.csv.exclude: t.csv has no column 'b'"),
        ("csv: {path: t.csv, target: y, columns: [y]}", "data.csv.columns: 'y' cannot be an input and the target"),
        ("csv: {path: t.csv, target: [y, a]}", "data.csv.target: several targets are numbers"),
        ("csv: {path: t.csv, target: y, test_path: no.csv}", "data.csv.test_path: no such file"),
        ("csv: {path: t.csv, target: y, task: regression}", "data.csv.task: 'y' holds text"),
        ("csv: {path: t.csv, target: y}\n  path: x", "data.path: data.csv.path says where the data is"),
        ("csv: {path: t.csv, target: y}\n  dataset: digits", "expected one of dataset"),
        ("batch_size: 3", "received none of them"),
        ("npz: gone.npz", "data.npz.path: no such file"),
        ("image_folder: {path: ., size: 0}", "data.image_folder.size: expected a number at least 1"),
        ("image_folder: .", "data.image_folder.path: "),
    ],
)
def test_a_faulty_source_is_a_faulty_configuration(here: Run, source: str, told: str) -> None:
    done = here("config", "check", "t.yaml", source=source)

    assert done.status == 2
    assert told in done.err


def test_a_path_in_set_starts_here_and_one_in_a_file_at_the_file(
    here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    (below / "c.yaml").write_text("data: {csv: {path: t.csv, target: y}}\n")
    monkeypatch.delenv("DNNCTL_DATA_DIR", raising=False)

    assert here("config", "check", "below/c.yaml").status == 2
    assert here("config", "check", "below/c.yaml", "--set", "data.csv.path=t.csv").status == 0
    monkeypatch.setenv("DNNCTL_DATA_DIR", str(tmp_path))
    shown = here("config", "show", "below/c.yaml")
    assert f"path: {tmp_path / 't.csv'}" in shown.out


def test_faults_of_the_configuration_come_before_those_of_the_table(here: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,y\n1,x\n2\n")
    source = "csv: {path: bad.csv, target: y}"
    both = here("config", "check", "t.yaml", "--set", "training.epochs=no", source=source)
    alone = here("config", "check", "t.yaml", source=source)

    assert both.status == 2
    assert "training.epochs: expected a whole number" in both.err
    assert alone.status == 1
    assert "bad.csv:3: expected 2 cells" in alone.err
