"""The data behind a finished run, split as its training did, or other data of the same form."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from dnnctl.data.fitting import encode, split_as
from dnnctl.data.split import Splits
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, DownloadProgress
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.open import OpenedRun


def read_splits(
    opened: OpenedRun,
    data: Path | None,
    progress: DownloadProgress,
    *,
    test_only: bool = False,
    encoding: str = "auto",
) -> tuple[Dataset, Splits]:
    """Read a run's data set and split it as the training did.

    Args:
        opened: The run.
        data: Folder or file to read from, instead of where the training found it.
        progress: Called during a download.
        test_only: Whether the other splits may be left empty.
        encoding: What other data of text is encoded in; `auto` finds it out.

    Raises:
        UsageError: If an encoding is named of what is no other table of text.
    """
    settings = opened.config.data
    if settings.source.paths:
        return _read_user_data(opened, data, encoding)
    _expect_no_encoding(encoding)
    # A fold's test rows are among the training rows.
    test_only = test_only and settings.fold is None
    places = replace(default_places(data or settings.path, progress), test_only=test_only)
    dataset = reading.read(settings.source, places)
    if not len(dataset.train) and dataset.test is not None:
        nothing = np.arange(0)
        rows = {"train": nothing, "validation": nothing, "test": np.arange(len(dataset.test))}
        return dataset, Splits(dataset.train, None, dataset.test, rows)
    return dataset, split_as(dataset, settings)


def _read_user_data(opened: OpenedRun, data: Path | None, encoding: str) -> tuple[Dataset, Splits]:
    """Read a run's own data and split it as the training did, or take all rows of other data as test rows.

    Args:
        opened: The run.
        data: A table with the same columns, an archive with the same arrays, or a folder with the same
            classes; None for what the run was trained on.
        encoding: What a table of text is encoded in, or `auto`.

    Raises:
        DataError: If it is missing or damaged, or does not fit the run.
    """
    settings, known = opened.config.data, opened.preprocessing
    trained_on = opened.manifest.get("data")
    digests = trained_on.get("digests") if isinstance(trained_on, dict) else None
    source = settings.source
    if data is not None:
        if not data.exists():
            raise DataError(f"{data}: no such file or folder; a relative path starts at the current directory")
        source = source.model_copy(update={"path": str(data.absolute())})
        if reading.digests(source) != digests:
            table = _columns(opened)
            if settings.csv is not None:
                # That of the training table is but likely.
                source = source.model_copy(update={"encoding": encoding})
            else:
                _expect_no_encoding(encoding)
            return _all_for_the_test(opened, reading.read_more(source, opened.info, table))
    if data is None:
        _expect_no_encoding(encoding)
    trained = None if known.table is None else known.table.table
    dataset = reading.read_again(source, replace(default_places(), run=opened.info), trained)
    splits = split_as(dataset, settings)
    dataset, splits, _ = encode(dataset, splits, known.table)
    if data is not None:
        note = f"{data} is what the run was trained on: its rows are split as they were then, not measured all together"
        dataset = replace(dataset, notes=(note, *dataset.notes))
    # Classes and shapes are those of the run, whatever the file may hold by now.
    return replace(dataset, info=opened.info), splits


def _all_for_the_test(opened: OpenedRun, dataset: Dataset) -> tuple[Dataset, Splits]:
    rows = dataset.train
    nothing = np.arange(0)
    if isinstance(rows, Samples):
        empty = Samples(rows.x[:0], rows.y[:0])
        splits = Splits(empty, None, rows, {"train": nothing, "validation": nothing, "test": np.arange(len(rows))})
    else:
        from dnnctl.data.stream_split import only_test

        splits = only_test(rows, len(dataset.info.class_names))
    note = f"all {len(rows):,} rows of {dataset.found} are measured"
    dataset, splits, _ = encode(dataset, splits, opened.preprocessing.table)
    return replace(dataset, info=opened.info, notes=(note, *dataset.notes)), splits


def _columns(opened: OpenedRun) -> TableInfo | None:
    """Return the columns of a run's table, and what that was encoded in; of pixels only the latter."""
    table, csv = opened.preprocessing.table, opened.config.data.csv
    own = table.table if table is not None else None if csv is None else TableInfo((), (), csv.missing)
    if own is None:
        return None
    return replace(own, text_encoding=likely_encoding(opened), encoding_said=encoding_said(opened))


def encoding_said(opened: OpenedRun) -> bool:
    """Tell whether a run's configuration says what its table is encoded in."""
    csv = opened.config.data.csv
    return csv is not None and csv.encoding != "auto"


def likely_encoding(opened: OpenedRun) -> str:
    """Return what the table that a run was trained on was encoded in; empty where it is not known."""
    table, csv = opened.preprocessing.table, opened.config.data.csv
    if csv is not None and encoding_said(opened):
        return csv.encoding
    return "" if table is None else table.text_encoding


def _expect_no_encoding(encoding: str) -> None:
    if encoding != "auto":
        raise UsageError(f"`encoding`={encoding} is for another table of text, in `data`; received none")
