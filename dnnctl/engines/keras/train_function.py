"""Optimizer steps in graphs: many at a time, compiled by XLA where that pays."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl import memory
from dnnctl.engines.keras.pipeline import Stretch
from dnnctl.network.plan import NetworkPlan

# On a processor XLA pays for a network with a weight of so many numbers, and in epochs of so many steps. Neither
# depends on how long the training is: a run that is made longer goes on with the same arithmetic.
LARGE, MANY = 1 << 17, 200

# Function of (the arrays of a batch, learning rate, number of the step, rows of the batch) to (loss, logits); takes an
# optimizer step.
Step = Callable[[tuple[Any, ...], Any, Any, Any], tuple[Any, Any]]


def pays(plan: NetworkPlan, steps: int, device: str) -> bool:
    """Tell whether compiling a step is worth its time.

    Args:
        plan: The network.
        steps: Steps an epoch.
        device: TensorFlow's name of the device.
    """
    return "GPU" in device or (plan.largest_weight >= LARGE and steps >= MANY)


class StepGraphs:
    """Runs steps on the batches of a portion.

    What is compiled is the loop over the steps, not a step: starting a compiled program takes 0.3 ms each time.
    One program has room for so many steps and takes fewer of them when it is told to, so that groups of all sizes
    are the same arithmetic and nothing is compiled twice.

    Args:
        tensorflow: The module.
        step: Takes one step.
        taken: Variable that counts the steps, int64.
        outputs: Output units.
        number: `float32` or `float64`.
        elements: Shape and type of each array of a portion.
    """

    def __init__(
        self,
        tensorflow: Any,
        step: Step,
        taken: Any,
        outputs: int,
        number: str,
        elements: tuple[tuple[tuple[int, ...], Any], ...],
    ) -> None:
        self._tf = tensorflow
        self._step = step
        self._taken = taken
        self._outputs = outputs
        self._number = number
        spec = tensorflow.TensorSpec
        # One graph for every number of rows and steps; each is traced when it is first used.
        rows = [spec((None, *shape[1:]), dtype) for shape, dtype in elements]
        signature = [spec((None,), "int32"), spec((None,), "int32"), spec((None,), number), *rows]
        self._plain = tensorflow.function(self._steps, autograph=False, input_signature=signature)
        self._compiled = tensorflow.function(self._equal_steps, autograph=False, jit_compile=True)
        self._trimmed = False

    def run(
        self, stretch: Stretch, rates: NDArray[Any], size: int, room: int
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Take one step for each learning rate and yield losses (steps,) and logits (rows, outputs), in parts.

        Args:
            stretch: As many batches.
            rates: Learning rates, (steps,).
            size: Rows a batch; the last one of an epoch may be smaller.
            room: The most steps that are ever taken at once, to use XLA; 0 not to. It is not used for a smaller batch,
                which would be compiled for itself.
        """
        starts = stretch.starts
        smaller = np.flatnonzero(np.diff(starts) != size)
        done = 0
        while done < len(rates):
            behind = smaller[smaller >= done]
            end = int(behind[0]) if len(behind) else len(rates)
            if room and end > done:
                yield self._run_compiled(stretch, rates[done:end], size, room, starts[done])
            else:
                end = done + 1 if room else len(rates)
                losses, logits = self._plain(
                    starts[done : end + 1], stretch.rows[done:end], rates[done:end], *stretch.arrays
                )
                yield losses.numpy(), logits.numpy()
            done = end

    def _run_compiled(
        self, stretch: Stretch, rates: NDArray[Any], size: int, room: int, first: Any
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Take steps on batches of one size, the first of which begins at row `first`."""
        steps = len(rates)
        padded = np.zeros(room, rates.dtype)
        padded[:steps] = rates
        losses, logits = self._compiled(size, first, np.int32(steps), padded, *stretch.arrays)
        if not self._trimmed:
            memory.give_back()
            self._trimmed = True
        return losses.numpy()[:steps], logits.numpy()[: steps * size]

    def _steps(self, starts: Any, sizes: Any, rates: Any, *arrays: Any) -> tuple[Any, Any]:
        """Take a step for each learning rate inside a graph; return losses (steps,) and logits (rows, outputs)."""

        def batch(array: Any, i: Any, _: Any) -> Any:
            return array[starts[i] : starts[i + 1]]

        return self._loop(batch, lambda i: sizes[i], self._tf.size(rates), rates, None, 0, *arrays)

    def _equal_steps(self, size: int, first: Any, count: Any, rates: Any, *arrays: Any) -> tuple[Any, Any]:
        """Take the first `count` steps; return losses (room,) and logits (room * size, outputs).

        XLA has to know the size of a batch, which is a number here.
        """

        def batch(array: Any, _: Any, row: Any) -> Any:
            others = array.shape[1:]
            return self._tf.slice(array, [row, *(0 for _ in others)], [size, *others])

        return self._loop(batch, lambda _: size, count, rates, size, first, *arrays)

    def _loop(
        self,
        batch: Callable[[Any, Any, Any], Any],
        rows: Callable[[Any], Any],
        count: Any,
        rates: Any,
        size: int | None,
        first: Any,
        *arrays: Any,
    ) -> tuple[Any, Any]:
        """Take steps one after another.

        The loop is written out as `tf.while_loop`: AutoGraph, which would turn a `for` into one, rewrites source
        code and depends on the Python version.
        """
        tf = self._tf
        before = self._taken.read_value()
        room = rates.shape[0] or count
        losses = tf.TensorArray(self._number, size=room)
        shape = [size, self._outputs]
        outputs = tf.TensorArray(self._number, size=room, infer_shape=False, element_shape=shape)

        def step(i: Any, row: Any, losses: Any, outputs: Any) -> tuple[Any, ...]:
            own = tuple(batch(array, i, row) for array in arrays)
            loss, logits = self._step(own, rates[i], before + tf.cast(i, "int64"), rows(i))
            return i + 1, row + (size or 0), losses.write(i, loss), outputs.write(i, logits)

        # The row is counted along: of a sum with an argument XLA would make a program for each of its values.
        start = (tf.constant(0), tf.convert_to_tensor(first, "int32"), losses, outputs)
        _, _, losses, outputs = tf.while_loop(lambda i, *_: i < count, step, start, parallel_iterations=1)
        self._taken.assign(before + tf.cast(count, "int64"))
        return losses.stack(), outputs.concat()
