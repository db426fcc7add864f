"""Numbers written out on the command line: each `--value` is a row."""

from collections.abc import Sequence

import numpy as np

from dnnctl.errors import UsageError
from dnnctl.inference.inputs.base import Inputs, InputSpec


def read_values(values: Sequence[str], spec: InputSpec) -> Inputs:
    """Read rows of numbers.

    Args:
        values: One text a row, as `75`, or `75,180` for a network that takes two numbers.
        spec: What the network takes.

    Returns:
        float32 (n, features); the rows are named as they were written.

    Raises:
        UsageError: If the network takes images, or a row is not the numbers it takes.
    """
    if spec.info.is_image:
        raise UsageError(f"--value is for numbers; this network takes {spec.described}: name a file")
    if spec.table is not None:
        from dnnctl.inference.inputs.parts.tables import values_of_table

        return values_of_table(values, spec.table)
    rows = np.empty((len(values), spec.cells), dtype=np.float32)
    for row, text in enumerate(values):
        cells = text.split(",")
        if len(cells) != spec.cells:
            raise UsageError(
                f"--value {text!r}: {len(cells)} number{'s' * (len(cells) != 1)} where the network takes "
                f"{spec.described}; separate the numbers of one row by commas"
            )
        with np.errstate(over="ignore"):
            rows[row] = [_number(cell, text) for cell in cells]
        if not np.isfinite(rows[row]).all():
            raise UsageError(f"--value {text!r}: expected finite numbers that fit into 32 bits")
    return Inputs(rows, tuple(values))


def _number(cell: str, text: str) -> float:
    try:
        if "_" in cell:
            raise ValueError
        return float(cell)
    except ValueError:
        raise UsageError(f"--value {text!r}: expected a number; received {cell!r}") from None
