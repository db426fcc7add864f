"""Which columns of a CSV file the network takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnnctl.datasets.tables.dialect import is_number
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import InputSpec

LABELS = frozenset({"label", "class", "target", "y"})


@dataclass(frozen=True)
class Columns:
    """Which columns to take.

    Args:
        header: Names of all columns; empty where the file has no header.
        width: How many cells each row has.
        taken: Indices of the columns that the network takes, in its order.
        note: What was left out; empty if nothing was.
    """

    header: tuple[str, ...]
    width: int
    taken: tuple[int, ...]
    note: str = ""

    def called(self, cell: int) -> str:
        """Return what to call one of the network's cells in messages, as `column 2 (weight)`."""
        index = self.taken[cell]
        return f"column {index + 1}" + (f" ({self.header[index]!r})" if self.header else "")


def columns_of(first: Sequence[str], spec: InputSpec, where: str) -> Columns:
    """Decide from the first row of a file which columns to take.

    Args:
        first: The cells of the first row that is not blank.
        spec: What the network takes.
        where: `file:line`, for messages.

    Raises:
        DataError: If there are too few or too many columns, or named ones are missing.
    """
    cells = tuple(cell.strip() for cell in first)
    header = cells if _is_header(cells, spec) else ()
    if spec.info.is_image:
        return _pixels(cells, header, spec, where)
    named = _by_name(header, spec, where) if header else None
    if named is not None:
        return named
    if len(cells) != spec.cells:
        received = f"{len(cells)} column{'s' * (len(cells) != 1)}"
        shown = f" ({', '.join(header[:10])}{', ...' * (len(header) > 10)})" if header else ""
        hint = "" if header else "; a first row with names lets other columns be there too"
        raise DataError(f"{where}: the network takes {spec.described}; received {received}{shown}{hint}")
    note = f"columns taken by position: {', '.join(header)}" if header and spec.info.feature_names else ""
    return Columns(header, len(cells), tuple(range(len(cells))), note)


def _is_header(cells: tuple[str, ...], spec: InputSpec) -> bool:
    features = {name.casefold() for name in spec.info.feature_names}
    if any(cell.casefold() in features | LABELS for cell in cells):
        return True
    # pandas numbers unnamed columns and leaves the name of its row numbers blank.
    if spec.info.is_image and len(cells) == spec.cells + 1 and not cells[0]:
        return True
    return not any(is_number(cell, ",") for cell in cells)


def _pixels(cells: tuple[str, ...], header: tuple[str, ...], spec: InputSpec, where: str) -> Columns:
    count = len(cells)
    if count == spec.cells:
        return Columns(header, count, tuple(range(count)))
    if count != spec.cells + 1:
        raise DataError(
            f"{where}: the network takes {spec.described}: expected {spec.cells} columns, "
            f"or {spec.cells + 1} with a label first; received {count}"
        )
    last = bool(header) and header[-1].casefold() in LABELS and header[0].casefold() not in LABELS
    label = count - 1 if last else 0
    named = f" {header[label]!r}" if header else ""
    note = f"{'last' if last else 'first'} column{named} ignored; it is taken for a label"
    return Columns(header, count, tuple(index for index in range(count) if index != label), note)


def _by_name(header: tuple[str, ...], spec: InputSpec, where: str) -> Columns | None:
    """Return the columns with the features' names; None if the header has none of them."""
    features = spec.info.feature_names
    folded = [name.casefold() for name in header]
    missing = [name for name in features if name.casefold() not in folded]
    if not features or len(missing) == len(features):
        return None
    if missing:
        raise DataError(
            f"{where}: missing column{'s' * (len(missing) != 1)} {', '.join(map(repr, missing))}; "
            f"expected {', '.join(features)}; received {', '.join(header[:20])}"
        )
    double = next((name for name in features if folded.count(name.casefold()) > 1), None)
    if double is not None:
        raise DataError(f"{where}: there is more than one column {double!r}")
    taken = tuple(folded.index(name.casefold()) for name in features)
    others = [name for index, name in enumerate(header) if index not in taken]
    shown = ", ".join(map(repr, others[:10])) + ", ..." * (len(others) > 10)
    return Columns(header, len(header), taken, f"columns ignored: {shown}" if others else "")
