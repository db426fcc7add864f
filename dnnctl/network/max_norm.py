r"""Max-norm: after each step, the incoming weights of a unit are scaled down to a largest norm.

With $w$ the weights that lead into one unit (a column of the kernel), $c$ the largest norm and
$\epsilon = 10^{-7}$, as Keras computes it:
$w \leftarrow w \cdot \min(\lVert w\rVert, c) / (\lVert w\rVert + \epsilon)$.

Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014, section 5.1.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Keras divides by the norm plus this.
EPSILON = 1e-7


def limit_norms(weight: NDArray[Any], most: float) -> None:
    """Scale each column down to a largest Euclidean norm, in place.

    Args:
        weight: (inputs, units).
        most: The largest norm, above 0.
    """
    norms = np.sqrt(np.einsum("ij,ij->j", weight, weight))
    weight *= np.minimum(norms, weight.dtype.type(most)) / (weight.dtype.type(EPSILON) + norms)


def keras_max_norm(most: float) -> dict[str, Any]:
    """Return the constraint as Keras writes it."""
    options = {"max_value": most, "axis": 0}
    return {"module": "keras.constraints", "class_name": "MaxNorm", "config": options, "registered_name": None}
