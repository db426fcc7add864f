"""MNIST's training rows repeated to any number, as a data set of dnnctl: read, checked and split as any other.

`repeated.py` writes the files and says which digests they have; `install` puts this file where dnnctl finds data sets.
"""

import dataclasses
import json
from typing import ClassVar

from pydantic import Field

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.published import image_set
from dnnctl.datasets.sources.mnist import SET


class Options(DatasetOptions):
    """How often.

    Args:
        rows: Training rows.
    """

    main: ClassVar[str | None] = "rows"

    rows: int = Field(ge=1)


def describe(options: Options) -> DatasetInfo:
    return dataclasses.replace(SET.info, rows=(options.rows, SET.info.rows[1]))


def find(options: Options, places: Places) -> str | None:
    return str(places.path) if places.path else None


def load(options: Options, places: Places) -> Dataset:
    if places.path is None:
        raise ValueError("data.path must name the folder that repeated.py wrote")
    digests = json.loads((places.path / "digests.json").read_text(encoding="utf-8"))
    images = dataclasses.replace(SET, name="mnist_repeated", info=describe(options), digests=digests)
    return image_set.load(images, places)
