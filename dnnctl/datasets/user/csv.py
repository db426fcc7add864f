"""A table in a text file: `data: {csv: {path: people.csv, target: weight}}`."""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.parts.columns import TableInfo
from dnnctl.spec import flag_or


def _as_list(written: Any) -> Any:
    """Return one name as a list of it; a year that heads a column is a name too."""
    if isinstance(written, str | int) and not isinstance(written, bool):
        written = [written]
    if not isinstance(written, list | tuple):
        return written
    return [str(name) if isinstance(name, int) and not isinstance(name, bool) else name for name in written]


Names = Annotated[list[str], BeforeValidator(_as_list)]


class Options(DatasetOptions):
    """A table with a row a line: CSV, TSV and their relatives.

    Args:
        path: The file.
        target: The column to predict; several for several numbers.
        columns: The columns to predict it from; all others if not given.
        exclude: Columns to leave out.
        types: What columns hold where it is not what it looks like, as `{zip_code: category}`.
        missing: What becomes of rows with empty cells: `error`, `drop`, or `impute` from the training rows.
        missing_values: Texts that stand for an empty cell, besides the usual ones.
        usual_missing: Whether `NA`, `none`, `?`, `-` and the like stand for an empty cell.
        min_count: Categories that fewer training rows have count as unknown.
        task: `auto` tells it from the target.
        test_path: A table of test rows; `data.test_split` is not used then.
        separator: One character, or `tab`, `comma`, `semicolon`, `bar`, `space`.
        header: Whether the first row holds names.
        encoding: As `utf-8`, `cp1252` or `utf-16`.
    """

    paths: ClassVar[tuple[str, ...]] = ("path", "test_path")

    path: str
    target: Annotated[Names, Field(min_length=1)]
    columns: Names | None = None
    exclude: Names = Field(default_factory=list)
    types: dict[str, Literal["number", "boolean", "category"]] = Field(default_factory=dict)
    missing: Literal["error", "drop", "impute"] = "error"
    missing_values: Names = Field(default_factory=list)
    usual_missing: bool = True
    min_count: int = Field(2, ge=1)
    task: Literal["auto", "classification", "regression"] = "auto"
    test_path: str | None = None
    separator: str = "auto"
    header: flag_or("auto") = "auto"  # type: ignore[valid-type]
    encoding: str = "auto"


def find(options: Options, places: Places) -> str | None:  # noqa: ARG001
    """Return the file's path, or None if it is not there."""
    return options.path if Path(options.path).is_file() else None


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read a table: cells float32 (n, columns) with the codes of categories, which are not yet one-hot.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If the table cannot be read, or holds what cannot be learned from.
    """
    from dnnctl.datasets.tables.loading import load_table

    return load_table(options)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read another table with the columns of a run's.

    Raises:
        DataError: If it cannot be read, a column is missing, or a cell does not fit.
    """
    from dnnctl.datasets.tables.loading import load_more_rows

    return load_more_rows(options, info, table)


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the files."""
    from dnnctl.datasets.tables.loading import digests_of

    return digests_of(options)
