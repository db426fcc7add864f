"""What a data set is: arrays, and what must be known about them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator

from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.samples import AnySamples, Samples
from dnnctl.errors import Notice
from dnnctl.files import sha256_of_array
from dnnctl.spec import Catalog, Spec, chosen_from

# Where data is found that is written out in the source.
BUILT_IN = "built in"
Task = Literal["binary", "multiclass", "multilabel", "regression"]
# How many classes a task has, where that is fixed.
CLASSES: dict[Task, int] = {"binary": 2, "multilabel": 0, "regression": 0}


# Called with a file's name, bytes done and bytes in all (0 if unknown) during a download.
DownloadProgress = Callable[[str, int, int], None]


def silent(name: str, done: int, total: int) -> None:
    """Report no progress."""


def _as_list(written: Any) -> Any:
    """Return one name as a list of it; a year that heads a column is a name too."""
    if isinstance(written, str | int) and not isinstance(written, bool):
        written = [written]
    if not isinstance(written, list | tuple):
        return written
    return [str(name) if isinstance(name, int) and not isinstance(name, bool) else name for name in written]


# Names in a configuration: a list of them, or one alone.
Names = Annotated[list[str], BeforeValidator(_as_list)]


class DatasetOptions(Spec):
    """A data set as it is named in a configuration.

    `paths` names the options that hold paths, where it is data of the user's own.
    """

    paths: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class DatasetInfo:
    """What is known about a data set before any of it is read.

    Args:
        title: One line for people, as `Fashion-MNIST: 28x28 pictures of clothes`.
        task: What is to be predicted.
        input_shape: Shape of one row: (height, width) for grey images, (features,) for numbers.
        class_names: Names of the classes in the order of their labels; empty where there are none.
        labels: What stands for the classes in the data, where `class_names` are other names for them; empty
            otherwise.
        feature_names: Names of the columns; empty for images.
        feature_units: Units of the columns, as `kg`; empty where they have none.
        target: Name of what is predicted, as `height`.
        targets: Names of what is predicted where that is several things: the numbers of a regression, or labels of
            which each is 0 or 1; empty otherwise.
        unit: Unit of a regression target, as `cm`; empty otherwise.
        input_range: Smallest and largest value an image's pixel can have; None for numbers.
        drawing: Whether the images are light strokes on a dark ground, so that a photograph of dark ink
            on light paper must be inverted first.
        framing: How the makers placed the subject: `mass` (in a box of 20/28 of the picture, its centre of
            mass in the middle: MNIST), `box` (filling the picture by its longest side, in the middle:
            Fashion-MNIST), or `none`. Large pictures are cropped to their subject accordingly.
        shared_rows: Whether training and test are the same rows, because there are so few.
        rows: Published numbers of training and test rows; test rows 0 where none are set apart, the
            number of training rows again where `shared_rows`.
        folder: Folder of its files under a data directory; empty where it needs no files.
        licence: Licence, or under what terms it is commonly used.
        source: Who published it, and where it is described.
    """

    title: str
    task: Task
    input_shape: tuple[int, ...]
    class_names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    feature_units: tuple[str, ...] = ()
    target: str = "label"
    targets: tuple[str, ...] = ()
    unit: str = ""
    input_range: tuple[float, float] | None = None
    drawing: bool = False
    framing: Literal["none", "mass", "box"] = "none"
    shared_rows: bool = False
    rows: tuple[int, int] = (0, 0)
    folder: str = ""
    licence: str = ""
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        return {
            "title": self.title,
            "task": self.task,
            "input_shape": list(self.input_shape),
            "class_names": list(self.class_names),
            "labels": list(self.labels),
            "feature_names": list(self.feature_names),
            "feature_units": list(self.feature_units),
            "target": self.target,
            "targets": list(self.targets),
            "unit": self.unit,
            "input_range": None if self.input_range is None else list(self.input_range),
            "drawing": self.drawing,
            "framing": self.framing,
            "shared_rows": self.shared_rows,
            "rows": list(self.rows),
            "folder": self.folder,
            "licence": self.licence,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, value: Any) -> "DatasetInfo":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError, AttributeError: If it is something else.
        """
        info = cls(
            title=value["title"],
            task=value["task"],
            input_shape=tuple(value["input_shape"]),
            class_names=tuple(value["class_names"]),
            labels=tuple(value["labels"]),
            feature_names=tuple(value["feature_names"]),
            feature_units=tuple(value["feature_units"]),
            target=value["target"],
            targets=tuple(value["targets"]),
            unit=value["unit"],
            input_range=None if value["input_range"] is None else tuple(value["input_range"]),
            drawing=value["drawing"],
            framing=value["framing"],
            shared_rows=value["shared_rows"],
            rows=tuple(value["rows"]),
            folder=value["folder"],
            licence=value["licence"],
            source=value["source"],
        )
        texts = (info.title, info.target, info.unit, info.folder, info.licence, info.source)
        names = (*info.class_names, *info.labels, *info.feature_names, *info.feature_units, *info.targets)
        extents = (*info.input_shape, *info.rows, *(info.input_range or ()))
        sound = (
            all(type(text) is str for text in (*texts, *names))
            and all(type(extent) in {int, float} for extent in extents)
            and info.task in get_args(Task)
            and info.framing in {"none", "mass", "box"}
            and 0 < len(info.input_shape) <= 3
            and all(type(extent) is int and 0 < extent < 2**31 for extent in info.input_shape)
            and len(info.rows) == 2
            and (info.input_range is None or len(info.input_range) == 2)
            and len(info.labels) in {0, len(info.class_names)}
            and len(info.class_names) == CLASSES.get(info.task, len(info.class_names))
            and (info.task != "multilabel" or len(info.targets) > 1)
        )
        if not sound:
            raise TypeError("a description of data that is none")
        return info

    @property
    def is_image(self) -> bool:
        """Whether a row is a picture."""
        return len(self.input_shape) > 1

    @property
    def outputs(self) -> int:
        """How many numbers a regression predicts, or how many labels there are."""
        return max(1, len(self.targets))

    def units(self, outputs: int) -> tuple[str, ...]:
        """Return what each output unit of a network stands for: a class, a label or a target.

        Args:
            outputs: How many units there are; one alone says how probable the second of two classes is.
        """
        if self.class_names:
            return self.class_names[1:] if outputs == 1 else self.class_names
        return self.targets or (self.target,)

    @property
    def judged(self) -> tuple[str, ...]:
        """Names of what precision and recall are counted of: the classes, or the labels; empty for numbers."""
        return self.targets if self.task == "multilabel" else self.class_names


