"""Both engines learn from the same changed pictures, and answer for pictures as they are."""

from dataclasses import replace

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.engines.choosing import build_engine
from dnnctl.network.initial_weights import initial_weights
from dnnctl.training.preparation import prepare

AUGMENT = "data.augment={shift: 0.1, rotate: 15, zoom: 0.1, flip: horizontal, noise: 0.1, erase: 0.4, elastic: 10}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_engines_take_the_same_steps_on_changed_pictures(dtype: str) -> None:
    settings = [
        AUGMENT,
        f"training.precision={dtype}",
        "data.limit=200",
        "data.batch_size=64",
        "model.layers=[dense: 20, tanh]",
    ]
    losses, logits, plain = [], [], []
    for name in ("keras", "numpy"):
        prepared = prepare(load("digits", [*settings, f"engine={name}"]))
        weights = initial_weights(prepared.plan, 0, dtype)
        engine = build_engine(prepared.config, prepared.plan, prepared.preprocessing, weights)
        train = prepared.splits.train
        engine.set_training_rows(prepared.training_rows)
        for epoch in range(2):
            engine.start_epoch(epoch)
            steps = engine.run([0.01] * -(-len(train) // 64))
            losses.append(steps.losses)
        logits.append(steps.logits)
        plain.append(engine.logits(train.x[:50]))
        engine.set_training_rows(replace(prepared.training_rows, steps=None, order_of=lambda *_: np.arange(180)))
        engine.start_epoch(9)
        assert not np.allclose(engine.run([0.0]).logits[:50], plain[-1], atol=0.01)
    tolerance = 1e-4 if dtype == "float32" else 1e-8
    assert losses[2] == pytest.approx(losses[0], rel=tolerance)
    assert losses[3] == pytest.approx(losses[1], rel=tolerance)
    assert logits[1] == pytest.approx(logits[0], abs=100 * tolerance)
    assert plain[1] == pytest.approx(plain[0], abs=100 * tolerance)
