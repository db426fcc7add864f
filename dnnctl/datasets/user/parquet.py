"""Tables in Parquet files: `data: {parquet: {path: trips, target: fare}}`."""

from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.errors import DataError


class Options(ColumnOptions):
    """A file, a folder of them (with columns as folders, `year=2024`), or a pattern as `trips/*.parquet`."""


def load(options: Options, places: Places) -> Dataset:
    """Read a table into memory, or find out what a large one holds: cells with codes of categories.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If the table cannot be read, or holds what cannot be learned from.
    """
    from dnnctl.datasets.streams.loading import OpenedTable, load_columns
    from dnnctl.datasets.streams.parquet import ParquetFiles
    from dnnctl.datasets.streams.parquet_table import open_chosen, open_known
    from dnnctl.datasets.tables.loading import unrounded

    def test(table: TableInfo, _: object) -> OpenedTable:
        return open_known(ParquetFiles(str(options.test_path), "test_path", options.missing_values), table)

    def read(described: Options) -> Dataset:
        table = open_chosen(ParquetFiles(options.path, "path", options.missing_values), described, trained=places.table)
        return load_columns(
            "parquet", described, table, test if options.test_path else None, digests(options), places.run
        )

    return unrounded(options, read)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read another table with the columns of a run's.

    Raises:
        DataError: If it cannot be read, a column is missing, or a cell does not fit.
    """
    from dnnctl.datasets.streams.loading import load_more_columns
    from dnnctl.datasets.streams.parquet import ParquetFiles
    from dnnctl.datasets.streams.parquet_table import open_chosen, open_known

    files = ParquetFiles(options.path, "path", options.missing_values)
    if info.is_image:
        opened = open_chosen(files, options, info.input_shape)
    elif table is None:
        raise DataError(f"{options.path}: the run does not say which columns it takes; train it again")
    else:
        opened = open_known(files, table)
    one = options.model_copy(update={"test_path": None})
    return load_more_columns("parquet", one, opened, info, table, digests(one))


def digests(options: Options) -> dict[str, str]:
    """Return digests of the files' names, sizes, ends and pieces between, the footers among them."""
    from dnnctl.datasets.parts.data_files import digests_of
    from dnnctl.datasets.streams.parquet import ENDINGS

    return digests_of({"path": options.path, "test_path": options.test_path}, ENDINGS, "Parquet files")
