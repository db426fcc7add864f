"""The end of a training: figures beside the baselines, the verdict, what was written, what to try next."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dnnctl.cli.options import output_folder
from dnnctl.cli.screen.consoles import duration, figure, plain
from dnnctl.cli.tables import grid

if TYPE_CHECKING:
    from dnnctl.training.job import TrainingResult


def show(result: "TrainingResult", *, as_json: bool, quiet: bool) -> None:
    """Print the end of a training.

    Args:
        result: The training.
        as_json: Whether standard output gets one JSON object and nothing else.
        quiet: Whether to print the run's folder only (and what is required but was missed, as an error).
    """
    if quiet:
        for text in result.unmet:
            click.echo(f"requirement not met: {plain(text)}", err=True)
    else:
        click.echo(outcome(result), err=as_json)
    if as_json:
        click.echo(json.dumps(for_programs(result)))
    elif quiet:
        click.echo(result.run.path)


def outcome(result: "TrainingResult") -> str:
    """Return everything that is shown after a training."""
    run = shown(result.run.path)
    trained = result.trained
    lines = ["", figures_table(result), ""]
    if trained.stopped:
        lines.append(f"  {trained.stopped}")
    if trained.best_epoch:
        lines.append(f"  the weights are those of epoch {trained.best_epoch}, the best one")
    lines += [
        f"  {result.verdict.sentence}",
        *(f"  REQUIREMENT NOT MET  {plain(text)}" for text in result.unmet),
        "",
    ]
    time = result.seconds
    lines += [
        f"  {result.steps:,} optimizer steps; training {duration(time.get('training', 0.0))}, "
        f"everything {duration(sum(v for k, v in time.items() if k != 'first steps'))}",
        f"  written   {run}/  model.keras, weights.npz, metrics.json, history.csv, ...",
        f"  plots     {run}/plots/  {', '.join(path.name for path in result.plots)}",
        "",
        f"  next      dnnctl evaluate {named(result)}",
        f"            dnnctl predict {named(result)} {predict_example(result)}",
    ]
    return "\n".join(lines)


def named(result: "TrainingResult") -> str:
    """Return how the next command can name the run: `latest` if it looks in the same folder, else its path."""
    found = output_folder().absolute() in result.run.path.absolute().parents
    return "latest" if found else shlex.quote(shown(result.run.path))


def predict_example(result: "TrainingResult") -> str:
    """Return the inputs of a command that predicts something sensible with this run."""
    if result.prepared.dataset.info.is_image or result.prepared.preprocessing.table is not None:
        return "--sample 5"
    typical = result.prepared.splits.train.x.mean(axis=0)
    return "--value " + ",".join(f"{value:.4g}" for value in typical)


def figures_table(result: "TrainingResult") -> str:
    """Return the test figures of the network beside those of the baselines."""
    classes = result.prepared.dataset.info.task != "regression"
    columns = ["accuracy", "f1", "auc"] if classes else ["mse", "rmse", "mae", "r2"]
    extra = [m for m in result.prepared.config.training.metrics or () if m not in columns]
    columns = [*columns, *extra, "loss"]
    which = "rows" if result.prepared.dataset.info.shared_rows else "test rows"
    rows: list[tuple[str, Mapping[str, Any]]] = [("this network", result.metrics["test"])]
    rows += [(b.label, b.test) for b in reversed(result.baselines)]
    return comparison(rows, columns, f"{len(result.prepared.splits.test):,} {which}")


def comparison(rows: list[tuple[str, Mapping[str, Any]]], columns: list[str], title: str) -> str:
    """Return a table of figures, a row a predictor; a figure that is not there is left empty."""
    cells = [[label, *(figure(values[c]) if c in values else "" for c in columns)] for label, values in rows]
    return grid(cells, [title, *columns], right=set(range(1, len(columns) + 1)))


def for_programs(result: "TrainingResult") -> dict[str, Any]:
    """Return the end of a training as values that JSON can hold."""
    from dnnctl.files import json_figures

    return {
        "run": str(result.run.path),
        "state": "done",
        "metrics": {
            **{split: json_figures(figures) for split, figures in result.metrics.items()},
            "baseline": {b.kind: {"label": b.label, **json_figures(b.test)} for b in result.baselines},
        },
        "verdict": {
            "kind": result.verdict.kind,
            "sentence": result.verdict.sentence,
            **json_figures(result.verdict.figures),
        },
        "epochs": len(result.trained.history),
        "best_epoch": result.trained.best_epoch,
        "optimizer_steps": result.steps,
        "unmet": list(result.unmet),
        "plots": [str(path) for path in result.plots],
        "seconds": result.seconds,
    }


def shown(path: Path) -> str:
    """Return a path as short as it can be written from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
