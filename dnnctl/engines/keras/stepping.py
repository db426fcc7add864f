"""Optimizer steps in graphs: many at a time, compiled by XLA where that pays."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.layers.parts.plan import NetworkPlan

# On a processor XLA pays for a network with a weight of so many numbers, and in epochs of so many steps. Neither
# depends on how long the training is: a run that is made longer goes on with the same arithmetic.
LARGE, MANY = 1 << 17, 200

# Function of (rows, targets, learning rate, number of the step) to (loss, logits); takes an optimizer step.
Step = Callable[[Any, Any, Any, Any], tuple[Any, Any]]


def pays(plan: NetworkPlan, steps: int, device: str) -> bool:
    """Tell whether compiling a step is worth its time.

    Args:
        plan: The network.
        steps: Steps an epoch.
        device: TensorFlow's name of the device.
    """
    return "GPU" in device or (plan.largest_weight >= LARGE and steps >= MANY)


class StepGraphs:
    """Runs steps on a portion of an epoch's rows.

    Args:
        tensorflow: The module.
        step: Takes one step.
        taken: Variable that counts the steps, int64.
        outputs: Output units.
        number: `float32` or `float64`.
        shapes: Shape and type of the rows and of the targets, without their number.
    """

    def __init__(
        self,
        tensorflow: Any,
        step: Step,
        taken: Any,
        outputs: int,
        number: str,
        shapes: tuple[tuple[tuple[int, ...], Any], ...],
    ) -> None:
        self._tf = tensorflow
        self._taken = taken
        self._outputs = outputs
        self._number = number
        spec = tensorflow.TensorSpec
        # One graph for every number of rows and steps; each is traced when it is first used.
        rows = [spec((None, *shape), dtype) for shape, dtype in shapes]
        signature = [*rows, spec((None,), number), spec((), "int32")]
        compiled = tensorflow.function(step, autograph=False, jit_compile=True)
        self._plain, self._compiled = (
            tensorflow.function(partial(self._steps, one), autograph=False, input_signature=signature)
            for one in (step, compiled)
        )

    def run(
        self, x: NDArray[Any], y: NDArray[Any], rates: NDArray[Any], size: int, *, compiled: bool
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Take one step for each learning rate and yield losses (steps,) and logits (rows, outputs), in parts.

        Args:
            x: Raw rows of as many batches, (n, ...); the last one may be smaller.
            y: Their targets.
            rates: Learning rates, (steps,).
            size: Rows a batch.
            compiled: Whether to use XLA; not for a smaller batch, which would be compiled for itself.
        """
        whole = len(x) // size if compiled else 0
        for graph, part in ((self._compiled, slice(0, whole)), (self._plain, slice(whole, len(rates)))):
            if part.start < part.stop:
                here = slice(part.start * size, part.stop * size)
                losses, logits = graph(x[here], y[here], rates[part], np.int32(size))
                yield losses.numpy(), logits.numpy()

    def _steps(self, one: Step, x: Any, y: Any, rates: Any, size: Any) -> tuple[Any, Any]:
        """Take steps inside a graph.

        The loop is written out as `tf.while_loop`: AutoGraph, which would turn a `for` into one, rewrites source
        code and depends on the Python version.
        """
        tf = self._tf
        count = tf.shape(rates)[0]
        before = self._taken.read_value()
        losses = tf.TensorArray(self._number, size=count)
        outputs = tf.TensorArray(self._number, size=count, infer_shape=False, element_shape=[None, self._outputs])

        def step(i: Any, losses: Any, outputs: Any) -> tuple[Any, Any, Any]:
            here = slice(i * size, (i + 1) * size)
            loss, logits = one(x[here], y[here], rates[i], before + tf.cast(i, "int64"))
            return i + 1, losses.write(i, loss), outputs.write(i, logits)

        start = (tf.constant(0), losses, outputs)
        _, losses, outputs = tf.while_loop(lambda i, *_: i < count, step, start, parallel_iterations=1)
        self._taken.assign(before + tf.cast(count, "int64"))
        return losses.stack(), outputs.concat()
