"""Tables of a training: written with every digit."""

import csv
import math
from pathlib import Path

from dnnctl.runs.history import write_table


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
