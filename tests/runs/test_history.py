"""Tables of a training: written with every digit."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from dnnctl.errors import RunError
from dnnctl.runs.history import MOST_BYTES, read_table, write_table


def test_every_digit_is_written(tmp_path: Path) -> None:
    rows = [{"epoch": 1, "loss": 0.1 + 0.2, "rate": 1e-300}, {"rate": math.pi, "epoch": 2, "loss": math.inf}]
    write_table(tmp_path / "history.csv", rows)
    assert (tmp_path / "history.csv").read_text().splitlines() == [
        "epoch,loss,rate",
        "1,0.30000000000000004,1e-300",
        f"2,inf,{math.pi!r}",
    ]
    with (tmp_path / "history.csv").open() as stream:
        assert [{k: float(v) for k, v in row.items()} for row in csv.DictReader(stream)] == rows


def test_a_figure_that_a_row_lacks_is_an_empty_cell(tmp_path: Path) -> None:
    write_table(tmp_path / "history.csv", [{"epoch": 1}, {"epoch": 2, "auc": 0.5}])
    assert (tmp_path / "history.csv").read_text() == "epoch,auc\n1,\n2,0.5\n"


def test_no_rows_make_no_file(tmp_path: Path) -> None:
    write_table(tmp_path / "history.csv", [])
    assert not (tmp_path / "history.csv").exists()


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_table(tmp_path / "history.csv", [{"epoch": 1, "loss": 0.1 + 0.2}, {"epoch": 2, "loss": 1e-300, "auc": 0.5}])
    read = read_table(tmp_path / "history.csv", tmp_path)
    assert [*read] == ["epoch", "loss", "auc"]
    assert read["epoch"].tolist() == [1, 2]
    assert read["loss"].tolist() == [0.1 + 0.2, 1e-300]
    assert np.array_equal(read["auc"], [math.nan, 0.5], equal_nan=True)
    assert read_table(tmp_path / "none.csv", tmp_path) == {}


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "no names"),
        ("epoch,loss\n1,0.5\n2\n", "1 cells in a row under 2 names"),
        ("epoch,loss\n1,0.5,7\n", "3 cells in a row under 2 names"),
        ("epoch\nmany\n", "'many'"),
        ("epoch\n\n", "0 cells in a row under 1 names"),
        ("epoch\n" + "1" * 200_000, "field larger than field limit"),
        ("epoch\n" + "1\n" * (MOST_BYTES // 2), "expected at most 67,108,864 bytes"),
    ],
    ids=["nothing", "a cell less", "a cell more", "a word", "no cell", "a long cell", "a long file"],
)
def test_a_table_that_holds_anything_else_is_refused(written: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(written)
    with pytest.raises(RunError, match=problem):
        read_table(tmp_path / "history.csv", tmp_path)
