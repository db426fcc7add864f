"""The loss of a batch while training: rows that count differently, and rows that are blended in pairs.

`dnnctl/engines/numpy/targets.py` says why the two kinds of targets are treated differently.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.mixup import Mixture


def blends(mixtures: Sequence[Mixture], dtype: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return shares and partners of batches that follow each other, (rows,) each.

    Args:
        mixtures: How each batch is blended.
        dtype: `float32` or `float64`.
    """
    shares = np.concatenate([blend.share for blend in mixtures]).astype(dtype)
    return shares, np.concatenate([blend.partner for blend in mixtures])


def mix(tensorflow: Any, rows: Any, others: Any, share: Any) -> Any:
    """Return a batch's inputs or numeric targets blended, (rows, numbers).

    Args:
        tensorflow: The module.
        rows: (rows, numbers).
        others: The partner of each row, (rows, numbers).
        share: Each row's own share, (rows,).
    """
    own = tensorflow.reshape(share, (-1, 1))
    return own * rows + (1 - own) * others


def training_loss(
    tensorflow: Any,
    loss: Callable[..., Any],
    class_weights: NDArray[Any] | None,
    y: Any,
    logits: Any,
    total: Any,
    others: Any = None,
    share: Any = None,
) -> Any:
    """Return what rows add to the mean loss of a batch, a scalar.

    Args:
        tensorflow: The module.
        loss: Function of (y_true, logits, weights of the rows) to the sum of the losses.
        class_weights: Weight of each class, (classes,), in the type of the loss; None for 1 each.
        y: Prepared targets, (rows,) or (rows, targets).
        logits: (rows, outputs).
        total: Rows of the whole batch, of which these may be a part.
        others: Targets of the rows that these are blended with; None if they are not.
        share: Each row's own share, (rows,).
    """
    tf = tensorflow
    rows = tf.cast(total, logits.dtype)
    if y.dtype.is_floating:
        return tf.math.divide_no_nan(loss(y if share is None else mix(tf, y, others, share), logits), rows)

    def of(labels: Any, share: Any) -> Any:
        weights = share
        if class_weights is not None:
            weights = tf.gather(tf.constant(class_weights), labels)
            weights = weights if share is None else share * weights
        return tf.math.divide_no_nan(loss(labels, logits, weights), rows)

    return of(y, None) if share is None else of(y, share) + of(others, 1 - share)
