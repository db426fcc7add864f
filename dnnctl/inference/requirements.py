"""Figures that a configuration requires, and which of them were missed."""

import operator
from collections.abc import Mapping

from dnnctl.config.schema import CONDITION

_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}


def unmet(require: Mapping[str, str], metrics: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """Return the requirements that were missed, in words.

    Args:
        require: As `{"test.accuracy": ">= 0.88"}`.
        metrics: Figures by split and name; requirements on other splits are not looked at.
    """
    missed = []
    for key, condition in require.items():
        split, _, name = key.partition(".")
        match = CONDITION.fullmatch(condition)
        if split not in metrics or match is None:
            continue
        value = metrics[split].get(name)
        if value is None or not _COMPARE[match[1]](value, float(match[2])):
            received = "no such figure" if value is None else f"{value:.6g}"
            missed.append(f"{key}: required {condition.strip()}, received {received}")
    return tuple(missed)
