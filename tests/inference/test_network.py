"""A network that answers: many rows are measured block by block, and two engines are compared."""

from typing import Any

import numpy as np
import pytest

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.rows import ArrayRows
from dnnctl.inference import network
from dnnctl.inference.network import COMPARED, Agreement, Network, compare_engines
from dnnctl.network.losses.base import LOSSES

INFO = DatasetInfo("T", "multiclass", (2,), ("a", "b", "c"))
NUMBERS = DatasetInfo("T", "regression", (2,), target="year")


class Silent:
    def logits(self, x: np.ndarray) -> np.ndarray:
        return x

    def penalty(self) -> float:
        return 0.25


@pytest.mark.parametrize("rows", [1, 49, 50, 51, 100, 149])
def test_blocks_change_no_figure(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    logits, y = generator.normal(size=(rows, 3)).astype("float32"), generator.integers(0, 3, rows)
    answering = Network(Silent(), INFO, Preprocessing((2,), None), LOSSES.parse("sparse_categorical_crossentropy"))
    names = ["accuracy", "f1", "top_2"]
    whole, scores = answering.evaluate_logits(logits, y, names, penalty=0.25)
    monkeypatch.setattr(network, "ROWS", 50)
    parts, read = answering.evaluate_logits(logits, y, names, penalty=0.25)
    assert read.dtype == (np.float64 if rows <= 50 else np.float32)
    assert np.array_equal(read, scores.astype(read.dtype))
    assert {name: parts[name] for name in names} == {name: whole[name] for name in names}
    assert parts["loss"] == pytest.approx(whole["loss"], rel=1e-6)
    if rows <= 50:
        assert parts == whole


@pytest.mark.parametrize("spend", [False, True])
def test_numbers_with_a_large_mean_keep_their_digits(spend: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # Float32 tells neighbouring values at 1e8 apart by 8: in it, errors of about 1 would be read as 0 or 8.
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(120, 1)).astype("float32")
    y = 1e8 + 10 * logits.astype(np.float64) + generator.normal(size=(120, 1))
    prepared = Preprocessing((2,), None, target_mean=(1e8,), target_std=(10.0,))
    answering = Network(Silent(), NUMBERS, prepared, LOSSES.parse("mean_squared_error"))
    whole, scores = answering.evaluate_logits(logits, y, ["mae"], penalty=0)
    monkeypatch.setattr(network, "ROWS", 50)
    parts, read = answering.evaluate_logits(logits, y, ["mae"], penalty=0)
    assert np.array_equal(read, scores)
    assert answering.metrics_of(logits.copy(), y, ["mae"], spend=spend) == {"mae": parts["mae"]}
    assert parts["mae"] == whole["mae"] == pytest.approx(np.abs(y - scores).mean())


@pytest.mark.parametrize("names", [["accuracy"], ["top_2", "f1"], ["accuracy", "auc"], []])
@pytest.mark.parametrize("infinite", [False, True])
def test_metrics_are_those_of_the_probabilities(names: list[str], infinite: bool) -> None:
    # A class may be ruled out altogether: a logit of minus infinity is a probability of 0.
    generator = np.random.default_rng(0)
    logits, y = generator.normal(size=(60, 3)).astype("float32"), generator.integers(0, 3, 60)
    if infinite:
        logits[np.arange(60), (y + 1) % 3] = -np.inf
    answering = Network(Silent(), INFO, Preprocessing((2,), None), LOSSES.parse("sparse_categorical_crossentropy"))
    figures, _ = answering.evaluate_logits(logits, y, names, penalty=0)
    assert answering.metrics_of(logits, y, names) == {name: figures[name] for name in names}


IN_UNITS = Preprocessing((1,), None, (0.0,), (1.0,), (0.0,), (4.0,))


class Says:
    """A network that gives the same scores to whatever rows."""

    def __init__(self, scores: list[float]) -> None:
        self._scores = np.array(scores).reshape(-1, 1)

    def scores(self, x: Any) -> Any:
        return self._scores[: len(x)]


def compared(one: list[float], other: list[float]) -> Agreement:
    networks: Any = Says(one), Says(other)
    return compare_engines(*networks, ArrayRows(np.zeros((len(one), 1))), IN_UNITS)


def test_the_largest_difference_is_in_standard_deviations_of_the_target() -> None:
    assert compared([1.0, 2.0], [1.0, 2.0 + 2e-5]) == Agreement(2, pytest.approx(5e-6, rel=1e-3), True)
    assert compared([1.0, 2.0], [1.0, 3.0]) == Agreement(2, 0.25, False)
    assert compared([0.0] * 300, [0.0] * 299 + [9.0]) == Agreement(COMPARED, 0.0, True)


@pytest.mark.parametrize(("one", "other"), [(np.inf, np.inf), (np.inf, 1.0), (np.nan, np.nan), (1e308, -1e308)])
def test_what_is_not_finite_does_not_agree(one: float, other: float) -> None:
    assert compared([1.0, one], [1.0, other]) == Agreement(2, None, False)
