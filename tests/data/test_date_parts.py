"""What a network is told of a date."""

import json
from datetime import date

import numpy as np
import pytest

from dnnctl.data.date_parts import PARTS, parts_of, varying_parts
from dnnctl.data.encoding import Encoding, fit_encoding
from dnnctl.data.stream_encoding import StreamEncoder
from dnnctl.datasets.columns import Cells, Column, TableInfo
from dnnctl.datasets.forms.dates import Dates
from dnnctl.errors import RunError

DAY = Column("when", "date", (), Dates("ymd", "day", None, "2024-03-05"))


def days(*dates: str) -> np.ndarray:
    return np.array([(date.fromisoformat(each) - date(1970, 1, 1)).days for each in dates], np.float64)


def test_the_parts_of_a_date() -> None:
    # A Monday at 6 o'clock, the first of a month of 30 days.
    parts = dict(zip(PARTS, parts_of(days("2024-04-01") + 0.25, PARTS, 19000.0)[0], strict=True))
    assert parts["year"] == 2024
    assert parts["days since the first"] == days("2024-04-01")[0] + 0.25 - 19000
    waves = [parts[f"{cycle} ({wave})"] for cycle in ("month", "day", "weekday", "hour") for wave in ("sin", "cos")]
    np.testing.assert_allclose(waves, [1, 0, 0, 1, 0, 1, 1, 0], atol=1e-12)
    middle = parts_of(days("2024-04-16", "2023-12-31"), ("day (cos)", "month (cos)"), 0)
    np.testing.assert_allclose(middle, [[-1, 0], [np.cos(2 * np.pi * 30 / 31), np.cos(np.pi / 6)]], atol=1e-12)


def test_dates_before_1970_have_parts_too() -> None:
    np.testing.assert_allclose(parts_of(days("1969-12-31") + 0.5, ("year", "hour (cos)"), 0), [[1969, -1]], atol=1e-12)


@pytest.mark.parametrize(
    ("dates", "kept"),
    [
        (days("2024-03-05", "2024-03-12"), ("day (sin)", "day (cos)", "days since the first")),
        (days("2024-01-01", "2024-02-01"), ("month", "weekday", "days")),
        (days("2023-01-01", "2024-01-01"), ("year", "weekday", "days")),
        (days("2024-03-05"), ("days since the first",)),
        (np.array([0.25, 0.75]), ("hour (sin)", "hour (cos)")),
    ],
)
def test_what_never_varies_is_left_out(dates: np.ndarray, kept: tuple[str, ...]) -> None:
    found = varying_parts(dates)
    assert all(any(name.startswith(each) for each in kept) for name in found)
    assert all(any(name.startswith(each) for name in found) for each in kept)


def fitted(missing: str = "impute") -> tuple[Encoding, np.ndarray]:
    train = np.stack([days("2023-01-01", "2023-06-15", "2024-03-05", "2024-12-24"), [1, 2, 3, np.nan]], axis=1)
    train[1, 0] = np.nan
    return fit_encoding(TableInfo((DAY, Column("n", "number")), (Column("y", "number"),), missing), train), train


def test_a_column_of_dates_is_encoded_and_stored() -> None:
    encoding, train = fitted()
    names = [name for name in encoding.names if name != "n"]
    assert names[0] == "when: year"
    assert "when: weekday (sin)" in names
    assert not any("hour" in name for name in names)
    assert encoding.scaled.tolist() == [
        name in {"when: year", "when: days since the first", "n"} for name in encoding.names
    ]
    cells = Cells((DAY, Column("n", "number")), train)
    encoded = encoding.apply(cells)
    assert encoded[:, 0].tolist() == [2023, 2024, 2024, 2024]
    at = encoding.names.index("when: days since the first")
    assert encoded[0, at] == 0
    assert encoded[3, at] == days("2024-12-24")[0] - days("2023-01-01")[0]
    # An empty cell is the median of the training rows.
    assert encoded[1, at] == encoded[2, at]

    stored = json.loads(json.dumps(encoding.to_json()))
    assert Encoding.from_json(stored) == encoding
    out = np.empty_like(encoded)
    StreamEncoder(encoding, cells.columns)(train, out)
    np.testing.assert_array_equal(out, encoded)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(
            ("words", ["century"]),
            ("words", []),
            ("first", "soon"),
            ("form", {"form": "amount"}),
            ("form", {"form": "x"}),
        ),
        ("form", {"form": "date", "order": "ydm", "precise": "day", "zone": None, "example": ""}),
        ("form", {"form": "amount", "unit": "kg", "decimal": ".", "group": ",", "example": "5"}),
    ],
)
def test_what_no_run_writes_is_refused(key: str, value: object) -> None:
    stored = json.loads(json.dumps(fitted()[0].to_json()))
    stored["columns"][0][key] = value
    with pytest.raises(RunError):
        Encoding.from_json(stored)
