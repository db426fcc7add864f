"""A table in a text file that is too large to be held, opened by the options that choose its columns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.parts.data_files import find_files
from dnnctl.datasets.streams.loading import OpenedTable, load_columns, load_more_columns
from dnnctl.datasets.streams.table import Roles
from dnnctl.datasets.streams.text import TextTable, as_cells, chosen, known
from dnnctl.datasets.tables.decoding import open_text
from dnnctl.datasets.tables.description import told_doubts
from dnnctl.datasets.tables.dialect import find_table
from dnnctl.datasets.tables.guessing import told_of_another
from dnnctl.datasets.tables.loading import clues_of, digests_of, layout_of
from dnnctl.datasets.tables.options import TableOptions
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError


def load_text(options: TableOptions, run: DatasetInfo | None = None, trained: TableInfo | None = None) -> Dataset:
    """Return the rows of a text file, which are written once as numbers and read from there.

    Args:
        options: Its options.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.
        trained: What the columns were taken for by a run; None where that is to be found out.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If the table cannot be read, or holds what cannot be learned from.
    """
    options = options.model_copy(update={"stream": True})
    text = open_text(options.path, options.encoding, clues=clues_of(options), large=True)
    table = find_table(text, layout_of(options))
    table.check_names()
    opened = _opened(chosen(table, options, trained=trained), options.path, options.missing)

    def test(info: TableInfo, dtype: np.dtype[Any]) -> OpenedTable:
        text = open_text(str(options.test_path), options.encoding, "test_path", clues_of(options, info), large=True)
        return _open_known(text, str(options.test_path), options, info, dtype.str)

    return load_columns("csv", options, opened, test if options.test_path else None, digests_of(options), run)


def load_more_text(options: TableOptions, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Return the rows of another text file with the columns of a run's.

    Raises:
        DataError: If it cannot be read, a column is missing, or a cell does not fit.
    """
    one = options.model_copy(update={"test_path": None, "stream": True})
    clues = clues_of(options, table, info.class_names)
    text = open_text(options.path, options.encoding, clues=clues, large=True)
    odd = told_of_another(text, options.encoding, clues.likely)
    if info.is_image:
        found = find_table(text, layout_of(options, known=True))
        opened = _opened(chosen(found, options, info.input_shape), options.path, options.missing)
        opened = replace(opened, notes=(*odd, *opened.notes))
        return load_more_columns("csv", one, opened, info, None, digests_of(one))
    if table is None:
        raise DataError(f"{options.path}: the run does not say which columns it takes; train it again")
    opened = _open_known(text, options.path, one, table)
    opened = replace(opened, notes=(*odd, *opened.notes))
    return load_more_columns("csv", one, opened, info, table, digests_of(one))


def _open_known(text: Text, path: str, options: TableOptions, info: TableInfo, number: str = "") -> OpenedTable:
    table = find_table(text, layout_of(options, known=True))
    table.check_names()
    return _opened(known(table, info), path, info.missing, number)


def _opened(table: TextTable, path: str, missing: str, number: str = "") -> OpenedTable:
    file = find_files(str(Path(path)), (), "a CSV file")[0]
    found = as_cells(table, file, missing, number)
    own = tuple(Wanted.known(column, i) for i, column in enumerate(found.source.columns))
    roles = Roles(own[: table.inputs], own[table.inputs :], None, missing)
    notes = (f"{table.table.name}: {table.table.described}", *table.notes, *found.notes)
    text = table.table.text
    warnings = (*told_doubts(text), *found.warnings)
    return OpenedTable(found.source, roles, notes, warnings, picture=table.picture, text_encoding=text.encoding)
