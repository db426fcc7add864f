"""The splits of rows that stay in their files: by a hash of the row, or of the group that it belongs to."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.schema import DataConfig
from dnnctl.data.split import Splits
from dnnctl.datasets.base import Dataset
from dnnctl.datasets.samples import AnySamples
from dnnctl.datasets.streams.base import Marks, Stream
from dnnctl.datasets.streams.membership import NOWHERE, TEST, TRAIN, VALIDATION, Membership
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.streams.selection import Selection
from dnnctl.datasets.streams.surveyor import Surveyor
from dnnctl.errors import DataError


def split_stream(dataset: Dataset, train: StreamedSamples, settings: DataConfig) -> Splits:
    """Split rows that stay in their files.

    Args:
        dataset: What was found out about them.
        train: Its training rows.
        settings: The configuration's `data`.

    Returns:
        The splits, without numbers of their rows.

    Raises:
        DataError: If too few rows are left to train on.
    """
    membership = membership_of(settings, _pieces(train.stream), apart=dataset.test is not None)
    surveyor = Surveyor(train.stream, membership, len(dataset.info.class_names))
    counts = surveyor.survey.counts if train.stream.marked else counted(train.stream, membership)

    def part(split: int) -> StreamedSamples:
        return replace(train, selection=Selection(counts[split], membership, split), surveyor=surveyor)

    apart = dataset.test if settings.fold is None else None
    test = part(TEST)
    if apart is not None:
        # Their cells are compared with those of the training rows, so their words have the same codes.
        test = replace(all_of(apart, len(dataset.info.class_names)), words=surveyor)
    held_out = replace(part(VALIDATION), keep=True)
    if not counts[TRAIN].sum() or not len(test):
        raise DataError(
            f"data set {dataset.name!r}: expected rows left for training and test; received {counts[TRAIN].sum():,} "
            f"and {len(test):,} of {train.stream.sizes.sum():,}. Raise data.limit or change the splits"
        )
    return Splits(part(TRAIN), held_out if len(held_out) else None, test, {})


def all_of(samples: AnySamples, classes: int) -> StreamedSamples:
    """Return all rows of a stream as one split.

    Args:
        samples: The stream's rows.
        classes: How many classes there are; 0 for numbers to predict.
    """
    assert isinstance(samples, StreamedSamples)
    everyone = Membership(0)
    surveyor = Surveyor(samples.stream, everyone, classes)
    counts = surveyor.survey.counts[TRAIN] if samples.stream.marked else samples.stream.sizes
    return replace(samples, selection=Selection(counts, everyone, TRAIN), surveyor=surveyor)


def only_test(samples: AnySamples, classes: int) -> Splits:
    """Return splits of which the test split has all rows of a stream.

    Args:
        samples: The stream's rows.
        classes: How many classes there are; 0 for numbers to predict.
    """
    every = all_of(samples, classes)
    none = replace(every, selection=replace(every.selection, counts=0 * every.selection.counts, split=NOWHERE))
    return Splits(none, None, every, {})


def membership_of(settings: DataConfig, pieces: Iterable[tuple[int, Marks]], *, apart: bool) -> Membership:
    """Return how rows are split.

    Args:
        settings: The configuration's `data`.
        pieces: The rows, some after the other: how many they are, and what decides about them. Only looked at as far
            as `data.limit` goes.
        apart: Whether test rows are set apart in files of their own.
    """
    fold = None if settings.fold is None else (settings.fold.index, settings.fold.of)
    test = 0.0 if apart else settings.test_split
    membership = Membership(settings.split_seed, settings.validation_split, test, fold)
    if settings.limit is None:
        return membership
    only_test = replace(membership, validation=0.0, fold=None)
    return replace(membership, limit=_late(pieces, only_test, settings.limit))


def counted(stream: Stream, membership: Membership) -> NDArray[np.int64]:
    """Return how many rows of each split are in each group, (4, groups), where positions alone decide."""
    whole = stream.coarse()
    fine, found, first = np.cumsum(stream.sizes) - stream.sizes, [], 0
    for size in whole.sizes.tolist():
        split = membership.of(first, size, Marks())
        own = fine[np.searchsorted(fine, first) : np.searchsorted(fine, first + size)] - first
        found.append(np.stack([np.add.reduceat(split == each, own, dtype=np.int64) for each in range(4)]))
        first += size
    return np.concatenate(found, axis=1)


def _pieces(stream: Stream) -> Iterator[tuple[int, Marks]]:
    whole = stream.coarse()
    for group, size in enumerate(whole.sizes.tolist()):
        yield size, whole.marks(group) if whole.marked else Marks()


def _late(pieces: Iterable[tuple[int, Marks]], membership: Membership, limit: int) -> int | None:
    """Return the number of the first row that is too late to be one of the first so many; None if there is none."""
    first = 0
    for size, marks in pieces:
        rows = np.flatnonzero(membership.of(first, size, marks) == TRAIN)
        if len(rows) > limit:
            return first + int(rows[limit])
        limit -= len(rows)
        first += size
    return None
