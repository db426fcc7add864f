"""What `dnnctl evaluate` shows: the metrics, the classes, and plots on request."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.ensemble import table
from dnnctl.cli.screen.output import missed, shown
from dnnctl.cli.screen.text import grid, plain, rounded

if TYPE_CHECKING:
    from dnnctl.datasets.base import DatasetInfo
    from dnnctl.evaluation.classification import ClassRow
    from dnnctl.inference.evaluate import Evaluation
    from dnnctl.inference.open import OpenedRun


def report(opened: "OpenedRun", result: "Evaluation", drawn: list[Path]) -> str:
    """Return the metrics of an evaluation as text."""
    unit = f" ({opened.info.unit})" if opened.info.unit else ""
    lines = [
        f"{plain(shown(opened.run.path))}: {plain(opened.info.title)}",
        "",
        grid(
            [[name, rounded(value)] for name, value in result.metrics.items()],
            [f"{result.count:,} {result.split} rows{unit}", ""],
            right={1},
        ),
    ]
    if result.members is not None:
        lines += ["", table(result.members, opened, f"{len(result.samples):,} {result.split} rows")]
    if result.classes:
        lines += ["", class_table(opened.info, result.classes)]
    lines += ["", *(f"  note  {plain(note)}" for note in result.notes)] if result.notes else []
    lines += ["", f"  plots     {plain(', '.join(map(str, drawn)))}"] if drawn else []
    lines += ["", *missed(result.unmet)] if result.unmet else []
    return "\n".join(lines)


def class_table(info: "DatasetInfo", classes: "Sequence[ClassRow]", which: str = "") -> str:
    """Return a row a class, or a row a label, which has an accuracy of its own.

    Args:
        info: Their names.
        classes: How each fared.
        which: What rows were looked at, behind the heading.
    """
    labels = info.task == "multilabel"
    columns = ["accuracy"] * labels + ["precision", "recall", "f1"]
    rows = [
        [plain(info.judged[row.label]), *(rounded(getattr(row, name)) for name in columns), f"{row.support:,}"]
        for row in classes
    ]
    heading = [f"{'label' if labels else 'class'}{which}", *columns, "rows of 1" if labels else "rows"]
    return grid(rows, heading, right=set(range(1, len(heading))))


def as_json(opened: "OpenedRun", result: "Evaluation", drawn: list[Path]) -> dict[str, Any]:
    """Return an evaluation for programs."""
    from dnnctl.files import json_numbers

    return {
        "run": str(opened.run.path),
        "split": result.split,
        "rows": result.count,
        "metrics": json_numbers(result.metrics),
        "classes": [{"class": opened.info.judged[row.label], **dataclasses.asdict(row)} for row in result.classes],
        **(result.members.to_json() if result.members is not None else {}),
        "unmet": list(result.unmet),
        "notes": list(result.notes),
        "plots": [str(path) for path in drawn],
    }
