"""Tables whose columns are lined up by spaces or tabs: each run of them becomes one space."""

import re
from dataclasses import replace

from dnnctl.datasets.tables.text import Text

ROWS = 50
# A cell in quotes keeps its spaces.
_CELL = re.compile(rb'"[^"\r\n]*"|[^ \t]+')
_GAP = re.compile(rb'("[^"\r\n]*")|^[ \t]+|[ \t]+$|[ \t]+', re.MULTILINE)
_MARKS = (b",", b";", b"|")


def evened(text: Text, separator: str) -> Text:
    """Return a table with one space between its cells, where it is lined up; any other as it is.

    Args:
        text: The table.
        separator: What is said to separate its cells; only `auto`, `space` and a space leave room for this.
    """
    if separator not in {"auto", "space", " "} or not _is_aligned(text):
        return text
    return replace(text, data=_GAP.sub(_gap, bytes(text.data)))


def _gap(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return found[1]
    at_edge = found.start() == 0 or found.string[found.start() - 1 : found.start()] in {b"\n", b"\r"}
    return b"" if at_edge or found.string[found.end() : found.end() + 1] in {b"", b"\n", b"\r"} else b" "


def _is_aligned(text: Text) -> bool:
    """Tell whether runs of spaces or tabs, and nothing else, cut the first rows into as many cells each."""
    lines = [line for line in bytes(text.head().data).splitlines()[: 4 * ROWS] if line.strip()][:ROWS]
    widths = {len(_CELL.findall(line)) for line in lines}
    if len(widths) != 1 or widths <= {1} or not any(re.search(rb"^[ \t]|[ \t]{2}", line) for line in lines):
        return False
    # A mark in every line separates the cells, whatever stands around it; so does a tab that is as frequent in each.
    tabs = {line.count(b"\t") for line in lines}
    return not any(all(mark in line for line in lines) for mark in _MARKS) and not (len(tabs) == 1 and tabs != {0})
