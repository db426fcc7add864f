"""What every layer has in common."""

from dataclasses import dataclass
from typing import Any

from dnnctl.layers.parts.initializers import Initializer
from dnnctl.layers.parts.regularizers import Regularizer
from dnnctl.spec import Catalog, Spec, chosen_from, flag_or


@dataclass(frozen=True)
class WeightSpec:
    """One array of numbers that a layer owns.

    Args:
        name: Its name inside the layer, as Keras calls it: `kernel`, `bias`, `gamma`, ...
        shape: Its shape.
        initializer: Draws its first value.
        trainable: Whether the optimizer changes it; false for moving statistics.
        regularizer: Penalty on its size, added to the loss.
    """

    name: str
    shape: tuple[int, ...]
    initializer: Initializer
    trainable: bool = True
    regularizer: Regularizer | None = None

    @property
    def size(self) -> int:
        """How many numbers the array holds."""
        product = 1
        for extent in self.shape:
            product *= extent
        return product


class LayerSpec(Spec):
    """A layer as it is written in a configuration.

    A layer maps an array of shape (batch, inputs) to one of shape (batch, `units_out(inputs)`).
    """

    def units_out(self, inputs: int) -> int:
        """Return how many numbers a row has after this layer.

        Args:
            inputs: How many numbers a row has before it.
        """
        return inputs

    def weights(self, inputs: int) -> tuple[WeightSpec, ...]:
        """Return the arrays this layer owns, in the order in which Keras keeps them.

        Args:
            inputs: How many numbers a row has before this layer.
        """
        return ()

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the built-in Keras layer that computes this, without its weights.

        Args:
            name: Name of the layer inside the network.
            seed: Seed for layers that draw random numbers while training, 0 to 2**31 - 1.

        Returns:
            A `keras.layers.Layer`.
        """
        raise TypeError(f"{type(self).__module__} does not define to_keras")  # pragma: no cover


class Activation(LayerSpec):
    """A layer without weights that maps each number (or row) by a fixed function."""


LAYERS = Catalog("layer", package="dnnctl.layers", attribute="Layer")
LayerField = chosen_from(LAYERS, LayerSpec)
OutputField = chosen_from(LAYERS, LayerSpec, also=("auto",))
# Of the layers only activations can be written inside a dense layer; the checks of a configuration say so.
ActivationField = chosen_from(LAYERS, LayerSpec, also=(None,))
FlagOrAuto = flag_or("auto")
