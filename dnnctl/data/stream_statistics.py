"""How the rows of a stream become what a network takes, fitted on the statistics of its training rows."""

from dataclasses import replace

import numpy as np

from dnnctl.data.encoding import Encoding
from dnnctl.data.fitted_column import fitted_category, fitted_column, fitted_dates
from dnnctl.data.preprocessing import Preprocessing, varied
from dnnctl.data.split import Splits
from dnnctl.data.stream_encoding import StreamEncoder
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.samples import AnySamples
from dnnctl.datasets.streams.moments import Moments
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.streams.survey import Statistics


def encoding_of(table: TableInfo, found: Statistics) -> Encoding:
    """Fit an encoding on the statistics of the training rows.

    Medians are those of a sample (`datasets/streams/row_sample.py` says how near they are), and are only needed where
    empty cells are filled.

    Args:
        table: What the columns hold.
        found: The statistics.
    """
    empty = found.x.empty
    columns = []
    for i, column in enumerate(found.columns):
        cells = found.sample.x[:, i]
        cells = cells[~np.isnan(cells)]
        if column.kind == "category":
            fitted = fitted_category(column, found.words[i], int(empty[i]), found.x.rows, table.min_count)
        elif column.kind == "date":
            fitted = fitted_dates(column, cells, (found.x.low[i], found.x.high[i]))
        elif column.kind == "boolean":
            fitted = fitted_column(column, float(found.x.mean[i] > 0.5))
        else:
            median = table.missing == "impute" and len(cells)
            fitted = fitted_column(column, float(np.median(cells)) if median else 0.0)
        columns.append(fitted)
    rest = (table.missing, table.missing_values, table.usual_missing, table.text_encoding)
    return Encoding(tuple(columns), table.targets, *rest)


def encode_streams(splits: Splits, encoding: Encoding) -> Splits:
    """Return the rows of splits as numbers, which they become when they are asked for."""
    held_out = None if splits.validation is None else _encoded(splits.validation, encoding)
    return Splits(_encoded(splits.train, encoding), held_out, _encoded(splits.test, encoding), splits.rows)


def _encoded(samples: AnySamples, encoding: Encoding) -> StreamedSamples:
    assert isinstance(samples, StreamedSamples)
    stream = samples.stream.with_columns([column.column for column in encoding.columns])
    return replace(samples, stream=stream, coding=StreamEncoder(encoding, stream.columns))


def preprocessing_of(info: DatasetInfo, found: Statistics, table: Encoding | None) -> Preprocessing:
    """Return what `fit_preprocessing` fits, from the statistics of the training rows.

    Args:
        info: What is known about the data set.
        found: The statistics.
        table: How they are encoded, if they are of a table.
    """
    target_mean, target_std = _standard(found.y) if info.task == "regression" else ((), ())
    if info.is_image and info.input_range is not None and found.ground is not None:
        top = info.input_range[1]
        return Preprocessing(
            info.input_shape, top, target_mean=target_mean, target_std=target_std, ground=found.ground / top
        )
    if table is None:
        return Preprocessing(info.input_shape, None, *_standard(found.x), target_mean, target_std)
    mean, std = _standard(found.x.filled(np.array([column.fill for column in table.columns])))
    each: list[tuple[float, float]] = []
    for i, column in enumerate(table.columns):
        if column.kind == "date":
            # Means of parts are those of a sample, as medians are.
            parts = column.parts(found.sample.x[:, i])
            spread = zip(column.scaled, parts.mean(axis=0).tolist(), parts.std(axis=0).tolist(), strict=True)
            each += [(m, s or 1.0) if scaled else (0.0, 1.0) for scaled, m, s in spread]
        else:
            each += [(mean[i], std[i]) if column.kind == "number" else (0.0, 1.0)] * column.width
    means, stds = (tuple(values) for values in zip(*each, strict=True))
    return Preprocessing(info.input_shape, None, means, stds, target_mean, target_std, table=table)


def _standard(found: Moments) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return means and standard deviations, 1 where a column never varies."""
    return tuple(found.mean.tolist()), tuple(varied(found.std()).tolist())
