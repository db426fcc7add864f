r"""What a batch's rows are compared with while training, and the loss of it.

Cross entropy is linear in the target. So for classes a blend of two rows is not given a blended target: its loss is
$\lambda w_a L(z, a) + (1 - \lambda) w_b L(z, b)$, the sum of two losses whose rows are weighted by their share and by
the weight of their class. Numbers are blended themselves, as no other loss is linear in them.
"""

from dataclasses import dataclass

from dnnctl.data.mixup import Mixture
from dnnctl.network.layers.base import Array
from dnnctl.network.losses.base import NumpyLoss


@dataclass(frozen=True)
class Targets:
    """Targets of a batch.

    Args:
        parts: Targets (n,) or (n, targets), and how much each row counts, (n,), None for 1 each. The loss is the sum
            over all parts.
    """

    parts: tuple[tuple[Array, Array | None], ...]


def batch_targets(y: Array, dtype: str, weights: Array | None = None, mixture: Mixture | None = None) -> Targets:
    """Return the targets of a batch.

    Args:
        y: Prepared targets: labels (n,), or numbers (n, targets).
        dtype: `float32` or `float64`, for what each row counts.
        weights: Weight of each class, (classes,); None for 1 each.
        mixture: How the rows are blended; None if they are not.
    """
    if y.dtype.kind == "f":
        return Targets(((y if mixture is None else mixture.mix(y), None),))
    if mixture is None:
        return Targets(((y, None if weights is None else weights[y].astype(dtype)),))
    parts = []
    for labels, share in ((y, mixture.share), (y[mixture.partner], 1 - mixture.share)):
        counts = share if weights is None else share * weights[labels]
        parts.append((labels, counts.astype(dtype)))
    return Targets(tuple(parts))


def loss_value(loss: NumpyLoss, logits: Array, targets: Targets, sides: Array | None = None) -> float:
    """Return the mean loss of a batch.

    Args:
        loss: The loss.
        logits: (n, outputs).
        targets: Of its rows.
        sides: See `NumpyLoss.value`.
    """
    return sum(loss.value(logits, y, sides, weights) for y, weights in targets.parts)


def loss_gradient(loss: NumpyLoss, logits: Array, targets: Targets) -> tuple[float, Array]:
    """Return the mean loss of a batch and its gradient with respect to the logits, (n, outputs)."""
    (y, weights), *others = targets.parts
    value, gradient = loss.with_gradient(logits, y, weights)
    for y, weights in others:
        more, slope = loss.with_gradient(logits, y, weights)
        value += more
        gradient += slope
    return value, gradient


def kink_sides(loss: NumpyLoss, logits: Array, targets: Targets) -> Array | None:
    """Return on which side of the loss's kink each error lies, as `NumpyLoss.sides`; losses of classes have none."""
    return loss.sides(logits, targets.parts[0][0])
