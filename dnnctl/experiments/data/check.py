"""Looking at data before training on it: what is as it should be, what is odd, and what cannot work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.schema import Config
from dnnctl.data.class_weights import class_counts
from dnnctl.data.encoding import Encoding
from dnnctl.data.fitting import split_as
from dnnctl.data.split import Splits
from dnnctl.datasets.base import Dataset, DatasetInfo, Samples, looked_at
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.parts.row_keys import RowKeys
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.notebook import Shown, Tabular
from dnnctl.training.preparation import split_and_plan

Status = Literal["passed", "warned", "failed"]
FEW_ROWS, FEW_EACH, UNEVEN = 30, 10, 10
# Beyond this share of unknown cells, a column of text says little.
MUCH_UNKNOWN = 0.2
FAR = 20  # Standard deviations from the mean.
ALONE = 0.9  # Of the most that is possible.
# float32 has 24 bits: where values differ by less than this share of themselves, little of them is left.
FINE = 1e-5
# What checks are called for people; warnings that the data came with are all about columns.
NAMES = {
    "unknown_categories": "categories",
    "split_sizes": "sizes",
    "target_range": "target",
    "class_balance": "classes",
    "rare_categories": "categories",
    "missing_values": "missing values",
    "value_range": "ranges",
    "constant_column": "constant columns",
    "duplicate_rows": "duplicates",
    "contradicting_rows": "contradictions",
    "train_test_overlap": "overlap",
}


@dataclass(frozen=True)
class Check:
    """What one check found.

    Args:
        code: What was looked at, for programs; of a warning that the data came with, its code.
        status: Whether training can go on (`warned`) or makes no sense (`failed`).
        finding: What was found, in words.
    """

    code: str
    status: Status
    finding: str

    @property
    def name(self) -> str:
        """What was looked at, for people."""
        return NAMES.get(self.code, "columns")

    def to_json(self) -> dict[str, str]:
        """Return this as plain values."""
        return {"code": self.code, "name": self.name, "status": self.status, "finding": self.finding}


class Checks(Tabular, tuple[Check, ...]):
    """What all checks found, in their order."""

    __slots__ = ()

    def _shown(self) -> Shown:
        rows = [(each.status, each.name, each.finding) for each in self]
        return f"{len(self)} checks", ("", "check", "finding"), rows, ()


def check_data(loaded: LoadedConfig, raw: Dataset) -> Checks:
    """Check the rows that a training would see.

    Args:
        loaded: A checked configuration.
        raw: Its data; large rows of it are moved, so it is not to be used afterwards.

    Raises:
        DataError: If too few rows are left to train on.
    """
    # Rows of a table are compared as they are written: to the network, rare categories are one and the same.
    written = split_as(raw, loaded.config.data) if raw.table is not None else None
    if written is not None and isinstance(written.train, StreamedSamples):
        assert raw.table is not None
        raw = replace(raw, table=replace(raw.table, columns=written.train.statistics.columns))
    prepared = split_and_plan(loaded, raw)
    info, splits = prepared.dataset.info, prepared.splits
    compared = written or splits
    train, rows = looked_at(splits.train), looked_at(compared.train)
    checks = [_sizes(loaded.config, info, splits), _targets(info, splits)]
    if info.class_names:
        checks.append(_balance(info, splits))
    checks += [_missing(raw.info, written), _ranges(info, train), _constant(info, train)]
    if raw.table is not None and prepared.preprocessing.table is not None:
        encoding = prepared.preprocessing.table
        checks += _categories(Cells(raw.table.columns, rows.x), encoding, raw.table.min_count)
        if isinstance(raw.test, Samples):
            new = encoding.unknown("the test rows", Cells(raw.table.columns, raw.test.x))
            checks += [Check("unknown_categories", "warned", text) for text in new]
    checks += _repeated(info, compared)
    # Columns that never vary have a check of their own.
    odd = [notice for notice in raw.warnings if notice.code != "constant_column"]
    return Checks((*checks, *(Check(notice.code, "warned", str(notice)) for notice in odd)))


def _sizes(config: Config, info: DatasetInfo, splits: Splits) -> Check:
    counts = {"training": len(splits.train), "validation": len(splits.validation or ()), "test": len(splits.test)}
    found = ", ".join(f"{count:,} {name}" for name, count in counts.items()) + f" rows of {info.input_shape}"
    if info.shared_rows:
        return Check("split_sizes", "passed", found)
    odd = []
    few = [name for name, count in counts.items() if 0 < count < FEW_ROWS]
    if few:
        odd.append(f"metrics of fewer than {FEW_ROWS} rows say little ({', '.join(few)})")
    if not counts["validation"]:
        share = config.data.validation_split
        why = f" (data.validation_split {share:g} is less than one of so few)" if share else ""
        odd.append(f"without validation rows{why} nothing shows when to stop")
    return Check("split_sizes", "warned" if odd else "passed", "; ".join([found, *odd]))


def _targets(info: DatasetInfo, splits: Splits) -> Check:
    if info.class_names:
        return Check(
            "target_range", "passed", f"{info.target}: {len(info.class_names)} classes, {quoted(info.class_names)}"
        )
    train, test = looked_at(splits.train).y, looked_at(splits.test).y
    found = f"{info.target}: {_span(train)} in training, {_span(test)} in test rows"
    if not (train.max(axis=0) > train.min(axis=0)).all():
        return Check("target_range", "failed", f"{found}; it never varies, so there is nothing to learn")
    beyond = int(((test < train.min(axis=0)) | (test > train.max(axis=0))).any(axis=1).sum())
    if beyond > 0.05 * len(test) and not info.shared_rows:
        return Check("target_range", "warned", f"{found}; {beyond:,} test rows lie beyond the training rows")
    return Check("target_range", "passed", found)


def _span(values: NDArray[Any]) -> str:
    return f"{values.min():.6g} to {values.max():.6g}"


def _balance(info: DatasetInfo, splits: Splits) -> Check:
    classes = len(info.class_names)
    train = class_counts(splits.train, classes)
    least, most = int(train.argmin()), int(train.argmax())
    few, many = info.class_names[least], info.class_names[most]
    found = f"{train[least]:,} ({few!r}) to {train[most]:,} ({many!r}) training rows a class"
    if train[least] == train[most]:
        found = f"{train[least]:,} training rows of each class"
    absent = [name for name, count in zip(info.class_names, train, strict=True) if not count]
    if absent:
        return Check("class_balance", "failed", f"{found}; no training row is of class {quoted(absent)}")
    odd = []
    if train[least] < FEW_EACH and not info.shared_rows:
        odd.append(f"fewer than {FEW_EACH} are hardly enough to learn from")
    if train[most] > UNEVEN * train[least]:
        advice = "accuracy says little; look at f1 and the metrics of each class"
        odd.append(f"at {train[most] / train[least]:.0f} to 1, {advice}")
    for name, part in (("test", splits.test), ("validation", splits.validation)):
        if part is not None:
            counts = class_counts(part, classes)
            unseen = [name for name, count in zip(info.class_names, counts, strict=True) if not count]
            odd += [f"no {name} row is of class {quoted(unseen)}"] if unseen else []
    return Check("class_balance", "warned" if odd else "passed", "; ".join([found, *odd]))


def _categories(cells: Cells, encoding: Encoding, min_count: int) -> Iterator[Check]:
    """Look for columns of text of which the network sees little, since few rows share a category."""
    for i, (column, fitted) in enumerate(zip(cells.columns, encoding.columns, strict=True)):
        if fitted.kind != "category" or fitted.shares[-1] < MUCH_UNKNOWN:
            continue
        values = cells.values[:, i]
        present = {column.words[int(code)] for code in np.unique(values[~np.isnan(values)])}
        rare = len(present - set(fitted.words))
        yield Check(
            "rare_categories",
            "warned",
            f"{column.name}: {rare:,} of {len(present):,} categories have fewer than {min_count} training "
            f"rows (min_count), so to the network {fitted.shares[-1]:.0%} of these rows are (unknown); group them, or "
            f"leave the column out: exclude: [{column.name}]",
        )


def _missing(info: DatasetInfo, written: Splits | None) -> Check:
    # What is no table was read without empty cells, or not at all.
    held_in = () if written is None else (written.train, written.validation, written.test)
    parts = [looked_at(part) for part in held_in if part is not None]
    counts = np.sum([np.isnan(part.x).sum(axis=0) for part in parts], axis=0)
    if not counts.any():
        return Check("missing_values", "passed", "none")
    empty = np.flatnonzero(counts)
    named = [f"{info.feature_names[i]} {counts[i]:,}" for i in empty[:8]]
    more = f" and {len(empty) - 8:,} more columns" if len(empty) > 8 else ""
    rows = sum(len(part) for part in parts)
    return Check("missing_values", "warned", f"of {rows:,} rows: {', '.join(named)}{more}; filled from training rows")


def _ranges(info: DatasetInfo, train: Samples) -> Check:
    if info.is_image:
        low, high = info.input_range or (0.0, 255.0)
        found = f"pixels {train.x.min():g} to {train.x.max():g} of {low:g} to {high:g}"
        dim = bool(train.x.max() < low + 0.2 * (high - low))
        return Check("value_range", "warned" if dim else "passed", found + "; they are hardly above black" * dim)
    mean, std = train.x.mean(axis=0, dtype=np.float64), train.x.std(axis=0, dtype=np.float64)
    varied = std > 0
    found = f"values from {_span(train.x)}"
    coarse = [name for name, is_so in _named(info, varied & (std < FINE * np.abs(mean))) if is_so]
    if coarse:
        return Check(
            "value_range", "warned", f"{found}; {quoted(coarse)} vary too little for their size: subtract a constant"
        )
    low, high = train.x.min(axis=0), train.x.max(axis=0)
    away = np.abs(np.stack([low, high]) - mean).max(axis=0)
    # Where there are two values only, a rare one is no mistake.
    several = ((train.x != low) & (train.x != high)).any(axis=0)
    # Of n values, none can be (n - 1) / sqrt(n) standard deviations off; one that nearly is, makes up the deviation.
    limit = min(FAR, ALONE * (len(train) - 1) / len(train) ** 0.5) if len(train) >= FEW_ROWS else FAR
    far = [name for name, is_so in _named(info, several & (away > limit * np.where(varied, std, 1))) if is_so]
    if far:
        off = f"have values more than {limit:.0f} standard deviations off: mistakes?"
        return Check("value_range", "warned", f"{found}; {quoted(far)} {off}")
    return Check("value_range", "passed", found)


def _named(info: DatasetInfo, flags: NDArray[np.bool_]) -> Iterator[tuple[str, bool]]:
    return zip(info.feature_names, flags.tolist(), strict=True)


def _constant(info: DatasetInfo, train: Samples) -> Check:
    flat = train.x.reshape(len(train), -1)
    constant = flat.min(axis=0) == flat.max(axis=0)
    what = "pixels" if info.is_image else "columns"
    if not constant.any():
        return Check("constant_column", "passed", f"each of {len(constant):,} {what} varies")
    never = "never vary in the training rows"
    if info.is_image:
        return Check("constant_column", "passed", f"{constant.sum():,} of {len(constant):,} pixels {never}")
    named = [name for name, is_so in _named(info, constant) if is_so and not name.endswith("=(unknown)")]
    if not named:
        return Check("constant_column", "passed", "each column varies")
    return Check("constant_column", "warned", f"{len(named):,} of {len(constant):,} columns {never}: {quoted(named)}")


def _repeated(info: DatasetInfo, splits: Splits) -> list[Check]:
    """Look for rows that are there twice, with different targets, or in two splits."""
    train = RowKeys.of(splits.train)
    found = [_duplicates(train), _contradictions(train)]
    if info.shared_rows:
        told = "training and test are the same rows, because there are so few"
        return [*found, Check("train_test_overlap", "warned", told)]
    parts = {"test": splits.test} | ({"validation": splits.validation} if splits.validation is not None else {})
    return [*found, _overlap(train, {name: RowKeys.of(rows) for name, rows in parts.items()})]


def _duplicates(train: RowKeys) -> Check:
    copies = train.duplicates
    if not copies:
        return Check("duplicate_rows", "passed", f"no training row is there twice{_judged(train)}")
    share = copies / train.count
    found = f"{copies:,} of {train.count:,} training rows ({share:.1%}) are copies of another one{_judged(train)}"
    return Check("duplicate_rows", "warned" if share > 0.001 else "passed", found)


def _contradictions(train: RowKeys) -> Check:
    conflicts = train.contradicting
    if not conflicts:
        found = f"no two training rows have the same inputs and different targets{_judged(train)}"
        return Check("contradicting_rows", "passed", found)
    found = (
        f"{conflicts:,} of {train.count:,} training rows ({conflicts / train.count:.1%}) have the inputs of another "
        f"one and another target{_judged(train)}"
    )
    return Check("contradicting_rows", "warned", found)


def _overlap(train: RowKeys, parts: Mapping[str, RowKeys]) -> Check:
    counts = {name: rows.shared_with(train) for name, rows in parts.items()}
    told = [f"{count:,} of {parts[name].count:,} {name} rows" for name, count in counts.items() if count]
    if not told:
        found = f"no {' or '.join(parts)} row is among the training rows{_judged(train)}"
        return Check("train_test_overlap", "passed", found)
    return Check(
        "train_test_overlap", "warned", f"{' and '.join(told)} are among the training rows too{_judged(train)}"
    )


def _judged(rows: RowKeys) -> str:
    return f", judged by {len(rows.rows):,} of them" if rows.bits else ""
