"""Can these runs be the members of one ensemble? They may be different networks, but must know the same rows.

If one member had been trained on rows that another is tested on, the metrics of the ensemble would be too good.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from dnnctl.config.schema import Config
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import RunError
from dnnctl.inference.open import OpenedRun
from dnnctl.runs.ensembles import Vote

# What decides which rows are in which split, besides the rows themselves.
SPLITS = ("split_seed", "validation_split", "test_split", "limit", "fold")
# What a row holds and what is asked of it: parts of what is known about a data set, and what to call them.
MEANING = {
    "task": "tasks",
    "target": "targets",
    "targets": "targets",
    "unit": "units of the target",
    "class_names": "classes",
    "input_shape": "shapes of a row",
    "feature_names": "columns",
    "input_range": "ranges of a pixel",
}
LONGEST = 80


def check_together(members: Sequence[OpenedRun], vote: Vote) -> None:
    """Check that runs can be the members of an ensemble.

    Args:
        members: The runs, at least one.
        vote: How they vote.

    Raises:
        RunError: If one of them differs from the first in its data, its splits, its classes or its target, or the
            vote does not fit what they predict.
    """
    first = members[0]
    if (vote == "mean") != (first.info.task == "regression"):
        kind = "numbers, whose mean is taken" if first.info.task == "regression" else "classes: soft or hard"
        raise RunError(f"{first.run.path}: a vote {vote!r} does not fit; its network predicts {kind}")
    for other in members[1:]:
        found = next(_differences(first, other), None)
        if found is not None:
            what, here, there = found
            raise RunError(
                f"{other.run.path}: cannot be in an ensemble with {first.run.path}: the {what} differ: {_shown(there)} "
                f"and {_shown(here)}. Expected runs of the same data, splits, classes and target; networks and engines "
                "may differ"
            )


def check_configuration(config: Config, info: DatasetInfo, member: OpenedRun) -> str | None:
    """Return in what a configuration speaks of other data than a run does; None if in nothing.

    Args:
        config: A resolved configuration.
        info: What is known about its data.
        member: The run.
    """
    rows = _of_rows(config, member.config)
    found = next(rows, None) or next(_of_meaning(info, member.info), None)
    return None if found is None else found[0]


def _differences(first: OpenedRun, other: OpenedRun) -> Iterator[tuple[str, Any, Any]]:
    """Yield in what two runs do not go together: what it is, and how it is in each."""
    yield from _of_rows(first.config, other.config)
    yield from _of_meaning(first.info, other.info)
    here, there = _digests(first), _digests(other)
    if here != there:
        name = next(name for name in dict.fromkeys([*here, *there]) if here.get(name) != there.get(name))
        yield f"contents of the data, by the SHA-256 of its {_shown(name)},", here.get(name), there.get(name)
    if first.preprocessing.table != other.preprocessing.table:
        name = first.run.preprocessing.name
        yield "ways in which the cells become numbers", f"see its {name}", f"see its {name}"


def _of_rows(first: Config, other: Config) -> Iterator[tuple[str, Any, Any]]:
    one, two = first.data.source, other.data.source
    if one.key != two.key:
        yield "data sets", one.key, two.key
        return
    # A file may have been moved; that it is the same one is known by its digest.
    for name in type(one).model_fields:
        if name not in one.paths and getattr(one, name) != getattr(two, name):
            yield f"values of data.{one.key}.{name}", getattr(one, name), getattr(two, name)
    for name in SPLITS:
        if getattr(first.data, name) != getattr(other.data, name):
            yield f"values of data.{name}", getattr(first.data, name), getattr(other.data, name)


def _of_meaning(first: DatasetInfo, other: DatasetInfo) -> Iterator[tuple[str, Any, Any]]:
    for name, called in MEANING.items():
        if getattr(first, name) != getattr(other, name):
            yield called, getattr(first, name), getattr(other, name)


def _digests(opened: OpenedRun) -> dict[str, Any]:
    data = opened.manifest.get("data")
    digests = data.get("digests") if isinstance(data, dict) else None
    return digests if isinstance(digests, dict) else {}


def _shown(value: object) -> str:
    if value is None:
        return "null"
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
