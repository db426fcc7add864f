"""How pictures were made: strokes on a dark ground, and where these stand."""

import numpy as np
import pytest

from dnnctl.datasets.images.framing import framing_of


def _strokes(width: int, height: int, shift: int = 0, side: int = 28) -> np.ndarray:
    page = np.zeros((20, side, side), np.uint8)
    top, left = (side - height) // 2 + shift, (side - width) // 2
    page[:, top : top + height, left : left + width] = 200
    return page


@pytest.mark.parametrize(
    ("pictures", "told"),
    [
        (_strokes(8, 20), (True, "mass")),
        (_strokes(8, 20, shift=4), (True, "none")),
        (_strokes(12, 28), (True, "box")),
        (_strokes(6, 6), (True, "none")),
        (255 - _strokes(8, 20), (False, "none")),
        (np.random.default_rng(0).integers(0, 255, (20, 28, 28)).astype(np.uint8), (False, "none")),
        (np.zeros((20, 28, 28), np.uint8), (False, "none")),
        (np.zeros((20, 28, 28, 3), np.uint8), (False, "none")),
    ],
)
def test_strokes_and_their_places_are_found(pictures: np.ndarray, told: tuple[bool, str]) -> None:
    assert framing_of(pictures, 255.0) == told


def test_one_odd_picture_among_many_changes_nothing() -> None:
    pictures = _strokes(8, 20)
    pictures[0] = 255
    assert framing_of(pictures, 255.0) == (True, "mass")
