"""How a table is written: what separates its cells, whether it has a header, what marks decimals."""

import contextlib
import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import WrongOptionError, clipped, quoted
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError

SEPARATORS = (",", "\t", ";", "|", " ")
WORDS = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "bar": "|"}
NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "space"}
ROWS = 1000
# So many rows are looked at for a header below a title.
REMARKS = 20
BLANK = ("", " ")
USUAL = ("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null", "None", "none", "?", "-")
_NUMBERED = re.compile(r"column_\d+")
_COMMA = re.compile(r"[-+]?\d+,\d+")
# Rows that are looked at for columns that are lined up.
LINED_UP = 50
# A cell in quotes keeps its spaces.
_CELL = re.compile(rb'"[^"\r\n]*"|[^ \t]+')
_GAP = re.compile(rb'("[^"\r\n]*")|^[ \t]+|[ \t]+$|[ \t]+', re.MULTILINE)
_MARKS = (b",", b";", b"|")


@dataclass(frozen=True)
class Layout:
    """How a table is said to be written; `auto` is to be found out.

    Args:
        separator: One character, a word for one (`tab`), or `auto`.
        header: Whether the first row holds names, or `auto`.
        names: Names that are expected in the header, which help to recognize it.
        missing: Cells that hold nothing, besides the usual ones.
        usual: Whether the usual texts, as NA or none, hold nothing.
        widths: How many cells a row may well have, which tells a separator from a decimal comma.
    """

    separator: str = "auto"
    header: bool | str = "auto"
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    usual: bool = True
    widths: tuple[int, ...] = ()

    @property
    def null_values(self) -> frozenset[str]:
        """Every text that stands for a cell without a value."""
        return frozenset((*BLANK, *(USUAL if self.usual else ()), *self.missing))


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Args:
        separator: What separates cells.
        header: Whether the first row holds names.
        decimal: The mark of decimals, a point or a comma.
        names: Names of the columns; `column_1`, ... without a header.
        sample: The first rows, without the header.
        unnamed: Those of the names that a header does not give.
        usual: The usual texts that stand for an empty cell, without those that the table's user named.
    """

    separator: str
    header: bool
    decimal: str
    names: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    unnamed: tuple[str, ...] = ()
    usual: frozenset[str] = frozenset()

    def described(self, encoding: str) -> str:
        """Return how the table is written, for people."""
        head = "a header" if self.header else f"no header ({self.names[0]}, ...)"
        comma = ", decimal commas" if self.decimal == "," else ""
        return f"{NAMES.get(self.separator, self.separator)}-separated, {head}, {encoding}{comma}"


def find_known_dialect(text: Text, layout: Layout) -> tuple[Text, Dialect]:
    """Find out how another table with the columns of a known one is written; arguments and result as `find_dialect`'s.

    What the known one's separator does not cut into these columns may have another: the first mark that does (a
    space in a single column called `home town` looks like one too), or else what it looks like.
    """
    wanted = {name.casefold() for name in layout.names}
    if layout.separator != "auto":
        with contextlib.suppress(DataError):
            spaced, dialect = find_dialect(text, layout)
            if wanted <= {name.casefold() for name in dialect.names}:
                return spaced, dialect
    found = "auto"
    for mark in SEPARATORS:
        with contextlib.suppress(DataError):
            _, first = next(text.rows(mark), (0, []))
            if wanted <= {cell.strip().casefold() for cell in first}:
                found = mark
                break
    return find_dialect(text, replace(layout, separator=found))


def find_dialect(text: Text, layout: Layout) -> tuple[Text, Dialect]:
    """Find out how a table is written.

    Args:
        text: The table.
        layout: What is said about it.

    Returns:
        The table, with one space between cells that are lined up by several, and how it is written.

    Raises:
        DataError: If there are no rows, or the header is not on the first line.
    """
    text = with_single_spaces(text, layout.separator)
    head = text.head()
    asked = WORDS.get(layout.separator, layout.separator)
    separator = _separator(head, layout.widths) if asked == "auto" else asked
    rows = []
    for _, row in head.rows(separator):
        rows.append(tuple(cell.strip() for cell in row))
        if len(rows) > ROWS:
            break
    if not any(cell for row in rows for cell in row):
        raise DataError(f"{text.name}: holds no rows; expected a header and rows")
    header = _has_header(rows, layout) if layout.header == "auto" else bool(layout.header)
    late = _late_header(head, rows[0], layout) if header else None
    if late is not None:
        line, found = late
        raise DataError(
            f"{text.name}:{line}: holds {found!r}, so it is the header, and is not the first line: delete what is above"
        )
    width = len(rows[0])
    names = tuple((rows[0][i] if header else "") or f"column_{i + 1}" for i in range(width))
    sample = tuple(row for row in (rows[1:] if header else rows) if len(row) == width)
    if header and len(rows) == 1:
        raise DataError(f"{text.name}: holds a header and no rows ({quoted(names)})")
    unnamed = tuple(name for name, cell in zip(names, rows[0], strict=True) if header and not cell)
    usual = frozenset(USUAL) - set(layout.missing) if layout.usual else frozenset()
    return text, Dialect(separator, header, _decimal(sample, separator), names, sample, unnamed, usual)


def with_single_spaces(text: Text, separator: str) -> Text:
    """Return a table with one space between its cells, where it is lined up; any other as it is.

    Args:
        text: The table.
        separator: What is said to separate its cells; only `auto`, `space` and a space leave room for this.
    """
    if separator not in {"auto", "space", " "} or not _is_fixed_width(text):
        return text
    return replace(text, data=_GAP.sub(_gap, bytes(text.data)))


def _gap(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return found[1]
    at_edge = found.start() == 0 or found.string[found.start() - 1 : found.start()] in {b"\n", b"\r"}
    return b"" if at_edge or found.string[found.end() : found.end() + 1] in {b"", b"\n", b"\r"} else b" "


def _is_fixed_width(text: Text) -> bool:
    """Tell whether runs of spaces or tabs, and nothing else, cut the first rows into as many cells each."""
    lines = [line for line in bytes(text.head().data).splitlines()[: 4 * LINED_UP] if line.strip()][:LINED_UP]
    widths = {len(_CELL.findall(line)) for line in lines}
    if len(widths) != 1 or widths <= {1} or not any(re.search(rb"^[ \t]|[ \t]{2}", line) for line in lines):
        return False
    # A mark in every line separates the cells, whatever stands around it; so does a tab that is as frequent in each.
    tabs = {line.count(b"\t") for line in lines}
    return not any(all(mark in line for line in lines) for mark in _MARKS) and not (len(tabs) == 1 and tabs != {0})


def lines_of(text: Text, dialect: Dialect, rows: int) -> NDArray[np.int64]:
    """Return the line of each row below the header, counted from 1, (rows,).

    Args:
        text: The table.
        dialect: How it is written.
        rows: How many rows were read; where others than these can be told apart, each counts as one line.
    """
    lines = text.lines(dialect.separator)[int(dialect.header) :]
    return lines if len(lines) == rows else np.arange(rows) + 1 + text.skipped + dialect.header


def check_names(dialect: Dialect, what: str) -> None:
    """Raise `DataError` if two columns of a table, called `what`, have one name."""
    doubled = [name for name, count in Counter(dialect.names).items() if count > 1]
    if doubled:
        raise DataError(
            f"{what}: more than one column is called {quoted(doubled)}; rename them in the header, or write "
            "`header: false` below data.csv if the first line is no header"
        )


def _separator(text: Text, expected: tuple[int, ...]) -> str:
    """Return the mark that cuts the first row, and most rows after it, into the same number of cells."""
    found: list[tuple[float, bool, bool, int, str]] = []
    for mark in SEPARATORS:
        widths = []
        try:
            for _, row in text.rows(mark):
                widths.append(len(row))
                if len(widths) == 50:
                    break
        except DataError:
            continue
        if widths and widths[0] > 1:
            # A decimal comma cuts every row but the header's; a space may be part of any text.
            alike = round(widths.count(widths[0]) / len(widths), 1)
            found.append((alike, widths[0] in expected, mark != " ", widths[0], mark))
    return max(found)[-1] if found else ","


def _late_header(head: Text, first: tuple[str, ...], layout: Layout) -> tuple[int, str] | None:
    """Return the line, and a name in it, of a header that stands below a title or remarks."""
    wanted = {name.casefold() for name in layout.names}
    if wanted & {cell.casefold() for cell in first}:
        return None
    for mark in SEPARATORS:
        fewest = 0
        try:
            for number, (line, row) in zip(range(REMARKS), head.rows(mark), strict=False):
                cells = [cell.strip() for cell in row if cell.strip()]
                fewest = len(cells) if number == 0 else fewest
                name = next((cell for cell in cells if cell.casefold() in wanted), None)
                # A title has fewer cells than a header; a row that only happens to hold a name has not.
                if name is not None and len(cells) > fewest and not any(is_number(cell) for cell in cells):
                    return line, name
        except DataError:
            continue
    return None


def _has_header(rows: list[tuple[str, ...]], layout: Layout) -> bool:
    """Tell whether the first row holds names: known ones, or no number where numbers are below."""
    first = rows[0]
    if {name.casefold() for name in layout.names} & {cell.casefold() for cell in first}:
        return True
    if len(first) > 2 and first == ("", *map(str, range(len(first) - 1))):
        # So pandas writes columns that have no names, behind the numbers of the rows.
        return True
    if layout.names and all(_NUMBERED.fullmatch(name) for name in layout.names):
        # So columns are called that have no names.
        return False
    cells = [cell for cell in first if cell not in layout.null_values]
    return bool(cells) and not any(is_number(cell) or is_number(cell.replace(",", ".")) for cell in cells)


def _decimal(sample: tuple[tuple[str, ...], ...], separator: str) -> str:
    if separator == ",":
        return "."
    commas = points = 0
    for row in sample:
        for cell in row:
            commas += bool(_COMMA.fullmatch(cell))
            points += "." in cell and is_number(cell)
    return "," if commas > points else "."


def is_number(cell: str, decimal: str = ".") -> bool:
    """Tell whether a cell is a decimal number."""
    if decimal == ",":
        cell = cell.replace(",", ".")
    try:
        float(cell)
    except ValueError:
        return False
    # Python reads 1_000 as a number; nobody who writes a table means that.
    return "_" not in cell


def position(name: str, dialect: Dialect, option: str, what: str) -> int:
    """Return where a column stands.

    Raises:
        WrongOptionError: If there is no such column; the message names the nearest.
    """
    from dnnctl.plugins import suggestion

    if name in dialect.names:
        return dialect.names.index(name)
    alike = [known for known in dialect.names if known.casefold() == name.casefold()]
    if len(alike) == 1:
        return dialect.names.index(alike[0])
    if alike:
        raise WrongOptionError(option, f"{what} has no column {clipped(name)}, but {quoted(alike)}: which is meant?")
    hint = suggestion(name, dialect.names) if len(dialect.names) <= 30 else ""
    bare = "" if dialect.header else ". Its first row was taken for values; `header: true` takes it for names"
    known = hint or "; it has " + quoted(dialect.names)
    if len(dialect.names) == 1 and any(mark in dialect.names[0] for mark in SEPARATORS):
        known += f". Is {dialect.separator!r} the separator?"
    raise WrongOptionError(option, f"{what} has no column {clipped(name)}{known}{bare}")
