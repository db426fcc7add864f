"""What a column is said to hold, and what it holds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.user.csv import Options, load_more
from dnnctl.errors import DataError

Read = Callable[..., Dataset]


def kinds(dataset: Dataset) -> list[str]:
    assert dataset.table is not None
    return [column.kind for column in dataset.table.columns]


def test_a_type_that_is_said_leaves_the_others_to_be_found_out(read: Read) -> None:
    late = "".join(f"{i % 7},{'pq'[i % 2] if i >= 1500 else i % 5},{'xy'[i % 2]}\n" for i in range(3000))

    assert kinds(read("a,b,c\n" + late, types={"a": "number"})) == ["number", "category"]
    with pytest.raises(DataError, match=r"t.csv:1502: column 'b': expected a number; received 'p'"):
        read("a,b,c\n" + late, types={"b": "number"})


def test_a_column_said_to_be_yes_or_no_may_be_empty(read: Read, tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},,{'xy'[i % 2]}\n" for i in range(30))
    dataset = read("a,b,c\n" + rows, types={"b": "boolean"}, missing="impute")
    assert kinds(dataset) == ["number", "boolean"]
    assert np.isnan(dataset.train.x[:, 1]).all()

    whole = read("a,b,c\n" + rows.replace(",,", ",no,", 15).replace(",,", ",yes,"), missing="impute")
    (tmp_path / "more.csv").write_text("a,b,c\n" + rows)
    options = Options(path=str(tmp_path / "more.csv"), target=["c"], missing="impute")
    more = load_more(options, whole.info, whole.table)
    assert kinds(more) == ["number", "boolean"]


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "is not utf-8 text"), ("klingon", "no encoding"), ("utf-32", "is not utf-32 text")]
)
def test_an_encoding_that_does_not_fit_is_told(read: Read, encoding: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read("a,b,c\né,ü,x\nö,ß,y\n".encode("cp1252"), encoding=encoding)


def test_true_and_false_keep_the_spelling_of_the_table(read: Read) -> None:
    rows = "".join(f"{i % 7},{'TF'[i % 2]},{('True', 'False')[i % 3 == 0]}\n" for i in range(30))
    dataset = read("a,b,c\n" + rows)
    assert dataset.info.class_names == ("False", "True")
    assert dataset.table is not None
    assert dataset.table.columns[1].words == ("F", "T")
    np.testing.assert_array_equal(dataset.train.y, [int(i % 3 != 0) for i in range(30)])

    shouted = read("a,b,c\n" + rows.replace("False", "FALSE", 1))
    assert shouted.info.class_names == ("false", "true")


def test_another_table_may_spell_true_and_false_otherwise(read: Read, tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{'TF'[i % 2]},{('True', 'False')[i % 3 == 0]}\n" for i in range(30))
    dataset = read("a,b,c\n" + rows)
    (tmp_path / "more.csv").write_text(("a,b,c\n" + rows).replace("True", "TRUE").replace("T,", "t,"))
    more = load_more(Options(path=str(tmp_path / "more.csv"), target=["c"]), dataset.info, dataset.table)

    np.testing.assert_array_equal(more.train.x, dataset.train.x)
    np.testing.assert_array_equal(more.train.y, dataset.train.y)


def test_numbers_with_leading_zeros_are_warned_about(read: Read) -> None:
    rows = "".join(f"0{1000 + i % 9},0.{i % 5},{'xy'[i % 2]}\n" for i in range(40))
    warnings = read("a,b,c\n" + rows).warnings
    assert [n for n in warnings if n.code == "leading_zeros" and n.place == "column 'a'"]
    assert not [n for n in warnings if n.code == "leading_zeros" and n.place == "column 'b'"]
    assert not [n for n in read("a,b,c\n" + rows, types={"a": "number"}).warnings if n.code == "leading_zeros"]


def test_the_only_column_is_not_to_be_left_out(read: Read) -> None:
    rows = "".join(f"{i},{'xy'[i % 3 == 0]}\n" for i in range(40))
    assert read("a,c\n" + rows).warnings == ()


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("Cat", "cat", "dog"), "'Cat', 'cat', which differ in capitals only"),
        (("yes", "no", "y", "n"), "spells yes and no in several ways ('yes', 'no', 'y', 'n')"),
        (tuple(f"{i} xy" for i in range(12)), "holds numbers with a unit, as '0 xy'"),
        (("yes", "No", "YES"), None),
        (("2D", "3D", "4K"), None),
        (tuple(f"{i}{unit}" for i, unit in enumerate("abcdefghijkl")), None),
    ],
)
def test_spellings_that_were_hardly_meant_are_told(read: Read, cells: tuple[str, ...], told: str | None) -> None:
    rows = "".join(f"{cells[i % len(cells)]},{i * 7 % 5},{'xy'[i % 2]}\n" for i in range(240))
    found = read("a,b,c\n" + rows).warnings
    if told is None:
        assert not any(word in warning.message for warning in found for word in ("capitals", "spells", "with a unit"))
    else:
        assert any(warning.place == "column 'a'" and told in warning.message for warning in found)


def test_a_cell_that_is_neither_yes_nor_no_is_told_with_its_line(read: Read) -> None:
    rows = "".join(f"{'maybe' if i == 20 else 'yes' if i % 3 else 'no'},{i % 5},{'xy'[i % 2]}\n" for i in range(40))
    with pytest.raises(DataError, match=r"^t.csv:22: column 'a': expected 'yes' or 'no'; received 'maybe'"):
        read("a,b,c\n" + rows, types={"a": "boolean"})


def test_names_of_rows_without_a_name_and_a_wrong_separator_are_told(read: Read) -> None:
    rows = "".join(f"{i},{i % 5},{'xy'[i % 2]}\n" for i in range(40))
    with pytest.raises(DataError, match="names of rows, give it a name in the first row"):
        read("b,c\n" + rows)
    with pytest.raises(DataError, match=r"Is ';' the separator\?"):
        read("a,b,c\n" + rows, separator=";")


@pytest.mark.parametrize("text", ["2019-20", "1234-5", "1200/80", "1999/2", "Mary 2001", "3rd 2001"])
def test_what_only_resembles_a_date_is_a_category(read: Read, text: str) -> None:
    rows = "".join(f"{text if i % 2 else 'other'},{i % 5},{'xy'[i % 2]}\n" for i in range(40))
    assert kinds(read("a,b,c\n" + rows.replace("other", text[:-1] + "9")))[0] == "category"


def test_a_comma_outside_quotes_in_the_first_row_is_no_name_of_a_row(read: Read) -> None:
    rows = "".join(f"Bob{i},{'xy'[i % 2]}\n" for i in range(40))
    with pytest.raises(DataError, match="A cell with a separator in it must stand in quotes"):
        read("a,c\nSmith, John,x\n" + rows)
