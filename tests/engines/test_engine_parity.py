"""Both engines take the same steps: from the same weights and batches they give the same losses."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.config.shipped import shipped
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import ArrayRows
from dnnctl.engines.base import Engine, Hardware, NetworkTask
from dnnctl.engines.keras import forward, runtime
from dnnctl.engines.keras.build import build_layers
from dnnctl.engines.keras.dropout_masks import keep_mask
from dnnctl.engines.keras.engine import KerasEngine
from dnnctl.engines.numpy.engine import NumpyEngine
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.layers.dropout import Dropout
from dnnctl.network.losses.base import LOSSES
from dnnctl.network.optimizers.base import OPTIMIZERS
from dnnctl.network.plan import plan_network

ROWS, INPUTS, CLASSES, STEPS = 60, 6, 3, 50
DENSE = {"dense": 8}
STACK = [
    DENSE,
    "batch_normalization",
    "relu",
    {"dense": {"units": 5, "kernel_regularizer": {"l1": 1e-3, "l2": 1e-2}}},
    "tanh",
]


def task(layers: list[Any], optimizer: Any, loss: Any, dtype: str) -> tuple[NetworkTask, np.ndarray, np.ndarray]:
    """Return a small network with random rows that both engines can train on."""
    generator = np.random.default_rng(1)
    spec = LOSSES.parse(loss)
    units = CLASSES if spec.activation == "softmax" else 1
    output = Dense.model_validate({"units": units, "activation": spec.activation})
    plan = plan_network(INPUTS, [*map(LAYERS.parse, layers), output])
    x = generator.normal(size=(ROWS, INPUTS)).astype("float32")
    y: Any = generator.integers(0, max(units, 2), ROWS).astype("int32")
    if spec.activation == "linear":
        y = x[:, :1] * 0.5 + generator.normal(size=(ROWS, 1)) * 0.1
    preprocessing = Preprocessing((INPUTS,), None, (0.0,) * INPUTS, (1.0,) * INPUTS)
    weights = initial_weights(plan, 7, dtype)
    return NetworkTask(plan, preprocessing, spec, OPTIMIZERS.parse(optimizer), 7, weights, dtype), x, y


def rows(x: np.ndarray, y: np.ndarray) -> TrainingRows:
    """Return rows that are visited in batches of 16."""
    return TrainingRows(ArrayRows(x), ArrayRows(y), ArrayRows(y), 16, 7)


def losses(engine: Engine, x: np.ndarray, y: np.ndarray, dtype: str) -> np.ndarray:
    """Train for some epochs of partial last batches, with a changing learning rate."""
    engine.set_training_rows(rows(x, y if y.dtype.kind == "i" else y.astype(dtype)))
    taken: list[Any] = []
    for epoch in range(STEPS // 4 + 1):
        engine.start_epoch(epoch)
        taken.append(engine.run([0.02 / (1 + epoch)] * 4).losses)
    return np.concatenate(taken)[:STEPS]


def assert_same_steps(layers: list[Any], optimizer: Any, loss: Any, **learning: Any) -> None:
    for dtype, tolerance in (("float32", 1e-4), ("float64", 1e-8)):
        given, x, y = task(layers, optimizer, loss, dtype)
        given = replace(given, **learning)
        one, other = KerasEngine(given, Hardware()), NumpyEngine(given, Hardware())
        expected, received = losses(one, x, y, dtype), losses(other, x, y, dtype)
        assert received.dtype == expected.dtype == dtype
        assert received == pytest.approx(expected, rel=tolerance)
        assert one.optimizer_steps == other.optimizer_steps == 52
        assert other.logits(x) == pytest.approx(one.logits(x), abs=100 * tolerance)
        assert other.penalty() == pytest.approx(one.penalty(), rel=tolerance)


@pytest.mark.parametrize(
    "optimizer",
    [
        *OPTIMIZERS.names(),
        {"sgd": {"learning_rate": 0.1, "momentum": 0.9}},
        {"sgd": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}},
        {"rmsprop": {"centered": True, "momentum": 0.5}},
        {"adam": {"clipnorm": 0.05}},
        {"sgd": {"global_clipnorm": 0.05}},
        {"sgd": {"clipvalue": 0.01}},
    ],
    ids=str,
)
def test_every_optimizer_takes_the_same_steps(optimizer: Any) -> None:
    assert_same_steps(STACK, optimizer, "sparse_categorical_crossentropy")


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS.names(), {"sgd": {"momentum": 0.9}}], ids=str)
def test_both_engines_keep_the_same_state_under_the_same_names(optimizer: Any) -> None:
    given, x, y = task(STACK, optimizer, "sparse_categorical_crossentropy", "float64")
    given = replace(given, weight_averaging=0.9)
    states = []
    for kind in (KerasEngine, NumpyEngine):
        engine = kind(given, Hardware())
        losses(engine, x, y, "float64")
        states.append(engine.state())
    keras, numpy = states
    # Steps that float16 skips count for dropout, not for the optimizer; NumPy skips none.
    assert keras.pop("steps") == keras["optimizer/steps"] == 52
    assert numpy.keys() == keras.keys()
    assert {name.split("/")[0] for name in numpy} == {"network", "average", "optimizer"}
    for name, array in keras.items():
        assert numpy[name].shape == array.shape, name
        assert numpy[name] == pytest.approx(array, rel=1e-8, abs=1e-8), name


def keras_mask(self: Dropout, shape: tuple[int, ...]) -> np.ndarray:
    """Return the mask that the Keras engine takes in this step; the engines draw from different streams."""
    tensorflow = runtime.start(Hardware())
    step = tensorflow.constant(self._step, "int64")
    return np.asarray(keep_mask(tensorflow, self._rate, self._seed, step, shape, shape[1], self.dtype.name))


@pytest.mark.parametrize("layer", plugins.names("dnnctl.network.layers"))
def test_every_layer_takes_the_same_steps(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dropout, "mask", keras_mask)
    given = {"dense": DENSE, "dropout": {"dropout": 0.3}}.get(layer, layer)
    assert_same_steps([DENSE, given, {"dense": 5}, "tanh"], "adam", "mean_squared_error")


def test_wide_layers_take_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    used, real = [], forward.wide_affine

    def affine(tensorflow: Any, x: Any, layer: Any) -> Any:
        used.append(layer.name)
        return real(tensorflow, x, layer)

    monkeypatch.setattr(forward, "WIDE", 6 * 8)
    monkeypatch.setattr(forward, "wide_affine", affine)
    penalized = {"dense": {"units": 9, "kernel_regularizer": {"l2": 1e-2}, "max_norm": 1.5}}
    assert_same_steps([DENSE, "relu", penalized, "tanh", {"dense": 2}], "adam", "sparse_categorical_crossentropy")
    assert set(used) == {"dense_1", "dense_2"}


def test_max_norm_takes_the_same_steps() -> None:
    limited = [{"dense": {"units": 8, "max_norm": 0.7}}, "tanh", {"dense": {"units": 5, "max_norm": 2}}, "relu"]
    assert_same_steps(limited, "adam", "sparse_categorical_crossentropy")
    assert_same_steps(limited, {"adamw": {"learning_rate": 0.1, "weight_decay": 0.01}}, "mean_squared_error")


@pytest.mark.parametrize(
    "layer", [{"batch_normalization": {"scale": False, "momentum": 0.5}}, {"batch_normalization": {"center": False}}]
)
def test_batch_normalization_without_some_weights(layer: Any) -> None:
    assert_same_steps([DENSE, layer, "relu"], "adam", "sparse_categorical_crossentropy")


@pytest.mark.parametrize(
    "loss",
    [*LOSSES.names(), {"huber": 0.3}, {"binary_crossentropy": 0.1}, {"categorical_crossentropy": 0.1}],
    ids=str,
)
def test_every_loss_takes_the_same_steps(loss: Any) -> None:
    assert_same_steps([DENSE, "tanh"], "adam", loss)


CLASS_LOSSES = ["sparse_categorical_crossentropy", {"binary_crossentropy": 0.1}, {"categorical_crossentropy": 0.1}]


@pytest.mark.parametrize("loss", CLASS_LOSSES, ids=str)
def test_class_weights_take_the_same_steps(loss: Any) -> None:
    weights = (0.5, 3.0, 0.0)[: 2 if "binary_crossentropy" in loss else 3]
    assert_same_steps(STACK, "adam", loss, class_weights=weights)


@pytest.mark.parametrize(
    "loss", [*CLASS_LOSSES, *(name for name in LOSSES.names() if not name.endswith("crossentropy"))], ids=str
)
def test_mix_up_takes_the_same_steps(loss: Any) -> None:
    assert_same_steps([DENSE, "tanh"], "adam", loss, mix_up=0.4)


def test_averaged_weights_are_the_same_beside_everything_else() -> None:
    layers = [{"dense": {"units": 8, "max_norm": 0.8}}, *STACK[1:]]
    everything = {"weight_averaging": 0.95, "mix_up": 1.0, "class_weights": (0.5, 2.0, 1.0)}
    assert_same_steps(layers, "adam", "sparse_categorical_crossentropy", **everything)
    given, x, y = task(layers, "adam", "sparse_categorical_crossentropy", "float64")
    engines = [kind(replace(given, **everything), Hardware()) for kind in (KerasEngine, NumpyEngine)]
    for engine in engines:
        losses(engine, x, y, "float64")
    expected, received = (engine.weights() for engine in engines)
    for name, weight in expected.items():
        assert received[name] == pytest.approx(weight, abs=1e-8), name


@pytest.mark.parametrize("kind", [KerasEngine, NumpyEngine])
def test_layers_are_seen_as_keras_computes_them(kind: Any) -> None:
    import tensorflow as tf

    given, x, y = task(STACK, "adam", "sparse_categorical_crossentropy", "float32")
    engine = kind(given, Hardware())
    engine.set_training_rows(rows(x, y))
    engine.start_epoch(0)
    engine.run([0.02] * 3)
    layers = build_layers(replace(given, weights=engine.weights()))
    outputs, value = [], tf.constant(x)
    with tf.GradientTape() as tape:
        for layer in layers:
            value = layer(value, training=False)
            outputs.append(value)
        error = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(y, value))
        error += tf.add_n([penalty for layer in layers for penalty in layer.losses])
    gradients = tape.gradient(error, [[v.value for v in layer.trainable_variables] for layer in layers])
    seen = engine.inspect(x, y)
    for figures, planned, output, own in zip(seen, given.plan.layers, outputs, gradients, strict=True):
        assert figures.layer == planned.name
        received = (figures.mean, figures.std, figures.zeros, figures.gradient)
        expected = (np.mean(output), np.std(output), np.mean(output == 0), tf.linalg.global_norm(own) if own else 0)
        assert received == pytest.approx([float(number) for number in expected], rel=1e-3, abs=1e-5)


def test_weights_are_interchangeable(train_digits: Callable[..., Any]) -> None:
    from dnnctl.inference.open import open_run

    for engine in ("keras", "numpy"):
        result = train_digits("training.epochs=2", f"engine={engine}")
        opened, x = open_run(result.run), result.prepared.splits.test.x
        scores = [opened.network(other).scores(x) for other in ("keras", "numpy")]
        assert np.abs(scores[0] - scores[1]).max() <= 1e-5


def without_dropout(name: str, tmp_path: Path) -> Path:
    """Write a shipped configuration again without its dropout layers."""
    import yaml

    from dnnctl.config.loading import as_yaml, load

    written = yaml.safe_load(as_yaml(load(name).config))
    written["model"]["layers"] = [layer for layer in written["model"]["layers"] if "dropout" not in layer]
    path = tmp_path / f"{Path(name).name}.yaml"
    path.write_text(yaml.safe_dump(written, sort_keys=False))
    return path


def two_epochs(path: Path, engine: str, precision: str, tmp_path: Path, more: list[str]) -> list[dict[str, float]]:
    from dnnctl.config.loading import load
    from dnnctl.training.job import train

    settings = [f"engine={engine}", "training.epochs=2", f"training.precision={precision}", *more]
    return train(load(path, settings), out=tmp_path).trained.history


# Recipes for pictures are wide, and are compared on their first rows.
WIDE = [name for name in shipped() if name.startswith("recipes/") and ("mnist" in name or "sign" in name)]
BIG = [*(name for name in shipped() if "mnist" in name and name not in WIDE), *WIDE]
NORMALIZED = {"mnist", "fashion_mnist", "sign_language_mnist", *WIDE}


@pytest.mark.parametrize(
    "name",
    [n if n in {"digits", "height_weight_hidden"} else pytest.param(n, marks=pytest.mark.slow) for n in shipped()],
)
def test_histories_of_shipped_configurations_agree(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if name in BIG or name.startswith("recipes/"):
        request.getfixturevalue("data_dir")
    path = without_dropout(name, tmp_path)
    # After hundreds of steps a unit lies so near its kink that float32 puts it on this side or that one. In these
    # one engine differs from itself by more than 1e-4 when the rows of its batches change places; docs/performance.md.
    tolerances = {"float32": 1e-4} if name not in NORMALIZED else {"float64": 1e-4, "float32": 0.05}
    more = ["data.limit=1500"] if name in WIDE else []
    for precision, tolerance in tolerances.items():
        keras, numpy = (two_epochs(path, engine, precision, tmp_path, more) for engine in ("keras", "numpy"))
        for expected, received in zip(keras, numpy, strict=True):
            assert list(received) == list(expected)
            for column in expected:
                if column.endswith("loss"):
                    assert received[column] == pytest.approx(expected[column], rel=tolerance, abs=tolerance), column
