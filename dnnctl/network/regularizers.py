r"""Penalties on the size of weights, added to the loss: $l_1 \sum |w| + l_2 \sum w^2$.

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.1.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from dnnctl.spec import Strict


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
