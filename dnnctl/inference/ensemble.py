"""Ensembles at work: an opened run whose answers come from its members, which are opened runs themselves."""

import collections
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import load
from dnnctl.config.schema import Config
from dnnctl.datasets.samples import AnySamples, Samples, looked_at
from dnnctl.errors import ConfigError, DataError, RunError
from dnnctl.evaluation.classification import predicted_labels
from dnnctl.evaluation.ensemble_diversity import Comparison, compare_members
from dnnctl.evaluation.voting import Ballot
from dnnctl.inference.ensemble_fitting import check_configuration, check_together
from dnnctl.inference.network import Measured, Network
from dnnctl.inference.open import OpenedRun, open_run
from dnnctl.runs.ensembles import EnsembleFile, Vote, member_folder, read_ensemble
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import check_format, read_manifest
from dnnctl.runs.reading import open_inside
from dnnctl.runs.series import ENSEMBLE, kind_of

# Members of so many weights in all are kept ready for the next question; larger ones are read anew each time.
KEPT_WEIGHTS = 1 << 25
# Letters of a member's label that may tell of its layers.
LONGEST = 40


@dataclass(frozen=True)
class OpenedEnsemble(OpenedRun):
    """An ensemble that was read.

    Its statistics and its plan are those of the first member; each member answers by its own.

    Args:
        members: Its members.
        names: What they are called in it, as `01`.
        vote: How they vote.
    """

    members: tuple[OpenedRun, ...]
    names: tuple[str, ...]
    vote: Vote

    def network(self, engine: str = "auto") -> "EnsembleNetwork":
        """Return what answers for all members.

        Args:
            engine: `keras`, `numpy`, or `auto`: for each member as if it were asked alone.
        """
        return EnsembleNetwork(self, engine)


