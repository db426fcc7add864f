"""Texts that are amounts, percentages and dates, and texts that only resemble some."""

import json
from datetime import date

import numpy as np
import pytest

from dnnctl.datasets.forms.base import Found, MisfitError
from dnnctl.datasets.forms.finding import find_form, form_of


def found(words: str | list[str], decimal: str = ".", asked: str = "") -> Found:
    """Return the form of words, which are separated by bars."""
    form = find_form(words.split("|") if isinstance(words, str) else words, decimal, asked)
    assert form is not None
    return form


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("words", "unit", "values"),
    [
        ("5,217원|1,561원|980원", "원", [5217, 1561, 980]),
        ("₩5,217|₩980", "원", [5217, 980]),
        ("5만원|3억 5,000만원|1만 2천원|1.1만원|2천만 원", "원", [50000, 350_000_000, 12000, 11000, 20_000_000]),
        ("3万円|1億円", "円", [30000, 100_000_000]),
        ("80㎡|65 m²|7,5m2", "m2", [80, 65, 7.5]),
        ("$1,234|-$5|$-3|($7.50)|$0", "$", [1234, -5, -3, -7.5, 0]),
        ("$1.5M|$300K|$12", "$", [1.5e6, 3e5, 12]),
        ("€110.5M|565K€|1,2 Mio. €", "€", [110.5e6, 565e3, None]),
        ("1,5 Mio. €|2 Mio. €", "€", [1.5e6, 2e6]),
        ("5 000,50 Kč|12,- Kč", "Kč", [5000.5, 12]),
        ("1.234,50 €|0,5 €", "€", [1234.5, 0.5]),
        ("12 EUR|EUR 13|14 €", "€", [12, 13, 14]),
        ("5\u202f000 zł|250 zł", "zł", [5000, 250]),
        ("1'234.50 CHF|12 CHF", "CHF", [1234.5, 12]),
        ("Rs. 1,23,456|₹999", "₹", [123456, 999]),
        ("-3 ℃|25℃|0 °C", "°C", [-3, 25, 0]),
        ("7,12 %|20,48％", "%", [7.12, 20.48]),
        ("3명|12명", "명", [3, 12]),
        ("1 day|3 days", "days", [1, 3]),
        ("36 months|60 months", "months", [36, 60]),
        ("3 018|265", "", [3018, 265]),
        ("1.234.567|1.234", "", [1234567, 1234]),
        ("1,23,456|1,000", "", [123456, 1000]),
        ("1,234-|500|(1,000)", "", [-1234, 500, -1000]),
        ("−1,5 kg|２,５ kg", "kg", [-1.5, 2.5]),
        ("\uff0d１，２３４円|5円", "円", [-1234, 5]),
    ],
)
def test_amounts(words: str, unit: str, values: list[float | None]) -> None:
    if None in values:
        with pytest.raises(MisfitError):
            found(words)
        return
    form = found(words)
    assert form.form.unit == unit
    assert form.values.tolist() == values
    np.testing.assert_array_equal(form.form.convert(words.split("|")), values)


@pytest.mark.parametrize(
    "words",
    [
        *("010-1234-5678|02-123-4567", "+82 10 1234 5678|+1 555 123 4567", "604 123 456|777 888 999", "007원|010원"),
        *("1.2.3|1.2.4|1.10.0", "192.168.100.200|10.100.100.100", "978-3-16-148410-0", '="018"|="011"', "00501|08028"),
        *("110 001|560 034", "3D|4K", "3조|4조", "12A|13A", "1학년|2학년", "10-20|20-30", "2019-20|2020-21", "①|②"),
        *(
            "3:1|2:0|10:2",
            "10²|10³",
            "½ kg|1 kg",
            "(1)|(2)",
            "Mary 2001",
            "3rd 2001",
            "1234-5",
            "10.04.21|11.05.22",
            "5 MW|5 mW",
        ),
    ],
)
def test_codes_and_names_are_nothing_of_that(words: str) -> None:
    assert find_form(words.split("|"), "", "") is None


@pytest.mark.parametrize(
    ("words", "told", "wrong"),
    [
        ("5 kg|300 g", "in kg, in g, which are not one unit", None),
        ("$5|€3", r"in \$, in €, which are not one unit", None),
        ("12 %|0.3", "in % and others without a unit", None),
        ("|".join([*(f"{i}원" for i in range(30)), "무료"]), "expected an amount in 원 as in the other cells", 30),
        ("|".join([*(f"2024-02-{i:02}" for i in range(1, 31))]), "expected a date as in the other cells", 29),
        ("1,234.5 €|1.234,5 €", "marks of decimals and thousands do not fit each other", None),
        ("13/02/2024|02/13/2024", "some have the day first and some the month", None),
    ],
)
def test_what_nearly_is_one_form_is_told(words: str, told: str, wrong: int | None) -> None:
    with pytest.raises(MisfitError, match=told) as caught:
        found(words)
    assert caught.value.word == wrong


