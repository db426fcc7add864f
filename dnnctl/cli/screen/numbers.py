"""Small matrices as text: every number of one training step, in the order in which they are computed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dnnctl.experiments.explain.trace import Numbers, StepTrace
    from dnnctl.network.layers.base import Array


def numbers(step: "StepTrace", all_numbers: "Numbers") -> str:
    """Return every number of a step as named matrices, a row of the batch a line."""
    lines = ["the numbers; a row of the batch a line, dL/d... as gradients are computed, last layer first"]
    for name, array in arrays(step, all_numbers):
        lines += ["", f"  {name}  ({' x '.join(map(str, array.shape))})", *(f"    {line}" for line in matrix(array))]
    return "\n".join(lines)


def arrays(step: "StepTrace", all_numbers: "Numbers") -> Iterator[tuple[str, "Array"]]:
    """Yield the arrays of a step with their names: forward, backward, and the weights afterwards."""
    yield "x", all_numbers.x
    for seen in step.layers:
        for name, array in all_numbers.before.items():
            if name.startswith(f"{seen.layer}/"):
                yield name, array
        if seen.y is not None:
            yield f"y of {seen.layer}", seen.y
    yield "y_true", all_numbers.y_true
    for seen in reversed(step.layers):
        if seen.dy is not None:
            yield f"dL/dy of {seen.layer}", seen.dy
        for name, array in all_numbers.gradient.items():
            if name.startswith(f"{seen.layer}/"):
                yield f"dL/d {name}", array
    for name, array in all_numbers.after.items():
        yield f"{name} afterwards", array


def matrix(array: "Array") -> list[str]:
    """Return the lines of a matrix, its columns aligned; a vector is one line."""
    rows = array.reshape(1, -1) if array.ndim < 2 else array
    # Where all numbers are small, four decimals would hide them.
    form = "" if array.dtype.kind != "f" else ".2e" if 0 < abs(array).max() < 0.01 else ".4f"
    cells = [[format(value, form) for value in row] for row in rows]
    width = max(len(cell) for row in cells for cell in row)
    return ["  ".join(cell.rjust(width) for cell in row) for row in cells]
