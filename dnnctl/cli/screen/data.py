"""What `dnnctl data` shows: the list of data sets, what is in one, and the checks of a configuration's data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.text import facts as lines_of
from dnnctl.cli.screen.text import grid, plain

if TYPE_CHECKING:
    from dnnctl.experiments.data.finding import Check, Status
    from dnnctl.experiments.data.pipeline import PipelineReport

SEVERITY: tuple["Status", ...] = ("passed", "warned", "failed")


def worst(checks: Sequence["Check"]) -> "Status":
    """Return the worst status there is."""
    return SEVERITY[max((SEVERITY.index(check.status) for check in checks), default=0)]


def checks_table(title: str, notes: Sequence[str], checks: Sequence["Check"]) -> str:
    """Return the checks as text.

    Args:
        title: What was checked.
        notes: What was found out about it.
        checks: What the checks found.
    """
    rows = [(check.status, check.name, plain(check.finding)) for check in checks]
    counts = ", ".join(f"{sum(c.status == status for c in checks)} {status}" for status in SEVERITY)
    told = [f"  note    {plain(note)}" for note in notes]
    return "\n".join([plain(title), *told, "", grid(rows, ("status", "check", "found")), "", f"  {counts}"])


def pipeline_table(report: "PipelineReport") -> str:
    """Return what brings rows to the steps as text."""
    heading, header, rows, sentences = report._shown()
    return "\n".join([plain(heading), "", grid(rows, header), "", *(f"  {text}" for text in sentences)])


def list_of(known: Sequence[dict[str, Any]]) -> str:
    """Return a line a data set."""
    columns = ("name", "task", "rows", "shape", "classes", "where")
    return grid([_row(entry) for entry in known], columns, right=(2, 3, 4), indent=0)


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    """Return a data set's line in the list."""
    train, test = entry["published_rows"].values()
    rows = f"{train:,} + {test:,}" if test and not entry["shared_rows"] else f"{train:,}"
    shape = "x".join(map(str, entry["shape"]))
    classes = str(len(entry["classes"]) or "-")
    return entry["name"], entry["task"], rows, shape, classes, entry["found"] or "not here"


def description(facts: dict[str, Any]) -> str:
    """Return what is known about a data set, and how many rows each class has in each part."""
    told = lines_of(_lines(facts))
    return f"{told}\n\n{_classes(facts['class_counts'])}" if "class_counts" in facts else told


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a data set's facts as names and values."""
    rows = facts.get("rows", facts["published_rows"])
    units = facts["feature_units"]
    features = [f"{name} ({unit})" for name, unit in zip(facts["features"], units, strict=True)] if units else None
    unit = f" ({facts['unit']})" if facts["unit"] else ""
    shared = "; training and test are the same rows" if facts["shared_rows"] else ""
    return [
        ("name", facts["name"]),
        ("title", facts["title"]),
        ("task", f"{facts['task']}: {facts['target']}{unit}"),
        ("shape", f"{'x'.join(map(str, facts['shape']))} {facts.get('dtype', '')}".rstrip()),
        ("features", ", ".join(features or facts["features"])),
        (
            "rows" if "rows" in facts else "rows published",
            ", ".join(f"{part} {count:,}" for part, count in rows.items() if count) + shared,
        ),
        ("inputs", _ranges(facts.get("x_range", {}))),
        ("targets", _ranges(facts.get("y_range", {}))),
        ("classes", "" if "class_counts" in facts else ", ".join(facts["classes"])),
        ("licence", facts["licence"]),
        ("source", facts["source"]),
        ("found", facts["found"] or f"not here: dnnctl data fetch {facts['name']}"),
        *(("note", note) for note in facts.get("notes", ())),
    ]


def _ranges(ranges: dict[str, list[float]]) -> str:
    return ", ".join(f"{part} {low:g} to {high:g}" for part, (low, high) in ranges.items())


def _classes(counts: dict[str, dict[str, int]]) -> str:
    classes = next(iter(counts.values()))
    rows = [(str(label), name, *(f"{part[name]:,}" for part in counts.values())) for label, name in enumerate(classes)]
    right = [0, *range(2, 2 + len(counts))]
    return grid(rows, ("label", "class", *counts), right=right, indent=0)
