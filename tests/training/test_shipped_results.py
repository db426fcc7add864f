"""The shipped configurations reach what the README says, on real data."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_plots")

Train = Callable[..., Any]


@pytest.mark.parametrize("engine", [pytest.param("keras", marks=pytest.mark.slow), "numpy"])
def test_digits(train_digits: Train, engine: str) -> None:
    result = train_digits("seed=0", f"engine={engine}")
    assert result.metrics["test"]["accuracy"] >= 0.965
    assert result.verdict.kind != "underfitting"


@pytest.mark.parametrize("seed", range(5))
def test_xor(train_digits: Train, seed: int) -> None:
    result = train_digits(f"seed={seed}", "engine=numpy", config="xor")
    assert result.metrics["test"]["accuracy"] == 1.0


@pytest.mark.parametrize("gate", ["and", "or"])
def test_gates_that_one_unit_can_learn(train_digits: Train, gate: str) -> None:
    assert train_digits("engine=numpy", config=gate).metrics["test"]["accuracy"] == 1.0


@pytest.mark.parametrize("config", ["height_weight", "height_weight_hidden"])
@pytest.mark.parametrize("seed", range(3))
def test_height_from_weight(train_digits: Train, config: str, seed: int) -> None:
    result = train_digits(f"seed={seed}", "engine=numpy", config=config)
    assert result.metrics["test"]["mse"] <= 10.26


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
@pytest.mark.usefixtures("data_dir")
def test_tables_of_ones_own(train_digits: Train, seed: int) -> None:
    weight, gender = (
        train_digits(f"seed={seed}", "engine=numpy", config=f"recipes/{name}")
        for name in ("weight_from_height", "gender_from_height_and_weight")
    )
    assert weight.unmet == gender.unmet == ()
    assert weight.metrics["test"]["r2"] >= 0.9
    assert gender.metrics["test"]["accuracy"] >= 0.915
    beside = {baseline.kind: baseline.test for baseline in gender.baselines}
    assert gender.metrics["test"]["accuracy"] >= beside["logistic"]["accuracy"] - 0.005


# Test accuracy after the epochs given; the whole length reaches what the README's table says.
LARGE = [
    ("mnist", 2, 0.965),
    ("mnist_two_layer", 2, 0.945),
    ("fashion_mnist", 2, 0.85),
    ("sign_language_mnist", 15, 0.99),
]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["keras", "numpy"])
@pytest.mark.parametrize(("config", "epochs", "least"), LARGE)
@pytest.mark.usefixtures("data_dir")
def test_large_sets(train_digits: Train, config: str, epochs: int, least: float, engine: str) -> None:
    result = train_digits(f"training.epochs={epochs}", f"engine={engine}", config=config)
    assert result.metrics["test"]["accuracy"] >= least
    assert result.steps == epochs * result.prepared.length.steps_per_epoch


@pytest.mark.slow
@pytest.mark.usefixtures("data_dir")
def test_from_scratch_learns_with_plain_gradient_descent(train_digits: Train) -> None:
    result = train_digits("training.iterations=10000", "engine=numpy", config="mnist_from_scratch")
    assert result.metrics["test"]["accuracy"] >= 0.94
    assert len(result.run.iterations.read_text().splitlines()) == 10_001


@pytest.mark.slow
@pytest.mark.usefixtures("data_dir")
def test_both_engines_reach_the_same_with_the_two_layer_perceptron(train_digits: Train) -> None:
    reached = [
        train_digits("training.epochs=5", f"engine={engine}", config="mnist_two_layer").metrics["test"]["accuracy"]
        for engine in ("keras", "numpy")
    ]
    assert abs(reached[0] - reached[1]) <= 0.005
