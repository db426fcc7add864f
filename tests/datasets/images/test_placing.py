"""How training pictures look is measured; others are placed like them, and told from what is nothing of the kind."""

import json

import numpy as np
import pytest

from dnnctl.datasets.images.appearance import Appearance, fit_appearance, measure
from dnnctl.datasets.images.likeness import Likeness, fit_likeness
from dnnctl.datasets.images.placing import place_strokes

SPAN = (0.0, 255.0)


def strokes(count: int, seed: int = 0) -> np.ndarray:
    """Return crosses of 20 x 12 pixels with strokes of 3, their centres of mass in the middle of 28 x 28."""
    draw, pictures = np.random.default_rng(seed), np.zeros((count, 28, 28), np.uint8)
    for picture in pictures:
        at, arm = int(draw.integers(4, 12)), int(draw.integers(3, 6))
        cross = np.zeros((20, 12))
        cross[:, arm : arm + 3] = 1
        cross[at : at + 3] = 1
        y, x = (float((cross.sum(axis=1 - axis) * np.arange(n)).sum() / cross.sum()) for axis, n in enumerate((20, 12)))
        top, left = round(13.5 - y), round(13.5 - x)
        picture[top : top + 20, left : left + 12] = 255 * cross
    return pictures


def test_the_rule_by_which_pictures_were_placed_is_found() -> None:
    pictures = strokes(400)
    look = fit_appearance(pictures, SPAN)
    assert look is not None
    assert (look.drawn, look.framing, look.strokes) == (True, "mass", True)
    light = fit_appearance(255 - pictures, SPAN)
    assert light is not None
    assert (light.drawn, light.framing, light.ground) == (True, "mass", 1.0)
    draw = np.random.default_rng(5)
    anywhere = np.stack([np.roll(each, draw.integers(-4, 5, 2), (0, 1)) for each in pictures])
    moved = fit_appearance(anywhere, SPAN)
    assert moved is not None
    assert (moved.drawn, moved.framing) == (True, "none")
    photographs = np.clip(draw.normal(draw.uniform(60, 200, (400, 1, 1)), 30, (400, 28, 28)), 0, 255).astype(np.uint8)
    taken = fit_appearance(photographs, SPAN)
    assert taken is not None
    assert (taken.drawn, taken.framing) == (False, "none")


def test_pictures_like_those_of_training_are_told_from_others() -> None:
    look = fit_appearance(strokes(400), SPAN)
    assert look is not None
    others = strokes(200, seed=1).astype(np.float32) / 255
    assert look.placed_alike(others).all()
    assert not look.placed_alike(np.roll(others, 3, axis=1)).any()
    assert not look.placed_alike(1 - others).any()
    thin = np.zeros((1, 28, 28), np.float32)
    thin[0, 4:24, 13] = 1
    assert not look.placed_alike(thin).any()


@pytest.mark.parametrize("size", [30, 200, 700])
@pytest.mark.parametrize("width", [0.02, 0.12, 0.3])
def test_strokes_become_as_large_and_thick_as_those_of_training(size: int, width: float) -> None:
    look = fit_appearance(strokes(400), SPAN)
    assert look is not None
    mask = np.zeros((size, size * 6 // 10), bool)
    thick = max(1, round(width * size))
    mask[:, size // 4 : size // 4 + thick] = True
    mask[size // 3 : size // 3 + thick] = True
    page = place_strokes(mask, (28, 28), look)

    found = measure(page[np.newaxis], 0.0)
    assert abs(found["side"][0] * 28 - 20) <= 1
    assert abs(found["mass_y"][0] * 28) <= 0.6
    assert abs(found["mass_x"][0] * 28) <= 0.6
    if width < 0.3:
        assert found["stroke"][0] == pytest.approx(look.middle("stroke"), rel=0.35)


def test_what_is_nothing_of_the_kind_is_far() -> None:
    likeness = fit_likeness(strokes(1500), SPAN, 0.0)
    assert likeness is not None
    far = likeness.distances(strokes(1000, seed=1), SPAN) > 1
    assert far.mean() < 0.01
    draw = np.random.default_rng(2)
    flat = np.zeros((1, 28, 28))
    flat[0, 13:16, 4:24] = 255
    for other in (
        flat,
        draw.integers(0, 256, (50, 28, 28)),
        255 - strokes(50),
        np.zeros((1, 28, 28)),
        np.roll(strokes(50), 5, axis=2),
    ):
        assert (likeness.distances(other, SPAN) > 1).all()
    assert fit_likeness(strokes(20), SPAN, 0.0) is None


def test_both_are_the_same_after_they_were_stored() -> None:
    pictures = np.repeat(strokes(100)[..., np.newaxis], 3, axis=3)
    look = fit_appearance(pictures, SPAN)
    assert look is not None
    likeness = fit_likeness(pictures, SPAN, look.ground)
    assert likeness is not None
    assert Appearance.from_json(json.loads(json.dumps(look.to_json()))) == look
    again = Likeness.from_json(json.loads(json.dumps(likeness.to_json())))
    assert again.to_json() == likeness.to_json()
    np.testing.assert_array_equal(again.distances(pictures, SPAN), likeness.distances(pictures, SPAN))
    for value in ({}, {**likeness.to_json(), "mean": [1.0]}, {**likeness.to_json(), "farthest": float("nan")}):
        with pytest.raises((TypeError, KeyError)):
            Likeness.from_json(value)
