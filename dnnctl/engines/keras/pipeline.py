"""The input pipeline: one `tf.data.Dataset` a training, whose next portion is prepared while steps run.

    range(portions) -> map(gather) -> prefetch(1)

What a portion holds is a function of its number (`portions.py`). So a resume begins the range elsewhere, and nothing
of the data set's state is saved. `docs/pipeline.md` explains it with a picture.
"""

import atexit
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.base import PipelineStage, described
from dnnctl.engines.keras.portions import Portions

# Portions of more bytes are not prepared ahead: they would be held twice.
LARGE = 64 << 20


@dataclass(frozen=True)
class Stretch:
    """Batches that follow each other in one portion.

    Args:
        arrays: The portion's arrays, tensors (rows, ...): raw inputs, targets, and how rows are blended.
        starts: Where each batch begins in them, and where the last one ends, (batches + 1,), int32.
        rows: Rows of each batch, (batches,), int32; more than lie here where other processes have the others.
    """

    arrays: tuple[Any, ...]
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of batches."""
        return len(self.starts) - 1


class InputPipeline:
    """The portions of a training, in their order, from any batch on.

    Args:
        tensorflow: The module.
        portions: What each of them holds.
        device: TensorFlow's name of the device that the steps run on.
    """

    def __init__(self, tensorflow: Any, portions: Portions, device: str) -> None:
        self._tf, self._portions, self._device = tensorflow, portions, device
        augmenter = portions.rows.augmenter
        self.workers = 1 if augmenter is None else augmenter.workers
        # Seconds that the steps waited for their rows.
        self.waited = 0.0
        self._iterator: Any = None
        self._arrays: tuple[Any, ...] = ()
        # The next batch, and the first one that is not in the portion at hand; counted over the whole training.
        self._batch = self._behind = -1
        self._gate = _Gate()

    def dataset(self, first: int = 0) -> Any:
        """Return the data set.

        Args:
            first: Portion to begin with, counted from 0.
        """
        tf, elements, gate = self._tf, self._portions.elements, self._gate
        types = [dtype for _, dtype in elements]
        unconverted = tf.autograph.experimental.do_not_convert

        def gather(number: Any) -> tuple[Any, ...]:
            arrays = tf.numpy_function(lambda portion: gate.run(self._portions.make, int(portion)), [number], types)
            for array, (shape, _) in zip(arrays, elements, strict=True):
                array.set_shape(shape)
            return tuple(arrays)

        calls = None if self.workers == 1 else self.workers
        dataset = tf.data.Dataset.range(first, self._portions.count).map(unconverted(gather), num_parallel_calls=calls)
        if self._portions.bytes <= LARGE:
            dataset = dataset.prefetch(1)
        options = tf.data.Options()
        options.deterministic = True
        options.autotune.enabled = False
        options.threading.private_threadpool_size = self.workers
        options.threading.max_intra_op_parallelism = 1
        return dataset.with_options(options)

    def stages(self) -> list[PipelineStage]:
        """Return the stages of the data set and what they hand on, and how batches are cut off."""
        portions, stage = self._portions, self.dataset()
        size = portions.rows.batch_size
        told = {
            "Range": "numbers of the portions, from the first that is not yet visited",
            "Map": f"{portions.batches} batches of {size:,} in one array, gathered in the epochs' order",
            "ParallelMap": f"the same, by {self.workers} threads at a time",
            "Prefetch": "one portion ready while steps run on the one before",
        }
        if portions.rows.augmenter is not None:
            told = {
                name: f"{what}; pictures are changed here" if "Map" in name else what for name, what in told.items()
            }
        found: list[PipelineStage] = []
        while stage is not None:
            name = type(stage).__name__.strip("_").removesuffix("Dataset")
            if name in told:
                found.insert(0, PipelineStage(name, self._described(stage.element_spec), told[name]))
            stage = getattr(stage, "_input_dataset", None)
        batch = {name: described(dtype, (size, *shape[1:])) for name, (shape, dtype) in self._named(portions.elements)}
        return [*found, PipelineStage("slice", batch, "one batch after another, cut off inside the compiled steps")]

    def _described(self, spec: Any) -> dict[str, str]:
        """Return what an element holds, by its name."""
        if not isinstance(spec, tuple):
            return {"portion": described(spec.dtype.name, spec.shape)}
        return {name: described(part.dtype.name, part.shape) for name, part in self._named(spec)}

    @staticmethod
    def _named(parts: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        return zip(("x", "y", "share", "partner"), parts, strict=False)

    def seek(self, batch: int) -> None:
        """Go to a batch, counted from 0 over the whole training; where it is there already, nothing happens."""
        if batch == self._batch:
            return
        self.close()
        self._gate = _Gate()
        first = batch // self._portions.batches
        with self._tf.device("/CPU:0"):
            self._iterator = iter(self.dataset(first))
        _OPEN.add(self)
        self._batch, self._behind = batch, first * self._portions.batches

    def take(self, batches: int) -> Stretch:
        """Return the next batches, at least one and no more than are asked for.

        Raises:
            DnnctlError: What went wrong while rows were read.
            ValueError: If the training is over.
        """
        if self._batch + batches > self._portions.end:
            raise ValueError(f"the training has no steps after its {self._portions.end:,} steps")
        if self._batch >= self._behind:
            self._next_portion()
        end = min(self._batch + batches, self._behind)
        before = self._portions.first_row(self._behind - self._portions.batches)
        starts = [self._portions.first_row(batch) - before for batch in range(self._batch, end + 1)]
        rows = [self._portions.batch_rows(batch) for batch in range(self._batch, end)]
        self._batch = end
        return Stretch(self._arrays, np.array(starts, np.int32), np.array(rows, np.int32))

    def _next_portion(self) -> None:
        """Wait for the next portion."""
        begun = time.perf_counter()
        # What was at hand is let go of first, so that there is never one portion more than needed.
        self._arrays = ()
        try:
            arrays = next(self._iterator)
        except self._tf.errors.OpError:
            if self._gate.error is None:
                raise
            raise self._gate.error from None
        with self._tf.device(self._device):
            # On a GPU this is the one copy to its memory; elsewhere there is none.
            self._arrays = tuple(self._tf.identity(array) for array in arrays)
        self.waited += time.perf_counter() - begun
        self._behind += self._portions.batches

    def close(self) -> None:
        """Stop preparing rows, and wait for what is at work: a process that ends meanwhile would hang."""
        self._gate.close()
        self._iterator, self._arrays, self._batch, self._behind = None, (), -1, -1
        _OPEN.discard(self)


class _Gate:
    """Runs what a data set calls back, until it is closed.

    It keeps the first error, of which TensorFlow only hands on the text.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._closed, self._running = False, 0
        self._idle = threading.Condition()

    def run(self, function: Any, *arguments: Any) -> Any:
        """Call a function, unless the gate is closed."""
        with self._idle:
            if self._closed:
                # The one exception that TensorFlow takes for an end, and says nothing of.
                raise StopIteration
            self._running += 1
        try:
            return function(*arguments)
        except Exception as error:
            self.error = self.error or error
            raise
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Let nothing begin any more, and wait until nothing runs."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: not self._running)


_OPEN: "weakref.WeakSet[InputPipeline]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Close what is still open when the process ends."""
    for pipeline in list(_OPEN):
        pipeline.close()
