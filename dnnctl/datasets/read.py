"""The one way from a data set's name in a configuration to its arrays."""

from dataclasses import replace
from types import ModuleType
from typing import cast

from pydantic_core import PydanticCustomError

from dnnctl import plugins
from dnnctl.datasets.base import DATASETS, Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.columns import TableInfo
from dnnctl.errors import DataError, UsageError

PACKAGE = "dnnctl.datasets.sources"
USER_PACKAGE = "dnnctl.datasets.user"


def options_for(name: str) -> DatasetOptions:
    """Return a data set's options at their defaults.

    Args:
        name: Its key, as `mnist`; hyphens are as good as underscores.

    Raises:
        UsageError: If there is no such data set; the message names the nearest.
    """
    try:
        return cast(DatasetOptions, DATASETS.parse(name.replace("-", "_")))
    except PydanticCustomError as fault:
        raise UsageError(fault.message()) from None


def describe(options: DatasetOptions) -> DatasetInfo:
    """Return what is known about a named data set without any of its data."""
    info: DatasetInfo = _plugin(options).describe(options)
    return info


def find(options: DatasetOptions, places: Places) -> str | None:
    """Return where a named data set's files are, without reading them; None if they are nowhere.

    Raises:
        UsageError: If a path is given for a data set that reads no files.
    """
    _check_path(options, places)
    where: str | None = _plugin(options).find(options, places)
    return where


def read(options: DatasetOptions, places: Places) -> Dataset:
    """Read a data set, and download it first where that is needed, possible and allowed.

    Args:
        options: Which one, out of `DATASETS`.
        places: Where to look for its files.

    Returns:
        The data set, found to be whole.

    Raises:
        DataError: If it is nowhere or damaged; the message says what to do.
        UsageError: If a path is given for a data set that reads no files.
    """
    _check_path(options, places)
    dataset: Dataset = _plugin(options).load(options, places)
    return dataset


def read_again(options: DatasetOptions, places: Places, trained: TableInfo | None) -> Dataset:
    """Read what a run was trained on, each column of a table as what it was taken for then.

    A version that knows more forms takes some columns for others today; so do other rows that a file has by now.

    Args:
        options: Which data, and how it is read.
        places: Where to look for its files.
        trained: The columns of the run; None where it is no table.

    Raises:
        DataError: As in `read`, or if a cell is no longer what its column was taken for.
    """
    try:
        dataset = read(options, places)
        if trained is None or dataset.table is None or dataset.table.reads_as(trained):
            return dataset
        del dataset
    except DataError:
        if trained is None:
            raise
    return read(options, replace(places, table=trained))


def read_more(options: DatasetOptions, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read other data of the user's own, of the form that a run was trained on.

    Args:
        options: Which, and how.
        info: What is known about the data of the run.
        table: Its columns, where it is a table.

    Returns:
        The data set; all its rows are in `train`.

    Raises:
        DataError: If it is missing or damaged, or has another form.
    """
    dataset: Dataset = _plugin(options).load_more(options, info, table)
    return dataset


def digests(options: DatasetOptions) -> dict[str, str]:
    """Return the digests of data of the user's own without understanding it.

    Raises:
        DataError: If it is missing.
    """
    found: dict[str, str] = _plugin(options).digests(options)
    return found


def _check_path(options: DatasetOptions, places: Places) -> None:
    if options.paths:
        if places.path:
            raise UsageError(f"data.{options.key}.path names the file; expected no other path, received {places.path}")
        return
    if places.path and not describe(options).folder:
        raise UsageError(f"{options.key} reads no files of yours; expected no path, received {places.path}")


def _plugin(options: DatasetOptions) -> ModuleType:
    return plugins.load(USER_PACKAGE if options.paths else PACKAGE, options.key)
