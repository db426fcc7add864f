"""Tables and facts as plain text, their columns aligned; never folded, so that a pipe gets a line a row."""

from collections.abc import Iterable, Sequence


def grid(rows: Iterable[Sequence[str]], header: Sequence[str], right: Iterable[int] = (), indent: int = 2) -> str:
    """Return a table as lines of plain text, its columns aligned.

    Args:
        rows: Cells.
        header: Names of the columns.
        right: Positions of the columns of numbers, which are aligned at the right.
        indent: Spaces in front of each line.
    """
    cells, numbers = [header, *rows], set(right)
    widths = [max(_width(row[i]) for row in cells) for i in range(len(header))]
    lines = []
    for row in cells:
        aligned = [
            _padded(cell, width, right=i in numbers) for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(" " * indent + "  ".join(aligned).rstrip())
    return "\n".join(lines)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values in two columns; a name without a value is left out."""
    kept = [pair for pair in pairs if pair[1]]
    width = max((_width(name) for name, _ in kept), default=0)
    return "\n".join(f"{_padded(name, width)}  {value}" for name, value in kept)


def _padded(text: str, width: int, *, right: bool = False) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap


def _width(text: str) -> int:
    """Return how many places a text takes: a Chinese character takes two, an accent of its own none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
