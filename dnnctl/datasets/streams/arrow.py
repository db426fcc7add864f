"""Columns of Arrow as the cells of a table."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import PAIRS, Kind
from dnnctl.datasets.forms.base import Form
from dnnctl.datasets.forms.dates import Dates
from dnnctl.datasets.forms.numerals import number_of
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.parts.precision import as_floats
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.datasets.tables.parsing import Parsed, Words, stripped
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.datasets.tables.settled_forms import converted
from dnnctl.errors import DataError

_BOOLEANS = {word: float(i) for pair in PAIRS for i, word in enumerate(pair)}


def kind_of(type_: Any) -> Kind | None:
    """Return what a column of a type of Arrow holds; None if no network can read it."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return kind_of(type_.value_type)
    if types.is_boolean(type_):
        return "boolean"
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    if types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_):
        return "category"
    if types.is_date(type_) or types.is_timestamp(type_) or types.is_time(type_):
        return "date"
    return "category" if types.is_null(type_) else None


def dates_of(type_: Any) -> Dates:
    """Return the form of a column of Arrow that holds dates, or times of day; a clock with a zone is that of UTC."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return dates_of(type_.value_type)
    if types.is_time(type_):
        return Dates("ymd", "time", None, "14:05")
    timed = types.is_timestamp(type_)
    return Dates("ymd", "day", 0 if timed and type_.tz else None, "2024-03-05T14:05" if timed else "2024-03-05")


def fits(type_: Any, wanted: Wanted) -> bool:
    """Tell whether a column of a type of Arrow can be read as a column of which it is known what it holds."""
    stored = kind_of(type_)
    if stored != "date":
        return stored is not None
    if wanted.form is None or wanted.form.kind != "date":
        return wanted.kind == "category"
    own = dates_of(type_)
    return (own.precise == "time") == (getattr(wanted.form, "precise", "") == "time")


def cells_of(column: Any, wanted: Wanted, missing: Collection[str], place: str) -> Parsed:
    """Return a column as it is wanted.

    Args:
        column: A chunked array of Arrow.
        wanted: What it is to hold.
        missing: Texts and numbers that stand for an empty cell.
        place: What to call its group of rows.

    Raises:
        DataError: If it cannot be read so.
    """
    stored = kind_of(column.type)
    form = wanted.form
    if form is not None and form.kind == "date" and stored == "date":
        return _dates(column, form)
    if form is not None and (stored == "category" or form.kind == "date"):
        words = _words(column, stored, missing)
        return words.replaced(converted(wanted, form, words.words, lambda _: place))
    if wanted.kind == "category":
        return _words(column, stored, missing)
    if stored == "category":
        words = _words(column, stored, missing)
        return _mapped(words, wanted, place)
    return _numbers(column, missing)


def _dates(column: Any, form: Form) -> NDArray[np.float64]:
    """Return the days since 1970-01-01 of dates of Arrow, or the parts of a day of times; NaN where a cell is empty."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_date(column.type):
        return np.asarray(column.cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy(), np.float64)
    per_day = 86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    counts = column.cast(pa.int32() if types.is_time32(column.type) else pa.int64())
    whole = np.asarray(counts.fill_null(0).to_numpy(), np.int64)
    days, rest = np.divmod(whole, per_day)
    zone = getattr(form, "zone", None) if getattr(column.type, "tz", None) else None
    values = days + rest / per_day + (zone or 0) / 1440
    return np.where(np.asarray(column.is_null().to_numpy(), bool), np.nan, values)


def _numbers(column: Any, missing: Collection[str]) -> NDArray[Any]:
    """Return numbers, or 0 and 1: those of 32 bits as they are, others in float64; NaN where a cell is empty."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    if types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values = column.to_numpy()
    numbers = as_floats(values)
    for text in missing:
        if is_number(text, "."):
            numbers = np.where(values == float(text), numbers.dtype.type(np.nan), numbers)
    return numbers


def _words(column: Any, stored: Kind | None, missing: Collection[str]) -> Words:
    import pyarrow as pa
    from pyarrow import types

    if stored != "category":
        if types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        column = column.cast(pa.string())
    if types.is_null(column.type):
        return Words(np.full(len(column), np.nan), ())
    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    unified = column.unify_dictionaries()
    if not unified.num_chunks:
        return Words(np.zeros(0), ())
    indices = pa.chunked_array([part.indices for part in unified.chunks])
    codes = np.array(indices.cast(pa.float64()).to_numpy(), np.float64)
    words = stripped(codes, unified.chunk(0).dictionary.to_pylist())
    return _emptied(words, missing)


def _emptied(words: Words, missing: Collection[str]) -> Words:
    """Return words without those that stand for an empty cell."""
    kept = [word != "" and word not in missing for word in words.words]
    if all(kept):
        return words
    new = np.where(kept, np.cumsum(kept) - 1, np.nan)
    full = ~np.isnan(words.codes)
    words.codes[full] = new[words.codes[full].astype(np.int64)]
    return Words(words.codes, tuple(word for word, keep in zip(words.words, kept, strict=True) if keep))


def _mapped(words: Words, wanted: Wanted, place: str) -> NDArray[Any]:
    """Return texts as the numbers, or as the yes and no, that they are said to be."""
    numbers = []
    known = {word.casefold(): float(i) for i, word in enumerate(wanted.words)} or _BOOLEANS
    for word in words.words:
        value: float | None = number_of(word)
        if wanted.kind == "boolean":
            value = known.get(word.casefold())
        if value is None:
            expected = "a number" if wanted.kind == "number" else "yes or no, true or false"
            raise DataError(f"{place}: column {wanted.name!r}: expected {expected}; received {clipped(word)}")
        numbers.append(value)
    return words.replaced(np.array(numbers))
