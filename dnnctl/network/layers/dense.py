r"""Affine layer, also called fully connected: $Y = X W + b$."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.initializers import InitializerField, default
from dnnctl.network.layers.base import ActivationField, Array, FlagOrAuto, KerasForm, LayerSpec, NumpyLayer, WeightSpec
from dnnctl.network.regularizers import Regularizer, RegularizerField, keras_max_norm


class Layer(LayerSpec):
    r"""Affine layer: $Y = X W + b$, with X (batch, inputs), W (inputs, units), b (units,).

    Args:
        units: Numbers a row has afterwards, 1 to 10,000,000.
        activation: An activation layer to put behind it, as `activation: relu`.
        use_bias: Whether to add b. `auto` adds it unless batch normalization follows, which would
            subtract it again.
        kernel_initializer: Draws the first W.
        bias_initializer: Draws the first b.
        kernel_regularizer: Penalty on W.
        bias_regularizer: Penalty on b.
        max_norm: Largest Euclidean norm of the weights that lead into one unit (a column of W), kept after each
            optimizer step, above 0.

    Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.
    """

    main: ClassVar[str | None] = "units"

    units: int = Field(ge=1, le=10_000_000)
    activation: ActivationField = None
    use_bias: FlagOrAuto = "auto"
    kernel_initializer: InitializerField = default("glorot_uniform")
    bias_initializer: InitializerField = default("zeros")
    kernel_regularizer: RegularizerField | None = None
    bias_regularizer: RegularizerField | None = None
    max_norm: float | None = Field(None, gt=0, le=1e9)

    def units_out(self, inputs: int) -> int:
        """Return `units`."""
        return self.units

    def weights(self, inputs: int) -> tuple[WeightSpec, ...]:
        """Return the kernel W (inputs, units) and, with `use_bias`, the bias b (units,)."""
        kernel = WeightSpec(
            "kernel",
            (inputs, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            max_norm=self.max_norm,
        )
        if not self.use_bias:
            return (kernel,)
        bias = WeightSpec("bias", (self.units,), self.bias_initializer, regularizer=self.bias_regularizer)
        return (kernel, bias)

    def keras_form(self, seed: int) -> KerasForm:
        """Return a Keras `Dense` without activation; that is a layer of its own."""
        options: dict[str, Any] = {"units": self.units, "use_bias": bool(self.use_bias)}
        if self.max_norm is not None:
            options["kernel_constraint"] = keras_max_norm(self.max_norm)
        penalties = {"kernel_regularizer": self.kernel_regularizer, "bias_regularizer": self.bias_regularizer}
        return KerasForm("Dense", options | {name: _written(penalty) for name, penalty in penalties.items() if penalty})

    def to_numpy(self, seed: int, dtype: str = "float32") -> NumpyLayer:
        """Return the NumPy layer that computes this."""
        return Affine(dtype)


def _written(penalty: Regularizer) -> dict[str, Any]:
    """Return a penalty as Keras writes it."""
    options = {"l1": penalty.l1, "l2": penalty.l2}
    return {"module": "keras.regularizers", "class_name": "L1L2", "config": options, "registered_name": None}


class Affine(NumpyLayer):
    r"""Affine layer; x (batch, inputs), W (inputs, units), b (units,), y (batch, units).

    Forward $y = x W + b$. Backward $dW = x^T dy$, $db = \sum_{rows} dy$, $dx = dy W^T$.
    """

    # The first layer of a network has nothing to hand dx on to, and saves that product.
    first = False

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x W + b."""
        self._x = x
        kernel = self.parameters["kernel"]
        y = np.matmul(x, kernel, out=self.buffer("y", (len(x), kernel.shape[1])))
        if "bias" in self.parameters:
            y += self.parameters["bias"]
        return y

    def backward(self, dy: Array) -> Array:
        """Keep dW and db, return dx."""
        np.matmul(self._x.T, dy, out=self.gradients["kernel"])
        if "bias" in self.gradients:
            np.add.reduce(dy, axis=0, out=self.gradients["bias"])
        if self.first:
            return dy
        return np.matmul(dy, self.parameters["kernel"].T, out=self.buffer("dx", self._x.shape))
