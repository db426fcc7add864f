"""The file that a resume starts from, `checkpoint/state.npz`, and when it is written; whole or not at all.

It holds arrays and one piece of JSON. `digest` is the SHA-256 of everything else in it, so that a damaged file
is told from one of another network. Nothing in it is executed: arrays are read without pickle, uncompressed
(so that a file can claim no more than it is long), and the JSON is checked against a model.
"""

import hashlib
import json
import os
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from dnnctl.archives import read_npy
from dnnctl.config.schema import CheckpointConfig
from dnnctl.errors import DataError, RunError
from dnnctl.files import write_npz
from dnnctl.runs.history import write_table
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.runs.reading import open_inside
from dnnctl.training.early_stopping import BestState, PlateauState, Stored

FORMAT = 2
META, DIGEST = "meta", "digest"
# With `every`, epochs of milliseconds are not each followed by a checkpoint.
SECONDS_BETWEEN = 1.0
# Nor does one follow before so many times what the last one took: writing them takes 2% of the time at most.
TIMES_ITS_COST = 50
Arrays = dict[str, NDArray[Any]]


class CheckpointMeta(Stored):
    """Where a training is, and what its loop remembers besides arrays.

    Args:
        format: Of the file; another one is not read.
        config: The resolved configuration.
        optimizer_steps: Steps taken.
        epoch: The epoch at work, counted from 0.
        done: Steps taken in it.
        seconds: Seconds spent in it.
        early_stopping: The best epoch so far; None without early stopping.
        plateau: Of the plateau rule.
        history: A row an epoch that is over.
        layers: A row an inspected epoch and layer.
    """

    format: int = Field(FORMAT, alias="format")
    config: dict[str, Any] = Field(alias="config")
    optimizer_steps: int = Field(ge=0, alias="optimizer_steps")
    epoch: int = Field(ge=0, alias="epoch")
    done: int = Field(ge=0, alias="steps_in_epoch")
    seconds: float = Field(ge=0, alias="seconds_in_epoch")
    early_stopping: BestState | None = Field(alias="early_stopping")
    plateau: PlateauState = Field(alias="reduce_on_plateau")
    history: list[dict[str, int | float]] = Field(alias="history")
    layers: list[dict[str, int | float | str]] = Field(alias="layers")


@dataclass(frozen=True)
class Checkpoint:
    """Everything that an exact resume needs.

    Args:
        meta: Where the training is.
        arrays: `engine/...`: the engine's state; `best/...`: the best weights so far; `epoch/losses` (done,) and
            `epoch/logits` (rows visited, outputs): of the epoch at work; `losses` (steps,): of the epochs before it,
            if the length is given in iterations.
    """

    meta: CheckpointMeta
    arrays: Arrays

    def under(self, prefix: str) -> Arrays:
        """Return the arrays whose names begin with `prefix/`, without it."""
        return under(self.arrays, prefix)


