r"""Affine layer, also called fully connected: $Y = X W + b$."""

from typing import Any, ClassVar

from pydantic import Field

from dnnctl.layers.base import ActivationField, FlagOrAuto, LayerSpec, WeightSpec
from dnnctl.layers.parts.initializers import InitializerField, default
from dnnctl.layers.parts.regularizers import RegularizerField


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

    def units_out(self, inputs: int) -> int:
        """Return `units`."""
        return self.units

    def weights(self, inputs: int) -> tuple[WeightSpec, ...]:
        """Return the kernel W (inputs, units) and, with `use_bias`, the bias b (units,)."""
        kernel = WeightSpec(
            "kernel", (inputs, self.units), self.kernel_initializer, regularizer=self.kernel_regularizer
        )
        if not self.use_bias:
            return (kernel,)
        bias = WeightSpec("bias", (self.units,), self.bias_initializer, regularizer=self.bias_regularizer)
        return (kernel, bias)

    def to_keras(self, name: str, seed: int) -> Any:
        """Return a `keras.layers.Dense` without activation; that is a layer of its own."""
        import keras

        def penalty(written: Any) -> Any:
            return keras.regularizers.L1L2(written.l1, written.l2) if written else None

        return keras.layers.Dense(
            self.units,
            use_bias=bool(self.use_bias),
            kernel_regularizer=penalty(self.kernel_regularizer),
            bias_regularizer=penalty(self.bias_regularizer),
            name=name,
        )
