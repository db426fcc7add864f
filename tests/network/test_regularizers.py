"""Max-norm: the incoming weights of a unit stay short, in training and in `model.keras`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.plan import plan_network
from dnnctl.network.regularizers import limit_norms

SETTINGS = (
    "engine=numpy",
    "training.epochs=2",
    "training.optimizer={sgd: 1.0}",
    "model.layers=[{dense: {units: 16, max_norm: 0.9}}, relu, {dense: 8}, relu]",
)


def test_only_long_columns_are_shortened() -> None:
    weight = np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]])
    limit_norms(weight, 1.0)
    assert np.linalg.norm(weight, axis=0) == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)
    assert weight[:, 0] == pytest.approx([0.6, 0.8], abs=1e-6)


def test_norms_stay_below_the_limit_and_the_file_opens_in_keras(train_digits: Callable[..., Any]) -> None:
    import keras

    result = train_digits(*SETTINGS)
    weights = np.load(result.run.weights)
    norms = {name: np.linalg.norm(weights[f"{name}/kernel"], axis=0) for name in ("dense_1", "dense_2")}
    assert norms["dense_1"].max() == pytest.approx(0.9, abs=1e-5)
    # The limit is this layer's own.
    assert norms["dense_2"].max() > 0.95
    model = keras.saving.load_model(result.run.model)
    limit = next(layer for layer in model.layers if layer.name == "dense_1").kernel_constraint
    assert type(limit) is keras.constraints.MaxNorm
    assert limit.get_config() == {"max_value": 0.9, "axis": 0}


def test_a_limit_is_no_part_of_the_architecture() -> None:
    limited = Dense.model_validate({"units": 4, "max_norm": 3})
    plans = [plan_network(3, [dense, LAYERS.parse({"dense": 1})]) for dense in (limited, Dense(units=4))]
    assert plans[0].architecture_hash == plans[1].architecture_hash


@pytest.mark.parametrize("wrong", ["0", "-1", "x", ".inf", "true"])
def test_wrong_limits_are_refused(write: Callable[..., Path], wrong: str) -> None:
    path = write(f"data: {{dataset: digits}}\nmodel:\n  layers:\n    - dense: {{units: 4, max_norm: {wrong}}}\n")
    with pytest.raises(ConfigError, match=r"model\.layers\[0\]\.dense\.max_norm: expected a (finite )?number"):
        load(path)
