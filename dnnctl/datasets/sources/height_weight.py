"""Ten people: predict the height in cm from the weight in kg, a first regression."""

import numpy as np

from dnnctl.datasets.base import BUILT_IN, Dataset, DatasetInfo, DatasetOptions, Places

WEIGHTS = (87, 81, 82, 92, 90, 61, 86, 66, 69, 69)
HEIGHTS = (187, 174, 179, 192, 188, 160, 179, 168, 168, 174)


class Options(DatasetOptions):
    """Ten pairs of weight (kg) and height (cm). It has no options."""


def describe(options: Options) -> DatasetInfo:  # noqa: ARG001
    """Return what is known about the ten people."""
    return DatasetInfo(
        title="Height and weight: ten people's height from their weight",
        task="regression",
        input_shape=(1,),
        feature_names=("weight",),
        feature_units=("kg",),
        target="height",
        unit="cm",
        shared_rows=True,
        rows=(10, 10),
        licence="ten pairs of numbers; none needed",
        source="a teaching example; least squares gives height = 0.86251 weight + 109.365, "
        "with a mean squared error of 10.153",
    )


def find(options: Options, places: Places) -> str:  # noqa: ARG001
    """Return `built in`."""
    return BUILT_IN


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Return the ten rows: x float32 (10, 1) in kg, y float32 (10, 1) in cm; also the test rows."""
    x = np.array(WEIGHTS, dtype=np.float32)[:, None]
    y = np.array(HEIGHTS, dtype=np.float32)[:, None]
    return Dataset.built_in("height_weight", describe(options), x, y)
