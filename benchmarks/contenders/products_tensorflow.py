"""The floor with TensorFlow's matrix products; see `products_numpy.py`."""

from typing import Any

from benchmarks.contenders.base import Job
from benchmarks.contenders.keras_model import set_threads
from benchmarks.contenders.products_numpy import operands


class Products:
    """Takes the products with `tf.matmul`, all steps of an epoch in one graph.

    The operands are variables, read anew at every step, and each product is written to a variable: so the graph's
    optimizer can neither move products out of the loop nor leave any out.
    """

    def __init__(self, job: Job) -> None:
        tf = self._tf = set_threads(job.threads)
        self._batches = job.work.batches(job.rows)
        sizes = set(self._batches)
        self._layers = {}
        for rows in sizes:
            layers = []
            for x, W, dy in operands(job):
                given = [tf.Variable(array) for array in (x[:rows], W, dy[:rows])]
                layers.append((*given, *(tf.Variable(tf.zeros_like(given[i])) for i in (2, 1, 0))))
            self._layers[rows] = layers
        self._run = {
            rows: tf.function(lambda count, rows=rows: self._loop(rows, count), autograph=False) for rows in sizes
        }
        self.steps = 0

    def _loop(self, rows: int, count: Any) -> Any:
        return self._tf.while_loop(lambda i: i < count, lambda i: self._step(rows, i), [0], parallel_iterations=1)

    def _step(self, rows: int, i: Any) -> list[Any]:
        tf = self._tf
        done = []
        for first, (x, W, dy, y, dW, dx) in enumerate(self._layers[rows]):
            done.append(y.assign(tf.matmul(x, W)))
            done.append(dW.assign(tf.matmul(x, dy, transpose_a=True)))
            if first:
                done.append(dx.assign(tf.matmul(dy, W, transpose_b=True)))
        with tf.control_dependencies(done):
            return [i + 1]

    def epochs(self, count: int) -> None:
        for _ in range(count):
            for rows in dict.fromkeys(self._batches):
                steps = self._batches.count(rows)
                for result in self._run[rows](self._tf.constant(steps)):
                    result.numpy()
                self.steps += steps

    def quality(self) -> None:
        return None

    def facts(self) -> dict[str, Any]:
        return {"tensorflow": self._tf.__version__}


def build(job: Job) -> Products:
    return Products(job)
