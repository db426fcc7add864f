"""How far float32 alone takes a training apart: one engine, the same batches, their rows in other orders.

Sums are taken in another order, nothing else changes; in exact arithmetic all trainings would be the same. So no two
programs that add in different orders can be expected to agree more closely than this.

    python -m benchmarks.float32_order mnist fashion_mnist sign_language_mnist
"""

import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import load
from dnnctl.datasets.samples import held
from dnnctl.engines.choosing import build_engine
from dnnctl.inference.network import Network
from dnnctl.network.initial_weights import initial_weights
from dnnctl.random_streams import epoch_order
from dnnctl.training.preparation import Prepared, prepare

EPOCHS = 2
# Orders of the rows within a batch that are compared with the first.
ORDERS = 4


def losses(prepared: Prepared, shuffle: int) -> NDArray[np.float64]:
    """Train two epochs of the configured schedule without dropout and return (training, validation) loss of each."""
    config, length, train = prepared.config, prepared.length, prepared.splits.train
    start = initial_weights(prepared.plan, config.seed, config.training.precision)
    engine = build_engine(config, prepared.plan, prepared.preprocessing, start)
    network = Network(engine, prepared.dataset.info, prepared.preprocessing, config.training.loss)

    def order_of(epoch: int, _: bool) -> NDArray[np.int64]:
        order = epoch_order(len(train), config.seed, epoch)
        if not shuffle:
            return order
        drawn = np.random.default_rng(shuffle)
        starts = range(0, len(order), prepared.batch_size)
        return np.concatenate([drawn.permutation(order[at : at + prepared.batch_size]) for at in starts])

    engine.set_training_rows(replace(prepared.training_rows, order_of=order_of))
    found = []
    for epoch in range(EPOCHS):
        engine.start_epoch(epoch)
        steps = range(epoch * length.steps_per_epoch, (epoch + 1) * length.steps_per_epoch)
        taken = engine.run([config.training.optimizer.learning_rate.rate(step, length) for step in steps])
        validation = held(prepared.splits.named("validation"))
        held_out, _ = network.evaluate(validation.rows, validation.y, [])
        found.append((float(taken.losses.mean(dtype=np.float64)), held_out["loss"]))
    return np.array(found)


def without_dropout(name: str, precision: str) -> Prepared:
    """Return a shipped configuration for the NumPy engine, its dropout at rate 0."""
    loaded = load(name, ["engine=numpy", f"training.precision={precision}"])
    layers = [
        spec.model_copy(update={"rate": 0.0}) if spec.key == "dropout" else spec for spec in loaded.config.model.layers
    ]
    model = loaded.config.model.model_copy(update={"layers": layers})
    return prepare(replace(loaded, config=loaded.config.model_copy(update={"model": model})))


def main() -> None:
    """Print the largest difference over two epochs for each configuration."""
    print("| configuration | precision | training loss | validation loss |\n| --- | --- | --- | --- |")
    for name in sys.argv[1:]:
        for precision in ("float32", "float64"):
            prepared = without_dropout(name, precision)
            first = losses(prepared, 0)
            apart = np.max([np.abs(losses(prepared, i) - first).max(axis=0) for i in range(1, ORDERS + 1)], axis=0)
            print(f"| `{name}` | {precision} | {apart[0]:.1e} | {apart[1]:.1e} |", flush=True)


if __name__ == "__main__":
    main()
