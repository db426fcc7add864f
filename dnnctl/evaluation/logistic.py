r"""Logistic regression: the linear model for classes that a network on a table has to beat.

$p_c = e^{w_c^T x + b_c} / \sum_k e^{w_k^T x + b_k}$, with the weights that make the mean negative
log-likelihood and $\lambda \lVert W \rVert^2 / 2$ least; columns are standardized for it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RIDGE = 1e-4
STEPS = 150
# Weights to fit at most; more take longer than a baseline may.
MOST_WEIGHTS = 2_000


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression.

    Args:
        centre: Mean of each column.
        std: Standard deviation of each column, 1 where it never varies.
        kernel: (features, classes).
        bias: (classes,).
    """

    centre: NDArray[Any]
    std: NDArray[Any]
    kernel: NDArray[Any]
    bias: NDArray[Any]

    def probabilities(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the probabilities of rows (n, features): (n, classes)."""
        return _softmax(((x - self.centre) / self.std) @ self.kernel + self.bias)


def fit_logistic(x: NDArray[Any], y: NDArray[Any], classes: int) -> Logistic:
    """Fit on rows.

    Args:
        x: (n, features) finite numbers.
        y: int64 (n,) labels.
        classes: Number of classes.

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, 4.4.
    """
    from scipy.optimize import minimize

    centre, std = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    std = np.where(std > 0, std, 1.0)
    scaled = (x - centre) / std
    features = x.shape[1]
    truth = np.zeros((len(x), classes))
    truth[np.arange(len(x)), y] = 1

    def loss(theta: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        kernel, bias = theta[: features * classes].reshape(features, classes), theta[features * classes :]
        shares = _softmax(scaled @ kernel + bias)
        own = np.maximum(shares[np.arange(len(x)), y], 1e-300)
        difference = (shares - truth) / len(x)
        slope = np.concatenate([(scaled.T @ difference + RIDGE * kernel).reshape(-1), difference.sum(axis=0)])
        return float(-np.log(own).mean() + RIDGE / 2 * np.square(kernel).sum()), slope

    start = np.zeros(features * classes + classes)
    theta = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return Logistic(centre, std, theta[: features * classes].reshape(features, classes), theta[features * classes :])


def _softmax(logits: NDArray[Any]) -> NDArray[Any]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
