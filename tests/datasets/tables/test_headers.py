"""Where the names of a table's columns stand, and what is said where they do not."""

from collections.abc import Callable
from unicodedata import normalize

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.errors import DataError

Read = Callable[..., Dataset]
ROWS = "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(40))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    "above",
    ["# of mine\n", "# of mine, and, yours\n", "My table\n", "One,,\n\ntwo\n", '"Rows, 1st half"\r\n\r\n', "2024\n"],
)
def test_a_title_above_the_header_is_read_past_and_told(read: Read, above: str, mark: str) -> None:
    table = ("a,b,c\n" + ROWS).replace(",", mark)
    plain, titled = read(table), read(above.replace(",,", 2 * mark) + table)
    np.testing.assert_array_equal(titled.train.x, plain.train.x)
    assert titled.info.feature_names == ("a", "b")
    line = above.replace("\r\n", "\n").count("\n") + 1
    assert any(f"a header on line {line}, below " in note for note in titled.notes)


def test_lines_are_counted_from_the_title_on(read: Read) -> None:
    with pytest.raises(DataError, match=r"^t.csv:13: column 'a': expected a number; received 'oops'"):
        read("My table\n\na,b,c\n" + "1,2,x\n" * 9 + "oops,4,y\n" + ROWS, types={"a": "number"})


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_the_line_that_excel_reads_the_separator_from_is_obeyed(read: Read, first: str) -> None:
    # Without it, commas would be as good.
    dataset = read(f"{first}\r\n" + "a;b,b;c\n" + "1,5;2,5;x\n2,5;1,5;y\n" * 10)
    assert dataset.info.feature_names == ("a", "b,b")
    assert dataset.train.x[0].tolist() == [1.5, 2.5]
    assert any("semicolon-separated, a header, utf-8" in note for note in dataset.notes)


def test_what_may_be_no_title_is_told(read: Read) -> None:
    with pytest.raises(DataError, match=r"^t.csv:2: holds 'c', so it is the header, .*\('Report 2024'\); delete it"):
        read("Report,2024\na,b,c\n" + ROWS)


@pytest.mark.parametrize("footer", ["Total,300,\n", "\nSource: ours\n", "Sum,,\n\nmade, in 2024\n"])
def test_a_footer_is_named_as_such(read: Read, footer: str) -> None:
    with pytest.raises(DataError, match=r"^t.csv:4[1-4]: .* It seems to stand below the table, as a total or a note"):
        read("a,b,c\n" + ROWS.replace("3,", "4,") + footer)
    with pytest.raises(DataError) as wrong:
        read("a,b,c\n" + ROWS + "oops,,\n" + ROWS)
    assert "below the table" not in str(wrong.value)


def test_below_a_title_a_name_that_is_not_there_is_told_as_ever(read: Read) -> None:
    with pytest.raises(DataError, match=r"target: t.csv has no column 'd'; expected one of: a, b, c"):
        read("Report 2024,,\n,,\na,b,c\n" + ROWS, target="d")


def test_names_whose_letters_are_written_in_parts_are_found(read: Read) -> None:
    dataset = read(normalize("NFD", "지역,größe,등급\n") + ROWS, target="등급", columns=["größe"])
    assert (dataset.info.feature_names, dataset.info.target) == (("größe",), "등급")


def test_rows_with_one_filled_cell_are_no_title(read: Read) -> None:
    dataset = read("a,b,c\n1,,\n" + ROWS, missing="drop")
    assert dataset.info.rows == (40, 0)
    assert not any("below" in note for note in dataset.notes)
    assert read("1,,\n" + ROWS, target="column_3", missing="drop", types={"column_2": "number"}).info.rows == (40, 0)


def test_a_cell_with_the_name_of_the_target_is_no_header(read: Read) -> None:
    with pytest.raises(DataError, match="has no column 'c'"):
        read("a,b,d\n" + "p,q,c\nq,p,e\n" * 20)


def test_without_a_header_a_name_is_told_what_it_needs(read: Read) -> None:
    with pytest.raises(DataError, match="`header: true` takes it for names"):
        read("1,2,x\n2,3,y\n" * 10)


def test_a_table_of_letters_without_a_header_is_read_by_numbered_names(read: Read) -> None:
    letters = "".join(f"{'pe'[i % 2]},{'xyx'[i % 3]},{'abab'[i % 4]},x\n" for i in range(40))
    with pytest.raises(DataError, match="`header: false`"):
        read(letters.replace("p", "x", 1), target="y")
    dataset = read(letters, target="column_1")

    assert dataset.info.rows == (40, 0)
    assert dataset.info.class_names == ("e", "p")
    assert any("no header" in note for note in dataset.notes)
