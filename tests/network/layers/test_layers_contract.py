"""Every layer, whatever it is, keeps what the base class promises."""

from typing import Any

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.initializers import INITIALIZERS
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


@pytest.mark.parametrize("name", INITIALIZERS.names())
def test_initializers_draw_what_they_say(name: str) -> None:
    import keras

    spec = INITIALIZERS.parse({name: 0.3} if name == "constant" else name)
    drawn = spec.draw((300, 200), np.random.default_rng(0))
    assert drawn.shape == (300, 200)
    if name not in {"zeros", "ones", "constant", "random_normal", "random_uniform"}:
        theirs = np.asarray(keras.initializers.get(name)((300, 200)))
        assert drawn.std() == pytest.approx(theirs.std(), rel=0.02)
        assert np.abs(drawn).max() == pytest.approx(np.abs(theirs).max(), rel=0.02)


def test_initial_weights_do_not_depend_on_other_layers() -> None:
    output = Dense.model_validate({"units": 2, "activation": "softmax"})
    small = initial_weights(plan_network(6, [layer("dense"), output]), seed=3)
    deep = initial_weights(plan_network(6, [layer("dense"), layer("relu"), layer("dropout"), output]), seed=3)
    assert np.array_equal(small["dense_1/kernel"], deep["dense_1/kernel"])
    other = initial_weights(plan_network(6, [layer("dense"), output]), seed=4)
    assert not np.array_equal(small["dense_1/kernel"], other["dense_1/kernel"])
