"""The Keras engine: steps counted exactly, results that depend on nothing but the configuration."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stored
from plain_keras import PlainKeras
from stored import arrays

from dnnctl.engines.keras.train_function import pays
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.plan import plan_network
from dnnctl.training.checkpoint import read_checkpoint

Train = Callable[..., Any]


@pytest.mark.parametrize("group", [1, 3, 32])
def test_steps_are_counted_exactly(train_digits: Train, group: int) -> None:
    # 1,294 rows in batches of 100 end in a partial batch of 94.
    result = train_digits("training.epochs=2", "data.batch_size=100", f"training.steps_per_execution={group}")
    manifest = json.loads(result.run.manifest.read_text())
    assert result.steps == manifest["optimizer_steps"] == 2 * 13
    # By Keras's own count too.
    assert read_checkpoint(result.run.checkpoint).arrays["engine/optimizer/steps"] == 2 * 13
    assert manifest["data"]["rows"]["train"] == 1294


@pytest.mark.slow
def test_results_do_not_depend_on_the_group_of_steps(train_digits: Train) -> None:
    runs = [train_digits("training.epochs=2", f"training.steps_per_execution={group}") for group in (1, 32)]
    one, other = (arrays(run.run.weights) for run in runs)
    assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_a_seed_decides_everything_and_another_one_does_not(train_digits: Train) -> None:
    first, again, other = (train_digits("training.epochs=2", f"seed={seed}") for seed in (5, 5, 6))
    weights = [arrays(run.run.weights) for run in (first, again, other)]
    assert all(np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not np.array_equal(weights[0]["output/kernel"], weights[2]["output/kernel"])
    rows = [arrays(run.run.predictions)["rows"] for run in (first, other)]
    assert np.array_equal(*rows)


def test_full_batch_takes_one_step_an_epoch(train_digits: Train) -> None:
    result = train_digits("training.epochs=3", "data.batch_size=full")
    assert result.steps == 3


def test_iterations_stop_in_mid_epoch_and_keep_each_loss(train_digits: Train) -> None:
    result = train_digits("training.iterations=50")
    assert result.steps == 50
    lines = result.run.iterations.read_text().splitlines()
    assert lines[0] == "iteration,loss"
    assert len(lines) == 51
    # 41 steps make an epoch, so the second one has 9.
    assert [row["epoch"] for row in result.trained.history] == [1, 2]
    last = [float(line.split(",")[1]) for line in lines[42:]]
    assert result.trained.history[1]["loss"] == pytest.approx(np.mean(last), rel=1e-6)


@pytest.mark.parametrize(
    "optimizer",
    [
        "adam",
        *(
            pytest.param(optimizer, marks=pytest.mark.slow)
            for optimizer in (
                "sgd: {learning_rate: 0.05, momentum: 0.9, nesterov: true}",
                "adamw",
                "rmsprop: {centered: true}",
                "adagrad: 0.1",
                "nadam",
                "adamax: 0.01",
                "lion: 0.001",
            )
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_optimizer_learns(train_digits: Train, optimizer: str) -> None:
    result = train_digits(
        "training.epochs=5",
        f"training.optimizer={{{optimizer}}}" if ":" in optimizer else f"training.optimizer={optimizer}",
    )
    assert result.metrics["test"]["accuracy"] > 0.85


def test_weights_start_from_another_run(train_digits: Train) -> None:
    first = train_digits("training.epochs=3")
    second = train_digits("training.epochs=1", "training.optimizer.adam.learning_rate=1e-6", init_from=first.run)
    assert second.metrics["test"]["accuracy"] == pytest.approx(first.metrics["test"]["accuracy"], abs=0.02)


@pytest.mark.parametrize(
    "config", ["digits", *(pytest.param(name, marks=pytest.mark.slow) for name in ("height_weight_hidden", "xor"))]
)
def test_the_model_opens_in_plain_keras_and_answers_the_same(
    train_digits: Train, plain_keras: PlainKeras, tmp_path: Path, config: str
) -> None:
    result = train_digits("training.epochs=3", config=config)
    predicted = plain_keras.predict(result.run.model, result.prepared.splits.test.x, tmp_path)
    stored = arrays(result.run.predictions)["scores"]
    largest = max(1.0, float(np.abs(stored).max()))
    assert predicted.reshape(stored.shape) / largest == pytest.approx(stored / largest, abs=1e-5)


def test_a_missing_gpu_is_said(train_digits: Train) -> None:
    import tensorflow as tf

    from dnnctl.errors import ModelError

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    with pytest.raises(ModelError, match="expected a GPU"):
        train_digits("device=gpu")


def test_a_diverging_training_stops_and_says_where(train_digits: Train) -> None:
    from dnnctl.errors import ModelError

    with pytest.raises(ModelError, match=r"loss became .* in epoch \d+, step \d+"):
        train_digits("training.optimizer={sgd: 1e20}", "model.layers=[dense: 8, relu]")


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("more", [(), ("training.optimizer=nadam", "model.layers=[dense: 64, mish, dense: 64, swish]")])
def test_half_precision_learns_and_leaves_float32(train_digits: Train, precision: str, more: tuple[str, ...]) -> None:
    result = train_digits("training.epochs=6", f"training.precision={precision}", *more)
    assert result.metrics["test"]["accuracy"] > 0.95
    assert result.steps == 6 * 41
    assert {array.dtype for array in arrays(result.run.weights).values()} == {np.dtype("float32")}
    manifest = json.loads(result.run.manifest.read_text())
    # Answers are computed in float32, so NumPy gives the same.
    assert manifest["engines_agree"]["passed"]
    plain = train_digits("training.epochs=6")
    assert not np.array_equal(arrays(result.run.weights)["output/kernel"], arrays(plain.run.weights)["output/kernel"])


def test_a_step_whose_gradient_overflows_in_float16_changes_nothing() -> None:
    import keras
    import tensorflow as tf

    from dnnctl.engines.keras.build import keras_optimizer
    from dnnctl.network.optimizers.base import OPTIMIZERS

    weight = keras.Variable(np.ones((2, 2), "float32"))
    optimizer = keras_optimizer(OPTIMIZERS.parse({"sgd": 1.0}), half="float16")
    optimizer.build([weight])
    scale = float(optimizer.dynamic_scale.numpy())
    optimizer.apply([tf.constant(np.inf, shape=(2, 2))], [weight])
    assert np.array_equal(weight.numpy(), np.ones((2, 2)))
    assert int(optimizer.iterations.numpy()) == 0
    assert float(optimizer.dynamic_scale.numpy()) == scale / 2
    optimizer.apply([tf.fill((2, 2), scale / 4)], [weight])
    assert weight.numpy() == pytest.approx(np.full((2, 2), 0.5))
    assert int(optimizer.iterations.numpy()) == 1


@pytest.mark.parametrize(
    ("units", "steps", "device", "expected"),
    [(512, 469, "/CPU:0", True), (512, 100, "/CPU:0", False), (50, 469, "/CPU:0", False), (50, 1, "/GPU:0", True)],
)
def test_compiling_pays_for_large_networks_and_many_steps(units: int, steps: int, device: str, expected: bool) -> None:
    plan = plan_network(784, [LAYERS.parse({"dense": units}), LAYERS.parse({"dense": 10})])
    assert pays(plan, steps, device) == expected


@pytest.mark.slow
def test_groups_and_partial_batches_of_a_compiled_training_change_nothing(train_digits: Train) -> None:
    settings = ["training.epochs=2", "training.jit_compile=true", "data.batch_size=300"]
    one, other = (train_digits(*settings, f"training.steps_per_execution={group}") for group in (1, 5))
    weights, others = arrays(one.run.weights), arrays(other.run.weights)
    assert all(np.array_equal(weights[name], others[name]) for name in weights)


BITS = """
import hashlib, sys
from pathlib import Path
from dnnctl.config.loading import load
from dnnctl.training.job import train
from stored import arrays
result = train(load("digits", ["training.epochs=2", "training.jit_compile=" + sys.argv[2]]), out=Path(sys.argv[1]))
weights = arrays(result.run.weights)
print(hashlib.sha256(b"".join(weights[name].tobytes() for name in sorted(weights))).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("jit", ["false", "true"])
def test_two_processes_agree_to_the_last_bit(tmp_path: Path, jit: str) -> None:
    tests = str(Path(stored.__file__).parent)
    code = f"import sys; sys.path.insert(0, {tests!r})\n{BITS}"
    printed = [
        subprocess.run([sys.executable, "-c", code, tmp_path, jit], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    ]
    assert printed[0] == printed[1] != ""