class Committee:
    """The members of an ensemble in an engine's place: raw rows in, logits of their common answer out.

    Args:
        opened: The ensemble.
        engine: What computes each member: `auto`, `numpy` or `keras`.
    """

    def __init__(self, opened: OpenedEnsemble, engine: str) -> None:
        self._members = opened.members
        self._vote = opened.vote
        self._several = opened.info.task == "multilabel"
        # The loss that the answer is measured with says what logits mean.
        self._activation = opened.config.training.loss.activation
        self._preprocessing = opened.preprocessing
        self._engine = engine
        self._keep = sum(member.plan.parameters for member in opened.members) <= KEPT_WEIGHTS
        self._kept: list[Network] = []
        self._penalties: list[float] = []

    def networks(self) -> Iterator[Network]:
        """Yield the members' networks; large ones are not held together."""
        if self._kept:
            yield from self._kept
            return
        ready, penalties = [], []
        for member in self._members:
            network = member.network(self._engine)
            penalties.append(network.penalty())
            if self._keep:
                ready.append(network)
            yield network
        self._kept, self._penalties = ready, penalties

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the logits of what the members say together of raw rows, (n, outputs), float64."""
        ballot = self.ballot()
        for network in self.networks():
            ballot.cast(network.scores(x))
        return self.as_logits(ballot.count())

    def ballot(self) -> Ballot:
        """Return what collects the members' answers."""
        return Ballot(self._vote, several=self._several)

    def penalty(self) -> float:
        """Return the mean of what the members' weights add to their losses."""
        if not self._penalties:
            collections.deque(self.networks(), maxlen=0)
        return float(np.mean(self._penalties))

    def as_logits(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the logits that mean given scores.

        Args:
            scores: (n, classes) or (n, labels) probabilities, or (n, targets) values in the target's unit.
        """
        if self._activation == "linear":
            return self._preprocessing.prepare_targets(scores, "float64")
        # The logarithm of a probability that is 0 in 64 bits would be infinite.
        tiny = np.finfo(np.float64).tiny
        logarithms: NDArray[np.float64] = np.log(np.maximum(scores, tiny))
        if self._several:
            return logarithms - np.log(np.maximum(1 - scores, tiny))
        return logarithms if self._activation == "softmax" else logarithms[:, 1:] - logarithms[:, :1]


class EnsembleNetwork(Network):
    """The networks of an ensemble, which answer as one.

    Args:
        opened: The ensemble.
        engine: What computes each member: `auto`, `numpy` or `keras`.
    """

    def __init__(self, opened: OpenedEnsemble, engine: str) -> None:
        self._opened = opened
        self._committee = Committee(opened, engine)
        super().__init__(self._committee, opened.info, opened.preprocessing, opened.config.training.loss)

    def measure_members(self, samples: AnySamples, metrics: Sequence[str]) -> tuple[Measured, Comparison]:
        """Measure the ensemble and each of its members on rows; each member is asked once.

        Args:
            samples: The rows, at least one; of a stream the members are measured on a sample.
            metrics: Names of metrics.

        Returns:
            What the ensemble is worth, and its members beside each other.
        """
        if not isinstance(samples, Samples):
            return self.measure(samples, metrics), self.measure_members(looked_at(samples), metrics)[1]
        opened, ballot = self._opened, self._committee.ballot()
        several = opened.info.task == "multilabel"
        measured, answers = [], []
        for network in self._committee.networks():
            own, scores = network.evaluate(samples.rows, samples.y, metrics)
            ballot.cast(scores)
            measured.append(own)
            # A class a row, or what is said of each label, is enough to compare members by.
            said = scores > 0.5 if several else predicted_labels(scores)
            answers.append(scores if opened.vote == "mean" else said)
        logits = self._committee.as_logits(ballot.count())
        whole, scores = self.evaluate_logits(logits, samples.y, metrics, penalty=self._committee.penalty())
        described = list(zip(opened.names, map(label, opened.members), strict=True))
        compared = compare_members(opened.info.task, samples.y, answers, measured, whole, described)
        return Measured(whole, len(samples), samples, scores), compared


def label(member: OpenedRun) -> str:
    """Return what tells a member from others, for people: its engine, its layers, its seed."""
    layers = "-".join(str(layer.outputs) for layer in member.plan.layers if layer.spec.key == "dense")
    layers = layers if len(layers) <= LONGEST else f"{layers[:LONGEST]}..."
    return f"{member.config.engine}, {layers}, seed {member.config.seed}"


def open_any(run: RunDirectory) -> OpenedRun:
    """Read a run that answers: one network, or an ensemble of several.

    Args:
        run: Its folder.

    Raises:
        RunError: If a file is missing or damaged, or its parts do not belong together.
    """
    manifest = read_manifest(run.manifest)
    return open_ensemble(run, manifest) if kind_of(manifest) is ENSEMBLE else open_run(run)


def open_ensemble(run: RunDirectory, manifest: dict[str, Any]) -> OpenedEnsemble:
    """Read an ensemble.

    Args:
        run: Its folder.
        manifest: Its manifest.

    Raises:
        RunError: If it or one of its members is unfinished or damaged, or its parts do not belong together.
    """
    check_format(run, manifest)
    try:
        file = read_ensemble(run)
    except FileNotFoundError:
        state = str(manifest.get("state", "unknown"))[:40]
        raise RunError(
            f"{run.path}: this ensemble has not got all its members; it is {state!r}. Go on with: ",
            ENSEMBLE.how_to_resume(run),
        ) from None
    members = tuple(open_run(member_folder(run, name)) for name in file.members)
    first = members[0]
    try:
        open_inside(run.config, run.path).close()
        loaded = load(run.config, info=first.preprocessing.info)
    except FileNotFoundError:
        raise RunError(f"{run.config}: no such file; the ensemble is incomplete") from None
    except (ConfigError, DataError) as error:
        raise RunError(f"{run.path}: its configuration cannot be used: {error}") from None
    different = check_configuration(loaded.config, loaded.info, first)
    if different is not None:
        raise RunError(
            f"{run.config}: is not that of the ensemble's members: the {different} differ. "
            "Restore it, or make the ensemble again"
        )
    return ensemble_of(run, manifest, loaded.config, members, file)


def ensemble_of(
    run: RunDirectory, manifest: dict[str, Any], config: Config, members: Sequence[OpenedRun], file: EnsembleFile
) -> OpenedEnsemble:
    """Put opened runs together.

    Args:
        run: The ensemble's folder.
        manifest: Its manifest.
        config: Its configuration, of the members' data.
        members: Its members, which may be anywhere.
        file: How they vote, and what they are called.

    Raises:
        RunError: If they do not go together.
    """
    check_together(members, file.vote)
    first = members[0]
    return OpenedEnsemble(
        run, config, first.info, first.preprocessing, first.plan, manifest, tuple(members), file.members, file.vote
    )
