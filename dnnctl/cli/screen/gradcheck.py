"""What `dnnctl gradcheck` shows: a line an array of weights, grouped by layer."""

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.text import grid, plain, rounded
from dnnctl.files import json_numbers

if TYPE_CHECKING:
    from dnnctl.experiments.explain.gradcheck import ArrayCheck, GradientCheck

HEADER = ["layer", "weight", "shape", "checked", "largest |g|", "differences", "Keras", ""]


def report(check: "GradientCheck", *, asked: bool) -> str:
    """Return the table of a check, what is wrong, and the verdict.

    Args:
        check: The check.
        asked: Whether a comparison with Keras was asked for.
    """
    failed = [array for array in check.arrays if not array.passed]
    lines = [
        f"{plain(check.name)}: {check.rows:,} training rows, initial weights, float64, loss {rounded(check.loss)}; "
        "largest relative errors:",
        "",
        table(check),
        "",
        *(line for array in failed for line in _wrong(array)),
        *([_where(check)] if failed else []),
    ]
    if asked and not check.keras:
        lines.append("  Keras is not installed, so there is no second opinion")
    total = sum(array.checked for array in check.arrays)
    verdict = f"FAILED: {', '.join(f'{a.layer}/{a.weight}' for a in failed)}" if failed else "passed"
    lines.append(f"  {verdict}; {total:,} entries of {len(check.arrays)} arrays checked, errors below 1e-06 pass")
    return "\n".join(lines)


def table(check: "GradientCheck") -> str:
    """Return a line an array; a layer's name stands at its first one."""
    rows, before = [], ""
    for array in check.arrays:
        rows.append(
            [
                "" if array.layer == before else array.layer,
                array.weight,
                " x ".join(map(str, array.shape)),
                f"{array.checked:,}",
                f"{array.largest:.1e}",
                f"{array.differences.error:.1e}",
                "" if array.keras is None else f"{array.keras.error:.1e}",
                "passed" if array.passed else "FAILED",
            ]
        )
        before = array.layer
    return grid(rows, HEADER, right={3, 4, 5, 6})


def _wrong(array: "ArrayCheck") -> list[str]:
    """Return a line for each comparison that an array failed."""
    from dnnctl.experiments.explain.gradcheck import TOLERANCE

    lines = []
    for found, who in ((array.differences, "differences"), (array.keras, "Keras")):
        if found is not None and found.error >= TOLERANCE:
            at = ", ".join(map(str, found.index))
            says = f"the backward pass says {found.backward:.9g}, {who} {_say(found.other)}"
            lines.append(f"  {array.layer}/{array.weight}[{at}]: {says}")
    return lines


def _say(value: float) -> str:
    return f"{value:.9g}" if isfinite(value) else "nothing: a unit lies on its kink, try --set seed=1"


def _where(check: "GradientCheck") -> str:
    """Return where to look: gradients go from the last layer to the first, and a fault spoils all that follow."""
    last = max(i for i, array in enumerate(check.arrays) if not array.passed)
    layer = check.arrays[last].layer
    behind = [array.layer for array in check.arrays[last:] if array.layer != layer]
    until = f"those between it and {behind[0]}" if behind else "what is behind it, up to the loss"
    return f"  look at the backward pass of {layer} and of {until}"


def for_programs(check: "GradientCheck") -> dict[str, Any]:
    """Return a check as values that JSON can hold."""
    arrays = [{**asdict(array), "passed": array.passed} for array in check.arrays]
    return json_numbers(
        {"name": check.name, "rows": check.rows, "loss": check.loss, "passed": check.passed, "arrays": arrays}
    )
