"""How near predicted numbers are, in NumPy.

Truth and predictions are (n,) or (n, targets), in the target's own unit; several targets count the same.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import DataError


def mse(y_true: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Return the mean squared error, in the target's unit squared."""
    return float(np.mean(np.square(residuals(y_true, predicted))))


def rmse(y_true: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Return the root of the mean squared error, in the target's unit; the mean of each target's own root."""
    return float(np.mean(np.sqrt(np.mean(np.square(residuals(y_true, predicted)), axis=0))))


def mae(y_true: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Return the mean absolute error, in the target's unit."""
    return float(np.mean(np.abs(residuals(y_true, predicted))))


def r2(y_true: NDArray[Any], predicted: NDArray[Any]) -> float | None:
    r"""Return the share of the target's variance that the predictions explain.

    $R^2 = 1 - \sum_i (y_i - \hat y_i)^2 / \sum_i (y_i - \bar y)^2$, the mean over the targets.

    Args:
        y_true: (n,) or (n, targets).
        predicted: The same shape.

    Returns:
        At most 1; for a target that never varies 1 if it is met exactly, else 0; None for one row.
    """
    errors = residuals(y_true, predicted)
    if len(errors) < 2:
        return None
    truth = y_true.reshape(len(y_true), -1).astype(np.float64)
    return explained(np.square(errors).sum(axis=0), np.square(truth - truth.mean(axis=0)).sum(axis=0))


def explained(left: NDArray[np.float64], whole: NDArray[np.float64]) -> float:
    """Return $R^2$ by what errors leave of the squares, and the squares about the mean of each target, (targets,)."""
    shares = 1 - np.divide(left, whole, out=np.ones(len(left)), where=whole > 0)
    return float(np.mean(np.where((whole == 0) & (left == 0), 1.0, shares)))


def residuals(y_true: NDArray[Any], predicted: NDArray[Any]) -> NDArray[np.float64]:
    """Return truth less prediction.

    Args:
        y_true: (n,) or (n, targets).
        predicted: (n,) or (n, targets).

    Returns:
        float64 (n, targets).

    Raises:
        DataError: If the numbers of rows or of targets differ.
    """
    truth, answer = y_true.reshape(len(y_true), -1), predicted.reshape(len(predicted), -1)
    # (n,) against (n, 1) would otherwise broadcast to (n, n) without a word.
    if truth.shape != answer.shape:
        raise DataError(
            f"expected a prediction for each of {truth.shape[0]} rows and {truth.shape[1]} target(s); "
            f"received {answer.shape[0]} rows of {answer.shape[1]}"
        )
    difference: NDArray[np.float64] = truth.astype(np.float64) - answer.astype(np.float64)
    return difference