@pytest.mark.parametrize(
    ("words", "decimal", "values", "doubt"),
    [
        # One cell with other than three digits settles it, whatever the table's own mark is.
        ("1.234 €|2.5 €", ",", [1.234, 2.5], ""),
        ("1.234 €|2.345 €", "", [1.234, 2.345], "amount_decimal_comma"),
        ("1.234 €|2.345 €", ",", [1234, 2345], ""),
        ("1,234 €|2,345 €", ".", [1234, 2345], ""),
        ("1,234 €|2,345 €", ",", [1.234, 2.345], "amount_decimal_point"),
        ("1,234원|2,345원", ",", [1234, 2345], ""),
        ("1,234 %|2,345 %", "", [1234, 2345], "percent_decimal_comma"),
    ],
)
def test_marks_that_could_be_of_decimals_or_of_thousands(
    words: str, decimal: str, values: list[float], doubt: str
) -> None:
    form = found(words, decimal)
    assert form.values.tolist() == values
    assert form.doubt == doubt
    if doubt:
        other = found(words, decimal, doubt)
        assert other.doubt == ""
        assert other.values.tolist() != values


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("2024-03-05|2024-12-31", day(2024, 3, 5)),
        ("2024/3/5", day(2024, 3, 5)),
        ("5.3.2024|31.12.2024", day(2024, 3, 5)),
        ("3/5/2024|12/31/2024", day(2024, 3, 5)),
        ("3/5/24|12/31/24", day(2024, 3, 5)),
        ("5/3/2024|31/12/2024", day(2024, 3, 5)),
        ("2024년 3월 5일|2024년 12월 31일", day(2024, 3, 5)),
        ("2024. 3. 5.|2024. 12. 31.", day(2024, 3, 5)),
        ("2024-03-05(화)", day(2024, 3, 5)),
        ("24년 3월 5일|98년 12월 31일", day(2024, 3, 5)),
        ("2024년 3월 5일 화요일 18시 0분", day(2024, 3, 5) + 0.75),
        ("２０２４年３月５日", day(2024, 3, 5)),
        ("Mar 5, 2024|December 31 2024", day(2024, 3, 5)),
        ("5-Mar-24|1st January 2020|01 January 2020", day(2024, 3, 5)),
        ("Sept. 3, 2020|MAY 1, 2021", day(2020, 9, 3)),
        ("Tue, 05 Mar 2024 12:00:00 GMT", day(2024, 3, 5) + 0.5),
        ("2024-03|2024-12", day(2024, 3, 1)),
        ("2024년 3월", day(2024, 3, 1)),
        ("MARCH 2024|Jan-2020", day(2024, 3, 1)),
        ("2024-03-05T06:00:00.000Z|2024-03-05 18:00:00Z", day(2024, 3, 5) + 0.25),
        ("2024-03-05 12:00 PM|2024-03-05 6:00 AM", day(2024, 3, 5) + 0.5),
        ("2024-03-05 오후 6:00", day(2024, 3, 5) + 0.75),
        ("2024-03-05 6시 00분", day(2024, 3, 5) + 0.25),
        ("06:00|23:59:59", 0.25),
        ("1969-12-31", -1),
    ],
)
def test_dates(words: str, first: float) -> None:
    form = found(words)
    assert form.form.kind == "date"
    assert form.values[0] == first
    assert form.doubt == ""
    np.testing.assert_array_equal(form.form.convert(words.split("|")), form.values)


@pytest.mark.parametrize(
    ("words", "order", "doubt"),
    [
        ("01/02/2024|03/04/2024", "mdy", "date_day_first"),
        ("01-02-2024|03-04-2024", "dmy", "date_month_first"),
        ("01.02.2024|03.04.2024", "dmy", ""),
        ("01/02/2024|13/02/2024", "dmy", ""),
        ("01-02-2024|01-13-2024", "mdy", ""),
    ],
)
def test_the_order_of_day_and_month(words: str, order: str, doubt: str) -> None:
    form = found(words)
    assert form.form.to_json()["order"] == order
    assert form.doubt == doubt
    if doubt:
        assert found(words, asked=doubt).form.to_json()["order"] != order


