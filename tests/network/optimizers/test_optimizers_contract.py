"""Every optimizer, whatever it is, keeps what the base class promises, and takes Keras's steps."""

from typing import Any

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.network.optimizers.base import BLOCK, OPTIMIZERS, OptimizerSpec

NAMES = plugins.names("dnnctl.network.optimizers")
# Options that change what is kept or how a step is taken.
WRITTEN: list[Any] = [
    *NAMES,
    {"sgd": {"momentum": 0.9}},
    {"sgd": {"momentum": 0.9, "nesterov": True}},
    {"rmsprop": {"centered": True, "momentum": 0.5}},
    {"adam": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}},
    {"adagrad": {"initial_accumulator_value": 0.5, "clipvalue": 0.2}},
    {"nadam": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01, "clipnorm": 0.5}},
    {"adamax": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01, "global_clipnorm": 2.0}},
    {"lion": {"beta_1": 0.5, "beta_2": 0.9, "weight_decay": 0.1}},
]
SHAPES = {"dense_1/kernel": (20, 30), "dense_1/bias": (30,), "output/kernel": (30, 2)}
STEPS = 50


def gradients() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    return {name: draw.normal(size=(STEPS, *shape)) for name, shape in SHAPES.items()}


def rates() -> list[float]:
    return [0.05 / (1 + step) for step in range(STEPS)]


def by_keras(spec: OptimizerSpec, dtype: str) -> dict[str, np.ndarray]:
    """Return weights and what the optimizer keeps after the steps."""
    import keras
    import tensorflow as tf

    from dnnctl.engines.keras.build import keras_optimizer, optimizer_variables
    from dnnctl.engines.keras.float64 import computing_in

    with computing_in(dtype):
        weights = {name: keras.Variable(np.ones(shape), dtype=dtype) for name, shape in SHAPES.items()}
        optimizer = keras_optimizer(spec, dtype)
        optimizer.build(list(weights.values()))
        kept = optimizer_variables(spec, optimizer, list(weights))

        @tf.function(autograph=False)
        def apply(found: Any, rate: Any) -> None:
            optimizer.learning_rate = rate
            optimizer.apply(found, list(weights.values()))

        drawn = gradients()
        for step, rate in enumerate(rates()):
            apply([tf.constant(drawn[name][step], dtype) for name in SHAPES], tf.constant(rate, dtype))
    # Beside these it has its learning rate alone, which is set anew at every step.
    assert len(optimizer.variables) == len(kept) + 1
    assert {id(variable) for variable in kept.values()} < {id(variable) for variable in optimizer.variables}
    return {name: variable.numpy() for name, variable in (weights | kept).items()}


def by_numpy(spec: OptimizerSpec, dtype: str) -> dict[str, np.ndarray]:
    """Return the same, taken by NumPy on one vector."""
    sizes = [int(np.prod(shape)) for shape in SHAPES.values()]
    ends = np.cumsum(sizes)
    slices = {name: slice(int(end) - size, int(end)) for name, size, end in zip(SHAPES, sizes, ends, strict=True)}
    theta = np.ones(int(ends[-1]), dtype)
    optimizer = spec.to_numpy(slices, len(theta), dtype)
    drawn = gradients()
    for step, rate in enumerate(rates()):
        optimizer.step(theta, np.concatenate([drawn[name][step].ravel() for name in SHAPES]).astype(dtype), rate)
    vectors = {"": theta} | {f"optimizer/{slot}/": values for slot, values in optimizer.state.items()}
    arrays = {
        f"{prefix}{name}": vector[slices[name]].reshape(shape)
        for prefix, vector in vectors.items()
        for name, shape in SHAPES.items()
    }
    numbers = {f"optimizer/{name}": np.array(value) for name, value in optimizer.scalars.items()}
    return arrays | numbers | {"optimizer/steps": np.array(optimizer.steps)}


@pytest.mark.parametrize("written", WRITTEN, ids=str)
def test_it_is_written_as_it_is_read(written: Any) -> None:
    spec = OPTIMIZERS.parse(written)
    assert spec.key in NAMES
    assert OPTIMIZERS.parse(spec.written()) == spec
    assert "Source: " in (type(spec).__doc__ or "")


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-4), ("float64", 1e-11)])
@pytest.mark.parametrize("written", WRITTEN, ids=str)
def test_keras_ends_at_the_same_weights_and_keeps_the_same_values(written: Any, dtype: str, tolerance: float) -> None:
    spec: Any = OPTIMIZERS.parse(written)
    expected, received = by_keras(spec, dtype), by_numpy(spec, dtype)
    assert received.keys() == expected.keys()
    assert received["optimizer/steps"] == STEPS
    for name, theirs in expected.items():
        assert received[name] == pytest.approx(theirs, rel=tolerance, abs=tolerance), name
    assert not np.allclose(received["dense_1/kernel"], 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_does_not_depend_on_the_blocks(name: str) -> None:
    spec: Any = OPTIMIZERS.parse(name)
    size = BLOCK + 5
    draw = np.random.default_rng(1)
    theta, gradient = draw.normal(size=size), draw.normal(size=size)
    whole, tail = theta.copy(), theta[BLOCK:].copy()
    spec.to_numpy({}, size, "float64").step(whole, gradient.copy(), 0.1)
    spec.to_numpy({}, 5, "float64").step(tail, gradient[BLOCK:].copy(), 0.1)
    assert np.array_equal(whole[BLOCK:], tail)
    assert not np.array_equal(whole, theta)
