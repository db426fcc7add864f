"""What is computed while training: dropout's masks, fused batch normalization, rows prepared in the graph."""

from typing import Any

import numpy as np
import pytest

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.engines.keras.affine import compiled_affine
from dnnctl.engines.keras.dropout_masks import keep_mask
from dnnctl.engines.keras.forward import batch_normalize, preprocess


def mask(rate: float, seed: int = 3, step: int = 5, rows: int = 401, units: int = 203) -> np.ndarray:
    import tensorflow as tf

    drawn: np.ndarray = keep_mask(tf, rate, seed, tf.constant(step, tf.int64), (rows, units), units, "float32").numpy()
    return drawn


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.2, 0.5, 0.9, 0.9999999])
def test_the_rate_and_the_mean_are_kept(rate: float) -> None:
    drawn = mask(rate, rows=1000, units=1000)
    std = np.sqrt(rate * (1 - rate) / drawn.size)
    assert abs((drawn == 0).mean() - rate) < 5 * std + 2**-16
    kept = np.unique(drawn[drawn > 0])
    assert len(kept) <= 1
    if rate < 0.99:
        assert kept[0] == pytest.approx(1 / (1 - rate), rel=2e-4)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_units_rows_steps_and_layers_are_independent() -> None:
    drawn = mask(0.3, rows=1000, units=400)
    # 400,000 pairs: five standard deviations of a correlation between independent draws.
    bound = 5 / np.sqrt(drawn.size)
    for shift in (1, 2, 3, 4, 8):
        assert abs(correlation(drawn[:, shift:], drawn[:, :-shift])) < bound
        assert abs(correlation(drawn[shift:], drawn[:-shift])) < bound
    for other in (mask(0.3, step=6, rows=1000, units=400), mask(0.3, seed=4, rows=1000, units=400)):
        assert abs(correlation(drawn, other)) < bound
    columns = (drawn == 0).mean(axis=0)
    assert columns.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 1000), rel=0.2)


def test_a_mask_is_a_function_of_seed_and_step_alone() -> None:
    first = mask(0.2)
    mask(0.2, step=6)
    assert np.array_equal(mask(0.2), first)
    assert not np.array_equal(mask(0.2, step=6), first)


def test_rows_in_mid_batch_have_the_mask_that_they_have_in_the_whole() -> None:
    import tensorflow as tf

    part = keep_mask(tf, 0.2, 3, tf.constant(5, tf.int64), (7, 203), 203, "float32", first=tf.constant(90))
    assert np.array_equal(part.numpy(), mask(0.2)[90:97])


@pytest.mark.parametrize("jit", [False, True])
def test_a_mask_is_the_same_compiled_or_not(jit: bool) -> None:
    import tensorflow as tf

    def drawn(step: Any) -> Any:
        return keep_mask(tf, 0.2, 3, step, (401, 203), 203, "float32")

    assert np.array_equal(tf.function(drawn, jit_compile=jit)(tf.constant(5, tf.int64)).numpy(), mask(0.2))


@pytest.mark.parametrize(("units", "given"), [(3, True), (3, False), (70, True), (70, False)])
@pytest.mark.parametrize("bias", [True, False])
def test_compiled_dense_layers_have_the_gradients_of_keras(units: int, given: bool, bias: bool) -> None:
    import keras
    import tensorflow as tf

    generator = np.random.default_rng(0)
    x, dy = (tf.constant(generator.normal(size=(16, width)), tf.float32) for width in (9, units))
    layer = keras.layers.Dense(units, use_bias=bias)
    layer.build((None, 9))

    @tf.function(jit_compile=True)
    def gradients(own: bool) -> Any:
        sources = [x, *(v.value for v in layer.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = compiled_affine(tf, x, layer, given=given) if own else layer(x)
            loss = tf.reduce_sum(y * dy)
        return [y, *tape.gradient(loss, sources)]

    for own, other in zip(gradients(True), gradients(False), strict=True):
        assert own.numpy() == pytest.approx(other.numpy(), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("options", [{}, {"scale": False, "momentum": 0.5}, {"center": False, "epsilon": 0.1}])
@pytest.mark.parametrize("rows", [1, 17])
def test_batch_normalization_is_that_of_keras(options: dict[str, Any], rows: int) -> None:
    import keras
    import tensorflow as tf

    x = tf.constant(np.random.default_rng(0).normal(2, 3, (rows, 5)), tf.float32)
    settings = {"momentum": 0.99, "epsilon": 1e-3} | options
    ours, theirs = (keras.layers.BatchNormalization(**settings) for _ in range(2))
    results = []
    for layer in (ours, theirs):
        layer.build((None, 5))
        with tf.GradientTape() as tape:
            tape.watch(x)
            if layer is ours:
                y = batch_normalize(tf, x, layer, settings["epsilon"], settings["momentum"])
            else:
                y = layer(x, training=True)
            loss = tf.reduce_sum(y**3)
        sources = [x, *(v.value for v in layer.trainable_variables)]
        results.append([y, *tape.gradient(loss, sources), *(v.value for v in layer.variables)])
    for own, other in zip(*results, strict=True):
        assert own.numpy() == pytest.approx(other.numpy(), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(
    "preprocessing", [Preprocessing((2, 3), 255.0), Preprocessing((6,), None, (1.0,) * 6, (2.0,) * 6)]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_are_prepared_as_without_tensorflow(preprocessing: Preprocessing, dtype: str) -> None:
    import tensorflow as tf

    x = np.random.default_rng(0).integers(0, 256, (4, *preprocessing.input_shape)).astype("uint8")
    received = preprocess(tf, preprocessing, tf.constant(x), dtype).numpy()
    assert received.dtype == dtype
    assert received == pytest.approx(preprocessing.prepare(x, dtype), rel=1e-6)
