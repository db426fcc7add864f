"""Measuring a finished run on one of its splits, or on other data of the same kind."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DownloadProgress, silent
from dnnctl.datasets.samples import AnySamples, Samples
from dnnctl.errors import RunError
from dnnctl.evaluation.classification import ClassRow
from dnnctl.evaluation.ensemble_diversity import Comparison
from dnnctl.evaluation.measure import all_metrics, unmet
from dnnctl.files import write_json
from dnnctl.inference.network import Network, compare_engines
from dnnctl.inference.open import OpenedRun
from dnnctl.inference.run_data import read_splits
from dnnctl.notebook import Shown, Tabular
from dnnctl.runs.lock import locked
from dnnctl.runs.manifest import read_manifest


@dataclass(frozen=True, repr=False)
class Evaluation(Tabular):
    """What a run is worth on some rows.

    Args:
        split: Which rows: `test`, `validation` or `train`.
        samples: The rows, or a sample of a stream's.
        train: The training rows, for comparison.
        scores: What the network says of `samples`.
        metrics: By name, the loss first; of all rows, as are `classes` and `count`.
        classes: A row a class or a label, empty for regression.
        unmet: Requirements on this split that were missed, in words.
        notes: Things the user should know.
        network: The network, for plots that ask it more.
        count: How many rows were measured.
        members: The members of an ensemble beside each other, on `samples`; None for a single network.
        counts: Rows of a stream by true class and predicted one, of labels one each; None for numbers, and for rows in
            memory.
    """

    split: str
    samples: Samples
    train: AnySamples
    scores: NDArray[Any]
    metrics: dict[str, float]
    classes: tuple[ClassRow, ...]
    unmet: tuple[str, ...]
    notes: tuple[str, ...]
    network: Network
    count: int
    members: Comparison | None = None
    counts: NDArray[np.int64] | None = None

    def _shown(self) -> Shown:
        sentences = [*(f"requirement not met: {text}" for text in self.unmet), *self.notes]
        return (
            f"Evaluation of {self.count:,} {self.split} rows",
            ("metric", "value"),
            [*self.metrics.items()],
            sentences,
        )


def evaluate(
    opened: OpenedRun,
    name: str = "test",
    *,
    data: Path | None = None,
    engine: str = "auto",
    encoding: str = "auto",
    progress: DownloadProgress = silent,
) -> Evaluation:
    """Measure a run.

    Args:
        opened: The run.
        name: `test`, `validation` or `train`.
        data: Folder or file to read the data set from, instead of the usual places.
        engine: What computes: `auto`, `numpy` or `keras`.
        encoding: What a table of text in `data` is encoded in; `auto` finds it out.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        DataError: If the data is missing or damaged, or there is no such split.

    The first time that Keras answers the test split of a run that NumPy trained, the largest difference between the
    two goes into the run's manifest.
    """
    # Plots of numbers show the training rows too.
    test_only = name == "test" and opened.info.is_image
    dataset, splits = read_splits(opened, data, progress, test_only=test_only, encoding=encoding)
    samples = splits.named(name)
    network = opened.network(engine)
    config, info = opened.config, opened.info
    names = all_metrics(info.task, len(info.class_names), config.training.metrics)
    measured, members = network.measure_members(samples, names)
    if engine == "keras" and name == "test" and members is None:
        _compare_late(opened, network, samples)
    required = {key: value for key, value in config.require.items() if key.startswith(f"{name}.")}
    notes = [*opened.notes, *dataset.notes]
    trained_on = opened.manifest.get("data")
    if not isinstance(trained_on, dict) or dataset.digests != trained_on.get("digests"):
        notes.append(
            "this is not the data that the run was trained on: its digests differ; rows it was trained on may be among "
            "them all the same"
        )
    if len(measured.samples) < measured.count:
        notes.append(f"scores are kept, and plots drawn, of a sample of {len(measured.samples):,} rows")
    return Evaluation(
        name,
        measured.samples,
        splits.train,
        measured.scores,
        measured.metrics,
        tuple(measured.class_rows()) if info.judged else (),
        unmet(required, {name: measured.metrics}),
        tuple(notes),
        network,
        measured.count,
        members,
        measured.counts,
    )


def _compare_late(opened: OpenedRun, network: Network, samples: AnySamples) -> None:
    """Put the comparison of both engines into the manifest of a run that NumPy trained.

    Its training did not start TensorFlow, so this is the first time that Keras can be asked. A folder that cannot
    be written to, or a run that is being trained or was trained further, keeps the manifest it has.
    """
    if opened.config.engine != "numpy" or opened.manifest.get("engines_agree") is not None or opened.unfinished:
        return
    found = compare_engines(network, opened.network("numpy"), samples.rows, opened.preprocessing)
    with contextlib.suppress(OSError, RunError), locked(opened.run):
        if read_manifest(opened.run.manifest) == opened.manifest:
            write_json(opened.run.manifest, {**opened.manifest, "engines_agree": found.to_json()})
