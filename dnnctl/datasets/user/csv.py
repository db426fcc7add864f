"""A table in a text file: `data: {csv: {path: people.csv, target: weight}}`."""

from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.tables.options import TableOptions


class Options(TableOptions):
    """A table with a row a line: CSV, TSV and their relatives. Its options are those of `TableOptions`."""


def load(options: Options, places: Places) -> Dataset:
    """Read a table: cells (n, columns) with the codes of categories, which are not yet one-hot.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If the table cannot be read, or holds what cannot be learned from.
    """
    from dnnctl.datasets.tables.loading import is_streamed, load_table, unrounded

    if is_streamed(options):
        from dnnctl.datasets.streams.text_table import load_text

        return unrounded(options, lambda described: load_text(described, places.run, places.table))
    return unrounded(options, lambda described: load_table(described, places.run, places.table))


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read another table with the columns of a run's.

    Raises:
        DataError: If it cannot be read, a column is missing, or a cell does not fit.
    """
    from dnnctl.datasets.tables.loading import is_streamed, load_more_rows

    if is_streamed(options):
        from dnnctl.datasets.streams.text_table import load_more_text

        return load_more_text(options, info, table)
    return load_more_rows(options, info, table)


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the files."""
    from dnnctl.datasets.tables.loading import digests_of

    return digests_of(options)
