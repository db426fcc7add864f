"""Records of `tf.train.Example`: `data: {tfrecord: {path: trips, features: {fare: float, ...}, target: fare}}`."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.tables.features import check_feature
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.errors import DataError

Feature = Annotated[str, AfterValidator(check_feature)]


class Options(ColumnOptions):
    """A file, a folder of them, or a pattern as `trips/*.tfrecord`.

    Args:
        features: What records hold: for each feature `float`, `int64` or `text`, with the number of its values where
            these are several, as `float[10]`; or the bytes of a picture, as `uint8[28, 28]`.
    """

    features: dict[str, Feature] = Field(min_length=2)


def load(options: Options, places: Places) -> Dataset:
    """Write the records once as numbers, and find out what they hold.

    Raises:
        WrongOptionError: If an option does not fit the records.
        DataError: If they cannot be read, or hold what cannot be learned from.
    """
    from dnnctl.datasets.streams.record_loading import load_records
    from dnnctl.datasets.tables.loading import unrounded

    def read(described: Options) -> Dataset:
        return load_records(described, options.features, digests(options), places.run, places.table)

    return unrounded(options, read)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read other records with the features of a run's.

    Raises:
        DataError: If they cannot be read, or a feature is missing.
    """
    from dnnctl.datasets.streams.record_loading import load_more_records

    if table is None and not info.is_image:
        raise DataError(f"{options.path}: the run does not say which columns it takes; train it again")
    one = options.model_copy(update={"test_path": None})
    return load_more_records(one, options.features, info, table, digests(one))


def digests(options: Options) -> dict[str, str]:
    """Return digests of the files' names, sizes, ends and pieces between."""
    from dnnctl.datasets.parts.data_files import digests_of
    from dnnctl.datasets.streams.record_table import ENDINGS

    return digests_of({"path": options.path, "test_path": options.test_path}, ENDINGS, "TFRecord files")
