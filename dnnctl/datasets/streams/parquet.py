"""Tables in Parquet files, read a row group at a time."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Kind
from dnnctl.datasets.parts.data_files import DataFile, find_files
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.precision import is_enough
from dnnctl.datasets.streams.arrow import cells_of, dates_of, fits, kind_of
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.datasets.tables.settled_forms import converted
from dnnctl.errors import DataError

ENDINGS = (".parquet", ".parq", ".pq")
# Files that a thread keeps open.
OPEN = 4
# Row groups whose footers are asked how large numbers are.
LOOKED_AT = 64
EXPECTED = {"number": "a number", "boolean": "yes or no", "category": "a text", "date": "a date"}
# What Hive writes for an empty value.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class RowGroup:
    """A row group.

    Args:
        file: The number of its file.
        number: Its number in the file.
    """

    file: int
    number: int


class ParquetFiles:
    """Parquet files with the same columns; folders as `year=2024` are a column `year`.

    Args:
        path: A file, a folder or a pattern.
        option: The option that names it.
        missing_values: Texts and numbers that stand for an empty cell.

    Raises:
        WrongOptionError: If there are no such files.
        DataError: If one is damaged, or has other columns than the first.
    """

    def __init__(self, path: str, option: str = "path", missing_values: Sequence[str] = ()) -> None:
        self.files = find_files(path, ENDINGS, "Parquet files", option)
        self.name = self.files[0].name if len(self.files) == 1 else path.rstrip("/").rsplit("/", 1)[-1]
        self.missing = frozenset(missing_values)
        self._partitions = [_partitions(file.name) for file in self.files]
        self._groups: list[RowGroup] = []
        sizes: list[int] = []
        self.bytes = 0
        for i, file in enumerate(self.files):
            footer = _footer(file)
            schema = footer.schema.to_arrow_schema()
            if i == 0:
                self._types = {field.name: field.type for field in schema}
                self.names = (*schema.names, *(key for key in self._partitions[0] if key not in schema.names))
            self._check_columns(file, schema, self._partitions[i])
            found = [(number, footer.row_group(number).num_rows) for number in range(footer.num_row_groups)]
            # A table without rows is written as a row group without any.
            self._groups += [RowGroup(i, number) for number, rows in found if rows]
            sizes += [rows for _, rows in found if rows]
        self.sizes: NDArray[np.int64] = np.array(sizes, np.int64)
        self._local = threading.local()
        self._numbers: dict[tuple[str, ...], np.dtype[Any]] = {}
        if not self.sizes.sum():
            raise DataError(f"{self.name}: holds no rows")

    def _check_columns(self, file: DataFile, schema: Any, partitions: dict[str, str]) -> None:
        names = {*schema.names, *partitions}
        if names != set(self.names):
            other = names.symmetric_difference(self.names)
            raise DataError(f"{file.path}: expected the columns of {self.files[0].name}; differs in {quoted(other)}")
        for field in schema:
            kinds = kind_of(field.type), kind_of(self._types[field.name])
            if kinds[0] != kinds[1]:
                raise DataError(
                    f"{file.path}: column {field.name!r} is {field.type}; in {self.files[0].name} it is "
                    f"{self._types[field.name]}"
                )

    @property
    def identity(self) -> str:
        """The files, and what stands for an empty cell."""
        return f"{self.files} {sorted(self.missing)}"

    @property
    def hint(self) -> str:
        """Nothing more to say about a column that is not there."""
        return ""

    def known(self, wanted: Wanted) -> Wanted:
        """Return a wanted column with its kind; a text is a category until it is found to have a form."""
        if wanted.form is not None:
            return self.expected(wanted)
        name = self.names[wanted.position]
        kind: Kind | None = wanted.kind
        if name not in self._types:
            own: Kind | None = self._folder_kind(name)
        else:
            own = kind_of(self._types[name])
        if own is None:
            raise WrongOptionError(
                "exclude",
                f"{self.name}: column {name!r} holds {self._types[name]}, which no network can read. Leave it out "
                f"(exclude: [{name}]), or write numbers or texts in its place",
            )
        if own == "date" and kind is None and wanted.asked[:4] in {"", "date"}:
            return replace(wanted, kind="date", form=dates_of(self._types[name]), asked="")
        if own == "date" and kind != "category":
            raise WrongOptionError(
                "types", f"{self.name}: column {name!r} holds {self._types[name]}; expected date or category for it"
            )
        return replace(wanted, kind=kind or own)

    def expected(self, wanted: Wanted) -> Wanted:
        """Return a column of which it is known what it holds, once it is found to be stored as that.

        Raises:
            DataError: If it is stored as something else.
        """
        name = self.names[wanted.position]
        if name in self._types:
            stored, fit = self._types[name], fits(self._types[name], wanted)
        else:
            stored, fit = (
                "texts",
                wanted.kind != "number" or wanted.form is not None or self._folder_kind(name) == "number",
            )
        if not fit:
            form = wanted.form.expected if wanted.form is not None else EXPECTED[wanted.kind or "number"]
            raise DataError(f"{self.name}: column {name!r} holds {stored}; expected {form} in each cell")
        return wanted

    def _folder_kind(self, name: str) -> Kind:
        """Return what a column of folders as `year=2024` holds."""
        values = {each[name] for each in self._partitions}
        return "number" if all(v == NO_VALUE or is_number(v, ".") for v in values) else "category"

    def read(self, group: int, wanted: Sequence[Wanted]) -> list[Parsed]:
        """Return the cells of some columns of a row group, in the order of `wanted`."""
        here = self._groups[group]
        file = self.files[here.file]
        names = [self.names[one.position] for one in wanted]
        stored = [name for name in dict.fromkeys(names) if name in self._types]
        try:
            file.check()
            table = self._open(here.file).read_row_group(here.number, columns=stored, use_threads=False)
        except DataError as fault:
            raise DataError(f"row group {here.number} of {fault}") from None
        except Exception as fault:
            # Damage surfaces as many kinds of exception.
            raise file.lost(f"cannot be read: {_reason(fault)}", f"row group {here.number}") from None
        rows = int(self.sizes[group])
        cells = []
        for one, name in zip(wanted, names, strict=True):
            if name in self._types:
                cells.append(cells_of(table.column(name), one, self.missing, self.place(group)))
            else:
                cells.append(_constant(self._partitions[here.file][name], rows, one, self.place(group)))
        return cells

    def number(self, wanted: Sequence[Wanted]) -> np.dtype[Any]:
        """Return float64 where a column has 64 bits and needs them, or does not say what it holds; else float32."""
        # What texts and times come to is not in the footers.
        if any(one.form is not None for one in wanted):
            return np.dtype(np.float64)
        names = tuple(self.names[one.position] for one in wanted if one.kind == "number")
        if names not in self._numbers:
            self._numbers[names] = np.dtype(np.float32 if self._is_enough(names) else np.float64)
        return self._numbers[names]

    def _is_enough(self, names: Sequence[str]) -> bool:
        """Tell whether 32 bits are enough for columns of numbers, as the footers of their files tell."""
        if not all(kind_of(self._types[name]) in {"number", "boolean"} for name in names if name in self._types):
            return False
        wide = [name for name in names if name in self._types and _is_wide(self._types[name])]
        others = [name for name in names if name not in self._types]
        folders = [sorted({float(each[n]) for each in self._partitions if each[n] != NO_VALUE}) for n in others]
        spans = [span for group in _spread(len(self._groups), LOOKED_AT) for span in self._spans(group, wide)]
        if None in spans:
            return False
        found = np.array(spans, np.float64).reshape(len(spans) // max(1, len(wide)), len(wide), 2)
        low = [*found[:, :, 0].min(axis=0, initial=np.inf), *(values[0] for values in folders if values)]
        high = [*found[:, :, 1].max(axis=0, initial=-np.inf), *(values[-1] for values in folders if values)]
        return is_enough(np.array(low), np.array(high))

    def _spans(self, group: int, names: Sequence[str]) -> Iterator[tuple[float, float] | None]:
        """Yield the smallest and the largest number of columns of a row group, as its footer has them, None if not."""
        if not names:
            return
        here = self._groups[group]
        row_group = _footer(self.files[here.file]).row_group(here.number)
        columns = {row_group.column(i).path_in_schema: i for i in range(row_group.num_columns)}
        for name in names:
            told = row_group.column(columns[name]).statistics if name in columns else None
            yield (float(told.min), float(told.max)) if told is not None and told.has_min_max else None

    def place(self, group: int) -> str:
        """Return a row group's file and number."""
        here = self._groups[group]
        return f"{self.files[here.file].name}, row group {here.number}"

    def _open(self, file: int) -> Any:
        import pyarrow.parquet as pq

        opened: OrderedDict[int, Any] = self._local.__dict__.setdefault("opened", OrderedDict())
        if file not in opened:
            texts = [name for name, one in self._types.items() if kind_of(one) == "category"]
            opened[file] = pq.ParquetFile(self.files[file].path, read_dictionary=texts, pre_buffer=False)
            while len(opened) > OPEN:
                opened.popitem(last=False)[1].close()
        return opened[file]


