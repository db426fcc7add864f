"""Mix-up: how the rows of a batch are blended is a function of seed, epoch and batch."""

import numpy as np
import pytest

from dnnctl.data.mixup import mixture, mixtures


def test_every_row_has_another_one_as_its_partner() -> None:
    for rows in (2, 3, 30):
        blend = mixture(rows, 0.3, 7, 2, 5)
        assert sorted(blend.partner) == list(range(rows))
        assert (blend.partner != np.arange(rows)).all()
        assert ((blend.share >= 0.5) & (blend.share <= 1)).all()
        # Each row has a share of its own.
        assert len(set(blend.share)) == rows


def test_a_single_row_stays_what_it_is() -> None:
    blend = mixture(1, 0.3, 7, 0, 0)
    assert blend.mix(np.array([[3.0, 4.0]])) == pytest.approx(np.array([[3.0, 4.0]]))


def test_only_the_place_decides() -> None:
    one, other = mixture(16, 0.3, 7, 2, 5), mixture(16, 0.3, 7, 2, 5)
    assert np.array_equal(one.share, other.share)
    assert np.array_equal(one.partner, other.partner)
    for seed, epoch, batch in ((8, 2, 5), (7, 3, 5), (7, 2, 6)):
        assert not np.array_equal(one.share, mixture(16, 0.3, seed, epoch, batch).share)
    # Asked for together, batches are what they are alone, the smaller last one too.
    third, fourth = mixtures(10, 6, 0.3, 7, 2, 3)
    assert np.array_equal(third.share, mixture(6, 0.3, 7, 2, 3).share)
    assert np.array_equal(fourth.partner, mixture(4, 0.3, 7, 2, 4).partner)


@pytest.mark.parametrize(("alpha", "mean"), [(0.01, 0.995), (1.0, 0.75), (100.0, 0.528)])
def test_alpha_decides_how_much_is_blended(alpha: float, mean: float) -> None:
    assert mixture(20_000, alpha, 1, 0, 0).share.mean() == pytest.approx(mean, abs=0.005)


def test_rows_are_blended_in_their_own_type() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    blend = mixture(5, 1.0, 0, 0, 0)
    mixed = blend.mix(x)
    assert mixed.dtype == np.float32
    for i in range(5):
        expected = blend.share[i] * x[i] + (1 - blend.share[i]) * x[blend.partner[i]]
        assert mixed[i] == pytest.approx(expected, abs=1e-6)
