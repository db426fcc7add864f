"""What says which row an answer is for, where answers are handed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnnctl.errors import UsageError


@dataclass(frozen=True)
class Naming:
    """What says which row an answer is for, besides its name.

    Args:
        column: The column that names the rows; empty for none.
        ids: For each row its cell in that column, or a name to hand in with its answer; None if rows are counted.
        header: Names of the columns that CSV gets; empty for its own.
        gaps: Whether rows were left out, so that rows cannot be counted.
    """

    column: str = ""
    ids: Sequence[str] | None = None
    header: tuple[str, ...] = ()
    gaps: bool = False

    def called(self, start: int, stop: int, before: int) -> list[str]:
        """Return what rows are called: by their cell in the column, by their name, or by their number from 1.

        Args:
            start: The first row.
            stop: The row behind the last one.
            before: How many rows came before these answers.

        Raises:
            UsageError: If rows have to be counted and some were left out.
        """
        if self.ids is not None:
            return list(self.ids[start:stop])
        if self.gaps:
            raise UsageError(
                "rows with empty cells are left out, so numbers of rows would be wrong; train with `id`, a column that "
                "names the rows, or with `missing: impute`"
            )
        return [str(before + number + 1) for number in range(start, stop)]


# Of answers that nobody hands in.
UNNAMED = Naming()