def _is_wide(type_: Any) -> bool:
    """Tell whether numbers of a type of Arrow may need 64 bits."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return _is_wide(type_.value_type)
    if types.is_boolean(type_):
        return False
    return types.is_decimal(type_) or bool(type_.bit_width > (32 if types.is_floating(type_) else 16))


def _spread(count: int, most: int) -> list[int]:
    """Return the numbers of so many of some groups, spread over all of them."""
    return sorted(set(np.linspace(0, count - 1, min(count, most)).astype(np.int64).tolist()))


def _footer(file: DataFile) -> Any:
    import pyarrow.parquet as pq

    try:
        return pq.read_metadata(file.path)
    except Exception as fault:
        raise DataError(f"{file.path}: is not a whole Parquet file: {_reason(fault)}") from None


def _reason(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0][:200]


def _partitions(name: str) -> dict[str, str]:
    """Return the columns that a file's folders are, as `year=2024`."""
    found = (part.split("=", 1) for part in name.split("/")[:-1] if "=" in part)
    return {key: unquote(value) for key, value in found}


def _constant(value: str, rows: int, wanted: Wanted, place: str) -> Parsed:
    empty = value == NO_VALUE
    if wanted.form is not None and not empty:
        return np.full(rows, converted(wanted, wanted.form, [value], lambda _: place)[0])
    if wanted.kind in {"number", "date"}:
        return np.full(rows, np.nan if empty else float(value))
    return Words(np.full(rows, np.nan if empty else 0.0), () if empty else (value,))
