"""Who is in the training, the validation and the test split.

Membership depends on `split_seed` and on the rows alone, never on `seed`, so that runs which differ
only in their seed are measured on the same rows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl import plugins
from dnnctl.config.schema import Fold
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.samples import AnySamples, Samples, held, sample_size
from dnnctl.errors import DataError, UsageError
from dnnctl.memory import blocks
from dnnctl.random_streams import generator

# Inputs of so many bytes are not held twice.
LARGE = 16 << 20
# Rows moved at a time.
BLOCK = 4096


@dataclass(frozen=True)
class Splits:
    """The rows of a data set, split.

    Args:
        train: Rows to learn from.
        validation: Rows to choose settings by; None if there are none.
        test: Rows that are only used for the final metrics.
        rows: Row numbers of each split, (n,), int64: of `train` and `validation` in the data set's training
            rows; of `test` in its test rows, or in its training rows where no test set is published or the test
            rows are a fold. Of a stream there are none.
    """

    train: AnySamples
    validation: AnySamples | None
    test: AnySamples
    rows: dict[str, NDArray[np.int64]]

    @property
    def streamed(self) -> bool:
        """Whether the rows are never held together."""
        return not isinstance(self.train, Samples)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each split has."""
        if not self.streamed:
            return {name: len(rows) for name, rows in self.rows.items()}
        return {"train": len(self.train), "validation": len(self.validation or ()), "test": len(self.test)}

    def numbers(self, name: str) -> NDArray[np.int64]:
        """Return the numbers of the rows of a split that are looked at: all of them, or a sample of a stream's."""
        samples = self.named(name)
        return self.rows[name] if isinstance(samples, Samples) else samples.sampled(sample_size(samples))

    def named(self, name: str) -> AnySamples:
        """Return a split by its name.

        Raises:
            DataError: If it is `validation` and there is none.
            UsageError: If there is no split of that name.
        """
        known = {"train": self.train, "validation": self.validation, "test": self.test}
        if name not in known:
            raise UsageError(f"`split`: no split {name!r}{plugins.suggestion(name, tuple(known))}")
        samples = known[name]
        if samples is None:
            raise DataError("this run has no validation rows (data.validation_split is 0 or the rows are too few)")
        return samples


def split(
    dataset: Dataset,
    *,
    split_seed: int,
    validation_split: float,
    test_split: float,
    limit: int | None = None,
    fold: Fold | None = None,
    consume: bool = False,
) -> Splits:
    """Split a data set.

    Args:
        dataset: What was read.
        split_seed: Decides who is where.
        validation_split: Share of the training rows to validate on, 0 to 0.9.
        test_split: Share of all rows to test on, where the set comes without a test set.
        limit: Use only the first so many of the training rows.
        fold: A part of these to test on, instead of the test rows, which are left alone.
        consume: Whether the data set's training rows may be moved, so that large ones are not held twice: the
            training split is then made of the same memory, and the data set's own rows are no longer valid.

    Raises:
        DataError: If too few rows are left to train on, or there are fewer of them than folds.
    """
    own = held(dataset.train)
    everything = np.arange(len(own))
    if dataset.info.shared_rows and fold is None:
        kept = everything[:limit]
        samples = own.take(kept)
        return Splits(samples, None, dataset.train, {"train": kept, "test": everything})
    labels = _strata(dataset.info, own.y)
    train_rows, test, test_rows = _set_apart(dataset, everything, labels, test_split, split_seed)
    train_rows = train_rows[:limit]
    if fold is not None:
        train_rows, test_rows = hold_out(train_rows, labels, fold, split_seed)
        test = own.take(test_rows)
    validation: Samples | None = None
    validation_rows = train_rows[:0]
    if validation_split > 0:
        train_rows, validation_rows = divide(train_rows, labels, validation_split, split_seed, "validation")
        validation = own.take(validation_rows) if len(validation_rows) else None
    if not len(train_rows) or not len(test_rows):
        few = len(everything) < 3
        advice = "These are too few rows to set some apart" if few else "Raise data.limit or change the splits"
        raise DataError(
            f"data set {dataset.name!r}: expected rows left for training and test; received {len(train_rows)} and "
            f"{len(test_rows)} of {len(everything):,}. {advice}"
        )
    rows = {"train": train_rows, "validation": validation_rows, "test": test_rows}
    in_place = consume and own.x.nbytes >= LARGE and own.x.flags.writeable
    train = _moved_up(own, train_rows) if in_place else own.take(train_rows)
    return Splits(train, validation, test, rows)


