"""Rows a second of the Keras engine: the input pipeline alone, validation, and inference.

    python -m benchmarks.scripts.row_rates ROUNDS

All on MNIST's 60,000 training rows with the network of work (a), in turn. The pipeline alone is what training draws
its batches from, with nothing done to them but being read to the end.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.works import WORKS
from dnnctl.config.loading import load
from dnnctl.data.initial_weights import initial_weights
from dnnctl.data.random import epoch_order
from dnnctl.engines.choosing import build_engine
from dnnctl.inference.network import Network
from dnnctl.training.preparing import Prepared, prepare

WORK = WORKS["a"]


def prepared_work() -> Prepared:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "row_rates.yaml"
        path.write_text(yaml.safe_dump(WORK.config(rows=60_000, epochs=1, engine="keras")), encoding="utf-8")
        return prepare(load(path))


def pipeline(prepared: Prepared) -> Callable[[], int]:
    """Return a function that draws an epoch's batches and returns the number of rows it saw."""
    import tensorflow as tf

    from dnnctl.engines.keras.pipeline import EpochBatches

    train = prepared.splits.train
    batches = EpochBatches(tf, train.x, prepared.preprocessing.prepare_targets(train.y))
    count = WORK.steps(len(train), 1)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def drain(iterator: Any) -> Any:
        def draw(i: Any, rows: Any) -> tuple[Any, Any]:
            x, _ = iterator.get_next()
            # One number of the batch is looked at, so that it must have been made.
            touched = tf.cast(x[0, 0] * 0, tf.int32) if x.shape.rank == 2 else tf.cast(x[0, 0, 0] * 0, tf.int32)
            return i + 1, rows + tf.shape(x)[0] + touched

        return tf.while_loop(lambda i, _: i < count, draw, (0, 0), parallel_iterations=1)[1]

    epoch = iter(range(10**9))
    return lambda: int(drain(batches.iterator(epoch_order(len(train), 0, next(epoch)), WORK.batch)))


def rate(work: Callable[[], int]) -> dict[str, float]:
    """Return what one call takes."""
    start = time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": rows, "rows_a_second": rows / seconds}


def main() -> None:
    prepared = prepared_work()
    train, config = prepared.splits.train, prepared.config
    weights = initial_weights(prepared.plan, 0)
    engine = build_engine(config, prepared.plan, prepared.preprocessing, weights)
    network = Network(engine, prepared.dataset.info, prepared.preprocessing, config.training.loss)
    runs: dict[str, Callable[[], int]] = {
        "pipeline": pipeline(prepared),
        "validation": lambda: len(network.figures(train, config.training.metrics or ())[1]),
        "inference": lambda: len(network.scores(train.x)),
    }
    for run in runs.values():
        run()
    done: dict[str, list[Any]] = {key: [] for key in runs}
    for _ in range(int(sys.argv[1])):
        for key, run in runs.items():
            done[key].append(rate(run))
    print(json.dumps(done))


if __name__ == "__main__":
    main()
