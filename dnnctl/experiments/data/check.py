"""Looking at data before training on it: what is as it should be, what is odd, and what cannot work."""

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.schema import Config
from dnnctl.data.checks import absent_classes, constant_columns, scarce_classes
from dnnctl.data.class_weights import class_counts, label_shares
from dnnctl.data.fitting import split_as
from dnnctl.data.split import Splits
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.samples import Samples, looked_at
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.experiments.data.columns import FEW_ROWS, categories, constant, missing, ranges, summarize
from dnnctl.experiments.data.finding import Check, Checks
from dnnctl.experiments.data.repeated_rows import repeated
from dnnctl.training.preparation import split_and_plan

UNEVEN = 10


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
    encoding = prepared.preprocessing.table
    columns = summarize(info, splits.train, encoding)
    checks = [_sizes(loaded.config, info, splits), _targets(info, splits)]
    if info.class_names:
        checks.append(_balance(info, splits))
    if info.task == "multilabel":
        checks.append(_label_balance(info, splits))
    # Columns as they are written; what is no table has no others.
    same = constant_columns(raw.info, compared.train) if not info.is_image else {}
    checks += [
        missing(raw.info, written),
        ranges(info, columns),
        constant(info, columns, list(same), len(raw.info.feature_names)),
    ]
    if raw.table is not None and encoding is not None:
        rows = looked_at(compared.train).x
        checks += categories(Cells(raw.table.columns, rows), encoding, raw.table.min_count)
        if isinstance(raw.test, Samples):
            new = encoding.unknown("the test rows", Cells(raw.table.columns, raw.test.x))
            checks += [Check("unknown_categories", "warned", text) for text in new]
    checks += repeated(info, compared)
    # Columns that never vary have a check of their own, and so have rows that are in two splits and absent classes.
    own = {"constant_column", "train_test_overlap", "absent_class"}
    odd = [notice for notice in prepared.dataset.warnings if notice.code not in own]
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
    if info.task == "multilabel":
        return Check("target_range", "passed", f"{len(info.targets)} labels of 0 and 1, {quoted(info.targets)}")
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


def _label_balance(info: DatasetInfo, splits: Splits) -> Check:
    """Tell how rare labels are, and which never vary."""
    shares = label_shares(splits.train)
    least, most = int(shares.argmin()), int(shares.argmax())
    found = f"1 in {shares[least]:.1%} ({info.targets[least]!r}) to {shares[most]:.1%} ({info.targets[most]!r})"
    odd = [notice.message for notice in absent_classes(info, splits.train, None)]
    if scarce := scarce_classes(info, splits):
        odd.append(scarce)
    for name, part in (("test", splits.test), ("validation", splits.validation)):
        if isinstance(part, Samples):
            ones = part.y.sum(axis=0).tolist()
            absent = [label for label, count in zip(info.targets, ones, strict=True) if not count]
            odd += [f"1 in no {name} row: {quoted(absent)}"] if absent else []
    return Check("class_balance", "warned" if odd else "passed", "; ".join([f"{found} of the training rows", *odd]))


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
    if scarce := scarce_classes(info, splits):
        odd.append(scarce)
    if train[most] > UNEVEN * train[least]:
        advice = "accuracy says little; look at f1 and the metrics of each class"
        odd.append(f"at {train[most] / train[least]:.0f} to 1, {advice}")
    for name, part in (("test", splits.test), ("validation", splits.validation)):
        if part is not None:
            counts = class_counts(part, classes)
            unseen = [name for name, count in zip(info.class_names, counts, strict=True) if not count]
            odd += [f"no {name} row is of class {quoted(unseen)}"] if unseen else []
    return Check("class_balance", "warned" if odd else "passed", "; ".join([found, *odd]))
