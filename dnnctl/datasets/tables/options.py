"""What can be said about a table, and about one in a text file."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dnnctl.datasets.base import DatasetOptions, Names
from dnnctl.spec import flag_or


class ColumnOptions(DatasetOptions):
    """A table with named columns, in whatever file.

    Args:
        path: The file.
        target: The column to predict; several for several numbers, or for labels of 0 and 1.
        columns: The columns to predict it from; all others if not given.
        exclude: Columns to leave out.
        types: What columns hold where it is not what it looks like, as `{zip_code: category}`.
        missing: What becomes of rows with empty cells: `error`, `drop`, or `impute` from the training rows.
        missing_values: Texts that stand for an empty cell, besides the usual ones.
        min_count: Categories that fewer training rows have count as unknown.
        task: `auto` tells it from the target.
        test_path: A table of test rows; `data.test_split` is not used then.
        stream: Whether rows stay in the file and are read as they are needed; `auto` does so with large ones.
    """

    paths: ClassVar[tuple[str, ...]] = ("path", "test_path")

    path: str
    target: Annotated[Names, Field(min_length=1)]
    columns: Names | None = None
    exclude: Names = Field(default_factory=list)
    types: dict[str, Literal["number", "boolean", "category"]] = Field(default_factory=dict)
    missing: Literal["error", "drop", "impute"] = "error"
    missing_values: Names = Field(default_factory=list)
    min_count: int = Field(2, ge=1)
    task: Literal["auto", "classification", "multilabel", "regression"] = "auto"
    test_path: str | None = None
    stream: flag_or("auto") = "auto"  # type: ignore[valid-type]
    # Written at `data.group`, as it decides about the split; `DataConfig.source` hands it down.
    group: str | None = Field(None, exclude=True)

    @property
    def takes_usual(self) -> bool:
        """Whether NA, none and the like are empty cells; files with types have empty cells of their own."""
        return False

    @model_validator(mode="before")
    @classmethod
    def _group_is_above(cls, written: Any) -> Any:
        if isinstance(written, dict) and "group" in written:
            raise PydanticCustomError("value_error", "expected `group` one level above, as data.group")
        return written


class TableOptions(ColumnOptions):
    """A table with a row a line: CSV, TSV and their relatives.

    Args:
        usual_missing: Whether `NA`, `none`, `?`, `-` and the like stand for an empty cell.
        separator: One character, or `tab`, `comma`, `semicolon`, `bar`, `space`.
        header: Whether the first row holds names.
        encoding: As `utf-8`, `cp1252` or `utf-16`.
    """

    usual_missing: bool = True
    separator: str = "auto"
    header: flag_or("auto") = "auto"  # type: ignore[valid-type]
    encoding: str = "auto"

    @property
    def takes_usual(self) -> bool:
        """Whether NA, none and the like are empty cells."""
        return self.usual_missing
