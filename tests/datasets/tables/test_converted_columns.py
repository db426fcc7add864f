"""Columns whose cells are no plain numbers, and become numbers: found by themselves, or as they are said to be."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.samples import held
from dnnctl.datasets.user.csv import Options, load_more
from dnnctl.errors import DataError

Read = Callable[..., Dataset]


def rows(cells: list[str], others: str = "{i},{c}") -> str:
    """Return a table of 40 rows with some cells in column `a`, one after the other."""
    return "a,b,c\n" + "".join(
        f'"{cells[i % len(cells)]}",{others.format(i=i % 5, c="xy"[i % 2])}\n' for i in range(40)
    )


def column(dataset: Dataset, position: int = 0) -> list[float]:
    return held(dataset.train).x[:, position].tolist()


@pytest.mark.parametrize(
    ("cells", "values", "told"),
    [
        (["1,234", "999", "12,000", "5"], [1234, 999, 12000, 5], "column 'a': numbers, as '1,234', which is 1234"),
        (["$1234", "$5", "$999.50", "$7"], [1234, 5, 999.5, 7], "column 'a': amounts in $, as '$1234'"),
        (["5,217원", "980원"], [5217, 980], "column 'a': amounts in 원, as '5,217원', which is 5217"),
        (["12,5 %", "3,25 %"], [12.5, 3.25], "column 'a': percentages, as '12,5 %', which is 12.5"),
        (["1\u00a0234", "99"], [1234, 99], "column 'a': numbers, as '1\\xa0234', which is 1234"),
        (["2024-03-05", "1970-01-02"], [(date(2024, 3, 5) - date(1970, 1, 1)).days, 1], "column 'a': dates, as"),
    ],
)
def test_a_column_of_one_form_is_found_and_told(read: Read, cells: list[str], values: list[float], told: str) -> None:
    dataset = read(rows(cells))
    assert column(dataset)[: len(values)] == values
    assert any(note.startswith(told) for note in dataset.notes)
    assert {notice.code for notice in dataset.warnings} <= {"leakage"}


@pytest.mark.parametrize("minus", ["\u2212", "\uff0d", "\u2010", "\u2013", "\u200e\u2212\u200b"])
def test_other_signs_and_digits_are_those_of_numbers(read: Read, minus: str, tmp_path: Path) -> None:
    dataset = read(rows([f"{minus}1.5", "2.5", "２.２５", "−0,5".replace(",", ".")]))
    assert column(dataset)[:4] == [-1.5, 2.5, 2.25, -0.5]
    assert dataset.table is not None
    assert dataset.table.columns[0].form is None
    # A run that was trained on plain numbers takes them as well, in whatever row they stand.
    plain = read(rows(["-1.5", "2.5"]))
    (tmp_path / "more.csv").write_text(rows(["-1.5", "2.5"]).replace('"-1.5",2', f'"{minus}1.5",2'))
    more = load_more(Options(path=str(tmp_path / "more.csv"), target=["c"]), plain.info, plain.table)
    assert column(more) == column(plain)


def test_a_number_to_predict_may_have_a_unit_which_is_told(read: Read) -> None:
    dataset = read(rows(["1.5", "2.5"], "{i},{i} kg"))
    assert (dataset.info.task, dataset.info.unit) == ("regression", "kg")
    assert held(dataset.train).y[:6, 0].tolist() == [0, 1, 2, 3, 4, 0]
    assert any("`task: classification` below data.csv takes them for names" in note for note in dataset.notes)
    classes = read(rows(["1.5", "2.5"], "{i},{i} kg"), task="classification")
    assert classes.info.class_names == ("0", "1", "2", "3", "4")


def test_numbers_without_a_unit_are_classes_if_they_are_few(read: Read) -> None:
    assert read(rows(["1.5", "2.5"], "{i},−{i}")).info.class_names == ("-4", "-3", "-2", "-1", "0")


def test_a_date_is_no_target(read: Read) -> None:
    with pytest.raises(DataError, match=r"target: 'c' holds dates.*`types: \{c: category\}`"):
        read(rows(["1", "2"], "{i},2024-03-0{i}").replace("03-00", "03-09"))
    classes = read(rows(["1", "2"], "{i},2024-03-0{i}"), types={"c": "category"}).info.class_names
    assert classes[1] == "2024-03-01"


@pytest.mark.parametrize(
    ("cells", "types", "values", "warned"),
    [
        (["1.234 €", "2.345 €"], {}, [1.234, 2.345], "`types: {a: amount_decimal_comma}` takes the other"),
        (["1.234 €", "2.345 €"], {"a": "amount_decimal_comma"}, [1234, 2345], ""),
        (["01/02/2024", "03/04/2024"], {}, [19724, 19786], "`types: {a: date_day_first}` takes the other"),
        (["01/02/2024", "03/04/2024"], {"a": "date_day_first"}, [19754, 19816], ""),
        (["20240305", "20240306"], {}, [20240305, 20240306], "`types: {a: date}` takes it for dates"),
        (["20240305", "20240306"], {"a": "number"}, [20240305, 20240306], ""),
        (["20240305", "20240306"], {"a": "date"}, [19787, 19788], ""),
        (["12", "0.5"], {"a": "percent"}, [12, 0.5], ""),
    ],
)
def test_what_could_be_read_in_two_ways_is_told_with_the_other(
    read: Read, cells: list[str], types: dict[str, str], values: list[float], warned: str
) -> None:
    dataset = read(rows(cells), types=types)
    np.testing.assert_array_equal(column(dataset)[:2], np.array(values, held(dataset.train).x.dtype))
    told = [str(notice) for notice in dataset.warnings if notice.code == "ambiguous_cells"]
    assert [warned in each for each in told] == ([True] if warned else [])


@pytest.mark.parametrize(
    ("cells", "types", "told"),
    [
        (
            [f"{i}원" for i in range(39)] + ["무료"],
            {},
            "t.csv:41: column 'a': expected an amount in 원 as in the other",
        ),
        ([f"2024-02-{i % 29 + 1}" for i in range(39)] + ["2024-02-30"], {}, "t.csv:41: column 'a': expected a date"),
        (["5 kg", "300 g"], {}, "t.csv: column 'a' holds amounts in kg, in g, which are not one unit. Write all"),
        (["5 kg", "much"], {"a": "amount"}, "t.csv:3: column 'a': expected an amount in kg; received 'much'"),
        (["5 kg", "7 kg"], {"a": "number"}, "t.csv:2: column 'a': expected a number; received '5 kg'"),
        (["soon", "later"], {"a": "date"}, "t.csv:2: column 'a': expected a date; received 'soon'"),
    ],
)
def test_cells_that_do_not_fit_are_told(read: Read, cells: list[str], types: dict[str, str], told: str) -> None:
    with pytest.raises(DataError) as caught:
        read(rows(cells), types=types)
    assert str(caught.value).startswith(told)
    assert read(rows(cells), types={"a": "category"}).table is not None


@pytest.mark.parametrize(
    "cells", [["010-1234-5678", "02-123-4567"], ["1.2.3", "1.10.0"], ["007원", "008원"], ['=""018""']]
)
def test_codes_stay_categories(read: Read, cells: list[str]) -> None:
    dataset = read(rows(cells))
    assert dataset.table is not None
    assert dataset.table.columns[0].kind == "category"


@pytest.mark.parametrize("cells", [["604 123 456", "777 888 999"], ["110 001", "560 034"]])
def test_what_may_be_codes_is_refused_with_both_lines(read: Read, cells: list[str]) -> None:
    with pytest.raises(DataError, match=r"types: \{a: amount\}.*types: \{a: category\}"):
        read(rows(cells))
    assert column(read(rows(cells), types={"a": "amount"}))[0] == float(cells[0].replace(" ", ""))


def test_empty_cells_among_them_are_empty(read: Read) -> None:
    dataset = read(rows(["5,217원", "", "-", "—", "980원"]), missing="impute")
    assert column(dataset)[0] == 5217
    assert np.isnan(column(dataset)[1:4]).all()
    with pytest.raises(DataError, match="column 'a': lines 3"):
        read(rows(["2024-03-05", ""]))


def test_another_table_is_read_in_the_same_form(read: Read, tmp_path: Path) -> None:
    dataset = read(rows(["1.234,5 €", "2,5 €"]))
    options = Options(path=str(tmp_path / "more.csv"), target=["c"])
    (tmp_path / "more.csv").write_text(rows(["1.234 €", "7", "€ 3,25"]))
    assert column(load_more(options, dataset.info, dataset.table))[:3] == [1234, 7, 3.25]
    (tmp_path / "more.csv").write_text(rows(["1.234 €", "$7"]))
    with pytest.raises(
        DataError, match=r"^more.csv:3: column 'a': expected an amount in €, as '1.234,5 €'; received '\$7'"
    ):
        load_more(options, dataset.info, dataset.table)


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        # 7,12 can be nothing but decimals, so 3.018 is thousands; and the other way round.
        ([f"{7 + i % 3},12;3.018" for i in range(40)], [7.12, 3018]),
        ([f"{7 + i % 3}.12;3,018" for i in range(40)], [7.12, 3018]),
        ([f"{7 + i % 3}.12;3.018" for i in range(40)], [7.12, 3.018]),
        ([f"{7 + i % 3},123;{i}" for i in range(40)], [7.123, 0]),
        ([f"{7 + i % 3}.123;{i}" for i in range(40)], [7.123, 0]),
    ],
)
def test_cells_that_can_be_read_in_one_way_only_decide_about_the_others(
    read: Read, lines: list[str], first: list[float]
) -> None:
    dataset = read("a;b;c\n" + "".join(f"{line};{'xy'[i % 2]}\n" for i, line in enumerate(lines)))
    np.testing.assert_allclose(held(dataset.train).x[0], first)
