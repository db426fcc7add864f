"""Whether rows reach a network on resume as they did when it was begun: equal files may be read in another way."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dnnctl.data.fitted_column import FittedColumn
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.columns import Column

# Statistics may be rounded, as those of cells that were held in 32 bits: by such a share of a standard deviation.
ROUNDED = 1e-3
SHOWN = 3


def differences(before: Preprocessing, now: Preprocessing) -> Iterator[str]:
    """Yield what two ways to a network's first layer, and from its last, differ in: `what: old, now new`.

    Args:
        before: What a run stored.
        now: What is fitted on its training rows today.
    """
    if before.input_shape != now.input_shape:
        yield f"a row is {_shape(before)}, now {_shape(now)}"
    if before.divisor != now.divisor:
        yield f"it is {_scale(before)}, now {_scale(now)}"
    if (before.table is None) != (now.table is None):
        return
    columns = list(_columns(before, now))
    yield from columns[:SHOWN]
    if not columns and before.input_shape == now.input_shape and before.divisor == now.divisor:
        names = now.table.names if now.table else tuple(f"number {i}" for i in range(len(now.mean)))
        yield from _statistics(before, now, names)


def _shape(each: Preprocessing) -> str:
    return f"{' x '.join(map(str, each.input_shape))} {'numbers' if each.divisor is None else 'pixels'}"


def _scale(each: Preprocessing) -> str:
    return "standardized" if each.divisor is None else f"divided by {each.divisor:g}"


def _columns(before: Preprocessing, now: Preprocessing) -> Iterator[str]:
    """Yield which columns of a table are read as something else."""
    if before.table is None or now.table is None:
        return
    old, new = before.table.columns, now.table.columns
    if [each.name for each in old] != [each.name for each in new]:
        yield f"columns {', '.join(each.name for each in old)[:60]}, now {', '.join(each.name for each in new)[:60]}"
        return
    for one, other in zip(old, new, strict=True):
        was, is_now = _described(one), _described(other)
        if was != is_now:
            yield f"column {one.name!r}: {_told(was)}, now {_told(is_now)}"
    for target, other_target in zip(before.table.targets, now.table.targets, strict=False):
        # Classes are compared with the units of the network.
        was, is_now = (_described(each) | {"words": ()} for each in (target, other_target))
        if was != is_now:
            yield f"target {target.name!r}: {_told(was)}, now {_told(is_now)}"


def _described(column: Column | FittedColumn) -> dict[str, Any]:
    """Return what a column is read as; an example of its form says nothing of that."""
    form = {} if column.form is None else column.form.to_json() | {"example": ""}
    return {"name": column.name, "kind": column.kind, "words": column.words, "form": form}


def _told(column: dict[str, Any]) -> str:
    words = f" of {len(column['words'])} words" if column["kind"] == "category" else ""
    parts = column["form"].items()
    form = f" ({', '.join(f'{key}: {value}' for key, value in parts if value not in {'', False})})" if parts else ""
    return f"{column['kind']}{words}{form}"


def _statistics(before: Preprocessing, now: Preprocessing, names: Sequence[str]) -> Iterator[str]:
    """Yield the first of the columns that are centred and scaled otherwise."""
    pairs = (
        (before.mean, before.std, now.mean, now.std, names),
        (
            before.target_mean,
            before.target_std,
            now.target_mean,
            now.target_std,
            ("the target",) * len(now.target_mean),
        ),
    )
    for old_mean, old_std, mean, std, called in pairs:
        if len(old_mean) != len(mean) or len(old_std) != len(std):
            yield f"{len(old_mean)} means, now {len(mean)}"
            continue
        spread = np.array(old_std)
        # Far from zero, a mean of 32 bits is off by its own last digits.
        slack = ROUNDED * spread + np.finfo(np.float32).eps * np.abs(np.array(old_mean))
        off = (np.abs(np.array(mean) - np.array(old_mean)) > slack) | (
            np.abs(np.array(std) - spread) > ROUNDED * spread
        )
        for i in np.flatnonzero(off)[:1].tolist():
            yield f"{called[i]}: mean {old_mean[i]:g} and deviation {old_std[i]:g}, now {mean[i]:g} and {std[i]:g}"
