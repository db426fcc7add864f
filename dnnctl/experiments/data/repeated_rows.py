"""Checks for rows that are there twice, with different targets, or in two splits."""

from collections.abc import Mapping

from dnnctl.data.split import Splits
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.parts.row_keys import RowKeys
from dnnctl.experiments.data.finding import Check


def repeated(info: DatasetInfo, splits: Splits) -> list[Check]:
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