def under(arrays: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose names begin with `prefix/`, without it."""
    start = f"{prefix}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


class CheckpointManager:
    """Keeps the last checkpoint of a training, in memory and on disk.

    Before the first one is written, `last` is the state before the first step, in memory alone.

    Args:
        run: Whose it is; None to keep it in memory alone.
        rule: How often one is due.
        last: What training goes on from; None if it begins.
    """

    def __init__(self, run: RunDirectory | None, rule: CheckpointConfig, last: Checkpoint | None = None) -> None:
        self.run = run
        self._rule = rule
        self._cost = 0.0
        self._time = time.monotonic()
        self.last = last

    @property
    def steps(self) -> int:
        """Optimizer steps that the last checkpoint has behind it."""
        return self.last.meta.optimizer_steps if self.last else 0

    def due(self, epochs: int | None) -> bool:
        """Tell whether a checkpoint is due.

        Args:
            epochs: Epochs that are over, at the end of one; None inside an epoch.
        """
        passed = time.monotonic() - self._time
        if passed < TIMES_ITS_COST * self._cost:
            return False
        if self._rule.seconds is not None:
            return passed >= self._rule.seconds
        if epochs is None or passed < SECONDS_BETWEEN:
            return False
        kept = self.last.meta.epoch if self.last else 0
        return epochs - kept >= (self._rule.every or 1)

    def begin(self, take: Callable[[], Checkpoint]) -> None:
        """Remember where training begins: nothing is written yet, but a divergence is looked into from there."""
        self.last = self.last or take()

    def save(self, take: Callable[[], Checkpoint], *, history: bool) -> None:
        """Write a checkpoint, and the history up to it.

        Args:
            take: Returns the checkpoint.
            history: Whether to write the history; not where training ends here, which writes it anyway.

        Raises:
            RunError: If it cannot be written; the last one is intact then.
        """
        start = time.monotonic()
        checkpoint = take()
        before = self.last.meta.epoch if self.last else 0
        run = self.run
        if run is None:
            self.last = checkpoint
            return
        try:
            write_checkpoint(run.checkpoint, checkpoint)
            self.last = checkpoint
            if history and checkpoint.meta.epoch != before:
                write_table(run.history, checkpoint.meta.history)
        except OSError as error:
            raise RunError(
                f"{run.path}: the checkpoint cannot be written: {error.strerror or error}. "
                f"{self._intact()}Make room or make the folder writable, then go on with: ",
                how_to_resume(run),
            ) from None
        self._time = time.monotonic()
        self._cost = self._time - start

    def _intact(self) -> str:
        return f"The last one, after step {self.steps:,}, is intact. " if self.steps else ""


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; the one before it stays until this one is whole.

    Raises:
        OSError: If it cannot be written.
    """
    meta = json.dumps(checkpoint.meta, default=_by_stored_names).encode()
    members = {META: np.frombuffer(meta, np.uint8), **checkpoint.arrays}
    write_npz(path, {DIGEST: _digest(members), **members})


def _by_stored_names(part: Stored) -> dict[str, Any]:
    """Return the values of a part of the JSON by their names in the file, one level deep."""
    return {str(field.alias): getattr(part, name) for name, field in type(part).model_fields.items()}


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Args:
        path: The file, `checkpoint/state.npz` in the run's folder, which it must not leave through a symbolic link.

    Raises:
        RunError: If it is missing, damaged, no regular file in the run's folder, or of a format that is not known.
    """
    members = _members(path)
    digest = members.pop(DIGEST, None)
    if digest is None or META not in members or not np.array_equal(digest, _digest(members)):
        raise RunError(f"{path}: the checkpoint is damaged: its contents do not have the digest it was written with")
    try:
        values = json.loads(members.pop(META).tobytes())
        if isinstance(values, dict) and values.get("format") != FORMAT:
            raise RunError(
                f"{path}: expected a checkpoint of format {FORMAT}; received {str(values.get('format'))[:20]!r}. "
                "Resume with the version of dnnctl that began this run; manifest.json names it"
            )
        meta = CheckpointMeta.model_validate(values)
    except (ValidationError, ValueError, RecursionError) as error:
        problem = str(error).splitlines()
        raise RunError(f"{path}: the checkpoint is not one that dnnctl wrote: {'; '.join(problem[:3])}") from None
    return Checkpoint(meta, members)


def _members(path: Path) -> Arrays:
    """Read every array of the file."""
    try:
        stream = open_inside(path, path.parent.parent)
    except FileNotFoundError:
        raise RunError(f"{path}: no such file") from None
    arrays: Arrays = {}
    # Damage to an archive surfaces as many kinds of exception.
    try:
        with stream, zipfile.ZipFile(stream) as archive:
            claimed = sum(member.file_size for member in archive.infolist())
            if claimed > os.fstat(stream.fileno()).st_size:
                raise DataError(f"its members claim {claimed:,} bytes, more than the file has")
            for member in archive.infolist():
                if member.compress_type != zipfile.ZIP_STORED:
                    raise DataError(f"{member.filename} is compressed")
                name = member.filename.removesuffix(".npy")
                with archive.open(member) as contents:
                    # It is not compressed, so what the file holds bounds it.
                    arrays[name] = read_npy(contents, member.file_size, name, _check_numbers, sys.maxsize)
    except MemoryError:
        raise
    except Exception as error:
        raise RunError(f"{path}: the checkpoint is damaged: {error}") from None
    return arrays


def _check_numbers(_: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Refuse what no state has: text, dates and structures, some of which have no bytes to hash."""
    if dtype.kind not in "fiu":
        raise DataError(f"expected real numbers; received {dtype}")


def _digest(members: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Return the SHA-256 of names, types, shapes and elements, (32,)."""
    hasher = hashlib.sha256()
    for name, array in sorted(members.items()):
        hasher.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        hasher.update(np.ascontiguousarray(array).data)
    return np.frombuffer(hasher.digest(), np.uint8)
