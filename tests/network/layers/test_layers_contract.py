"""Every layer, whatever it is, keeps what the base class promises."""

from typing import Any

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.layers.base import LAYERS, LayerSpec
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.plan import plan_network

NAMES = plugins.names("dnnctl.network.layers")
# What must be given where a layer has an option without a default.
GIVEN: dict[str, Any] = {"dense": 5, "dropout": 0.4}


def layer(name: str) -> LayerSpec:
    return LAYERS.parse({name: GIVEN[name]} if name in GIVEN else name)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_as_it_is_read(name: str) -> None:
    spec = layer(name)
    assert spec.key == name
    assert LAYERS.parse(spec.written()) == spec
    assert type(spec).__doc__


@pytest.mark.parametrize("name", NAMES)
def test_its_weights_are_those_of_its_keras_form(name: str) -> None:
    import keras

    spec = layer(name)
    form = spec.keras_form(seed=1)
    keras_layer = getattr(keras.layers, form.class_name)(**form.options)
    keras_layer.build((None, 7))
    trained = {id(v) for v in keras_layer.trainable_variables}
    own = {v.name: (tuple(v.shape), id(v) in trained) for v in keras_layer.variables if "seed" not in v.name}
    assert own == {w.name: (w.shape, w.trainable) for w in spec.weights(7)}
    assert spec.units_out(7) == keras_layer(np.zeros((2, 7), "float32")).shape[1]


def test_a_plan_names_layers_and_decides_biases() -> None:
    specs = [
        LAYERS.parse(w)
        for w in ({"dense": 4}, "batch_normalization", "relu", {"dense": {"units": 3, "activation": "tanh"}})
    ]
    output = Dense.model_validate({"units": 2, "activation": "softmax"})
    plan = plan_network(6, [*specs, output])
    assert [row.name for row in plan.layers] == [
        "dense_1", "batch_normalization_1", "relu_1", "dense_2", "tanh_1", "output", "softmax_1",
    ]  # fmt: skip
    assert plan.shapes["dense_1/kernel"] == (6, 4)
    assert "dense_1/bias" not in plan.shapes
    assert "dense_2/bias" in plan.shapes
    assert plan.parameters == 24 + 16 + 12 + 3 + 6 + 2
    assert plan.trainable == plan.parameters - 8
    assert plan.architecture_hash != plan_network(7, [*specs, output]).architecture_hash


def test_initial_weights_do_not_depend_on_other_layers() -> None:
    output = Dense.model_validate({"units": 2, "activation": "softmax"})
    small = initial_weights(plan_network(6, [layer("dense"), output]), seed=3)
    deep = initial_weights(plan_network(6, [layer("dense"), layer("relu"), layer("dropout"), output]), seed=3)
    assert np.array_equal(small["dense_1/kernel"], deep["dense_1/kernel"])
    other = initial_weights(plan_network(6, [layer("dense"), output]), seed=4)
    assert not np.array_equal(small["dense_1/kernel"], other["dense_1/kernel"])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_huge_and_tiny_inputs_are_no_trouble(name: str, dtype: str) -> None:
    spec = layer(name)
    computing = spec.to_numpy(seed=1, dtype=dtype)
    x = np.array([[-1e4, -100, -1, -1e-30, 0, 1e-30, 100], [1e4, 1, 20, -20, 88, -88, 5]], dtype)
    for weight in spec.weights(7):
        computing.parameters[weight.name] = np.full(weight.shape, 0.5, dtype)
        computing.gradients[weight.name] = np.zeros(weight.shape, dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = computing.forward(x, training=True)
        dx = computing.backward(np.ones_like(y))
    assert y.dtype == dx.dtype == dtype
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


@pytest.mark.parametrize(
    ("name", "at_minus_one", "at_two"),
    [
        ("swish", -0.2689414213699951, 1.7615941559557649),
        ("mish", -0.3034014613740105, 1.9439589595339946),
        ("selu", -1.1113307378125625, 2.101401974710961),
    ],
)
def test_activations_have_their_published_values(name: str, at_minus_one: float, at_two: float) -> None:
    y = layer(name).to_numpy(seed=0, dtype="float64").forward(np.array([[-1.0, 0.0, 2.0]]), training=False)
    assert y[0] == pytest.approx([at_minus_one, 0, at_two], rel=1e-12, abs=1e-15)
