"""Splitting, encoding and fitting, wherever the rows are: in memory, or in files that they are read from."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dnnctl.config.schema import DataConfig
from dnnctl.data.encoding import Encoding, fit_encoding
from dnnctl.data.preprocessing import Preprocessing, fit_preprocessing, with_looks
from dnnctl.data.split import Splits, split
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells, TableInfo
from dnnctl.datasets.samples import AnySamples, Samples, held, looked_at
from dnnctl.errors import DataError

if TYPE_CHECKING:
    from dnnctl.datasets.streams.samples import StreamedSamples


def in_files(samples: AnySamples) -> "StreamedSamples | None":
    """Return rows that stay in their files as what they are; None for others, without importing streams."""
    if isinstance(samples, Samples):
        return None
    from dnnctl.datasets.streams.samples import StreamedSamples

    return samples if isinstance(samples, StreamedSamples) else None


def split_as(dataset: Dataset, settings: DataConfig, *, consume: bool = False) -> Splits:
    """Split a data set as a configuration says.

    Args:
        dataset: What was read.
        settings: The configuration's `data`.
        consume: As in `split`.

    Raises:
        DataError: If too few rows are left to train on.
    """
    if (train := in_files(dataset.train)) is not None:
        from dnnctl.data.stream_split import split_stream

        return split_stream(dataset, train, settings)
    if dataset.keys is not None:
        from dnnctl.data.group_split import split_groups

        return split_groups(dataset, dataset.keys, settings)
    return split(
        dataset,
        split_seed=settings.split_seed,
        validation_split=settings.validation_split,
        test_split=settings.test_split,
        limit=settings.limit,
        fold=settings.fold,
        consume=consume,
    )


def valid(dataset: Dataset, splits: Splits) -> Dataset:
    """Return a data set that `split` may have consumed: if it did, with the training split for rows."""
    if splits.streamed:
        return dataset
    consumed = np.may_share_memory(held(dataset.train).x, held(splits.train).x)
    return replace(dataset, train=splits.train) if consumed else dataset


def _fitted(table: TableInfo, train: AnySamples) -> Encoding:
    if (streamed := in_files(train)) is not None:
        from dnnctl.data.stream_statistics import encoding_of

        return encoding_of(table, streamed.statistics)
    return fit_encoding(table, held(train).x)


def encode(
    dataset: Dataset, splits: Splits, encoding: Encoding | None = None
) -> tuple[Dataset, Splits, Encoding | None]:
    """Turn the rows of a table into numbers; anything but a table stays as it is.

    Args:
        dataset: What was read.
        splits: Its rows.
        encoding: What was fitted before; None fits it on the training rows of `splits`.

    Returns:
        The data set with the encoded columns in its info, the rows, and the encoding (None if it is no table).

    Raises:
        DataError: If the table's columns are not those that the encoding is for.
    """
    table = dataset.table
    if table is None:
        return dataset, splits, None
    fitted = _fitted(table, splits.train) if encoding is None else encoding
    expected = [(column.name, column.kind) for column in fitted.columns]
    received = [(column.name, column.kind) for column in table.columns]
    if expected != received:
        changed = ", ".join(f"{name} ({kind})" for name, kind in set(received) ^ set(expected)) or "their order"
        raise DataError(f"{dataset.found}: its columns are not those that the run was trained on: {changed}")

    named = replace(dataset.info, input_shape=(len(fitted.names),), feature_names=fitted.names)
    if splits.streamed:
        from dnnctl.data.stream_statistics import encode_streams

        told = replace(dataset, info=named, notes=(*dataset.notes, *fitted.told))
        return told, encode_streams(splits, fitted), fitted

    def encoded(samples: AnySamples) -> Samples:
        return Samples(fitted.apply(Cells(table.columns, held(samples).x)), held(samples).y)

    notes = fitted.told
    # Test rows that are a table of their own may hold what no training row does.
    if dataset.test is not None or not len(splits.train):
        name = Path(dataset.found).name if dataset.test is None else "the test rows"
        notes += fitted.unknown(name, Cells(table.columns, held(splits.test).x))
    held_out = None if splits.validation is None else encoded(splits.validation)
    ready = Splits(encoded(splits.train), held_out, encoded(splits.test), splits.rows)
    return replace(dataset, info=named, notes=(*dataset.notes, *notes)), ready, fitted


def fit(info: DatasetInfo, train: AnySamples, table: Encoding | None = None) -> Preprocessing:
    """Fit the statistics on the training rows; the arguments are those of `fit_preprocessing`."""
    if (streamed := in_files(train)) is not None:
        from dnnctl.data.stream_statistics import preprocessing_of

        fitted = preprocessing_of(info, streamed.statistics, table)
        if info.is_image and info.input_range is not None:
            return with_looks(fitted, looked_at(train).x, info.input_range)
        return fitted
    return fit_preprocessing(info, held(train), table)
