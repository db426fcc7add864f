"""What both ways to an ensemble share: its name and vote, measuring it beside its members, writing it down."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnnctl.config.names import is_name
from dnnctl.data.split import Splits
from dnnctl.datasets.base import Dataset, DownloadProgress, Task, silent
from dnnctl.datasets.samples import looked_at
from dnnctl.errors import DataError, UsageError
from dnnctl.evaluation.baselines import Baseline, baselines
from dnnctl.evaluation.ensemble_diversity import Comparison
from dnnctl.evaluation.measure import all_metrics, unmet
from dnnctl.files import json_numbers
from dnnctl.inference.ensemble import EnsembleNetwork, OpenedEnsemble
from dnnctl.inference.network import Measured
from dnnctl.inference.run_data import read_splits
from dnnctl.plots.base import PlotContext, draw_all
from dnnctl.runs.ensembles import Vote, write_ensemble
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import Manifest
from dnnctl.spelling import composed
from dnnctl.training.run_files import save_evaluation
from dnnctl.training.timing import Clock

SUFFIX = "-ensemble"
LONGEST_NAME = 64


@dataclass(frozen=True)
class MeasuredEnsemble:
    """An ensemble measured on its own data, before anything of that is written.

    Args:
        opened: The ensemble.
        dataset: Its data.
        splits: The rows of it.
        network: What answers.
        metrics: Loss and metrics of each split, as in `metrics.json`.
        test: What the ensemble says of the test rows.
        members: Its members beside each other, on the test rows.
        baselines: What a trivial and a linear model reach.
    """

    opened: OpenedEnsemble
    dataset: Dataset
    splits: Splits
    network: EnsembleNetwork
    metrics: dict[str, dict[str, float]]
    test: Measured
    members: Comparison
    baselines: tuple[Baseline, ...]


@dataclass(frozen=True)
class EnsembleResult(MeasuredEnsemble):
    """A finished ensemble.

    Args:
        run: Its folder.
        unmet: Requirements that the ensemble missed, in words.
        plots: Pictures that were drawn.
        seconds: Where the time went.
    """

    run: RunDirectory
    unmet: tuple[str, ...]
    plots: tuple[Path, ...]
    seconds: dict[str, float]


def vote_for(task: Task, vote: str | None) -> Vote:
    """Return how members vote on a task.

    Args:
        task: What is predicted.
        vote: `soft`, `hard`, or None for what fits.

    Raises:
        UsageError: If there is no such vote, or it does not fit.
    """
    if vote not in {None, "soft", "hard"}:
        raise UsageError(f"`vote`: expected 'soft' or 'hard'; received {vote!r}")
    if task == "regression":
        if vote == "hard":
            raise UsageError("`vote`='hard': numbers cannot be voted on; their mean is taken. Leave out `vote`")
        return "mean"
    return "hard" if vote == "hard" else "soft"


def ensemble_name(name: str, wanted: str | None = None) -> str:
    """Return the name of an ensemble.

    Args:
        name: The name of its runs, or of its configuration.
        wanted: The name that it shall have; None for the same with `-ensemble`.

    Raises:
        UsageError: If it cannot have that name.
    """
    if wanted is not None:
        if not is_name(composed(wanted)):
            raise UsageError(
                "`name`: expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, and no word "
                f"that has a meaning of its own; received {wanted[:80]!r}"
            )
        return composed(wanted)
    return name if name.endswith(SUFFIX) else f"{name[: LONGEST_NAME - len(SUFFIX)]}{SUFFIX}"


def measure_ensemble(opened: OpenedEnsemble, progress: DownloadProgress = silent) -> MeasuredEnsemble:
    """Measure an ensemble and its members.

    Args:
        opened: The ensemble; its members may be anywhere.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        DataError: If the data is missing or damaged, or is not what the members were trained on.
    """
    dataset, splits = read_splits(opened, None, progress)
    trained_on = opened.members[0].manifest.get("data")
    if not isinstance(trained_on, dict) or dataset.digests != trained_on.get("digests"):
        raise DataError(
            f"data set {dataset.name!r} in {dataset.found}: is not what the members were trained on (its digests "
            "differ), so the ensemble cannot be measured. Bring that data back"
        )
    info, network = opened.info, opened.network()
    names = all_metrics(info.task, len(info.class_names), opened.config.training.metrics)
    test, members = network.measure_members(splits.test, names)
    metrics = {"test": test.metrics}
    for name in ("validation", "train"):
        if name != "validation" or splits.validation is not None:
            metrics[name] = network.measure(splits.named(name), names, keep=False).metrics
    simple = baselines(info, splits.train, splits.test)
    return MeasuredEnsemble(opened, dataset, splits, network, metrics, test, members, simple)


def finish(
    run: RunDirectory, manifest: Manifest, measured: MeasuredEnsemble, clock: Clock, on_stage: Callable[[str], None]
) -> EnsembleResult:
    """Write what was measured, draw, and call the ensemble done.

    Args:
        run: Its folder, with its configuration and its members in it.
        manifest: Its manifest.
        measured: What was measured.
        clock: Where the time went so far.
        on_stage: Called with what is done.

    Raises:
        OSError: If the folder cannot be written.
    """
    opened = measured.opened
    with clock.stage("saving"):
        folders = [RunDirectory(run.members / name) for name in opened.names]
        more = measured.members.to_json()
        save_evaluation(measured.splits, run, measured.metrics, measured.baselines, measured.test, more)
        write_ensemble(run, opened.vote, folders)
    on_stage("drawing plots")
    with clock.stage("plots"):
        context = PlotContext(
            title=opened.config.name,
            info=opened.info,
            train=looked_at(measured.splits.train),
            test=measured.test.samples,
            scores=measured.test.scores,
            predict=measured.network.scores,
            members=measured.members,
            counts=measured.test.counts,
            of=(len(measured.splits.train), measured.test.count),
        )
        pictures = draw_all(context, run.plots)
    missed = unmet(opened.config.require, measured.metrics)
    clock.finish()
    manifest.update(
        "done",
        data=_data_facts(measured),
        network={"parameters": sum(member.plan.parameters for member in opened.members)},
        each=_member_facts(measured),
        test=json_numbers(measured.metrics["test"]),
        mean_member=json_numbers(measured.members.mean),
        disagreement=json_numbers(measured.members.disagreement),
        unmet=list(missed),
        seconds=clock.seconds,
    )
    return EnsembleResult(**vars(measured), run=run, unmet=missed, plots=tuple(pictures), seconds=clock.seconds)


def _data_facts(measured: MeasuredEnsemble) -> dict[str, Any]:
    return {
        "dataset": measured.dataset.name,
        "found": measured.dataset.found,
        "digests": measured.dataset.digests,
        "notes": list(measured.dataset.notes),
        "rows": measured.splits.counts,
    }


def _member_facts(measured: MeasuredEnsemble) -> list[dict[str, Any]]:
    opened, compared = measured.opened, measured.members
    return [
        {
            "name": name,
            "engine": member.config.engine,
            "seed": member.config.seed,
            "architecture": member.plan.architecture_hash,
            "parameters": member.plan.parameters,
            "test": json_numbers(metrics),
        }
        for name, member, metrics in zip(opened.names, opened.members, compared.metrics, strict=True)
    ]
