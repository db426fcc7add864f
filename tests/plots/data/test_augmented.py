"""The picture of augmentation: one of each class, as it is and as the epochs show it."""

import numpy as np
import pytest

from dnnctl.config.augmentation import Augment
from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.plots.data import augmented

X = np.random.default_rng(0).integers(0, 256, (60, 8, 6)).astype(np.uint8)


@pytest.mark.parametrize(("classes", "lines"), [(3, 3), (24, 10), (0, 10)])
def test_a_line_for_each_class_as_far_as_they_go(classes: int, lines: int) -> None:
    names = tuple(f"class {number}" for number in range(classes))
    info = DatasetInfo("T", "multiclass" if classes else "regression", (8, 6), names, input_range=(0, 255))
    y = np.arange(60) % classes if classes else np.arange(60.0)[:, None]
    seen: list[tuple[int, np.ndarray]] = []
    augmenter = Augmenter(Augment(rotate=20), 0, (8, 6))
    real = augmenter.parameters

    def parameters(epoch: int, rows: int):
        seen.append((epoch, np.array(rows)))
        return real(epoch, rows)

    augmenter.parameters = parameters  # type: ignore[method-assign]
    figure = augmented.draw(info, Samples(X, y), augmenter, "try")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[:10] == ["as it is", *map(str, range(1, 10))]
    assert texts[10:] == (list(names[:lines]) if classes else [f"row {row}" for row in range(lines)])
    assert [epoch for epoch, _ in seen] == list(range(9))
    assert {int(rows) for _, rows in seen} == {60}
