"""What `dnnctl evaluate` shows: the metrics, the classes, and plots on request."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.ensemble import table
from dnnctl.cli.screen.output import missed, shown
from dnnctl.cli.screen.text import grid, plain, rounded

if TYPE_CHECKING:
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
        rows = [
            [
                plain(opened.info.class_names[row.label]),
                *map(rounded, (row.precision, row.recall, row.f1)),
                f"{row.support:,}",
            ]
            for row in result.classes
        ]
        lines += ["", grid(rows, ["class", "precision", "recall", "f1", "rows"], right={1, 2, 3, 4})]
    lines += ["", *(f"  note  {plain(note)}" for note in result.notes)] if result.notes else []
    lines += ["", f"  plots     {plain(', '.join(map(str, drawn)))}"] if drawn else []
    lines += ["", *missed(result.unmet)] if result.unmet else []
    return "\n".join(lines)


def as_json(opened: "OpenedRun", result: "Evaluation", drawn: list[Path]) -> dict[str, Any]:
    """Return an evaluation for programs."""
    from dnnctl.files import json_numbers

    return {
        "run": str(opened.run.path),
        "split": result.split,
        "rows": result.count,
        "metrics": json_numbers(result.metrics),
        "classes": [{"class": opened.info.class_names[row.label], **dataclasses.asdict(row)} for row in result.classes],
        **(result.members.to_json() if result.members is not None else {}),
        "unmet": list(result.unmet),
        "notes": list(result.notes),
        "plots": [str(path) for path in drawn],
    }
