r"""AdamW: Adam, and weight decay apart from the gradient: first $w \leftarrow w - \eta \lambda w$."""

from typing import ClassVar

from pydantic import Field

from dnnctl.network.optimizers import adam


class Optimizer(adam.Optimizer):
    """Adam with weight decay apart from the gradient.

    Args:
        weight_decay: Each step also takes learning_rate * weight_decay * w off every weight.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
    """

    keras_class: ClassVar[str] = "AdamW"
    weight_decay: float = Field(0.004, ge=0)
