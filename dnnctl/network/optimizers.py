"""How the optimizer is written: its name, its learning rate, its other settings, in Keras's words."""

from typing import Any, ClassVar

from pydantic import Field, model_validator

from dnnctl.network.schedules import LearningRateField, constant
from dnnctl.spec import Catalog, Spec, chosen_from


class OptimizerSpec(Spec):
    """What every optimizer has.

    Args:
        learning_rate: A number above 0, or a schedule such as `{cosine: {peak: 0.001}}`.
        clipnorm: Largest Euclidean norm of one weight array's gradient.
        global_clipnorm: Largest Euclidean norm of all gradients together.
        clipvalue: Largest absolute value of one number of a gradient.
    """

    main: ClassVar[str | None] = "learning_rate"

    learning_rate: LearningRateField = constant(0.01)
    clipnorm: float | None = Field(None, gt=0)
    global_clipnorm: float | None = Field(None, gt=0)
    clipvalue: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one_clipping(self) -> "OptimizerSpec":
        given = [k for k in ("clipnorm", "global_clipnorm", "clipvalue") if getattr(self, k) is not None]
        if len(given) > 1:
            raise ValueError(f"expected at most one kind of clipping; received {' and '.join(given)}")
        return self

    @property
    def slots(self) -> int:
        """How many running values are kept for each weight."""
        return 0

    def settings(self) -> dict[str, Any]:
        """Return everything but the learning rate, as keyword arguments in Keras's words."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "learning_rate"}


class Sgd(OptimizerSpec):
    r"""Gradient descent: $v \leftarrow momentum \cdot v - \eta g$, $w \leftarrow w + v$.

    Args:
        momentum: How much of the last step is kept, 0 to 1.
        nesterov: Whether to look ahead along the momentum; needs a momentum above 0.

    Source: Polyak, 1964; Sutskever et al., On the importance of initialization and momentum, 2013.
    """

    momentum: float = Field(0.0, ge=0, lt=1)
    nesterov: bool = False

    @property
    def slots(self) -> int:
        """One: the last step, if any of it is kept."""
        return int(self.momentum > 0)

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> "Sgd":
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0, as `momentum: 0.9`; received momentum 0")
        return self


class Adam(OptimizerSpec):
    """Steps scaled by running means of the gradient and of its square.

    Args:
        beta_1: How much of the mean gradient is kept, 0 to 1.
        beta_2: How much of the mean squared gradient is kept, 0 to 1.
        epsilon: Added to the root of the latter against division by zero.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015.
    """

    learning_rate: LearningRateField = constant(0.001)
    beta_1: float = Field(0.9, ge=0, lt=1)
    beta_2: float = Field(0.999, ge=0, lt=1)
    epsilon: float = Field(1e-7, gt=0)

    @property
    def slots(self) -> int:
        """Two: the means of the gradient and of its square."""
        return 2


class AdamW(Adam):
    """Adam with weight decay apart from the gradient.

    Args:
        weight_decay: Each step also takes learning_rate * weight_decay * w off every weight.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
    """

    weight_decay: float = Field(0.004, ge=0)


class RmsProp(OptimizerSpec):
    """Steps divided by the root of a running mean of the squared gradient.

    Args:
        rho: How much of that mean is kept, 0 to 1.
        momentum: How much of the last step is kept, 0 to 1.
        epsilon: Added to the mean against division by zero.
        centered: Whether to subtract the square of the mean gradient.

    Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012.
    """

    learning_rate: LearningRateField = constant(0.001)
    rho: float = Field(0.9, ge=0, lt=1)
    momentum: float = Field(0.0, ge=0, lt=1)
    epsilon: float = Field(1e-7, gt=0)
    centered: bool = False

    @property
    def slots(self) -> int:
        """The mean of the square, the last step if any of it is kept, and the mean gradient if it is subtracted."""
        return 1 + int(self.momentum > 0) + int(self.centered)


class Adagrad(OptimizerSpec):
    """Steps divided by the root of the sum of all squared gradients so far.

    Args:
        initial_accumulator_value: What that sum starts from, at least 0.
        epsilon: Added to the sum against division by zero.

    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011.
    """

    learning_rate: LearningRateField = constant(0.01)
    initial_accumulator_value: float = Field(0.1, ge=0)
    epsilon: float = Field(1e-7, gt=0)

    @property
    def slots(self) -> int:
        """One: the sum of the squares."""
        return 1


OPTIMIZERS = Catalog("optimizer", {"sgd": Sgd, "adam": Adam, "adamw": AdamW, "rmsprop": RmsProp, "adagrad": Adagrad})
OptimizerField = chosen_from(OPTIMIZERS, OptimizerSpec)
