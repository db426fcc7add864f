r"""What keeps weights small: penalties added to the loss, and max-norm.

A penalty is $l_1 \sum |w| + l_2 \sum w^2$.

Max-norm scales down the weights that lead into one unit (a column $w$ of the kernel) to a largest norm $c$ after each
step, with $\epsilon = 10^{-7}$ as Keras computes it: $w \leftarrow w \cdot \min(\lVert w\rVert, c) /
(\lVert w\rVert + \epsilon)$.

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.1 (penalties); Srivastava et al., Dropout: A
Simple Way to Prevent Neural Networks from Overfitting, 2014, section 5.1 (max-norm).
"""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field

from dnnctl.spec import Strict

# Keras divides by the norm plus this.
EPSILON = 1e-7


class Regularizer(Strict):
    """The factors of a penalty, written `{l1: 0.001, l2: 0.0001}`; each may be left out.

    Args:
        l1: Factor of the sum of absolute values, at least 0.
        l2: Factor of the sum of squares, at least 0 (Keras's convention: no half in front of it).
    """

    l1: float = Field(0.0, ge=0)
    l2: float = Field(0.0, ge=0)


def _from_short_form(written: Any) -> Any:
    """Let a plain number stand for `{l2: number}`."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return {"l2": written}
    return written


RegularizerField = Annotated[Regularizer, BeforeValidator(_from_short_form)]


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
