"""What can be said about a table, and about one in a text file."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from dnnctl.datasets.base import DatasetOptions, Names
from dnnctl.datasets.forms.base import Asked
from dnnctl.spec import Strict, flag_or


class Image(Strict):
    """How large the pictures are whose pixels columns hold, row after row.

    Args:
        height: Pixels from top to bottom.
        width: Pixels from left to right.
        channels: 3 for colours, which are the three columns of each pixel.
    """

    height: int = Field(ge=1, le=1024)
    width: int = Field(ge=1, le=1024)
    channels: Literal[1, 3] = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one picture."""
        return (self.height, self.width, *((3,) if self.channels == 3 else ()))


def _as_name(written: Any) -> Any:
    """Return a column's name; a year that heads a column is a name too."""
    return str(written) if isinstance(written, int) and not isinstance(written, bool) else written


def _image(written: Any) -> Any:
    """Read what `image` says: `auto`, false, or a size."""
    if written is False or (isinstance(written, str) and written == "auto") or isinstance(written, Image):
        return written
    if isinstance(written, dict):
        return Image.model_validate(written)
    raise PydanticCustomError(
        "value_error",
        "expected auto, false, or the size of pictures as {size}; received {received}",
        {"size": "{height: 28, width: 28}", "received": "true" if written is True else repr(written)[:60]},
    )


# What a column can be said to hold.
Said = Literal["number", "boolean", "category", Asked]


class ColumnOptions(DatasetOptions):
    """A table with named columns, in whatever file.

    Args:
        path: The file.
        target: The column to predict; several for several numbers, or for labels of 0 and 1.
        columns: The columns to predict it from; all others if not given.
        exclude: Columns to leave out.
        id: The column that says which row is which: no input, and passed through to the answers of `predict`.
        image: Whether the columns are the pixels of pictures: `auto` tells it from their names, as `pixel0`, ...;
            false takes them for numbers, and `{height: 28, width: 28}` for pictures whatever they are called.
        types: What columns hold where it is not what it looks like, as `{zip_code: category, price: amount}`.
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
    id: Annotated[str, BeforeValidator(_as_name)] | None = None
    image: Annotated[Image | Literal["auto", False], PlainValidator(_image)] = "auto"
    types: dict[str, Said] = Field(default_factory=dict)
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
