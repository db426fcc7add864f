"""Augmentation is written short or long, and refused where it means nothing."""

import pytest

from dnnctl.config.loading import as_yaml, load
from dnnctl.errors import ConfigError


def test_one_number_stands_for_the_main_option() -> None:
    augment = load("digits", ["data.augment={elastic: 34, erase: 0.5}"]).config.data.augment
    assert augment is not None
    assert (augment.elastic.alpha, augment.elastic.sigma) == (34, 4)  # type: ignore[union-attr]
    assert (augment.erase.probability, augment.erase.area) == (0.5, 0.2)  # type: ignore[union-attr]


def test_the_resolved_configuration_is_one_itself(write) -> None:
    first = load("digits", ["data.augment={rotate: 10, flip: both, elastic: {alpha: 8, sigma: 2}}"]).config
    assert load(str(write(as_yaml(first)))).config == first


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{rotate: 200}", "data.augment.rotate: expected a number at most 180"),
        ("{flip: left}", "data.augment.flip: expected 'horizontal', 'vertical' or 'both'"),
        ("{elastic: -1}", "data.augment.elastic.alpha: expected a number above 0"),
        ("{elastic: true}", "data.augment.elastic: expected"),
        ("{elastic: {sigma: 3}}", "data.augment.elastic.alpha: this key is missing"),
        ("{erase: 1.5}", "data.augment.erase.probability: expected a number at most 1"),
        ("{wobble: 1}", "data.augment.wobble: unknown key"),
        ("{}", "no change is asked for"),
        ("{fill_mode: constant}", "no change is asked for"),
        ("shift", "data.augment: expected a mapping"),
    ],
)
def test_what_cannot_be_is_refused(written: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load("digits", [f"data.augment={written}"])
    assert told in str(caught.value)


def test_numbers_are_no_pictures() -> None:
    with pytest.raises(ConfigError, match="only pictures can be augmented"):
        load("height_weight", ["data.augment={shift: 0.1}"])


def test_a_field_wider_than_the_picture_is_warned_about() -> None:
    (warning,) = load("digits", ["data.augment={elastic: {alpha: 8, sigma: 20}}"]).warnings
    assert warning.code == "elastic_moves_whole"
    assert "moves a picture of 8x8 as a whole" in warning.message
