"""Rows a second of the Keras engine: the input pipeline alone, validation, and inference.

    python -m benchmarks.scripts.row_rates ROUNDS

All on MNIST's 60,000 training rows, in turn; validation and inference with the network of work (a). The pipeline is
measured twice: alone, from the rows to what the first layer gets; and, by the engine's public functions, with the least
training around it that there is: no hidden layer, 784-10, SGD. The first can only be measured where the engine has a
pipeline that can be taken out of it, `InputPipeline`.
"""

import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.works import WORKS, Work
from dnnctl.config.loading import load
from dnnctl.datasets.samples import held
from dnnctl.engines.base import Engine
from dnnctl.engines.choosing import build_engine
from dnnctl.inference.network import Network
from dnnctl.network.initial_weights import initial_weights
from dnnctl.training.preparation import Prepared, prepare

WORK = WORKS["a"]
# Steps a call, as training has them.
GROUP = 32


def prepared_work(work: Work) -> Prepared:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "row_rates.yaml"
        path.write_text(yaml.safe_dump(work.config(rows=60_000, epochs=1, engine="keras")), encoding="utf-8")
        return prepare(load(path))


def engine_of(prepared: Prepared) -> Engine:
    weights = initial_weights(prepared.plan, 0)
    return build_engine(prepared.config, prepared.plan, prepared.preprocessing, weights)


def pipeline() -> Callable[[], int]:
    """Return a function that trains a network without hidden layers for an epoch and returns its rows."""
    prepared = prepared_work(replace(WORK, hidden=(), optimizer="sgd", learning_rate=0.01))
    train, engine = prepared.splits.train, engine_of(prepared)
    engine.set_training_rows(replace(prepared.training_rows, steps=None))
    epoch = itertools.count()

    def one_epoch() -> int:
        engine.start_epoch(next(epoch))
        rows, left = 0, WORK.steps(len(train), 1)
        while left:
            group = min(GROUP, left)
            rows += len(engine.run([0.01] * group).logits)
            left -= group
        return rows

    return one_epoch


def pipeline_alone() -> Callable[[], int] | None:
    """Return a function that gathers, casts and scales an epoch's batches and returns their rows; None without one."""
    import tensorflow as tf

    from dnnctl.engines.keras import pipeline as module

    if not hasattr(module, "InputPipeline"):
        return None
    from dnnctl.engines.keras.portions import Portions

    rows = replace(prepared_work(WORK).training_rows, steps=None)
    source = module.InputPipeline(tf, Portions(rows, "float32", None, 0), "/CPU:0")
    epoch = itertools.count()

    def one_epoch() -> int:
        source.seek(next(epoch) * rows.batches)
        done, left = 0, rows.batches
        while left:
            stretch = source.take(left)
            x = stretch.arrays[0][stretch.starts[0] : stretch.starts[-1]]
            done += len(tf.cast(x, tf.float32) * (1 / 255))
            left -= len(stretch)
        return done

    return one_epoch


def rate(work: Callable[[], int]) -> dict[str, float]:
    """Return what one call takes."""
    start = time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": rows, "rows_a_second": rows / seconds}


def main() -> None:
    prepared = prepared_work(WORK)
    train, config = held(prepared.splits.train), prepared.config
    network = Network(engine_of(prepared), prepared.dataset.info, prepared.preprocessing, config.training.loss)
    runs: dict[str, Callable[[], int]] = {
        "pipeline": pipeline(),
        "validation": lambda: len(network.evaluate(train.rows, train.y, config.training.metrics or ())[1]),
        "inference": lambda: len(network.scores(train.x)),
    }
    alone = pipeline_alone()
    if alone is not None:
        runs = {"pipeline-alone": alone, **runs}
    for run in runs.values():
        run()
    done: dict[str, list[Any]] = {key: [] for key in runs}
    for _ in range(int(sys.argv[1])):
        for key, run in runs.items():
            done[key].append(rate(run))
    print(json.dumps(done))


if __name__ == "__main__":
    main()
