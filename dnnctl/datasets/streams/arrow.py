"""Columns of Arrow as the cells of a table."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import PAIRS, Kind
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.datasets.tables.parsing import Parsed, Words, stripped
from dnnctl.datasets.tables.selection import Wanted
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
    return "category" if types.is_null(type_) else None


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
    if wanted.kind == "category":
        return _words(column, stored, missing)
    if stored == "category":
        words = _words(column, stored, missing)
        return _mapped(words, wanted, place)
    return _numbers(column, missing)


def _numbers(column: Any, missing: Collection[str]) -> NDArray[Any]:
    """Return numbers, or 0 and 1, in float32; NaN where a cell is empty."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    if types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values = column.to_numpy()
    # What is too large for 32 bits becomes infinite, and is refused where the rows are surveyed.
    with np.errstate(over="ignore"):
        numbers: NDArray[Any] = values.astype(np.float32, copy=False)
    for text in missing:
        if is_number(text, "."):
            numbers = np.where(values == float(text), np.float32(np.nan), numbers)
    return numbers


def _words(column: Any, stored: Kind | None, missing: Collection[str]) -> Words:
    import pyarrow as pa
    from pyarrow import types

    if stored != "category":
        if types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        column = column.cast(pa.string())
    if types.is_null(column.type):
        return Words(np.full(len(column), np.nan, np.float32), ())
    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    unified = column.unify_dictionaries()
    if not unified.num_chunks:
        return Words(np.zeros(0, np.float32), ())
    indices = pa.chunked_array([part.indices for part in unified.chunks])
    codes = np.array(indices.cast(pa.float32()).to_numpy(), np.float32)
    words = stripped(codes, unified.chunk(0).dictionary.to_pylist())
    return _emptied(words, missing)


def _emptied(words: Words, missing: Collection[str]) -> Words:
    """Return words without those that stand for an empty cell."""
    kept = [word != "" and word not in missing for word in words.words]
    if all(kept):
        return words
    new = np.where(kept, np.cumsum(kept) - 1, np.nan).astype(np.float32)
    full = ~np.isnan(words.codes)
    words.codes[full] = new[words.codes[full].astype(np.int64)]
    return Words(words.codes, tuple(word for word, keep in zip(words.words, kept, strict=True) if keep))


def _mapped(words: Words, wanted: Wanted, place: str) -> NDArray[Any]:
    """Return texts as the numbers, or as the yes and no, that they are said to be."""
    numbers = []
    known = {word.casefold(): float(i) for i, word in enumerate(wanted.words)} or _BOOLEANS
    for word in words.words:
        value = float(word) if is_number(word, ".") else None
        if wanted.kind == "boolean":
            value = known.get(word.casefold())
        if value is None:
            expected = "a number" if wanted.kind == "number" else "yes or no, true or false"
            raise DataError(f"{place}: column {wanted.name!r}: expected {expected}; received {clipped(word)}")
        numbers.append(value)
    table = np.array([*numbers, np.nan], np.float32)
    empty = np.isnan(words.codes)
    return table[np.where(empty, len(numbers), words.codes).astype(np.int64)]
