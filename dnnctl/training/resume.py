"""Opening a run to go on with it: nothing but its length may have changed."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import ValidationError

from dnnctl.config.loading import Handover, LoadedConfig, load
from dnnctl.config.overrides import Overrides
from dnnctl.config.resolve import as_used
from dnnctl.config.schema import Config
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.read import read, read_again
from dnnctl.errors import Call, ConfigError, DataError, RunError
from dnnctl.files import sha256_of_file
from dnnctl.inference.open import read_preprocessing, read_weights
from dnnctl.network.initial_weights import initial_weights
from dnnctl.runs.environment import versions
from dnnctl.runs.history import write_table
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.reading import open_inside
from dnnctl.runs.series import check_alone, check_single, series_around
from dnnctl.training.checkpoint import Checkpoint, read_checkpoint
from dnnctl.training.preparation import Prepared
from dnnctl.training.same_inputs import differences

# The keys of the length, the one part that may change.
LENGTH = ("training.epochs", "training.iterations")
SHOWN = 5


@dataclass(frozen=True)
class Resumed:
    """A run that was opened to go on with it.

    Args:
        run: Its folder.
        loaded: Its configuration, with its new length if that changes.
        manifest: What its manifest says.
        checkpoint: Where it goes on; None if it was stopped before the first one, so that it begins again.
        preprocessing: How its inputs were prepared; None if it was never finished.
    """

    run: RunDirectory
    loaded: LoadedConfig
    manifest: dict[str, Any]
    checkpoint: Checkpoint | None
    preprocessing: Preprocessing | None = None

    @property
    def steps(self) -> int:
        """Optimizer steps that it has behind it."""
        return self.checkpoint.meta.optimizer_steps if self.checkpoint else 0

    def check(self, prepared: Prepared) -> dict[str, NDArray[Any]]:
        """Check that the data is what it was, and that the length leaves something to do.

        Args:
            prepared: What the training is made from now.

        Returns:
            The weights that the run began with, by the names of the plan.

        Raises:
            RunError: If the run is finished, has more steps behind it than it shall have, or the data has changed.
        """
        self._check_length(prepared)
        self._check_units(prepared)
        before = self.manifest.get("data")
        if not isinstance(before, dict) or before.get("digests") != prepared.dataset.digests:
            raise RunError(
                f"{self.run.path}: the data set {prepared.dataset.name!r} is not the one this run was begun with (its "
                "digests in manifest.json differ). Bring that one back, or train anew: ",
                Call("train", (str(self.run.config),)),
            )
        self._check_inputs(prepared)
        start = self.manifest.get("init_from")
        if self.checkpoint is None and start is not None:
            other = RunDirectory(Path(str(start)))
            weights = read_weights(other, prepared.plan)
            if sha256_of_file(other.weights) != self.manifest.get("init_from_digest"):
                raise RunError(f"{other.weights}: these are not the weights that {self.run.path} began with")
            return weights
        return initial_weights(prepared.plan, prepared.config.seed, prepared.config.training.dtype)

    def _check_length(self, prepared: Prepared) -> None:
        network, steps = self.manifest.get("network"), prepared.length.steps
        planned = network.get("steps_planned") if isinstance(network, dict) else None
        iterations = prepared.config.training.iterations is not None
        key, per = ("iterations", 1) if iterations else ("epochs", prepared.length.steps_per_epoch)
        done = -(-self.steps // per)
        if steps < self.steps:
            raise RunError(f"{self.run.path}: this run has {done} {key} behind it; expected training.{key} to be more")
        if self.manifest.get("state") == "done" and planned == steps:
            finished = f"{self.run.path}: this run is finished, after {done} {key}"
            if series_around(self.run) is not None:
                raise RunError(finished)
            longer = Call("resume", (str(self.run.path),), {"overrides": [f"training.{key}=N"]})
            raise RunError(f"{finished}. To train it for longer: ", longer)

    def _check_units(self, prepared: Prepared) -> None:
        """Refuse a run whose data is read otherwise than when it was begun, as by an older version."""
        known, info, network = self.manifest.get("network"), prepared.dataset.info, prepared.plan.architecture_hash
        stored = known if isinstance(known, dict) else {}
        now = list(info.units(prepared.plan.outputs))
        # Before units were written down, classes of text were in the order of texts, whatever numbers are in these.
        table = prepared.dataset.table
        texts = prepared.dataset.name == "image_folder" or (table is not None and table.targets[0].kind == "category")
        then = stored.get("units", sorted(now) if info.class_names and texts else now)
        if then != now or stored.get("architecture", network) != network:
            what, read = ("outputs", now) if then != now else ("inputs or outputs", [*info.feature_names, *now])
            raise RunError(
                f"{self.run.path}: its network was begun for other {what} than its data is read for today "
                f"({quoted(read)}): amounts and dates, whole numbers and the order of classes are read in another way "
                "since then. Train anew: ",
                Call("train", (str(self.run.config),)),
            )

    def _check_inputs(self, prepared: Prepared) -> None:
        """Refuse a run whose rows would reach its network otherwise than they did, as an older version read them."""
        stored, now = self.preprocessing, prepared.preprocessing
        changed = [] if stored is None else list(differences(stored, now))
        if not changed:
            return
        key = prepared.config.data.source.key
        kept = ""
        if stored is not None and stored.table is not None and now.divisor is not None:
            kept = f"; data.{key}.image: false reads its columns as numbers, as this run does"
        raise RunError(
            f"{self.run.path}: its data is the same, but is prepared otherwise than when this run was begun: "
            f"{'; '.join(changed[:SHOWN])}. What the network has learned is on the old scale. Train anew{kept}: ",
            Call("train", (str(self.run.config),)),
        )

    def notices(self, prepared: Prepared) -> Iterator[str]:
        """Yield what the user should know before training goes on.

        Args:
            prepared: What the training is made from now.
        """
        if self.checkpoint is None:
            yield "there is no checkpoint yet: training begins again"
            return
        meta, length = self.checkpoint.meta, prepared.length
        where = f"epoch {meta.epoch + 1}, step {meta.done + 1}"
        if self.steps < length.steps:
            yield f"going on at {where}: {self.steps:,} of {length.steps:,} steps are done"
        schedule = prepared.config.training.optimizer.learning_rate
        before = meta.config.get("training", {})
        now = prepared.config.model_dump(mode="json")["training"]
        if schedule.depends_on_length() and any(before.get(k) != now[k] for k in ("epochs", "iterations")):
            yield (
                f"the {schedule.key} learning rate depends on the length of the training: this is not what a training "
                "of this length from the start would have come to"
            )
        known = self.manifest.get("versions")
        old = known if isinstance(known, dict) else {}
        for package in ("tensorflow", "keras", "numpy"):
            if old.get(package) != versions()[package]:
                yield (
                    f"{package} was {old.get(package)} when this run began and is {versions()[package]}: the result "
                    "may differ in its last digits"
                )

    def clean(self) -> None:
        """Take out of the run what comes after the checkpoint, and remove files that are half written.

        Metrics of a training that was shorter are none of this one; they are written anew at its end.
        """
        for folder in (self.run.path, self.run.checkpoint.parent):
            for half in folder.glob(".*.part"):
                if half.is_dir() and not half.is_symlink():
                    shutil.rmtree(half)
                else:
                    half.unlink()
        meta = self.checkpoint.meta if self.checkpoint else None
        for table, rows in (
            (self.run.history, meta.history if meta else []),
            (self.run.layers, meta.layers if meta else []),
        ):
            if rows:
                write_table(table, rows)
            else:
                table.unlink(missing_ok=True)
        for path in (self.run.iterations, self.run.metrics, self.run.predictions):
            path.unlink(missing_ok=True)


def open_for_resume(run: RunDirectory, overrides: Overrides) -> Resumed:
    """Read a run to go on with it.

    Args:
        run: Its folder.
        overrides: Values of single keys of its configuration.

    Raises:
        ConfigError: If a setting cannot be read.
        RunError: If a file is missing or damaged, or anything but the length would change.
    """
    manifest = read_manifest(run.manifest)
    check_single(run, manifest)
    if overrides:
        check_alone(run)
    try:
        open_inside(run.config, run.path).close()
        # Where there is one, it is written anew at the end; until then it is what the run answers with.
        preprocessing = read_preprocessing(run) if run.preprocessing.exists() else None
        stored = _stored(run, preprocessing)
    except FileNotFoundError:
        raise RunError(f"{run.config}: no such file; the run is incomplete") from None
    except ConfigError as error:
        raise RunError(f"{run.path}: its configuration cannot be used: {error}") from None
    loaded = _overridden(stored, overrides) if overrides else stored
    checkpoint = read_checkpoint(run.checkpoint) if run.checkpoint.exists() else None
    before = stored.config if checkpoint is None else _config(checkpoint.meta.config, run)
    changed = list(_differences(before.model_dump(mode="json"), loaded.config.model_dump(mode="json")))
    if changed:
        raise RunError(
            f"{run.path}: on resume only the length may change (training.epochs or training.iterations, whichever the "
            f"run has); this would change {'; '.join(changed[:SHOWN])}. For another configuration, train anew"
        )
    return Resumed(run, loaded, manifest, checkpoint, preprocessing)


def _stored(run: RunDirectory, known: Preprocessing | None) -> LoadedConfig:
    """Return a run's configuration, its table read as it was before where the run has got far enough to tell."""
    if known is None or known.table is None or known.info is None:
        return load(run.config)
    stored = load(run.config, info=known.info)
    source, places = stored.config.data.source, default_places()
    try:
        dataset = read_again(source, places, known.table.table)
    except DataError:
        # It cannot be read as it was: what is otherwise is told when all is prepared.
        dataset = read(source, places)
    return replace(stored, info=as_used(dataset.info, stored.config.data), dataset=Handover(dataset))


def _overridden(stored: LoadedConfig, overrides: Overrides) -> LoadedConfig:
    """Return a stored configuration with overrides; data of the user's own was read with it and is not read again."""
    own = bool(stored.config.data.source.paths)
    return replace(load(stored.path, overrides, info=stored.info if own else None), dataset=stored.dataset)


def _config(stored: dict[str, Any], run: RunDirectory) -> Config:
    """Read the configuration in a checkpoint; keys that are newer than it get their defaults."""
    try:
        return Config.model_validate(stored)
    except ValidationError as error:
        raise RunError(f"{run.checkpoint}: its configuration cannot be used: {error}") from None


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield what two configurations differ in, apart from their length: `key: old, now new`."""
    if path in LENGTH and (before is None) == (after is None):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{path}[{i}]")
    elif before != after:
        yield f"{path}: {str(before)[:60]}, now {str(after)[:60]}"
