"""What can be said about arrays with a row a sample."""

from typing import ClassVar, Literal

from dnnctl.datasets.base import DatasetOptions, Names
from dnnctl.spec import flag_or


class ArrayOptions(DatasetOptions):
    """Arrays with a row a sample: numbers (n, features), or pictures (n, height, width) or (n, height, width, 3).

    Args:
        path: The file.
        x: Name of the array of inputs; `x_train`, `x` and the like are found.
        y: Name of the array of targets.
        x_test: Name of an array of test inputs; without one, `data.test_split` decides.
        y_test: Name of the array of their targets.
        classes: Names of the classes, in the order of their labels (text: numbers first); or the labels that are text
            themselves, in the order wanted; or what the columns of several labels are called.
        task: `auto` tells it from the targets.
        stream: Whether rows stay in the file and are read as they are needed; `auto` does so with large ones.
    """

    main: ClassVar[str | None] = "path"
    paths: ClassVar[tuple[str, ...]] = ("path",)

    path: str
    x: str = "auto"
    y: str = "auto"
    x_test: str = "auto"
    y_test: str = "auto"
    classes: Names | None = None
    task: Literal["auto", "classification", "multilabel", "regression"] = "auto"
    stream: flag_or("auto") = "auto"  # type: ignore[valid-type]

    @property
    def said(self) -> dict[str, str]:
        """The name of the array for each part, or `auto`."""
        return {"x": self.x, "y": self.y, "x_test": self.x_test, "y_test": self.y_test}
