"""What is decided at the end of each epoch."""

import numpy as np

from dnnctl.config import schema
from dnnctl.training.early_stopping import EarlyStopping, ReduceOnPlateau


def test_the_plateau_rule_lowers_and_cools_down() -> None:
    plateau = ReduceOnPlateau(
        schema.ReduceOnPlateauConfig(monitor="loss", factor=0.5, patience=2, cooldown=2, min_learning_rate=0.2)
    )
    falls = [plateau.update({"epoch": i, "loss": 1.0, "learning_rate": plateau.rate(1.0)}) for i in range(1, 12)]
    assert [i for i, fell in enumerate(falls, start=1) if fell] == [3, 7, 11]
    assert plateau.rate(1.0) == 0.2


def test_the_stopper_waits_for_patience() -> None:
    early_stopping = EarlyStopping(schema.EarlyStoppingConfig(monitor="val_accuracy", patience=2, min_delta=0.1))
    values = [0.5, 0.55, 0.7, 0.75, 0.7]
    kept = [
        early_stopping.update({"epoch": i, "val_accuracy": v}, lambda i=i: {"output/bias": np.array([i])})
        for i, v in enumerate(values, start=1)
    ]
    assert kept == [True, False, True, False, False]
    assert early_stopping.done
    assert (early_stopping.best_weights, early_stopping.best_epoch) == ({"output/bias": np.array([3])}, 3)
    assert early_stopping.reason(5) == "stopped early after epoch 5: no better val_accuracy than 0.7 in epoch 3"
