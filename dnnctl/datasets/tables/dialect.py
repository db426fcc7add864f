"""How a table is written: what separates its cells, whether it has a header, what marks decimals."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from unicodedata import normalize

from dnnctl.datasets.forms.numerals import number_of
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.tables.decimals import decimal_of
from dnnctl.datasets.tables.preamble import Cut, below, check_header, remarks_above, told_separator
from dnnctl.datasets.tables.table import SEPARATORS, Table
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError

# So many rows are looked at for types and decimals, and so many for the separator.
ROWS, FIRST = 1000, 50
BLANK = ("", " ")
USUAL = (
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "NaN",
    "nan",
    "NAN",
    "null",
    "NULL",
    "Null",
    "None",
    "none",
    "?",
    "-",
    "–",
    "—",
    "−",
)
_NUMBERED = re.compile(r"column_\d+")
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
        known: Whether `separator` is that of another table with these names: what it does not cut into these is cut by
            the first mark that does, or else by what it looks like.
    """

    separator: str = "auto"
    header: bool | str = "auto"
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    usual: bool = True
    widths: tuple[int, ...] = ()
    known: bool = False

    @property
    def null_values(self) -> frozenset[str]:
        """Every text that stands for a cell without a value."""
        return frozenset((*BLANK, *(USUAL if self.usual else ()), *self.missing))


def find_table(text: Text, layout: Layout) -> Table:
    """Find out how a table is written.

    Args:
        text: Its text.
        layout: What is said about it.

    Returns:
        The table, without a title above its header, and with one space between cells that are lined up by several.

    Raises:
        DataError: If there are no rows, or the header is not on the first line.
    """
    text, told = told_separator(text)
    if told and (layout.known or layout.separator == "auto"):
        layout = replace(layout, separator=told)
    if layout.known:
        return _known_table(text, layout)
    text = with_single_spaces(text, layout.separator)
    head = text.head()
    cut = {mark: head.first_rows(mark, FIRST) for mark in SEPARATORS}
    asked = {word: mark for mark, word in SEPARATORS.items()}.get(layout.separator, layout.separator)
    if asked not in {"auto", *cut}:
        cut[asked] = head.first_rows(asked, FIRST)
    above = _titles(cut, layout)
    tables = {mark: (rows[len(above[mark]) :], fault) for mark, (rows, fault) in cut.items()}
    separator = _separator(tables, layout.widths) if asked == "auto" else asked
    if title := above[separator]:
        table = find_table(below(text, title[-1][0]), layout)
        return replace(table, above=tuple(said for _, said in title if said))
    found, fault = head.first_rows(separator, ROWS + 1)
    if fault:
        raise fault
    rows = [tuple(cell.strip() for cell in row) for _, row in found]
    # Macs may write a letter in its parts, as 등 in three, where a configuration has it as one.
    rows[:1] = [tuple(normalize("NFC", cell) for cell in row) for row in rows[:1]]
    if not any(cell for row in rows for cell in row):
        raise DataError(f"{text.name}: holds no rows; expected a header and rows")
    header = _has_header(rows[0], layout) if layout.header == "auto" else bool(layout.header)
    if header or layout.header == "auto":
        check_header(cut, rows[0], text, layout.names, is_number)
    width = len(rows[0])
    names = tuple((rows[0][i] if header else "") or f"column_{i + 1}" for i in range(width))
    sample = tuple(row for row in (rows[1:] if header else rows) if len(row) == width)
    if header and len(rows) == 1:
        raise DataError(f"{text.name}: holds a header and no rows ({quoted(names)})")
    unnamed = tuple(name for name, cell in zip(names, rows[0], strict=True) if header and not cell)
    usual = frozenset(USUAL) - set(layout.missing) if layout.usual else frozenset()
    return Table(
        text, separator, header, decimal_of(sample, separator), names, sample, unnamed, layout.null_values, usual
    )


def _known_table(text: Text, layout: Layout) -> Table:
    """Find out how a table is written that has the columns of another one, perhaps with its separator."""
    wanted = {name.casefold() for name in layout.names}
    if layout.separator != "auto":
        with contextlib.suppress(DataError):
            table = find_table(text, replace(layout, known=False))
            if wanted <= {name.casefold() for name in table.names}:
                return table
    # A space in a single column called `home town` looks like a separator.
    firsts = {mark: [row for _, row in text.first_rows(mark, 1)[0]] for mark in SEPARATORS}
    fitting = (m for m, rows in firsts.items() if wanted <= {cell.strip().casefold() for row in rows for cell in row})
    return find_table(text, replace(layout, separator=next(fitting, "auto"), known=False))


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


def _separator(cut: Mapping[str, Cut], expected: tuple[int, ...]) -> str:
    """Return the mark that cuts the first row, and most rows after it, into the same number of cells."""
    found: list[tuple[float, bool, bool, int, str]] = []
    for mark, (rows, fault) in cut.items():
        widths = [len(row) for _, row in rows]
        if not fault and widths and widths[0] > 1:
            # A decimal comma cuts every row but the header's; a space may be part of any text.
            alike = round(widths.count(widths[0]) / len(widths), 1)
            found.append((alike, widths[0] in expected, mark != " ", widths[0], mark))
    return max(found)[-1] if found else ","


def _has_header(first: tuple[str, ...], layout: Layout) -> bool:
    """Tell whether the first row holds names: known ones, or no number where numbers are below."""
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


def _titles(cuts: Mapping[str, Cut], layout: Layout) -> dict[str, list[tuple[int, str]]]:
    """Return the lines of a title above the header, and what they say, as each mark cuts them."""
    wanted = frozenset(name.casefold() for name in layout.names)
    none = layout.header is False
    # Words of a title that spaces separate are no cells.
    return {m: [] if none or m == " " else remarks_above(cut, wanted, is_number) for m, cut in cuts.items()}


def is_number(cell: str, decimal: str = ".") -> bool:
    """Tell whether a cell is a decimal number."""
    return number_of(cell, decimal) is not None
