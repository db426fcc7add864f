r"""Logistic regression: the linear model for classes and labels that a network on a table has to beat.

$p_c = e^{w_c^T x + b_c} / \sum_k e^{w_k^T x + b_k}$ for classes, $p_k = 1 / (1 + e^{-w_k^T x - b_k})$ for several
labels, with the weights that make the mean negative log-likelihood and $\lambda \lVert W \rVert^2 / 2$ least; columns
are standardized for it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.preprocessing import centre_and_spread

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
        kernel: (features, outputs).
        bias: (outputs,).
        several: Whether the outputs are labels of which any number may be true, not classes of which one is.
    """

    centre: NDArray[Any]
    std: NDArray[Any]
    kernel: NDArray[Any]
    bias: NDArray[Any]
    several: bool = False

    def probabilities(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the probabilities of rows (n, features): (n, outputs)."""
        return _probabilities(((x - self.centre) / self.std) @ self.kernel + self.bias, several=self.several)


def fit_logistic(
    x: NDArray[Any], y: NDArray[Any], outputs: int, weights: NDArray[np.float64] | None = None
) -> Logistic:
    """Fit on rows.

    Args:
        x: (n, features) finite numbers.
        y: int64 (n,) labels of classes, or (n, labels) of 0 and 1.
        outputs: Number of classes, or of labels.
        weights: (n,) how much each row counts, 1 in the mean; None for 1 each.

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, 4.4.
    """
    from scipy.optimize import minimize

    centre, std = centre_and_spread(x)
    scaled = (x - centre) / std
    features, several = x.shape[1], y.ndim > 1
    # Of classes the true one alone is in the logarithm; labels are in it when they are 0 too.
    true = y > 0.5 if several else np.arange(outputs) == y[:, np.newaxis]
    counted = (np.ones((len(x), 1)) if weights is None else weights[:, np.newaxis]) / len(x)

    def loss(theta: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        kernel, bias = theta[: features * outputs].reshape(features, outputs), theta[features * outputs :]
        shares = _probabilities(scaled @ kernel + bias, several=several)
        own = np.where(true, shares, 1 - shares) if several else shares[true][:, np.newaxis]
        difference = (shares - true) * counted
        slope = np.concatenate([(scaled.T @ difference + RIDGE * kernel).reshape(-1), difference.sum(axis=0)])
        value = -(np.log(np.maximum(own, 1e-300)) * counted).sum()
        return float(value + RIDGE / 2 * np.square(kernel).sum()), slope

    start = np.zeros(features * outputs + outputs)
    theta = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    kernel, bias = theta[: features * outputs].reshape(features, outputs), theta[features * outputs :]
    return Logistic(centre, std, kernel, bias, several)


def _probabilities(logits: NDArray[Any], *, several: bool) -> NDArray[Any]:
    if several:
        return np.asarray((np.tanh(logits / 2) + 1) / 2)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
