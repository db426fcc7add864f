"""Two runs of one configuration, bit by bit: their weights, their metrics, their epochs, and what they ran on."""

import csv
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.metrics_file import no_metrics, read_metrics_json
from dnnctl.runs.reading import open_inside

Weights = Mapping[str, NDArray[Any]]

# Parts of a manifest that decide results: single values, mappings one level deep, and those two levels deep.
SINGLE = (
    "dnnctl",
    "engine",
    "device",
    "replicas",
    "seed",
    "deterministic",
    "threads_asked",
    "init_from_digest",
    "optimizer_steps",
)
MAPPINGS = ("versions", "platform", "environment", "threads", "network")
DATA = ("dataset", "batch_size")
DATA_MAPPINGS = ("digests", "rows")
UNSET = "not set"
# A history that is so many bytes longer than the other's is not looked into: it has more rows anyway.
SLACK = 1 << 16


@dataclass(frozen=True)
class ArrayDifference:
    """A weight array that differs.

    Args:
        name: As `dense_1/kernel`.
        different: How many numbers differ in at least one bit.
        size: How many numbers there are.
        largest: Largest absolute difference.
    """

    name: str
    different: int
    size: int
    largest: float


@dataclass(frozen=True)
class Change:
    """A value that is not what it was.

    Args:
        name: As `test.accuracy` or `versions.numpy`.
        then: In the first run, as text.
        now: In the second run, as text.
    """

    name: str
    then: str
    now: str


def different_weights(then: Weights, now: Weights) -> tuple[ArrayDifference, ...]:
    """Return the arrays that are not equal in every bit.

    Args:
        then: Weights by name.
        now: The same names and shapes.
    """
    found = []
    for name, before in then.items():
        after = now[name]
        if before.dtype == after.dtype and before.tobytes() == after.tobytes():
            continue
        gap = np.abs(before.astype(np.float64) - after.astype(np.float64))
        # Where only the sign of a zero differs, numbers are equal and bits are not.
        unequal = (before != after) | (np.signbit(before) != np.signbit(after))
        found.append(ArrayDifference(name, int(np.count_nonzero(unequal)), gap.size, float(gap.max(initial=0.0))))
    return tuple(found)


def final_metrics(run: RunDirectory) -> dict[str, str]:
    """Return the final metrics in a run's `metrics.json` by name, as `test.accuracy`, with all their digits.

    Args:
        run: The run.

    Raises:
        RunError: If the file is missing or holds anything else.
    """
    found: dict[str, str] = {}
    for split, values in read_metrics_json(run).items():
        for name, value in values.items():
            # Baselines are one level deeper: their kind, then their metrics.
            inner = value.items() if isinstance(value, dict) else ((None, value),)
            for part, single in inner:
                if isinstance(single, int | float | str):
                    found[".".join(filter(None, (split, name, part)))] = _text(single)
    if not found:
        raise no_metrics(run)
    return found


def changes(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the names whose values differ, or that only one side has."""
    names = dict.fromkeys([*then, *now])
    pairs = ((name, then.get(name, UNSET), now.get(name, UNSET)) for name in names)
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def environment_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs in versions, platform, flags, threads, data and length between two manifests.

    Args:
        then: The manifest of the first run; what it does not record is not compared.
        now: That of the second run.
    """
    before, after = _facts(then), _facts(now)
    groups = {key for key in ("environment", *SINGLE) if key in then}
    recorded = {name: value for name, value in after.items() if name in before or name.split(".")[0] in groups}
    return changes(before, recorded)


def _facts(manifest: Mapping[str, Any]) -> dict[str, str]:
    data = manifest.get("data")
    data = data if isinstance(data, dict) else {}
    found = {key: manifest[key] for key in SINGLE if manifest.get(key) is not None}
    found |= {f"data.{key}": data[key] for key in DATA if key in data}
    parts = [(key, manifest.get(key)) for key in MAPPINGS]
    parts += [(f"data.{key}", data.get(key)) for key in DATA_MAPPINGS]
    for key, values in parts:
        found |= {f"{key}.{name}": value for name, value in values.items()} if isinstance(values, dict) else {}
    return {name: _text(value) for name, value in found.items()}


def _text(value: object) -> str:
    """Return a value out of a run's file as text, cut where it is longer than any honest one."""
    return value[:120] if isinstance(value, str) else repr(value)[:120] if not isinstance(value, dict | list) else "..."


def first_different_epoch(then: RunDirectory, now: RunDirectory) -> int | None:
    """Return the first epoch, counted from 1, whose row of the history differs but for its seconds; None if none does.

    Args:
        then: The first run.
        now: The second run.

    Raises:
        RunError: If a history is missing or no table.
    """
    for number, (before, after) in enumerate(zip_longest(_rows(then, now), _rows(now, then)), start=1):
        if before != after:
            return number
    return None


def _rows(run: RunDirectory, other: RunDirectory) -> Iterator[dict[str | None, Any]]:
    """Yield the rows of a run's history without their seconds."""
    try:
        most = 2 * other.history.stat().st_size + SLACK
        with open_inside(run.history, run.path) as stream:
            if os.fstat(stream.fileno()).st_size > most:
                raise RunError(f"{run.history}: expected a row an epoch, at most {most:,} bytes; received more")
            with io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="") as text:
                for row in csv.DictReader(text):
                    yield {name: value for name, value in row.items() if name != "seconds"}
    except FileNotFoundError:
        raise RunError(f"{run.history}: no such file; the run is incomplete") from None
    except csv.Error as error:
        raise RunError(f"{run.history}: expected a row an epoch; {error}") from None
