"""The NumPy engine on its own: without TensorFlow, with a run directory like any other."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plain_keras import PlainKeras

from dnnctl import plugins
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.engines.keras_file import write_keras_file
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.plan import plan_network

Train = Callable[..., Any]

WITHOUT_TENSORFLOW = """
import sys
from dnnctl.cli.main import cli
for command in (["train", "digits", "--engine", "numpy", "--set", "training.epochs=2", "--quiet"],
                ["evaluate", "latest"], ["predict", "latest", "--sample", "3"]):
    assert not cli.main(command, prog_name="dnnctl", standalone_mode=False)
    if command[0] == "train":
        plotted = "matplotlib" in sys.modules
        for name in [name for name in sys.modules if name.split(".")[0] in ("matplotlib", "mpl_toolkits")]:
            del sys.modules[name]
print(plotted, [m for m in ("tensorflow", "keras", "sklearn", "matplotlib", "scipy") if m in sys.modules])
"""


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert result.stdout.splitlines()[-1] == "True []"


def test_the_run_directory_is_like_any_other(train_digits: Train, digits_run: Any) -> None:
    result = train_digits("training.epochs=8", "engine=numpy")
    own, other = (
        {path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.is_file()}
        for run in (result.run, digits_run.run)
    )
    # The pictures are the same for both engines, and are left out of the trainings here.
    other = {file for file in other if not file.startswith("plots/")}
    assert own == other
    assert result.metrics["test"]["accuracy"] > 0.95
    assert json.loads(result.run.manifest.read_text())["optimizer_steps"] == 8 * 41


def test_a_seed_decides_everything(train_digits: Train) -> None:
    first, again = (train_digits("training.epochs=2", "engine=numpy") for _ in range(2))
    for file in ("weights.npz", "model.keras", "metrics.json", "predictions.npz"):
        assert (first.run.path / file).read_bytes() == (again.run.path / file).read_bytes(), file


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.9])
def test_dropout_keeps_the_mean_and_depends_on_the_step(rate: float) -> None:
    layer = LAYERS.parse({"dropout": rate}).to_numpy(seed=3)
    x = np.ones((400, 200), "float32")
    layer.at(5)
    first = layer.forward(x, training=True).copy()
    assert first.mean() == pytest.approx(1, abs=0.03)
    assert (first == 0).mean() == pytest.approx(rate, abs=0.01)
    assert np.array_equal(layer.backward(x), first)
    layer.at(6)
    assert rate == 0 or not np.array_equal(layer.forward(x, training=True), first)
    layer.at(5)
    assert np.array_equal(layer.forward(x, training=True), first)
    assert np.array_equal(layer.forward(x, training=False), x)
    assert np.array_equal(layer.backward(x), x)


def test_the_keras_file_of_every_layer_opens_in_plain_keras(plain_keras: PlainKeras, tmp_path: Path) -> None:
    given = {"dense": {"dense": {"units": 5, "kernel_regularizer": {"l2": 0.1}}}, "dropout": {"dropout": 0.5}}
    layers = [spec for name in plugins.names("dnnctl.network.layers") for spec in ({"dense": 4}, given.get(name, name))]
    output = Dense.model_validate({"units": 1, "activation": "linear"})
    plan = plan_network(6, [*map(LAYERS.parse, layers), output])
    preprocessing = Preprocessing((2, 3), 255.0, target_mean=(170.0,), target_std=(9.0,))
    weights = {k: v + 0.1 for k, v in initial_weights(plan, 1).items()}
    x = np.random.default_rng(0).integers(0, 256, (20, 2, 3)).astype("uint8")
    write_keras_file(tmp_path / "m.keras", plan, preprocessing, weights, seed=1)
    ours = preprocessing.restore_targets(NumpyNetwork(plan, preprocessing, weights).logits(x))
    assert plain_keras.predict(tmp_path / "m.keras", x, tmp_path) == pytest.approx(ours, rel=1e-5)
    assert np.ptp(ours) > 0


def test_the_last_partial_batch_uses_the_same_memory() -> None:
    layer = LAYERS.parse("sigmoid").to_numpy(seed=0)
    whole = layer.forward(np.zeros((8, 3), "float32"), training=True)
    part = layer.forward(np.ones((5, 3), "float32"), training=True)
    assert part.shape == (5, 3)
    assert np.shares_memory(whole, part)


def test_threads_reach_the_products(train_digits: Train) -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits():
        train_digits("training.epochs=1", "engine=numpy", "training.threads=1")
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
