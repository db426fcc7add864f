"""What a table's author means: texts that look empty, columns that differ in capitals, names that are numbers."""

from collections.abc import Callable

import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.parts.faults import WrongOptionError
from dnnctl.errors import DataError

Read = Callable[..., Dataset]
PAIN = "x,c\n" + "".join(f"{i % 7},{['none', 'mild', 'severe'][i % 3]}\n" for i in range(60))


def test_texts_that_are_taken_for_gaps_are_named_and_can_be_kept(read: Read) -> None:
    with pytest.raises(DataError, match=r"'none' counts as empty .`usual_missing: false` below"):
        read(PAIN)
    dropped = read(PAIN, missing="drop")
    kept = read(PAIN, usual_missing=False)

    assert any("left out 20 of 60 rows" in note and "'none' counts as empty" in note for note in dropped.notes)
    assert kept.info.class_names == ("mild", "none", "severe")
    assert kept.table is not None
    assert not kept.table.usual_missing


def test_without_the_usual_texts_a_blank_cell_is_empty_still(read: Read) -> None:
    with pytest.raises(DataError, match=r"1 cell is empty:\n  column 'x': line 2\nfill"):
        read(PAIN.replace("0,none", ",none", 1), usual_missing=False)
    own = read(PAIN.replace("0,none", "?,none", 1), usual_missing=False, missing_values=["?"], missing="drop")
    assert own.info.rows == (59, 0)
    assert any(note.endswith("left out 1 of 60 rows, which have empty cells") for note in own.notes)


def test_texts_that_are_filled_are_named_too(read: Read) -> None:
    rows = "x,b,c\n" + "".join(f"{i % 7},{['none', 'a', 'b'][i % 3]},{i * 0.5}\n" for i in range(60))
    filled = read(rows, missing="impute").notes
    assert any("filled from the training rows: 'b' 20; 'none' counts as empty" in note for note in filled)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"target": ["c", "c"]}, "target: expected different columns; received 'c', 'c'"),
        ({"exclude": ["c"]}, "exclude: 'c' cannot be left out and be the target"),
        ({"target": "age"}, "target: t.csv has no column 'age', but 'Age', 'AGE': which is meant?"),
    ],
)
def test_what_contradicts_itself_is_refused(read: Read, options: dict[str, object], told: str) -> None:
    rows = "Age,AGE,c\n" + "".join(f"{i},{i % 5},{i * 0.5}\n" for i in range(30))
    with pytest.raises(WrongOptionError) as raised:
        read(rows, **options)
    assert str(raised.value) == told


def test_a_year_is_the_name_of_a_column(read: Read) -> None:
    rows = "2019,2020,2021\n" + "".join(f"{i},{i % 5},{i * 0.5}\n" for i in range(30))
    assert read(rows, target=2021, header=True).info.target == "2021"


def test_numbers_that_64_bits_cannot_tell_apart_are_not_called_the_same(read: Read) -> None:
    rows = "x,c\n" + "".join(f"{i % 7},{10**18 + i}\n" for i in range(40))
    with pytest.raises(DataError, match="'c' holds 40 different texts in 40 rows, so it names the rows"):
        read(rows)


def test_a_text_in_every_row_is_no_rounded_number(read: Read) -> None:
    rows = "x,c\n" + "".join(f"{i % 7},20240101\n" for i in range(40))
    with pytest.raises(DataError, match="'c' is '20240101' in every row; expected at least two classes"):
        read(rows, types={"c": "category"})
