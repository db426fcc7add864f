"""The loss of a batch while training: rows that count differently, and rows that are blended in pairs.

`dnnctl/engines/numpy/targets.py` says why the two kinds of targets are treated differently.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.mixup import Mixture

# Each row's own share, (rows,), and its partner within the batch, (rows,); tensors.
Blend = tuple[Any, Any]


def blends(mixtures: Sequence[Mixture], dtype: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return shares and partners of batches that follow each other, (rows,) each.

    Args:
        mixtures: How each batch is blended.
        dtype: `float32` or `float64`.
    """
    shares = np.concatenate([blend.share for blend in mixtures]).astype(dtype)
    return shares, np.concatenate([blend.partner for blend in mixtures])


def mix(tensorflow: Any, rows: Any, blend: Blend) -> Any:
    """Return a batch's inputs or numeric targets blended, (rows, numbers).

    Args:
        tensorflow: The module.
        rows: (rows, numbers).
        blend: How.
    """
    share, partner = blend
    own = tensorflow.reshape(share, (-1, 1))
    return own * rows + (1 - own) * tensorflow.gather(rows, partner)


def training_loss(
    tensorflow: Any,
    loss: Callable[..., Any],
    class_weights: NDArray[Any] | None,
    y: Any,
    logits: Any,
    blend: Blend | None,
) -> Any:
    """Return the mean loss of a batch, a scalar.

    Args:
        tensorflow: The module.
        loss: Function of (y_true, logits, weights of the rows).
        class_weights: Weight of each class, (classes,), in the type of the loss; None for 1 each.
        y: Prepared targets, (rows,) or (rows, targets).
        logits: (rows, outputs).
        blend: How the rows are blended; None if they are not.
    """
    if y.dtype.is_floating:
        return loss(y if blend is None else mix(tensorflow, y, blend), logits)

    def of(labels: Any, share: Any) -> Any:
        if class_weights is None:
            return loss(labels, logits, share)
        weights = tensorflow.gather(tensorflow.constant(class_weights), labels)
        return loss(labels, logits, weights if share is None else share * weights)

    if blend is None:
        return of(y, None)
    share, partner = blend
    return of(y, share) + of(tensorflow.gather(y, partner), 1 - share)
