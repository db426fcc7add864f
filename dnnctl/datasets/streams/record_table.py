"""Tables in files of TFRecord, whose features are described: their values as columns, or a picture and its target."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from dnnctl.datasets.parts.class_names import names_of
from dnnctl.datasets.parts.data_files import find_files
from dnnctl.datasets.streams.conversion import Piece, Plan
from dnnctl.datasets.streams.example import BYTES
from dnnctl.datasets.streams.tfrecord import Records, records_of
from dnnctl.datasets.tables.features import Feature, feature
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.errors import DataError

ENDINGS = (".tfrecord", ".tfrecords", ".tfrec")


class RecordFiles:
    """Files of records.

    Args:
        path: A file, a folder or a pattern.
        features: What they hold, by name, as it is written.
        option: The option that names the path.
        missing: Texts and numbers that stand for an empty cell.

    Raises:
        WrongOptionError: If there are no such files.
    """

    hint = ""

    def __init__(
        self, path: str, features: Mapping[str, str], option: str = "path", missing: Sequence[str] = ()
    ) -> None:
        self.files = find_files(path, ENDINGS, "TFRecord files", option)
        self.name = self.files[0].name if len(self.files) == 1 else path.rstrip("/").rsplit("/", 1)[-1]
        self.features = tuple(feature(name, written) for name, written in features.items())
        self.missing = frozenset(missing)

    @cached_property
    def places(self) -> tuple[tuple[Feature, int], ...]:
        """For each column the feature, and which of its values; a picture is one column."""
        return tuple((each, i) for each in self.features for i in range(1 if each.is_picture else each.count))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(each.name if each.is_picture else each.columns[i] for each, i in self.places)

    def pieces(self, plan: Plan, picture: Feature | None) -> Iterator[Piece]:
        """Yield the cells of some records after the other.

        Args:
            plan: What is wanted.
            picture: The feature with the picture; None without.

        Raises:
            DataError: If a file is damaged, or a feature holds something else than is described.
        """
        for file in self.files:
            for first, rows, layouts in records_of(file):
                place = f"{file.path}, records {first:,} to {first + rows:,}"
                needed = {self.places[one.position][0] for one in plan.read} | ({picture} if picture else set())
                found = {each.name: _values(each, layouts, rows, place) for each in needed}
                cells = [self._cells(one, found, place) for one in plan.read]
                pixels = found[picture.name].reshape(rows, *picture.shape) if picture else None
                yield cells, pixels, place

    def _cells(self, wanted: Wanted, found: Mapping[str, Any], place: str) -> Parsed:
        each, i = self.places[wanted.position]
        values = found[each.name]
        if isinstance(values, Words):
            if wanted.kind != "category":
                raise DataError(f"{place}: feature {each.name!r} is text; expected numbers")
            return values
        column = values[:, i]
        for text in self.missing:
            try:
                column = np.where(column == float(text), np.nan, column)
            except ValueError:
                continue
        if wanted.kind != "category":
            return np.asarray(column)
        words, codes = np.unique(column[~np.isnan(column)], return_inverse=True)
        every = np.full(len(column), np.nan)
        every[~np.isnan(column)] = codes
        return Words(every, names_of(words))


def _values(each: Feature, layouts: Sequence[Records], rows: int, place: str) -> Any:
    """Return the values of a feature: float64 (rows, values), words, or uint8 (rows, bytes)."""
    if each.type == "text":
        return _words(each, layouts, rows, place)
    dtype: Any = np.uint8 if each.is_picture else np.float64
    values = np.full((rows, each.count), 0 if each.is_picture else np.nan, dtype)
    for records in layouts:
        own = records.values(each.name)
        if own is None or not own.shape[1]:
            if each.is_picture:
                raise DataError(f"{place}: a record has no feature {each.name!r}, the picture")
            continue
        of_bytes = records.fields[each.name].kind == BYTES
        if of_bytes != each.is_picture:
            raise DataError(f"{place}: feature {each.name!r} holds {'bytes' if of_bytes else 'numbers'}; {_told(each)}")
        if own.shape[1] != each.count:
            unit = "bytes" if of_bytes else "values"
            raise DataError(f"{place}: feature {each.name!r} has {own.shape[1]:,} {unit}; {_told(each)}")
        values[records.numbers] = own
    return values


def _told(each: Feature) -> str:
    shape = str(list(each.shape)) if each.shape else ""
    return f"data.tfrecord.features says {each.type}{shape}"


def _words(each: Feature, layouts: Sequence[Records], rows: int, place: str) -> Words:
    codes = np.full(rows, np.nan)
    known: dict[str, int] = {}
    for records in sorted(layouts, key=lambda one: int(one.numbers[0])):
        field = records.fields.get(each.name)
        own = records.values(each.name)
        if field is None or own is None or not own.shape[1]:
            continue
        if field.kind != BYTES or len(field.spans) != 1:
            raise DataError(f"{place}: feature {each.name!r} holds no single text; {_told(each)}")
        different, which = np.unique(own, axis=0, return_inverse=True)
        texts = [bytes(row).decode("utf-8", "replace").strip() for row in different]
        table = np.array([known.setdefault(text, len(known)) if text else np.nan for text in texts])
        codes[records.numbers] = table[which.reshape(-1)]
    return Words(codes, tuple(known))
