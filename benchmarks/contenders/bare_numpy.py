"""What no training in NumPy can do without: gather a batch, take the products, change the weights; two layers."""

from typing import Any

import numpy as np

from benchmarks.contenders.base import Job, arrays


class Bare:
    """The products of a two-layer perceptron, on batches gathered from the real pictures."""

    def __init__(self, job: Job) -> None:
        generator = self._generator = np.random.default_rng(0)
        batch, (inputs, units, outputs) = job.work.batch, job.work.widths
        self._x, self._batches = arrays(job).x, job.work.batches(job.rows)
        self._W1, self._W2 = (
            generator.standard_normal(shape, dtype=np.float32) for shape in ((inputs, units), (units, outputs))
        )
        self._batch = np.empty((batch, inputs), np.float32)
        self._hidden, self._logits = np.empty((batch, units), np.float32), np.empty((batch, outputs), np.float32)
        self._dW1, self._dW2 = np.empty_like(self._W1), np.empty_like(self._W2)
        self._dhidden = np.empty_like(self._hidden)
        self.steps = 0

    def epochs(self, count: int) -> None:
        rate = np.float32(1e-12)
        for _ in range(count):
            order, start = self._generator.permutation(len(self._x)), 0
            for rows in self._batches:
                x, hidden, logits, dhidden = (
                    buffer[:rows] for buffer in (self._batch, self._hidden, self._logits, self._dhidden)
                )
                self._x.take(order[start : start + rows], axis=0, out=x, mode="clip")
                start += rows
                np.matmul(x, self._W1, out=hidden)
                np.matmul(hidden, self._W2, out=logits)
                np.matmul(hidden.T, logits, out=self._dW2)
                np.matmul(logits, self._W2.T, out=dhidden)
                np.matmul(x.T, dhidden, out=self._dW1)
                for W, dW in ((self._W1, self._dW1), (self._W2, self._dW2)):
                    np.subtract(W, np.multiply(dW, rate, out=dW), out=W)
                self.steps += 1

    def quality(self) -> None:
        return None

    def facts(self) -> dict[str, Any]:
        return {"numpy": np.__version__}


def build(job: Job) -> Bare:
    return Bare(job)
