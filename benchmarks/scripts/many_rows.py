"""One training on many rows in a fresh process: seconds of each epoch, and the peak of resident memory.

    python -m benchmarks.scripts.many_rows FOLDER ROWS EPOCHS      dnnctl, `train` on the folder's data
    python -m benchmarks.scripts.many_rows tensorflow              plain Keras, the same network, 1,000 rows of noise

The second is what TensorFlow needs for itself.
"""

import json
import resource
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.works import WORKS

WORK = WORKS["a"]


def peak_bytes() -> int:
    """Return the peak of this process's resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def tensorflow_alone() -> dict[str, Any]:
    import numpy as np

    from benchmarks.contenders.keras_model import network

    generator = np.random.default_rng(0)
    x, y = generator.random((1000, 784), dtype=np.float32), generator.integers(0, 10, 1000)
    network(WORK).fit(x, y, batch_size=WORK.batch, epochs=2, verbose=0)
    return {"peak_bytes": peak_bytes()}


def training(folder: Path, rows: int, epochs: int) -> dict[str, Any]:
    import yaml

    from benchmarks import repeated
    from dnnctl.config.loading import load
    from dnnctl.training.job import train
    from dnnctl.training.observer import Observer

    class Watch(Observer):
        peak = 0

        def on_epoch(self, row: Mapping[str, float], epochs: int) -> None:
            self.peak = peak_bytes()

    repeated.install()
    document = WORK.config(rows=rows, epochs=epochs, engine="keras")
    document["data"] |= {"dataset": {"mnist_repeated": rows}, "path": str(folder)}
    with tempfile.TemporaryDirectory() as out:
        path = Path(out) / "many_rows.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        watch = Watch()
        result = train(load(path), out=Path(out), observer=watch)
    return {
        "rows": rows,
        "epoch_seconds": [row["seconds"] for row in result.trained.history],
        "steps": result.steps,
        "steps_due": WORK.steps(rows, epochs),
        "quality": result.metrics["test"]["accuracy"],
        "peak_bytes_training": watch.peak,
        "peak_bytes": peak_bytes(),
        "stages": result.seconds,
    }


if __name__ == "__main__":
    if sys.argv[1] == "tensorflow":
        answer = tensorflow_alone()
    else:
        answer = training(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps(answer))
