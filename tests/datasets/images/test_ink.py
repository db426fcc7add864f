"""Strokes are found on whatever they are drawn on, in whatever light."""

import numpy as np
import pytest

from dnnctl.datasets.images.ink import Ink, find_ink, stroke_width
from dnnctl.datasets.images.ruling import ruled_lines

HEIGHT, WIDTH = 180, 240


def page(paper: float = 0.95) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), paper, np.float32)


def cross(on: np.ndarray, ink: float = 0.1, top: int = 40, left: int = 90) -> np.ndarray:
    """Draw a cross of 80 x 50 pixels with strokes of 8."""
    on[top : top + 80, left + 20 : left + 28] = ink
    on[top + 20 : top + 28, left : left + 50] = ink
    return on


def found(grey: np.ndarray, light: bool | None = None) -> Ink:
    result = find_ink(np.repeat(grey[..., np.newaxis], 3, axis=2).astype(np.float32), light=light)
    assert result is not None
    return result


def shape(ink: Ink) -> tuple[int, int]:
    return ink.mask.shape


SHADOW = np.where(np.arange(WIDTH) < 120, 0.55, 1.0).astype(np.float32)
SLOPE = np.linspace(0.5, 1.0, WIDTH, dtype=np.float32)


@pytest.mark.parametrize(
    "grey",
    [
        cross(page()),
        1 - cross(page()),
        cross(page(0.6), 0.35),
        cross(page()) * SLOPE,
        cross(page()) * SHADOW,
        cross(page()) + np.random.default_rng(0).normal(0, 0.02, (HEIGHT, WIDTH)),
    ],
    ids=["dark", "light", "faint", "uneven light", "shadow", "noise"],
)
def test_the_box_of_strokes_is_found(grey: np.ndarray) -> None:
    height, width = shape(found(np.clip(grey, 0, 1)))

    assert abs(height - 80) <= 3
    assert abs(width - 50) <= 3


def test_light_strokes_are_told_from_dark_ones() -> None:
    assert found(1 - cross(page())).light
    assert not found(cross(page())).light


def test_ink_of_another_colour_that_is_hardly_darker_is_ink() -> None:
    yellow = np.ones((HEIGHT, WIDTH, 3), np.float32)
    yellow[..., 2] = cross(page(1.0), 0.1)
    result = find_ink(yellow, light=None)

    assert result is not None
    assert abs(shape(result)[0] - 80) <= 3


@pytest.mark.parametrize("level", [0.6, 0.12])
@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("slope", [0.0, 0.03])
def test_printed_lines_are_taken_away(level: float, squared: bool, slope: float) -> None:
    paper = page()
    down = (slope * (np.arange(WIDTH) - WIDTH / 2)).round().astype(int)
    for y in range(10, HEIGHT, 25):
        for x in range(WIDTH):
            if 0 <= y + down[x] < HEIGHT - 2:
                paper[y + down[x] : y + down[x] + 2, x] = level
    if squared:
        for x in range(13, WIDTH, 25):
            paper[:, x : x + 2] = level
    result = found(cross(paper))

    assert result.lined
    assert abs(shape(result)[0] - 80) <= 6
    assert abs(shape(result)[1] - 50) <= 6


def test_a_stroke_alone_is_no_printed_line() -> None:
    bar = np.zeros((HEIGHT, WIDTH), bool)
    bar[90:93, 30:210] = True

    assert not ruled_lines(bar).any()


def test_specks_and_what_the_page_lies_on_are_left_out() -> None:
    paper = cross(page())
    paper[10:13, 10:13] = 0.1
    paper[:, :14] = 0.2

    assert abs(shape(found(paper))[1] - 50) <= 3


@pytest.mark.parametrize("nothing", [page(), np.random.default_rng(1).random((HEIGHT, WIDTH), np.float32)])
def test_where_nothing_stands_out_nothing_is_found(nothing: np.ndarray) -> None:
    assert find_ink(np.repeat(nothing[..., np.newaxis], 3, axis=2), light=None) is None


@pytest.mark.parametrize("width", [3, 8, 20])
def test_the_width_of_a_stroke(width: int) -> None:
    bar = np.zeros((60, 400), bool)
    bar[20 : 20 + width] = True

    assert stroke_width(bar) == pytest.approx(width, abs=1.5)
