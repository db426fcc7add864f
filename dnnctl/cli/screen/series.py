"""What is shown of cross-validations and repeated trainings: a row a run, and what they come to together."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.evaluation import class_table
from dnnctl.cli.screen.output import missed, shown
from dnnctl.cli.screen.text import grid, metric_columns, plain, rounded

if TYPE_CHECKING:
    from dnnctl.evaluation.confidence_interval import MeanInterval
    from dnnctl.experiments.series.aggregate import Aggregate
    from dnnctl.experiments.series.crossval import CrossValidation
    from dnnctl.experiments.series.repeat import Repetition

# So many runs have a row on the screen; metrics.json has all of them.
ROWS = 30


def crossval_report(result: "CrossValidation") -> str:
    """Return the end of a cross-validation as text."""
    aggregate, found = result.aggregate, result.out_of_fold
    columns = metric_columns(result.config, result.info)
    numbers = [str(number) for number in range(1, len(result.members) + 1)]
    rows = _runs(numbers, [f"{count:,}" for count in found.counts], aggregate, columns)
    intervals = aggregate.intervals["test"]
    rows += [
        ["mean", "", *_cells({name: value.mean for name, value in intervals.items()}, columns)],
        ["standard deviation", "", *_cells({name: value.std for name, value in intervals.items()}, columns)],
        [
            "samples together" if found.sampled else "all rows together",
            f"{len(found.rows):,}",
            *_cells(found.metrics, columns),
        ],
        *([plain(label), "", *_means(values, columns)] for label, values in reversed(aggregate.baselines.values())),
    ]
    lines = ["", grid(rows, ["fold", "rows", *columns], right=set(range(1, len(columns) + 2)))]
    lines += _classes(result)
    lines += [
        "",
        "  each row was predicted by the one network that never saw it; rows set apart for the test took no part",
    ]
    files = "metrics.json, predictions.npz, folds/"
    following = [f"evaluate {_first(result)}"]
    return "\n".join([*lines, *_end(result, files, [path.name for path in found.plots], following)])


def _classes(result: "CrossValidation") -> list[str]:
    """Return a row a class over all rows, and which classes are too rare for metrics of single folds."""
    found, names = result.out_of_fold.classes, [plain(name) for name in result.info.judged]
    if not found:
        return []
    lines = ["", class_table(result.info, found, " (samples)" if result.out_of_fold.sampled else " (all rows)")]
    rare = [names[c.label] for c in found if c.support < len(result.members)]
    if rare:
        which = ", ".join(rare[:ROWS])
        lines += ["", f"  note  {which}: fewer rows than folds, so the figures of single folds say little of them"]
    return lines


def repeat_report(result: "Repetition") -> str:
    """Return the end of a repeated training as text."""
    aggregate = result.aggregate
    columns = metric_columns(result.config, result.info)
    names = [str(member.config.seed) for member in result.members]
    rows = _runs(names, None, aggregate, columns)
    intervals = aggregate.intervals["test"]
    rows += [
        ["mean", *_cells({name: value.mean for name, value in intervals.items()}, columns)],
        ["standard deviation", *_cells({name: value.std for name, value in intervals.items()}, columns)],
        ["95% interval, from", *_cells({name: value.interval[0] for name, value in intervals.items()}, columns)],
        ["to", *_cells({name: value.interval[1] for name, value in intervals.items()}, columns)],
        *([plain(label), *_means(values, columns)] for label, values in reversed(aggregate.baselines.values())),
    ]
    lines = ["", grid(rows, ["seed, test rows", *columns], right=set(range(1, len(columns) + 1)))]
    lines += ["", "  the interval is that of the mean over seeds, on these test rows; it says nothing of other rows"]
    folder = plain(shown(result.run.path))
    following = [f"evaluate {_first(result)}", f"runs compare {folder} OTHER", f"ensemble {folder}/members/*"]
    return "\n".join([*lines, *_end(result, "metrics.json, members/", [], following)])


def _runs(
    names: Sequence[str], counts: Sequence[str] | None, aggregate: "Aggregate", columns: Sequence[str]
) -> list[list[str]]:
    """Return a row a run, the first ones of many."""
    rows = []
    for i, name in enumerate(names[:ROWS]):
        rows.append([name, *([counts[i]] if counts else []), *_cells(aggregate.metrics[i].get("test", {}), columns)])
    if len(names) > ROWS:
        rows.append([f"and {len(names) - ROWS:,} more", *([""] if counts else []), *("" for _ in columns)])
    return rows


def _cells(values: Mapping[str, float], columns: Sequence[str]) -> list[str]:
    return [rounded(values[name]) if name in values else "" for name in columns]


def _means(values: "Mapping[str, MeanInterval]", columns: Sequence[str]) -> list[str]:
    return _cells({name: value.mean for name, value in values.items()}, columns)


def _first(result: "CrossValidation | Repetition") -> str:
    return plain(shown(result.members[0].path))


def _end(
    result: "CrossValidation | Repetition", files: str, pictures: Sequence[str], following: Sequence[str]
) -> list[str]:
    folder = plain(shown(result.run.path))
    return [
        *missed(result.unmet),
        "",
        f"  written   {folder}/  {files}",
        *([f"  plots     {folder}/plots/  {', '.join(pictures)}"] if pictures else []),
        "",
        *(f"  {'' if i else 'next':9} dnnctl {command}" for i, command in enumerate(following)),
    ]


def for_programs(result: "CrossValidation | Repetition") -> dict[str, Any]:
    """Return the same as values that JSON can hold; the metrics are those of `metrics.json`."""
    return {
        "run": str(result.run.path),
        "state": "done",
        "metrics": json.loads(result.run.metrics.read_text(encoding="utf-8")),
        "members": [{"name": member.label, "run": str(member.path)} for member in result.members],
        "unmet": list(result.unmet),
    }
