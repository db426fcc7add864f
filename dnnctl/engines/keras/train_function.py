"""Optimizer steps in graphs: many at a time, compiled by XLA where that pays."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl import memory
from dnnctl.network.plan import NetworkPlan

# On a processor XLA pays for a network with a weight of so many numbers, and in epochs of so many steps. Neither
# depends on how long the training is: a run that is made longer goes on with the same arithmetic.
LARGE, MANY = 1 << 17, 200

# Function of (the arrays of a batch, learning rate, number of the step) to (loss, logits); takes an optimizer step.
Step = Callable[[tuple[Any, ...], Any, Any], tuple[Any, Any]]


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

    What is compiled is the loop over the steps, not a step: starting a compiled program takes 0.3 ms each time.
    One program has room for so many steps and takes fewer of them when it is told to, so that groups of all sizes
    are the same arithmetic and nothing is compiled twice.

    Args:
        tensorflow: The module.
        step: Takes one step.
        taken: Variable that counts the steps, int64.
        outputs: Output units.
        number: `float32` or `float64`.
        shapes: Shape and type of each array of a batch, without its number of rows.
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
        self._step = step
        self._taken = taken
        self._outputs = outputs
        self._number = number
        spec = tensorflow.TensorSpec
        # One graph for every number of rows and steps; each is traced when it is first used.
        rows = [spec((None, *shape), dtype) for shape, dtype in shapes]
        signature = [spec((), "int32"), spec((), "int32"), spec((None,), number), *rows]
        self._plain = tensorflow.function(self._steps, autograph=False, input_signature=signature)
        self._compiled = tensorflow.function(self._steps, autograph=False, jit_compile=True)
        self._trimmed = False

    def run(
        self, rows: Sequence[NDArray[Any]], rates: NDArray[Any], size: int, room: int
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Take one step for each learning rate and yield losses (steps,) and logits (rows, outputs), in parts.

        Args:
            rows: The arrays of as many batches, (n, ...) each, raw inputs first; the last batch may be smaller.
            rates: Learning rates, (steps,).
            size: Rows a batch.
            room: The most steps that are ever taken at once, to use XLA; 0 not to. It is not used for a smaller batch,
                which would be compiled for itself.
        """
        whole = min(len(rows[0]) // size, room)
        if whole:
            given = [_padded(array[: whole * size], room * size) for array in rows]
            losses, logits = self._compiled(size, np.int32(whole), _padded(rates[:whole], room), *given)
            if not self._trimmed:
                memory.give_back()
                self._trimmed = True
            yield losses.numpy()[:whole], logits.numpy()[: whole * size]
        if whole < len(rates):
            rest = (array[whole * size :] for array in rows)
            losses, logits = self._plain(np.int32(size), np.int32(len(rates) - whole), rates[whole:], *rest)
            yield losses.numpy(), logits.numpy()

    def _steps(self, size: Any, count: Any, rates: Any, *rows: Any) -> tuple[Any, Any]:
        """Take the first `count` steps inside a graph; return losses (room,) and logits (room * size, outputs).

        The loop is written out as `tf.while_loop`: AutoGraph, which would turn a `for` into one, rewrites source
        code and depends on the Python version. XLA has to know the size of a batch; elsewhere it is a tensor.
        """
        tf = self._tf
        known = size if isinstance(size, int) else None
        before = self._taken.read_value()
        room = rates.shape[0] or count
        losses = tf.TensorArray(self._number, size=room)
        shape = [known, self._outputs]
        outputs = tf.TensorArray(self._number, size=room, infer_shape=False, element_shape=shape)

        def step(i: Any, losses: Any, outputs: Any) -> tuple[Any, Any, Any]:
            batch = tuple(self._batch(array, i, size) for array in rows)
            loss, logits = self._step(batch, rates[i], before + tf.cast(i, "int64"))
            return i + 1, losses.write(i, loss), outputs.write(i, logits)

        start = (tf.constant(0), losses, outputs)
        _, losses, outputs = tf.while_loop(lambda i, *_: i < count, step, start, parallel_iterations=1)
        self._taken.assign(before + tf.cast(count, "int64"))
        return losses.stack(), outputs.concat()

    def _batch(self, array: Any, i: Any, size: Any) -> Any:
        """Return the rows of batch i: as many as are left if there are fewer."""
        if not isinstance(size, int):
            return array[i * size : (i + 1) * size]
        others = array.shape[1:]
        return self._tf.slice(array, [i * size, *(0 for _ in others)], [size, *others])


def _padded(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return an array with zeros behind it, (rows, ...)."""
    if len(array) == rows:
        return array
    padded = np.zeros((rows, *array.shape[1:]), array.dtype)
    padded[: len(array)] = array
    return padded
