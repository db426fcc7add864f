"""An ensemble on the screen: its members beside each other, what they say together, how much they disagree."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.output import missed, named, shown
from dnnctl.cli.screen.text import duration, metric_columns, plain, rounded
from dnnctl.cli.screen.training_result import comparison

if TYPE_CHECKING:
    from dnnctl.datasets.base import DatasetInfo
    from dnnctl.evaluation.ensemble_diversity import Comparison
    from dnnctl.experiments.ensemble.result import EnsembleResult
    from dnnctl.inference.open import OpenedRun

VOTES = {
    "soft": "soft vote: mean of the probabilities",
    "hard": "hard vote: the class that most put first",
    "mean": "mean of the answers",
}


def report(result: "EnsembleResult") -> str:
    """Return everything that is shown at the end."""
    opened, run, name = result.opened, shown(result.run.path), named(result.run.path)
    which = f"{len(result.splits.test):,} {'rows' if opened.info.shared_rows else 'test rows'}"
    simple = [(b.label, b.test) for b in reversed(result.baselines)]
    lines = [
        "",
        f"{plain(opened.config.name)}: {len(opened.members)} networks, {VOTES[opened.vote]}",
        "",
        table(result.members, opened, which, simple),
        *missed(result.unmet),
        "",
        f"  everything {duration(sum(result.seconds.values()))}",
        f"  written   {run}/  members/, ensemble.json, metrics.json, predictions.npz, ...",
        f"  plots     {run}/plots/  {', '.join(path.name for path in result.plots)}",
        "",
        f"  next      dnnctl evaluate {name}",
        f"            dnnctl predict {name} --sample 5",
    ]
    return "\n".join(lines)


def table(
    members: "Comparison", opened: "OpenedRun", which: str, more: Sequence[tuple[str, Mapping[str, Any]]] = ()
) -> str:
    """Return members beside each other, and how much they disagree.

    Args:
        members: The members of an ensemble.
        opened: The ensemble.
        which: Which rows they were asked about.
        more: Further predictors: what they are called, and their metrics.
    """
    columns = metric_columns(opened.config, opened.info)
    named = zip(members.names, members.labels, members.metrics, strict=True)
    rows: list[tuple[str, Mapping[str, Any]]] = [(f"{name}  {plain(label)}", metrics) for name, label, metrics in named]
    rows += [("the mean member", members.mean), ("this ensemble", members.together), *more]
    words = [f"  {line}" for line in disagreement(members, opened.info)]
    return "\n".join([comparison(rows, columns, which), "", *words])


def disagreement(members: "Comparison", info: "DatasetInfo") -> list[str]:
    """Return how much members disagree, in words."""
    values, count = members.disagreement, len(members.names)
    everyone, of_them = ("both", "both") if count == 2 else (f"all {count}", "all of them")
    if info.task == "regression":
        unit = f" {plain(info.unit)}" if info.unit else ""
        return [
            f"two members differ by {rounded(values['pairwise'])}{unit} (root mean square; mean of the pairs)",
            f"their answers to a row spread by {rounded(values['std'])}{unit} about their mean, by "
            f"{rounded(values['largest_std'])}{unit} at most",
        ]
    asked = "labels" if info.task == "multilabel" else "rows"
    return [
        f"two members answer {share(values['pairwise'])} of the {asked} differently (mean of the pairs)",
        f"{everyone} agree on {share(values['all_agree'])}; {of_them} are right on {share(values['all_right'])}, "
        f"none on {share(values['none_right'])}",
    ]


def share(value: float) -> str:
    """Return a share of rows in percent."""
    return f"{100 * value:.2f}%"


def for_programs(result: "EnsembleResult") -> dict[str, Any]:
    """Return an ensemble as values that JSON can hold."""
    from dnnctl.training.run_files import metrics_json

    return {
        "run": str(result.run.path),
        "state": "done",
        "vote": result.opened.vote,
        "metrics": metrics_json(result.metrics, result.baselines),
        **result.members.to_json(),
        "unmet": list(result.unmet),
        "plots": [str(path) for path in result.plots],
        "seconds": result.seconds,
    }