def _strata(info: DatasetInfo, y: NDArray[Any]) -> NDArray[Any] | None:
    """Return in what group of rows each row is, (n,), of which every split gets the same share; None for one group.

    That is its class. Of several labels there are more combinations than could be shared out: a row counts for the
    rarest of those that it has, or for none of them.
    """
    if info.class_names:
        return y
    if info.task != "multilabel":
        return None
    rarest_first = np.argsort(y.sum(axis=0), kind="stable")
    has = y[:, rarest_first] > 0.5
    return np.where(has.any(axis=1), has.argmax(axis=1), -1)


def _set_apart(
    dataset: Dataset, rows: NDArray[np.int64], labels: NDArray[Any] | None, share: float, split_seed: int
) -> tuple[NDArray[np.int64], Samples, NDArray[np.int64]]:
    """Return the training rows' numbers, the test rows, and their numbers; published ones, or a share set apart."""
    if dataset.test is not None:
        return rows, held(dataset.test), np.arange(len(dataset.test))
    train_rows, test_rows = divide(rows, labels, share, split_seed, "test")
    return train_rows, held(dataset.train).take(test_rows), test_rows


def _moved_up(samples: Samples, rows: NDArray[np.int64]) -> Samples:
    """Return some rows, in ascending order, moved to the front of the memory that they are in."""
    x = samples.x
    # A row never moves down, so what a block writes over was read before.
    for block in blocks(len(rows), BLOCK):
        x[: len(rows)][block] = x[rows[block]]
    return Samples(x[: len(rows)], samples.y[rows])


def divide(
    rows: NDArray[np.int64], labels: NDArray[Any] | None, share: float, split_seed: int, purpose: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take a share of the rows out, the same share of each class where there are classes.

    Args:
        rows: Row numbers to divide, (n,).
        labels: The class, or group, of all rows, indexed by row number; None for one group.
        share: Share to take out, 0 to 0.9.
        split_seed: Decides which.
        purpose: What the rows taken out are for; each purpose draws on its own.

    Returns:
        The rows that stay and the rows taken out, each in ascending order.
    """
    if labels is None:
        groups = [rows]
    else:
        own = labels[rows]
        groups = [rows[own == label] for label in np.unique(own)]
    wanted = round(len(rows) * share)
    exact = np.array([len(group) * share for group in groups])
    counts = np.floor(exact).astype(int)
    # The rows still missing go to the classes that lost most by rounding down.
    for i in np.argsort(counts - exact, kind="stable")[: max(0, wanted - int(counts.sum()))]:
        counts[i] += 1
    taken = [
        generator("split", purpose, split_seed, i).permutation(group)[: min(count, len(group) - 1)]
        for i, (group, count) in enumerate(zip(groups, counts, strict=True))
    ]
    out = np.sort(np.concatenate(taken))
    return np.setdiff1d(rows, out, assume_unique=True), out


def hold_out(
    rows: NDArray[np.int64], labels: NDArray[Any] | None, fold: Fold, split_seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take a fold out; of each class there is, to one row, the same number in every fold.

    The rows of each class are brought into an order drawn for it, one class after the other, and dealt out.

    Args:
        rows: Row numbers to divide, (n,).
        labels: The class, or group, of all rows, indexed by row number; None for one group.
        fold: Which one, of how many.
        split_seed: Decides which row is in which fold.

    Returns:
        The rows that stay and the rows of the fold, each in ascending order.

    Raises:
        DataError: If there are fewer rows than folds.

    Source: Kohavi, A Study of Cross-Validation and Bootstrap for Accuracy Estimation and Model Selection, 1995.
    """
    if fold.of > len(rows):
        raise DataError(
            f"folds: expected at most as many as there are training rows, {len(rows):,}; received {fold.of:,}"
        )
    groups = [rows] if labels is None else [rows[labels[rows] == label] for label in np.unique(labels[rows])]
    dealt = np.concatenate([generator("fold", split_seed, i).permutation(group) for i, group in enumerate(groups)])
    out = np.sort(dealt[fold.index - 1 :: fold.of])
    return np.setdiff1d(rows, out, assume_unique=True), out
