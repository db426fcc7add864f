"""Plain Keras in a process of its own, without dnnctl: does a stored model open there, and what does it say?

Importing Keras takes seconds, so one process answers all tests.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROGRAM = """
import json, sys
import keras, numpy
for line in sys.stdin:
    try:
        path, rows, answers, called = json.loads(line)
        model = keras.saving.load_model(path)
        assert getattr(model, "optimizer", None) is None, "there is an optimizer inside"
        x = numpy.load(rows)
        numpy.save(answers, numpy.asarray(model(x)) if called else model.predict(x, verbose=0))
        assert "dnnctl" not in sys.modules, "dnnctl was imported"
        said = "done"
    except Exception as error:
        said = repr(error)
    print(json.dumps(said), flush=True)
"""


class PlainKeras:
    """Opens models in plain Keras and asks them."""

    def __init__(self) -> None:
        # -I keeps the current folder and the environment's paths out: only installed packages are seen.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def predict(self, model: Path, x: NDArray[Any], folder: Path, *, called: bool = False) -> NDArray[Any]:
        """Return what a stored model says of rows x (n, ...), (n, outputs).

        Args:
            model: The `.keras` file.
            x: The rows.
            folder: An empty place for files.
            called: Whether to call the model on the rows, which leaves them all their digits, instead of `predict`.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        rows, answers = folder / "plain_keras_x.npy", folder / "plain_keras_y.npy"
        np.save(rows, x)
        self._process.stdin.write(json.dumps([*map(str, (model, rows, answers)), called]) + "\n")
        self._process.stdin.flush()
        assert json.loads(self._process.stdout.readline()) == "done"
        predicted: NDArray[Any] = np.load(answers)
        return predicted
