"""Tables as they come from strangers: each is read as it was meant, or refused with the place that is wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.tables import text
from dnnctl.datasets.tables.decoding import text_of
from dnnctl.errors import DataError

Read = Callable[..., Dataset]
ROWS = "".join(f"{i * 1.5},{i % 3},{'xy'[i % 2]}\n" for i in range(30))
GOOD = "a,b,c\n" + ROWS


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(GOOD.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(GOOD.replace("\n", "\r").encode(), id="CR"),
        pytest.param(GOOD.encode("utf-16"), id="UTF-16"),
        pytest.param(GOOD.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(GOOD.encode("utf-16-be"), id="UTF-16 without a mark, the other way round"),
        pytest.param(GOOD.replace(",", "\t").encode(), id="tabs"),
        pytest.param(GOOD.replace(",", "|").encode(), id="bars"),
        pytest.param(GOOD.replace(",", ";").replace(".", ",").encode(), id="decimal commas"),
        pytest.param(GOOD.replace(",", " , ").encode(), id="spaces around cells"),
        pytest.param(("\n\n" + GOOD.replace("\n", "\n\n")).encode(), id="blank lines"),
        pytest.param(GOOD.replace("x", '"x"').replace("a,b,c", '"a","b","c"').encode(), id="quotes"),
        pytest.param(GOOD.removesuffix("\n").encode(), id="no line end at the end"),
    ],
)
def test_however_it_is_written_the_same_is_read(read: Read, contents: bytes) -> None:
    dataset = read(contents)

    assert dataset.info.class_names == ("x", "y")
    assert dataset.info.feature_names == ("a", "b")
    np.testing.assert_allclose(dataset.train.x, [[i * 1.5, i % 3] for i in range(30)])
    assert dataset.train.y.tolist() == [i % 2 for i in range(30)]


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        ("", "t.csv: is empty"),
        ("\n\n  \n", "holds no rows"),
        ("a,b,c\n", "a header and no rows ('a', 'b', 'c')"),
        ("a,a,c\n1,2,x\n", "more than one column is called 'a'"),
        ("a,b,c\n1,2,x\n1,2\n3,4,y\n", "t.csv:3: expected 3 cells as in the first row; received 2: '1,2'"),
        ("a,b,c\n1,2,x\n1,2,3,4\n", "t.csv:3: expected 3 cells as in the first row; received 4"),
        ('a,b,c\n1,2,"x\n2,3,y\n', "a quote is opened and not closed"),
        (GOOD + "oops,1,x\n", "t.csv:32: column 'a': expected a number; received 'oops'"),
        ("a,b,c\n1,2,x\n2,1e999,y\n", "t.csv:3: column 'b': expected a finite number"),
        ("a,b,c\n1,2,x\n2,2,x\n", "'c' is 'x' in every row"),
        ("a,b,c\n1,,x\n2,5,y\n3,NA,x\n", "column 'b': lines 2, 4"),
        ("a,b,d\n1,2,x\n", "has no column 'c'; expected one of: a, b, d"),
        ("c\nx\ny\n", "no column is left to predict from"),
        ("a,b,c\n1,20.01.31,x\n2,21.02.28,y\n", "column 'b' holds dates or times, as '20.01.31', not all in"),
        ("a,b,c\n1,12:30,x\n2,28:15,y\n3,2:71,x\n", "column 'b' holds dates or times"),
        ('a,b,c\n1,"1,200.5",x\n2,"3.400,5",y\n', "column 'b' holds numbers with signs in them"),
        (f"a,b,c\n1,2,x\n1,2,{'z' * 5000}\n1,2,y\n", "a text of 5,000 characters"),
        ("z" * 600_000, "its first line is longer than"),
        (b"PK\x03\x04abc", "is a zip file or a spreadsheet"),
        (b"\x00\x01\x02" * 50, "holds zero bytes"),
        ("".join(f"{i},{i},n{i}\n" for i in range(40)).join(("a,b,c\n", "")), "names the rows and cannot be predicted"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(read: Read, contents: bytes | str, told: str) -> None:
    with pytest.raises(DataError) as caught:
        read(contents)

    assert told in str(caught.value)


def test_a_line_break_in_quotes_does_not_shift_the_lines_that_are_named(read: Read) -> None:
    with pytest.raises(DataError, match=r"column 'b': line 4"):
        read('a,b,c\n1,2,"x\ny"\n1,,z\n3,3,z\n')


def test_a_file_without_a_header_has_numbered_columns(read: Read) -> None:
    dataset = read(ROWS, target="column_3")

    assert dataset.info.feature_names == ("column_1", "column_2")
    assert len(dataset.train) == 30


def test_western_letters_in_an_old_encoding_are_read(read: Read) -> None:
    dataset = read(GOOD.replace("x", "né").encode("cp1252"))

    assert dataset.info.class_names == ("né", "y")
    assert any("cp1252" in note for note in dataset.notes)


def test_names_of_any_script_are_kept(read: Read) -> None:
    dataset = read("größe,高さ,🎈\n1,2,ja\n2,3,nein\n3,1,ja\n", target="🎈")

    assert dataset.info.feature_names == ("größe", "高さ")
    assert dataset.info.target == "🎈"


def test_a_late_text_makes_a_column_a_category(read: Read) -> None:
    rows = "".join(f"{i % 7},{'AB'[i % 2] if i >= 1500 else i % 5},{'xy'[i % 2]}\n" for i in range(3000))
    dataset = read("a,b,c\n" + rows)

    assert dataset.table is not None
    assert [column.kind for column in dataset.table.columns] == ["number", "category"]
    assert any("1,500 numbers and 1,500 other texts" in notice.message for notice in dataset.warnings)


@pytest.mark.parametrize(
    ("cells", "said", "task"),
    [
        (["x", "y"] * 20, "auto", "binary"),
        (["0", "1"] * 20, "auto", "binary"),
        (["yes", "no"] * 20, "auto", "binary"),
        (["3", "5", "8"] * 20, "auto", "multiclass"),
        (["3", "5", "8"] * 20, "regression", "regression"),
        (["1.5", "2.5", "3.5"] * 20, "auto", "regression"),
        (["1.5", "2.5", "3.5"] * 20, "classification", "multiclass"),
        ([str(i) for i in range(60)], "auto", "regression"),
    ],
)
def test_the_task_is_told_from_the_target(read: Read, cells: list[str], said: str, task: str) -> None:
    dataset = read("a,c\n" + "".join(f"{i * i % 17},{cell}\n" for i, cell in enumerate(cells)), task=said)

    assert dataset.info.task == task
    assert any(note.startswith(f"task: {task}, as ") for note in dataset.notes)


def test_drop_and_impute_leave_what_they_say(read: Read) -> None:
    gaps = GOOD + ",1,x\n2,,y\n1,1,\n"

    dropped, imputed = read(gaps, missing="drop"), read(gaps, missing="impute")

    assert len(dropped.train) == 30
    assert any("left out 3 of 33 rows" in note for note in dropped.notes)
    assert len(imputed.train) == 32
    assert np.isnan(imputed.train.x).sum() == 2
    assert any("'a' 1, 'b' 1" in note for note in imputed.notes)


@pytest.mark.parametrize(
    ("contents", "code", "told"),
    [
        (
            "k,a,c\n" + "".join(f"{i},{i % 7},{'xy'[i % 3 == 0]}\n" for i in range(60)),
            "identifier_column",
            "differs in nearly every row",
        ),
        ("k,a,c\n" + "".join(f"{'pq'[i % 2]},{i % 7},{'xy'[i % 2]}\n" for i in range(60)), "leakage", "gives 'c' away"),
        ("k,a,c\n" + "".join(f"{2 * i**2},{i % 7},{i**2 + 0.5}\n" for i in range(60)), "leakage", "gives 'c' away"),
    ],
)
def test_odd_columns_are_warned_about(read: Read, contents: str, code: str, told: str) -> None:
    (warning,) = read(contents).warnings
    assert (warning.code, warning.place) == (code, "column 'k'")
    assert warning.message.startswith(told)


def test_a_clean_table_has_no_warnings(read: Read) -> None:
    assert read(GOOD.replace("x\n", "y\n", 3)).warnings == ()


def test_spaces_separate_where_nothing_else_does(read: Read) -> None:
    assert read(GOOD.replace(",", " ")).info.feature_names == ("a", "b")


CELLS = ["1,2", '"1",2', '"a\n\nb",2', '"a""b",2', '"a\r\n""",2', 'a 5" b,2', '"",""', "", "1,"]


@pytest.mark.parametrize("block", [7, 1 << 22])
@pytest.mark.parametrize("ends", ["\n", "\n\n", "\r\n", "\r"])
def test_the_line_of_each_row_is_the_one_that_pythons_reader_tells(
    ends: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "BLOCK", block)
    draw = np.random.default_rng(3)
    for last in ("", ends):
        rows = [*draw.choice(CELLS, 40), '"x","y"']
        table = text_of((ends.join(["", "", "a,b", *rows]) + last).encode(), "t.csv")

        assert table.lines(",").tolist() == [line for line, _ in table.rows(",")]