def test_one_zone_is_the_columns_and_several_are_told_in_utc() -> None:
    same = found("2024-03-05T09:00+09:00|2024-03-05T18:00+09:00")
    assert same.values[0] == day(2024, 3, 5) + 9 / 24
    assert same.form.convert(["2024-03-05T00:00Z"])[0] == same.values[0]
    several = found("2024-03-05T09:00+09:00|2024-03-05T18:00-06:00")
    assert several.values.tolist() == [day(2024, 3, 5), day(2024, 3, 6)]
    assert "in UTC" in several.form.described


@pytest.mark.parametrize(
    ("words", "asked", "first"),
    [
        ("20240305|20241231", "date", day(2024, 3, 5)),
        ("20240305T0600", "date", day(2024, 3, 5) + 0.25),
        ("24.03.05|23.12.31", "date_year_first", day(2024, 3, 5)),
        ("05.03.24|31.12.23", "date_day_first", day(2024, 3, 5)),
        ("03-05-24 06:00", "date_month_first", day(2024, 3, 5) + 0.25),
        ("5|7 kg", "amount", 5),
        ("12.5|7 %", "percent", 12.5),
        ("110 001|560 034", "amount", 110001),
        ("3 lots|4 lots", "amount", 3),
    ],
)
def test_what_is_asked_for_is_taken(words: str, asked: str, first: float) -> None:
    form = found(words, asked=asked)
    assert form.values[0] == first
    assert form.form.convert(words.split("|"))[0] == first


@pytest.mark.parametrize(
    ("words", "asked", "told"),
    [
        ("5 kg|7 kg", "percent", "said to hold percentages; it holds amounts in kg"),
        ("5 kg|much", "amount", "expected an amount in kg"),
        ("2024-03-05|soon", "date", "expected a date"),
        ("soon|later", "date", "expected a date"),
        ("13/02/2024", "date_month_first", "expected a date"),
        ("24.03.05|23.12.31", "date", "holds years of two digits, which may stand first or last"),
    ],
)
def test_what_is_asked_for_and_is_not_there_is_told(words: str, asked: str, told: str) -> None:
    with pytest.raises(MisfitError, match=told):
        found(words, asked=asked)


@pytest.mark.parametrize(
    ("words", "others", "refused"),
    [
        ("5,217원|980원", {"1,000": 1000, "12": 12, "3만원": 30000, "1e6": 1e6}, ["5kg", "much", "1,00", ""]),
        ("1.234,5 €|2 €", {"7,25": 7.25, "1.000": 1000, "€ 3": 3}, ["1,234.5", "$3"]),
        ("7,12 %|20,5 %", {"12,5": 12.5, "1,234": 1.234, "1.234": 1234, "0,5 %": 0.5}, ["7 kg", "1,2,3"]),
        # Of one column all have one mark of decimals.
        ("7,12 %|20,5 %", {"12.5": 12.5, "1,234": 1234, "1.234": 1.234, "0.5 %": 0.5}, ["7 kg", "1,2,3"]),
        ("7.12 kg|20.5 kg", {"12,5 kg": 12.5, "1,250 kg": 1.25}, ["1,2,3"]),
        (
            "5.3.2024|31.12.2024",
            {"2024-03-05": day(2024, 3, 5), "Mar 5, 2024": day(2024, 3, 5)},
            ["30.2.2024", "14:05"],
        ),
        ("2024-03-05", {"2024-03-05T12:00": day(2024, 3, 5) + 0.5}, ["05/03/2024", "2024-13-01", "5"]),
    ],
)
def test_a_form_reads_cells_that_come_later(words: str, others: dict[str, float], refused: list[str]) -> None:
    form = found(words).form
    assert form.convert(list(others)).tolist() == list(others.values())
    assert np.isnan(form.convert(refused)).all()
    again = form_of(json.loads(json.dumps(form.to_json())))
    assert again == form
    for value in form.convert(words.split("|")).tolist():
        assert again.convert([again.written(value)])[0] == pytest.approx(value, abs=1e-9)


def test_a_table_with_other_marks_is_read_with_these() -> None:
    form = found("7,12 %|1.020,5 %", decimal=",").form
    assert form.convert(["12.5 %", "1,234", "1.234"], ".").tolist() == [12.5, 1234, 1.234]
    assert form.convert(["12,5 %", "1,234", "1.234"], ",").tolist() == [12.5, 1.234, 1234]
    # Where the column had other marks than its table, so it may have again.
    form = found("7,12 %|1.020,5 %", decimal=".").form
    assert form.convert(["12,5 %", "1,234", "1.234"], ".").tolist() == [12.5, 1.234, 1234]


def test_numbers_of_python_are_written_for_the_form() -> None:
    form = found("1.234,5 €|2 €").form
    assert form.convert([form.written(value) for value in (1.234, 5217.0, -0.5, 1e22)]).tolist() == [
        1.234,
        5217,
        -0.5,
        1e22,
    ]
