"""The tf.data pipeline: rows are held once, batches are gathered by index."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class EpochBatches:
    """Training rows in TensorFlow's memory, and the batches of one epoch after another.

    Shuffling moves row numbers, not rows: an epoch is a permutation cut into batches, each gathered from
    one tensor (uint8 for images) and cast in the graph, while the step before is still computing.

    Args:
        tensorflow: The module.
        x: Raw inputs, (n, ...).
        y: Prepared targets, (n,) or (n, targets).
        dtype: What inputs are cast to.
    """

    def __init__(self, tensorflow: Any, x: NDArray[Any], y: NDArray[Any], dtype: str = "float32") -> None:
        self._tf = tensorflow
        self._dtype = dtype
        self._x = tensorflow.constant(x)
        self._y = tensorflow.constant(y)
        self._order = tensorflow.Variable(np.arange(len(x)), dtype="int64", trainable=False)
        self._datasets: dict[int, Any] = {}
        self._endless: Any = None

    def iterator(self, order: NDArray[Any], batch_size: int) -> Any:
        """Return an iterator over an epoch's batches (x, y).

        Args:
            order: Row numbers in the order to visit them, (n,).
            batch_size: Rows a batch; the last one has what is left.
        """
        self._order.assign(order)
        if batch_size not in self._datasets:
            self._datasets[batch_size] = self._dataset(batch_size)
        if batch_size < len(order):
            return iter(self._datasets[batch_size])
        # Full batch: making an iterator would take longer than the one step of an epoch, so one serves all.
        if self._endless is None:
            self._endless = iter(self._datasets[batch_size].repeat())
        return self._endless

    def _dataset(self, batch_size: int) -> Any:
        tf = self._tf
        rows = len(self._x)

        @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
        def gather(start: Any) -> tuple[Any, Any]:
            index = self._order[start : start + batch_size]
            return tf.cast(tf.gather(self._x, index), self._dtype), tf.gather(self._y, index)

        batches = tf.data.Dataset.range(0, rows, batch_size).map(gather)
        if batch_size < rows:
            return batches.prefetch(2)
        # The next epoch's order is not known yet when a full batch is taken, so nothing may be fetched ahead.
        options = tf.data.Options()
        options.experimental_optimization.inject_prefetch = False
        return batches.with_options(options)
