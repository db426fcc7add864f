"""The result of a training: metrics beside the baselines, the verdict, what was written, what to try next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dnnctl.cli.flags import as_command
from dnnctl.cli.screen.output import missed, named, shown
from dnnctl.cli.screen.text import duration, grid, metric_columns, plain, rounded
from dnnctl.errors import Call

if TYPE_CHECKING:
    from dnnctl.training.job import TrainingResult


def report(result: "TrainingResult", again: Call) -> str:
    """Return everything that is shown after a training.

    Args:
        result: What came of it.
        again: The call that trains likewise, for what is advised.
    """
    run, name = shown(result.run.path), named(result.run.path)
    trained = result.trained
    lines = ["", metrics_table(result), ""]
    if trained.stopped:
        lines.append(f"  {trained.stopped}")
    if trained.best_epoch:
        lines.append(f"  the weights are those of epoch {trained.best_epoch}, the best one")
    lines += [
        f"  {result.verdict.sentence}",
        *_advice(result, again),
        *missed(result.unmet),
        "",
    ]
    time = result.seconds
    lines += [
        f"  {result.steps:,} optimizer steps; training {duration(time.get('training', 0.0))}, "
        f"everything {duration(sum(v for k, v in time.items() if k != 'first steps'))}",
        f"  written   {run}/  model.keras, weights.npz, metrics.json, history.csv, ...",
        f"  plots     {run}/plots/  {', '.join(path.name for path in result.plots)}",
        "",
        f"  next      dnnctl evaluate {name}",
        f"            dnnctl predict {name} {predict_example(result)}",
    ]
    return "\n".join(lines)


def _advice(result: "TrainingResult", again: Call) -> list[str]:
    """Return the lines of what to train next: why, and a command to copy."""
    lines = []
    for each in result.verdict.advice:
        lines += [f"  try       {plain(each.why)}:", f"            {as_command(with_settings(again, each.settings))}"]
    return lines


def with_settings(again: Call, settings: Sequence[tuple[str, Any]]) -> Call:
    """Return a call with more overrides.

    Args:
        again: A call that trains, with its overrides as texts.
        settings: Key paths and values.
    """
    from dnnctl.config.overrides import written

    before = again.options.get("overrides", ())
    assert isinstance(before, tuple)
    # What is set anew is not set twice.
    keys = {key for key, _ in settings}
    before = tuple(text for text in before if text.partition("=")[0].strip() not in keys)
    return replace(again, options={**again.options, "overrides": (*before, *(written(*each) for each in settings))})


def predict_example(result: "TrainingResult") -> str:
    """Return the inputs of a command that predicts something sensible with this run."""
    if result.prepared.dataset.info.is_image or result.prepared.preprocessing.table is not None:
        return "--sample 5"
    typical = result.prepared.preprocessing.mean
    return "--value " + ",".join(f"{value:.4g}" for value in typical)


def metrics_table(result: "TrainingResult") -> str:
    """Return the test metrics of the network beside those of the baselines."""
    columns = metric_columns(result.prepared.config, result.prepared.dataset.info)
    if result.prepared.class_weights is not None:
        # What the verdict rests on then.
        columns = [columns[0], "recall", *(name for name in columns[1:] if name != "recall")]
    which = "rows" if result.prepared.dataset.info.shared_rows else "test rows"
    rows: list[tuple[str, Mapping[str, Any]]] = [("this network", result.metrics["test"])]
    rows += [(b.label, b.test) for b in reversed(result.baselines)]
    return comparison(rows, columns, f"{len(result.prepared.splits.test):,} {which}")


def comparison(rows: list[tuple[str, Mapping[str, Any]]], columns: list[str], title: str) -> str:
    """Return a table of metrics, a row a predictor; a metric that is not there is left empty."""
    cells = [[label, *(rounded(values[c]) if c in values else "" for c in columns)] for label, values in rows]
    return grid(cells, [title, *columns], right=set(range(1, len(columns) + 1)))


def for_programs(result: "TrainingResult", again: Call) -> dict[str, Any]:
    """Return the end of a training as values that JSON can hold; arguments as of `report`."""
    from dnnctl.files import json_numbers
    from dnnctl.training.run_files import metrics_json

    return {
        "run": str(result.run.path),
        "state": "done",
        "metrics": metrics_json(result.metrics, result.baselines),
        "verdict": {
            "kind": result.verdict.kind,
            "sentence": result.verdict.sentence,
            **json_numbers(result.verdict.metrics),
            "advice": [
                {**each.to_json(), "command": as_command(with_settings(again, each.settings))}
                for each in result.verdict.advice
            ],
        },
        "epochs": len(result.trained.history),
        "best_epoch": result.trained.best_epoch,
        "optimizer_steps": result.steps,
        "unmet": list(result.unmet),
        "plots": [str(path) for path in result.plots],
        "seconds": result.seconds,
    }


def time_table(seconds: Mapping[str, float]) -> str:
    """Return where the wall time went, a row a stage.

    Args:
        seconds: Seconds by stage, as the manifest has them.
    """
    from dnnctl.training.timing import profile

    rows = [[stage, f"{taken:.2f}", f"{share:.0%}", what] for stage, what, taken, share in profile(seconds)]
    rows.append(["whole", f"{sum(taken for _, _, taken, _ in profile(seconds)):.2f}", "", ""])
    return grid(rows, ["stage", "seconds", "share", ""], right={1, 2})