@dataclass(frozen=True)
class Dataset:
    """A data set that was read and found to be whole.

    Args:
        name: Key of its plugin.
        info: What is known about it.
        train: Rows to train on; the validation rows are taken out of them later.
        test: Rows set apart for the test by whoever published it; None where `data.test_split` decides;
            the same rows as `train` where `info.shared_rows`.
        found: Where it was found, for people: a folder, a package, or `built in`.
        digests: SHA-256 of each decoded array in C order, by a name such as `train-images`.
        notes: Things its user should be told, as `5,738 training rows where 27,455 were published`.
        warnings: Things that are probably not meant, as a column that gives the target away.
        table: What its columns hold, where it is a table whose rows are still to be encoded: then x has the
            codes of categories, and NaN for empty cells. None for everything else. Categories of rows that stay
            in their files have no words yet.
        keys: A number for each row of `train` that rows of one group of `data.group` share, (n,), where these are in
            memory; None without such groups.
    """

    name: str
    info: DatasetInfo
    train: AnySamples
    test: AnySamples | None
    found: str
    digests: dict[str, str]
    notes: tuple[str, ...] = ()
    warnings: tuple[Notice, ...] = ()
    table: TableInfo | None = None
    keys: NDArray[np.uint64] | None = None

    @classmethod
    def built_in(cls, name: str, info: DatasetInfo, x: NDArray[Any], y: NDArray[Any]) -> "Dataset":
        """Return a data set that is written out in the source, and whose test rows are its training rows.

        Args:
            name: Key of its plugin.
            info: What is known about it.
            x: Inputs, (n, features).
            y: Targets, (n,) or (n, targets).
        """
        rows = Samples(x, y)
        return cls(name, info, rows, rows, BUILT_IN, {"inputs": sha256_of_array(x), "targets": sha256_of_array(y)})


@dataclass(frozen=True)
class Places:
    """Where a data set may be looked for.

    Args:
        path: Folder or file named by the configuration; nothing else is looked at when it is given.
        data_dir: What `DNNCTL_DATA_DIR` names, with a folder a data set in it.
        cache: Where downloads are kept, with a folder a data set in it.
        keras: Where Keras keeps its downloads: looked at, never written to; None to leave it alone.
        download: Whether to download what is not there.
        progress: Called with a file's name, bytes done and bytes in all (0 if unknown) during a download.
        test_only: Whether only the test rows are wanted; a set that keeps them in files of their own then
            leaves the others unread, and its training split has no rows.
        run: What is known about the data of the user's own that a run was trained on, whose task, classes and their
            order are taken, however they would be told today; None while there is none.
        table: The columns of the table that a run was trained on, of which each is read as what it was taken for
            then; None while there is none, or where they would be taken for the same today.
    """

    path: Path | None = None
    data_dir: Path | None = None
    cache: Path = field(default_factory=lambda: Path.home() / ".cache" / "dnnctl" / "datasets")
    keras: Path | None = None
    download: bool = True
    progress: DownloadProgress = silent
    test_only: bool = False
    run: DatasetInfo | None = None
    table: TableInfo | None = None


DATASETS = Catalog("data set", package="dnnctl.datasets.sources", attribute="Options")
DatasetField: Any = chosen_from(DATASETS, DatasetOptions)
