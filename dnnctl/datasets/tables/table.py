"""A table that is read from text: how it is written, where its columns and rows stand, and what is wrong with them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import clipped, quoted
from dnnctl.datasets.tables.names import check_names, position_of
from dnnctl.datasets.tables.text import MAX_ROW, Text
from dnnctl.errors import DataError

# Below a total or a note there are at most so many rows.
MOST_BELOW = 5
FOOTER = "It seems to stand below the table, as a total or a note about its source: delete it"
SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "space"}


@dataclass(frozen=True)
class Table:
    """A table's text, and how it is written.

    Args:
        text: Its text.
        separator: What separates cells.
        header: Whether the first row holds names.
        decimal: The mark of decimals, a point or a comma.
        names: Names of the columns; `column_1`, ... without a header.
        sample: The first rows, without the header.
        unnamed: Those of the names that a header does not give.
        null_values: Texts that stand for an empty cell.
        usual: Those of them that the table's user did not name.
        above: What stood above the header: a title, remarks.
    """

    text: Text
    separator: str
    header: bool
    decimal: str
    names: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...] = ()
    unnamed: tuple[str, ...] = ()
    null_values: frozenset[str] = frozenset()
    usual: frozenset[str] = frozenset()
    above: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self.text.name

    @property
    def described(self) -> str:
        """How it is written, for people."""
        head = f"a header{self.title}" if self.header else f"no header ({self.names[0]}, ...)"
        comma = ", decimal commas" if self.decimal == "," else ""
        return f"{SEPARATORS.get(self.separator, self.separator)}-separated, {head}, {self.text.encoding}{comma}"

    @property
    def title(self) -> str:
        """Where the header stands, if that is not the first line."""
        return f" on line {self.text.skipped + 1}, below {quoted(self.above, 2)}" if self.above else ""

    @property
    def hint(self) -> str:
        """What may be the reason why a column is not there."""
        one = len(self.names) == 1 and any(mark in self.names[0] for mark in SEPARATORS)
        cut = f". Is {self.separator!r} the separator?" if one else ""
        bare = "" if self.header else ". Its first row was taken for values; `header: true` takes it for names"
        return cut + bare

    def check_names(self) -> None:
        """Raise `DataError` if two columns have one name."""
        check_names(
            self,
            "rename them in the header, or write `header: false` below data.csv if the first line is no header",
        )

    def position(self, name: str, option: str = "columns") -> int:
        """Return where a column stands; arguments and errors are those of `position_of`."""
        return position_of(self, name, option)

    def lines(self, rows: int) -> NDArray[np.int64]:
        """Return the line of each row below the header, counted from 1, (rows,).

        Args:
            rows: How many rows were read; where others than these can be told apart, each counts as one line.
        """
        lines = self.text.lines(self.separator)[int(self.header) :]
        return lines if len(lines) == rows else np.arange(rows) + 1 + self.text.skipped + self.header

    def usual_words(self, columns: Iterable[str]) -> list[str]:
        """Return which usual texts, such as `none`, stand for empty cells of some columns in the first rows."""
        positions = [self.position(name) for name in columns]
        found = (row[position] for row in self.sample for position in positions)
        return list(dict.fromkeys(word for word in found if word in self.usual))

    def unreadable(self, message: str) -> DataError:
        """Return what is wrong with a table that pyarrow refuses, with the line.

        Args:
            message: What pyarrow says.
        """
        width, rows = len(self.names), self.text.rows(self.separator)
        for line, row in rows:
            if len(row) != width:
                where, shown = self.text.place(line), clipped(self.separator.join(row))
                return DataError(
                    f"{where}: expected {width} cells as in the first row; received {len(row)}: {shown}. "
                    + (
                        "If the first column holds names of rows, give it a name in the first row"
                        if self.header and not self.sample and len(row) == width + 1
                        else FOOTER
                        if _is_footer(row, rows, width)
                        else "A cell with a separator in it must stand in quotes"
                    )
                )
        if "straddling" in message:
            return DataError(f"{self.name}: a row is longer than {2 * MAX_ROW:,} bytes; is a quote not closed?")
        return DataError(f"{self.name}: cannot be read as CSV: {message}")

    def bad_number(self, positions: Sequence[int], wrong: "Wrong") -> DataError:
        """Return what is wrong with the first cell that is no number in columns of numbers.

        Args:
            positions: Where these columns stand.
            wrong: Says what is wrong with a cell.
        """
        rows = self.text.rows(self.separator)
        if self.header:
            next(rows)
        for line, row in rows:
            for position in positions:
                cell = row[position].strip() if position < len(row) else ""
                if cell not in self.null_values and (fault := wrong(self, position, cell)):
                    hint = f". {FOOTER}" if _is_footer(row, rows, len(self.names)) else ""
                    return DataError(f"{self.text.place(line)}: {fault}{hint}")
        return DataError(f"{self.name}: column {self.names[positions[0]]!r}: holds cells that are no numbers")


def _is_footer(row: Sequence[str], below: Iterator[tuple[int, list[str]]], width: int) -> bool:
    """Tell whether a row that is wrong seems to be a total or a note below the table."""
    filled = sum(bool(cell.strip()) for cell in row)
    return filled < width and len(list(islice(below, MOST_BELOW + 1))) <= MOST_BELOW


# Given a table, a column's position and a cell: what is wrong with that, or nothing.
Wrong = Callable[[Table, int, str], str]
