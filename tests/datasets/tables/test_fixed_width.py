"""Tables lined up by spaces or tabs, and columns that only separators at the end of a line make."""

from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.tables.decoding import text_of
from dnnctl.datasets.tables.dialect import with_single_spaces
from dnnctl.datasets.user.csv import Options, load
from dnnctl.errors import DataError

CELLS = [["size", "wide name", "c"], *([str(i * 1.5), str(-i % 4), "xy"[i % 2]] for i in range(30))]


def read(folder: Path, contents: str, **options: object) -> Dataset:
    (folder / "t.csv").write_text(contents, encoding="utf-8", newline="")
    return load(Options.model_validate({"path": str(folder / "t.csv"), "target": "c", **options}), Places())


def lined_up(end: str = "\n") -> str:
    return end.join("".join(f"{cell.replace(' ', '_'):>12}" for cell in row) + " " for row in CELLS) + end


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(lined_up(), id="spaces on the left"),
        pytest.param(lined_up("\r\n"), id="CRLF"),
        pytest.param("".join(f"{a:12}{b.replace(' ', '_'):12}{c}\n" for a, b, c in CELLS), id="spaces on the right"),
        pytest.param(
            "".join(
                f"{a}\t\t{b.replace(' ', '_')}" + "\t" * (1 + i % 2) + f"{c}\n" for i, (a, b, c) in enumerate(CELLS)
            ),
            id="tabs",
        ),
        pytest.param("".join(f'{a:10} "{b}"  {c}\n' for a, b, c in CELLS), id="quotes"),
    ],
)
def test_what_is_lined_up_is_read_by_its_columns(contents: str, tmp_path: Path) -> None:
    dataset = read(tmp_path, contents)

    assert dataset.info.feature_names in {("size", "wide_name"), ("size", "wide name")}
    np.testing.assert_allclose(dataset.train.x, [[float(a), float(b)] for a, b, _ in CELLS[1:]])
    with pytest.raises(DataError, match=r"t.csv:9: column 'size': expected a number"):
        read(tmp_path, contents.replace("10.5", "oops"), types={"size": "number"})


@pytest.mark.parametrize(
    "contents",
    [
        "a, b,  c\n1,  2,  x\n",
        "a\tb\tc\n1\t\tx\n",
        " a\tb\n 1\t2\n",
        "a b c\n1 2 x\n",
        "name  town\nA  New  York\n",
        "only one   \nand more   \n  text\n",
    ],
)
def test_what_is_not_lined_up_stays_as_it_is(contents: str) -> None:
    text = text_of(contents.encode(), "t.csv")

    assert with_single_spaces(text, "auto") is text


def test_another_separator_leaves_spaces_alone() -> None:
    text = text_of(lined_up().encode(), "t.csv")

    assert with_single_spaces(text, "|") is text
    assert with_single_spaces(text, "space") is not text


def test_a_column_without_name_and_values_is_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{i % 5},{'xy'[i % 2]},\n" for i in range(30))

    assert read(tmp_path, "a,b,c,\n" + rows).info.feature_names == ("a", "b")
    with pytest.raises(DataError, match=r"column 'column_4': lines 3, 5"):
        read(tmp_path, "a,b,c,\n" + rows.replace("x,\n", "x,5\n"))
    with pytest.raises(DataError, match=r"column 'd': every line"):
        read(tmp_path, "a,b,c,d\n" + rows)
