"""The picture of a data set: what is in it, not how it looks."""

import io

import numpy as np
import pytest

from dnnctl.datasets.base import DATASETS, Dataset, DatasetInfo, Places, Samples
from dnnctl.datasets.sources import reading
from dnnctl.plots.pictures import data_set


def images(counts: list[int]) -> Dataset:
    names = tuple(f"class {label}" for label in range(len(counts)))
    info = DatasetInfo("Pictures", "multiclass", (4, 6), names, input_range=(0, 255))
    labels = np.repeat(np.arange(len(counts)), counts)
    x = np.broadcast_to((labels * 8).astype(np.uint8)[:, None, None], (len(labels), 4, 6))
    return Dataset("pictures", info, Samples(x, labels), None, "built in", {})


def tiles(page: np.ndarray) -> list[set[float]]:
    """Return the values in each row of samples, which gaps of NaN separate."""
    return [set(row[~np.isnan(row)]) for row in np.array_split(page[~np.isnan(page).all(axis=1)], len(page) // 5 + 1)]


def test_each_class_has_a_row_of_as_many_samples() -> None:
    figure = data_set.draw(images([3, 5, 12]))
    (axis,) = figure.axes
    page = np.asarray(axis.images[0].get_array().filled(np.nan))

    assert [label.get_text() for label in axis.get_yticklabels()] == ["class 0", "class 1", "class 2"]
    assert tiles(page) == [{0.0}, {8.0}, {16.0}]
    assert page.shape == (3 * 5 - 1, 3 * 7 - 1)
    assert axis.images[0].get_clim() == (0, 255)


def test_a_class_without_rows_stays_empty() -> None:
    page = np.asarray(data_set.draw(images([2, 0, 2])).axes[0].images[0].get_array().filled(np.nan))

    assert page.shape == (3 * 5 - 1, 2 * 7 - 1)
    assert np.isnan(page[5:9]).all()


def test_many_classes_are_set_in_columns() -> None:
    figure = data_set.draw(images([1] * 24))

    assert [len(axis.get_yticks()) for axis in figure.axes] == [12, 12]


@pytest.mark.parametrize("gate", ["and", "or", "xor"])
def test_a_gate_has_its_four_points_by_class(gate: str) -> None:
    options = DATASETS.parse({"logic_gate": gate})
    (axis,) = data_set.draw(reading.read(options, Places())).axes
    ones = axis.collections[1].get_offsets()

    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["0", "1"]
    assert sum(len(points.get_offsets()) for points in axis.collections) == 4
    assert {tuple(point) for point in np.asarray(ones).astype(int).tolist()} == {
        "and": {(1, 1)},
        "or": {(0, 1), (1, 0), (1, 1)},
        "xor": {(0, 1), (1, 0)},
    }[gate]


def test_a_regression_has_its_units_on_the_axes() -> None:
    (axis,) = data_set.draw(reading.read(reading.options_for("height_weight"), Places())).axes

    assert (axis.get_xlabel(), axis.get_ylabel()) == ("weight (kg)", "height (cm)")
    assert len(axis.collections[0].get_offsets()) == 10


def test_nothing_is_cut_off_at_the_edges() -> None:
    figure = data_set.draw(images([4, 4]))
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=50, **data_set.MARGIN)
    from PIL import Image

    pixels = np.asarray(Image.open(buffer).convert("L"))
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    assert all((edge == 255).all() for edge in edges)
