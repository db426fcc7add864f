"""Tables of a training: written with every digit, read back the same."""

import math
from pathlib import Path

import pytest

from dnnctl.errors import RunError
from dnnctl.runs.history import best_row, read_table, write_table


def test_what_is_written_is_read_back_exactly(tmp_path: Path) -> None:
    rows = [{"epoch": 1, "loss": 0.1 + 0.2, "rate": 1e-300}, {"rate": math.pi, "epoch": 2, "loss": math.inf}]
    write_table(tmp_path / "history.csv", rows)
    assert read_table(tmp_path / "history.csv") == rows
    assert (tmp_path / "history.csv").read_text().splitlines()[:2] == [
        "epoch,loss,rate",
        "1,0.30000000000000004,1e-300",
    ]


def test_no_rows_make_an_empty_table(tmp_path: Path) -> None:
    write_table(tmp_path / "history.csv", [])
    assert read_table(tmp_path / "history.csv") == []


def test_a_row_without_a_column_leaves_the_old_table(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("epoch\n1\n")
    with pytest.raises(KeyError):
        write_table(path, [{"epoch": 1, "loss": 0.5}, {"epoch": 2}])
    assert path.read_text() == "epoch\n1\n"


@pytest.mark.parametrize("line", ["2", "2,x", "2,0.5,3", ""])
def test_a_damaged_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(f"epoch,loss\n1,0.5\n{line}\n")
    with pytest.raises(RunError, match=r"history\.csv:3: expected 2 numbers"):
        read_table(path)


def test_the_best_row_is_the_first_of_equals_and_never_nan() -> None:
    losses = [{"loss": value} for value in (math.nan, 0.5, 0.25, 0.25, 0.75)]
    assert best_row(losses, "loss", larger=False) == 2
    assert best_row(losses, "loss", larger=True) == 4
    assert best_row([{"loss": math.nan}], "loss", larger=False) is None
    assert best_row(losses, "val_loss", larger=False) is None
