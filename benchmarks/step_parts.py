"""Where an optimizer step of work (a) spends its time: the same step with one part after another left out.

What a part costs is the difference between two such steps, run in turn; what is left when all of them are out is the
products, the gather and the loss.

    python -m benchmarks.step_parts
    python -m benchmarks.step_parts training.jit_compile=false
"""

import statistics
import sys
import time
from dataclasses import replace

from dnnctl.config.loading import load
from dnnctl.engines.base import Engine
from dnnctl.engines.choosing import build_engine
from dnnctl.network.initial_weights import initial_weights
from dnnctl.training.preparation import prepare

ROUNDS, BATCH = 9, 128
DENSE, NORM, DROPOUT = [{"dense": 512}, {"dense": 256}], "batch_normalization", {"dropout": 0.2}


def layers(*, norm: bool = True, relu: bool = True, dropout: bool = True) -> str:
    """Return the hidden layers of work (a) without some of them, as they are written."""
    parts = [NORM] * norm + ["relu"] * relu + [DROPOUT] * dropout
    return str([layer for dense in DENSE for layer in (dense, *parts)]).replace("'", "")


VARIANTS = {
    "the whole step": (layers(), "adam"),
    "without dropout": (layers(dropout=False), "adam"),
    "without batch normalization": (layers(norm=False), "adam"),
    "SGD instead of Adam": (layers(), "sgd"),
    "dense layers and ReLU, SGD": (layers(norm=False, dropout=False), "sgd"),
    "dense layers alone, SGD": (layers(norm=False, dropout=False, relu=False), "sgd"),
}


def engine_of(hidden: str, optimizer: str) -> tuple[Engine, int]:
    """Return an engine that is ready, and the number of its rows."""
    settings = ["data.validation_split=0", f"data.batch_size={BATCH}", f"model.layers={hidden}"]
    prepared = prepare(load("mnist", [*settings, f"training.optimizer={optimizer}", *sys.argv[1:]]))
    config, train = prepared.config, prepared.splits.train
    engine = build_engine(config, prepared.plan, prepared.preprocessing, initial_weights(prepared.plan, 0, "float32"))
    engine.set_training_rows(replace(prepared.training_rows, steps=None))
    return engine, len(train)


def epoch(engine: Engine, rows: int, number: int) -> float:
    """Return the seconds of one epoch of steps, without what comes at an epoch's end."""
    begun = time.perf_counter()
    engine.start_epoch(number)
    engine.run([0.001] * -(-rows // BATCH))
    return time.perf_counter() - begun


def main() -> None:
    """Print the medians and the differences from the whole step."""
    engines = {name: engine_of(*made) for name, made in VARIANTS.items()}
    for made in engines.values():
        epoch(*made, 0)
    taken: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(1, ROUNDS + 1):
        for name, made in engines.items():
            taken[name].append(epoch(*made, number))
    whole = taken["the whole step"]
    print("| step | seconds, an epoch | less than the whole step |\n| --- | --- | --- |")
    for name, seconds in taken.items():
        saved = statistics.median(one - other for one, other in zip(whole, seconds, strict=True))
        print(f"| {name} | {statistics.median(seconds):.3f} ({min(seconds):.3f} to {max(seconds):.3f}) | {saved:.3f} |")


if __name__ == "__main__":
    main()
