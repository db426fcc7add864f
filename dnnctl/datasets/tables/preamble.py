"""What stands above a table's header and is none of it: `sep=;` as Excel writes it, a title, remarks."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dnnctl.datasets.parts.faults import clipped, quoted
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError

# So many rows are looked at for a header below a title.
REMARKS = 20
# Excel reads what separates cells out of such a first line, and shows the rows below it.
_SEP = re.compile(rb'"?sep=([^\r\n"])"?[,;\t|]*(?:\r\n|\r|\n)', re.IGNORECASE)
_END = re.compile(rb"\r\n|\r|\n")

# The first rows of a table with their lines as a separator cuts them, and what is wrong behind them.
Cut = tuple[list[tuple[int, list[str]]], DataError | None]
IsNumber = Callable[[str], bool]


def told_separator(text: Text) -> tuple[Text, str]:
    """Return a table without a first line such as `sep=;`, and the separator that it names; nothing without one."""
    found = _SEP.match(bytes(text.data[:64]))
    return (_from(text, found.end(), 1), found[1].decode("latin-1")) if found else (text, "")


def remarks_above(cut: Cut, wanted: frozenset[str], is_number: IsNumber) -> list[tuple[int, str]]:
    """Return the lines of a title and remarks above a header, and what they say; nothing unless it is clear.

    It is where rows of one filled cell, or ones that begin with `#`, stand above one of several that holds a name that
    is expected, or that holds no number and is as long as those below it.

    Args:
        cut: The first rows as the table's separator cuts them.
        wanted: Names that are expected in the header, casefolded.
        is_number: Tells whether a cell is a number.
    """
    above: list[tuple[int, str]] = []
    rows = cut[0]
    for at, (line, row) in enumerate(rows[: REMARKS + 1]):
        cells = [cell.strip() for cell in row if cell.strip()]
        named = bool(wanted & {cell.casefold() for cell in cells})
        if not named and (len(cells) < 2 or cells[0].startswith("#")):
            above.append((line, " ".join(cells)))
            continue
        lengths = [len(below) for _, below in rows[at + 1 :]]
        # A row with empty cells may be one of the table, unless names stand between it and numbers.
        padded = any(len(each) > 1 for _, each in rows[:at])
        numbers = any(is_number(cell) for _, below in rows[at + 1 :] for cell in below)
        alike = bool(lengths) and lengths.count(len(row)) > 0.9 * len(lengths)
        plain = alike and (numbers or not padded) and not any(map(is_number, cells))
        return above if len(cells) > 1 and (named or plain) else []
    return []


def below(text: Text, line: int) -> Text:
    """Return what a table has below a line, counted from 1, and below blank lines behind it."""
    head = bytes(text.head().data)
    ends = [0, *(end.end() for end in _END.finditer(head))]
    count = line - text.skipped
    while count + 1 < len(ends) and not head[ends[count] : ends[count + 1]].strip():
        count += 1
    return _from(text, ends[count], count)


def check_header(
    cuts: Mapping[str, Cut], first: Sequence[str], text: Text, names: Sequence[str], is_number: IsNumber
) -> None:
    """Raise `DataError` where the header stands below rows of which it is not clear that they are a title.

    Args:
        cuts: The first rows by separator.
        first: The first row as the table's own cuts it.
        text: The table.
        names: Names that are expected in the header.
        is_number: Tells whether a cell is a number.
    """
    wanted = {name.casefold() for name in names}
    if wanted & {cell.casefold() for cell in first}:
        return
    for rows, _ in cuts.values():
        filled = [(line, [cell.strip() for cell in row if cell.strip()]) for line, row in rows[:REMARKS]]
        for at, (line, cells) in enumerate(filled):
            name = next((cell for cell in cells if cell.casefold() in wanted), None)
            # A title has fewer cells than a header; a row that only happens to hold a name has not.
            if at and name is not None and len(cells) > len(filled[0][1]) and not any(map(is_number, cells)):
                above = quoted([" ".join(each) for _, each in filled[:at]], 3)
                raise DataError(
                    f"{text.place(line)}: holds {clipped(name)}, so it is the header, and is not the first line: "
                    f"what is above seems to be a title or remarks ({above}); delete it"
                )


def _from(text: Text, start: int, lines: int) -> Text:
    return replace(text, data=text.data[start:], skipped=text.skipped + lines)
