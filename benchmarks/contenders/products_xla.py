"""The matrix products of a training compiled by XLA, which is what dnnctl's compiled steps have to compute them with.

XLA would take a product of unchanging operands once and keep it, so these are the products of a network without
activations: each depends on the step's rows. Not a floor (the others are faster), but the floor of a compiled step.
"""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.contenders import products_tensorflow
from benchmarks.contenders.base import Job
from benchmarks.contenders.keras_model import set_threads
from benchmarks.contenders.products_numpy import operands


class Products(products_tensorflow.Products):
    """Takes the products of each step in one compiled loop an epoch."""

    def __init__(self, job: Job) -> None:
        tf = self._tf = set_threads(job.threads)
        layers = operands(job)
        x = tf.constant(layers[0][0])
        # Scaled so that numbers stay of one size from layer to layer.
        self._kernels = [tf.constant(W / np.float32(np.sqrt(len(W)))) for _, W, _ in layers]
        self._batches = job.work.batches(job.rows)
        run = tf.function(self._steps, autograph=False, jit_compile=True)
        self._run = {rows: partial(run, x[:rows]) for rows in set(self._batches)}
        self.steps = 0

    def _steps(self, x: Any, count: Any) -> Any:
        tf = self._tf

        def step(i: Any, *_: Any) -> tuple[Any, ...]:
            outputs = [x + tf.cast(i, "float32") * 1e-6]
            for W in self._kernels:
                outputs.append(tf.matmul(outputs[-1], W))
            dy, gradients = outputs[-1], []
            for given, W in zip(outputs[-2::-1], self._kernels[::-1], strict=True):
                gradients.append(tf.matmul(given, dy, transpose_a=True))
                dy = tf.matmul(dy, W, transpose_b=True) if given is not outputs[0] else dy
            return i + 1, *gradients[::-1]

        start = (tf.constant(0), *(tf.zeros_like(W) for W in self._kernels))
        return tf.while_loop(lambda i, *_: i < count, step, start, parallel_iterations=1)[1:]


def build(job: Job) -> Products:
    return Products(job)
