"""Pictures move as the largest changes say, and as a slow, plain computation of the same says."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from dnnctl.config.augmentation import Augment
from dnnctl.data.augmentation.transforms import Augmenter

ROWS = np.arange(40)


def smooth(shape: tuple[int, ...], rows: int = 40) -> np.ndarray:
    """Return soft pictures, in which a small move makes a small change."""
    noise = np.random.default_rng(0).random((rows, *shape))
    soft = ndimage.gaussian_filter(noise, (0, 2, 2, *[0] * (len(shape) - 2)), mode="nearest")
    return (255 * (soft - soft.min()) / np.ptp(soft)).astype(np.uint8)


def augmenter(shape: tuple[int, ...] = (20, 16), **options: Any) -> Augmenter:
    return Augmenter(Augment.model_validate(options), 3, shape)


def changed(x: np.ndarray, epoch: int = 0, **options: Any) -> np.ndarray:
    made = augmenter(x.shape[1:], **options)
    return made(x, ROWS[: len(x)], made.parameters(epoch, 40))


EVERYTHING = {
    "shift": 0.2,
    "rotate": 20,
    "zoom": 0.2,
    "shear": 10,
    "flip": "both",
    "noise": 0.05,
    "erase": 0.5,
    "elastic": {"alpha": 20, "sigma": 3},
}


@pytest.mark.parametrize("shape", [(20, 16), (9, 14, 3), (1, 5), (5, 1), (1, 1)])
@pytest.mark.parametrize("fill_mode", ["nearest", "constant"])
def test_a_picture_depends_on_seed_epoch_and_row_alone(shape: tuple[int, ...], fill_mode: str) -> None:
    x = smooth(shape)
    made = augmenter(shape, fill_mode=fill_mode, **EVERYTHING)
    parameters = made.parameters(5, 40)
    whole = made(x, ROWS, parameters)
    assert whole.shape == x.shape
    assert whole.dtype == np.float32
    assert whole.min() >= 0
    assert whole.max() <= 255
    some = np.array([7, 31, 2])
    again = augmenter(shape, fill_mode=fill_mode, **EVERYTHING)
    assert np.array_equal(again(x[some], some, again.parameters(5, 40)), whole[some])
    # Rows that come later change nothing for those before.
    assert not np.array_equal(again(x[some], some, again.parameters(6, 40)), whole[some])
    if np.prod(shape) > 5:
        other = Augmenter(Augment.model_validate(EVERYTHING), 4, shape)
        assert not np.array_equal(other(x, ROWS, other.parameters(5, 40)), whole)


@pytest.mark.parametrize("fill_mode", ["nearest", "constant"])
@pytest.mark.parametrize("option", [{"shift": 0.3}, {"rotate": 40}, {"zoom": 0.4}, {"shear": 30}, {"flip": "both"}])
def test_moving_is_what_scipy_says(option: dict[str, Any], fill_mode: str) -> None:
    x = smooth((20, 16))
    made = augmenter(fill_mode=fill_mode, **option)
    parameters = made.parameters(0, 40)
    middle = np.array([9.5, 7.5])
    for row, picture in zip(ROWS, made(x, ROWS, parameters), strict=True):
        linear, offset = np.float64(parameters.affine[row, :, :2]), np.float64(parameters.affine[row, :, 2])
        mode = {"nearest": "nearest", "constant": "grid-constant"}[fill_mode]
        expected = ndimage.affine_transform(
            x[row].astype(float), linear, offset + middle - linear @ middle, order=1, mode=mode
        )
        assert picture == pytest.approx(expected, abs=255 * 1e-4)


@pytest.mark.parametrize(
    ("option", "largest"),
    [({"shift": 0.25}, 0.25), ({"rotate": 30}, 30), ({"zoom": 0.3}, 0.3), ({"shear": 20}, 20)],
    ids=str,
)
def test_changes_reach_the_largest_to_both_sides_and_do_not_pass_it(option: dict[str, float], largest: float) -> None:
    affine = np.float64(augmenter(**option).parameters(0, 2000).affine)
    down, across = np.linalg.inv(affine[:, :, :2]).swapaxes(0, 1)
    drawn = {
        "shift": lambda: -affine[:, :, 2] / (20, 16),
        "rotate": lambda: np.degrees(np.arctan2(across[:, 0], across[:, 1])),
        "zoom": lambda: np.stack([down[:, 0], across[:, 1]]) - 1,
        "shear": lambda: np.degrees(np.arctan(across[:, 0])),
    }[next(iter(option))]()
    assert np.abs(drawn).max() <= largest * 1.0001
    assert drawn.min() < -0.98 * largest
    assert drawn.max() > 0.98 * largest
    assert np.mean(drawn) == pytest.approx(0, abs=0.05 * largest)


@pytest.mark.parametrize(("flip", "axes"), [("horizontal", {2}), ("vertical", {1}), ("both", {1, 2})])
def test_flips_are_exact_and_befall_half_of_the_pictures(flip: str, axes: set[int]) -> None:
    x = smooth((20, 16))
    flipped = changed(x, flip=flip)
    kinds = {(): 0, (1,): 0, (2,): 0, (1, 2): 0}
    for before, after in zip(x, flipped, strict=True):
        for turned in kinds:
            kinds[turned] += np.allclose(after, np.flip(before, [axis - 1 for axis in turned]), atol=1e-3)
    assert sum(kinds.values()) == 40
    assert {axis for turned, count in kinds.items() for axis in turned if count} == axes
    assert all(count >= 4 for turned, count in kinds.items() if set(turned) <= axes)


def test_the_elastic_field_is_smoothed_noise_of_the_right_strength() -> None:
    made = Augmenter(Augment.model_validate({"elastic": {"alpha": 34, "sigma": 4}}), 0, (40, 40))
    parameters = made.parameters(0, 600)
    field = made._field(parameters.bank, parameters.starts).reshape(600, 2, 40, 40)
    noise = np.random.default_rng(0).uniform(-1, 1, (600, 60, 60))
    textbook = 34 * ndimage.gaussian_filter(noise, (0, 4, 4))[:, 10:50, 10:50]
    assert field.std() == pytest.approx(textbook.std(), rel=0.03)
    # As spread out at each pixel, and as alike a few pixels apart.
    spread = field.std(axis=(0, 1))
    assert spread.min() > 0.9 * spread.mean()
    assert spread.max() < 1.1 * spread.mean()
    for far in (2, 5, 9):
        alike = [np.mean(f[..., far:] * f[..., :-far]) / np.mean(f * f) for f in (field, textbook)]
        assert alike[0] == pytest.approx(alike[1], abs=0.04)
    assert abs(np.corrcoef(field[:, 0].ravel(), field[:, 1].ravel())[0, 1]) < 0.05


def test_noise_has_the_spread_asked_for_and_differs_between_pictures() -> None:
    grey = np.full((40, 20, 16), 128, np.uint8)
    noise = changed(grey, noise=0.1) - 128
    assert noise.std() == pytest.approx(25.5, rel=0.03)
    assert abs(noise.mean()) < 0.5
    assert np.mean(np.abs(noise) < 25.5) == pytest.approx(0.683, abs=0.02)
    assert abs(np.corrcoef(noise.reshape(40, -1))[np.triu_indices(40, 1)]).max() < 0.3


@pytest.mark.parametrize("channels", [(), (3,)])
def test_erasing_takes_one_rectangle_of_some_pictures(channels: tuple[int, ...]) -> None:
    x = np.full((400, 20, 16, *channels), 77, np.uint8)
    made = augmenter(x.shape[1:], erase={"probability": 0.5, "area": 0.3})
    pictures = made(x, np.arange(400), made.parameters(0, 400))
    lost = (pictures != 77).reshape(400, 20, 16, -1).all(axis=-1)
    share = lost.mean(axis=(1, 2))
    assert np.mean(share > 0) == pytest.approx(0.5, abs=0.08)
    assert share.max() <= 0.36
    assert share.max() > 0.2
    for picture, gone in zip(pictures, lost, strict=True):
        if gone.any():
            assert len(np.unique(picture[gone])) == 1
            down, across = gone.any(axis=1), gone.any(axis=0)
            assert gone.sum() == down.sum() * across.sum()


def test_pictures_of_any_range_keep_it() -> None:
    x = smooth((20, 16)).astype(np.float32) / 16
    made = Augmenter(Augment.model_validate({**EVERYTHING, "noise": 0.5}), 0, (20, 16), (2.0, 14.0))
    pictures = made(np.clip(x, 2, 14), ROWS, made.parameters(0, 40))
    assert pictures.min() == 2
    assert pictures.max() == 14


def test_what_lies_beyond_the_edge() -> None:
    bright = np.full((40, 20, 16), 200, np.uint8)
    assert np.allclose(changed(bright, shift=0.5), 200, atol=1e-3)
    dark = changed(bright, shift=0.5, fill_mode="constant")
    assert np.mean(dark == 0) > 0.2
    assert np.mean(dark > 199) > 0.3
