"""The floor: the matrix products of a training and nothing else, with NumPy's BLAS.

For each dense layer X W forward, X^T dY for the kernel's gradient, and dY W^T for the layer before (not for the first
layer), at the work's batch size, for as many steps. The operands stay the same and the results are overwritten, so
nothing but the products is paid for.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.base import Job

Operands = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


def operands(job: Job) -> list[Operands]:
    """Return X (batch, inputs), W (inputs, units) and dY (batch, units) of each dense layer."""
    generator = np.random.default_rng(0)
    batch = min(job.work.batch, job.rows)

    def draw(*shape: int) -> NDArray[np.float32]:
        return generator.standard_normal(shape, dtype=np.float32)

    widths = job.work.widths
    return [(draw(batch, n), draw(n, units), draw(batch, units)) for n, units in pairwise(widths)]


class Products:
    """Takes the products with `numpy.matmul`."""

    def __init__(self, job: Job) -> None:
        self._batches = job.work.batches(job.rows)
        self._layers = [
            (*given, *(np.empty_like(array) for array in (given[2], given[1], given[0]))) for given in operands(job)
        ]
        self.steps = 0

    def epochs(self, count: int) -> None:
        for _ in range(count):
            for rows in self._batches:
                for i, (x, W, dy, y, dW, dx) in enumerate(self._layers):
                    np.matmul(x[:rows], W, out=y[:rows])
                    np.matmul(x[:rows].T, dy[:rows], out=dW)
                    if i:
                        np.matmul(dy[:rows], W.T, out=dx[:rows])
                self.steps += 1

    def quality(self) -> None:
        return None

    def facts(self) -> dict[str, Any]:
        return {"numpy": np.__version__}


def build(job: Job) -> Products:
    return Products(job)
