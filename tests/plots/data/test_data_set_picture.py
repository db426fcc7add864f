"""The picture of a data set: what is in it, not how it looks."""

import io
from typing import Any

import numpy as np
import pytest

from dnnctl.datasets import read as reading
from dnnctl.datasets.base import DATASETS, Dataset, DatasetInfo, Places
from dnnctl.datasets.samples import Samples
from dnnctl.errors import UsageError
from dnnctl.plots import samples
from dnnctl.plots.data import data_set

GREYS = 8  # The step from one class's grey to the next.


def images(counts: list[int]) -> Dataset:
    names = tuple(f"class {label}" for label in range(len(counts)))
    info = DatasetInfo("Pictures", "multiclass", (4, 6), names, input_range=(0, 255))
    labels = np.repeat(np.arange(len(counts)), counts)
    x = np.broadcast_to((labels * GREYS).astype(np.uint8)[:, None, None], (len(labels), 4, 6))
    return Dataset("pictures", info, Samples(x, labels), None, "built in", {})


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """Return what will be drawn: pictures and the corners they are drawn at."""
    seen: list[tuple[Any, Any]] = []
    whole = samples.pin

    def pin(axes: Any, shown: Any, limits: Any, spots: Any, size: float) -> None:
        seen.extend(zip(shown, spots, strict=True))
        whole(axes, shown, limits, spots, size)

    monkeypatch.setattr(samples, "pin", pin)
    return seen


def texts(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_class_has_a_row_of_its_own_samples(pinned: list[tuple[Any, Any]]) -> None:
    figure = data_set.draw(images([3, 0, 5, 12]))
    assert texts(figure) == ["class 0", "class 1", "class 2", "class 3"]
    heights = sorted({top for _, (_, top) in pinned}, reverse=True)
    greys = [{int(image.max()) // GREYS for image, (_, top) in pinned if top == height} for height in heights]
    assert greys == [{0}, {2}, {3}]
    assert [sum(top == height for _, (_, top) in pinned) for height in heights] == [3, 5, 10]


def test_samples_are_spread_over_the_rows(pinned: list[tuple[Any, Any]]) -> None:
    one = images([100, 100])
    x = np.arange(200, dtype=np.uint8)[:, None, None] * np.ones((1, 4, 6), np.uint8)
    data_set.draw(Dataset("pictures", one.info, Samples(x, one.train.y), None, "built in", {}))
    assert [int(image[0, 0]) for image, _ in pinned][:10] == [0, 11, 22, 33, 44, 55, 66, 77, 88, 99]


def test_many_classes_are_set_in_columns(pinned: list[tuple[Any, Any]]) -> None:
    data_set.draw(images([1] * 24))
    lefts = [left for _, (left, _) in pinned]
    assert sorted(lefts.count(left) for left in set(lefts)) == [12, 12]


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


@pytest.mark.parametrize("counts", [[4, 4], [1] * 30])
def test_nothing_is_cut_off_at_the_edges(counts: list[int]) -> None:
    figure = data_set.draw(images(counts))
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=50)
    from PIL import Image

    pixels = np.asarray(Image.open(buffer).convert("L"))
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    assert all((edge == 255).all() for edge in edges)


def test_a_file_is_whole_or_not_there(tmp_path: Any) -> None:
    figure = data_set.draw(images([4, 4]))
    data_set.save(figure, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")
    for name, said in (("a.doc", "expected a name that ends in one of .png"), ("none/a.png", "cannot be written")):
        with pytest.raises(UsageError, match=said):
            data_set.save(figure, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
