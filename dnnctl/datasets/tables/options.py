"""What can be said about a table in a text file."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from dnnctl.datasets.base import DatasetOptions, Names
from dnnctl.spec import flag_or


class TableOptions(DatasetOptions):
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
