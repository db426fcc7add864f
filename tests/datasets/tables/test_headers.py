"""Where the names of a table's columns stand, and what is said where they do not."""

from collections.abc import Callable

import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.errors import DataError

Read = Callable[..., Dataset]
ROWS = "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(40))


@pytest.mark.parametrize("above", ["# of mine\n", "My table\n", "sep=;\n", "One,\n\ntwo\n"])
def test_a_header_below_a_title_is_found_and_told(read: Read, above: str) -> None:
    mark = ";" if "sep" in above else ","
    with pytest.raises(DataError, match=rf"^t.csv:{above.count(chr(10)) + 1}: holds 'c', so it is the header"):
        read(above + ("a,b,c\n" + ROWS).replace(",", mark))


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
