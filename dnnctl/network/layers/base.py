"""What every layer has in common."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dnnctl.network.initializers import Initializer
from dnnctl.network.regularizers import Regularizer
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
        max_norm: Largest Euclidean norm of a column, kept after each optimizer step.
    """

    name: str
    shape: tuple[int, ...]
    initializer: Initializer
    trainable: bool = True
    regularizer: Regularizer | None = None
    max_norm: float | None = None

    @property
    def size(self) -> int:
        """How many numbers the array holds."""
        product = 1
        for extent in self.shape:
            product *= extent
        return product


Array = NDArray[Any]


@dataclass(frozen=True)
class KerasForm:
    """A built-in Keras layer, described without importing Keras.

    Args:
        class_name: Its class in `keras.layers`.
        options: Its arguments, as plain values.
    """

    class_name: str
    options: dict[str, Any] = field(default_factory=dict)


class NumpyLayer:
    """A layer's forward and backward pass in NumPy.

    A row of layers computes its answer by `forward` from the first to the last, and the gradients of a
    loss by `backward` from the last to the first, each layer getting the gradient of the loss with respect
    to its output and handing on the one with respect to its input. What `backward` needs, `forward` keeps.

    Results live in buffers that the next step writes over: nothing is allocated while training.

    Args:
        dtype: `float32` or `float64`.
    """

    # On which side of its kink each input counts, whatever it is: as `side` gave it in an earlier pass. With it
    # the function has no kink, and where it had none nearby its values and its slope are the same.
    held: "Array | None" = None

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self._buffers: dict[str, Array] = {}

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the layer's output for inputs x (batch, inputs)."""
        raise TypeError(f"{type(self).__name__} does not define forward")  # pragma: no cover

    def backward(self, dy: Array) -> Array:
        """Take dL/dy (batch, outputs), keep dL/d(parameters) in `gradients`, return dL/dx (batch, inputs)."""
        raise TypeError(f"{type(self).__name__} does not define backward")  # pragma: no cover

    def at(self, step: int) -> None:
        """Hear which optimizer step comes next; layers that draw random numbers make them depend on it."""

    def side(self) -> Array | None:
        """Return on which side of its kink each input of the last forward pass lay; None without a kink."""
        return None

    def buffer(self, name: str, shape: tuple[int, ...], dtype: Any = None) -> Array:
        """Return an array to write into, the same one at every step.

        Args:
            name: What it is for, within this layer.
            shape: Its shape; a batch with fewer rows uses the first rows of the same memory.
            dtype: Its type; the layer's own if None.
        """
        kept = self._buffers.get(name)
        if kept is None or len(kept) < shape[0] or kept.shape[1:] != shape[1:]:
            kept = self._buffers[name] = np.empty(shape, dtype or self.dtype)
        return kept[: shape[0]]


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

    def keras_form(self, seed: int) -> KerasForm:
        """Return the built-in Keras layer that computes this, without its weights.

        Args:
            seed: Seed for layers that draw random numbers while training, 0 to 2**31 - 1.
        """
        raise TypeError(f"{type(self).__module__} does not define keras_form")  # pragma: no cover

    def to_numpy(self, seed: int, dtype: str = "float32") -> NumpyLayer:
        """Return the NumPy layer that computes this, without its weights.

        Args:
            seed: Seed for layers that draw random numbers while training, 0 to 2**31 - 1.
            dtype: `float32` or `float64`.
        """
        raise TypeError(f"{type(self).__module__} does not define to_numpy")  # pragma: no cover


class Activation(LayerSpec):
    """A layer without weights that maps each number (or row) by a fixed function."""

    # Its forward and backward pass, and its class in `keras.layers`, both made with this specification's options; where
    # that class is `Activation`, its name in `keras.activations`.
    numpy_class: ClassVar[type[NumpyLayer]]
    keras_class: ClassVar[str] = "Activation"
    keras_activation: ClassVar[str] = ""
    # Whether its outputs have a largest value.
    bounded: ClassVar[bool] = False

    def to_numpy(self, seed: int, dtype: str = "float32") -> NumpyLayer:
        """Return the NumPy layer that computes this."""
        return self.numpy_class(dtype=dtype, **self.model_dump())

    def keras_form(self, seed: int) -> KerasForm:
        """Return the Keras layer that computes this."""
        named = {"activation": self.keras_activation} if self.keras_activation else {}
        return KerasForm(self.keras_class, {**named, **self.model_dump()})


_BY_ITSELF = "leave it out: pictures are flattened, and the size of the inputs is found, by themselves"
_NOT_DENSE = "networks here are dense ones; expected one of its layers, as dense: 64"
ABSENT = {
    **dict.fromkeys(("flatten", "reshape", "input", "inputlayer", "inputs", "rescaling", "normalization"), _BY_ITSELF),
    **dict.fromkeys(
        ("conv1d", "conv2d", "conv", "maxpooling2d", "maxpool2d", "averagepooling2d", "lstm", "gru"), _NOT_DENSE
    ),
    **dict.fromkeys(
        ("rnn", "simplernn", "embedding", "attention", "multiheadattention", "layernormalization"), _NOT_DENSE
    ),
}
LAYERS = Catalog("layer", package="dnnctl.network.layers", attribute="Layer", number="dense", absent=ABSENT)
LayerField: Any = chosen_from(LAYERS, LayerSpec)
OutputField: Any = chosen_from(LAYERS, LayerSpec, also=("auto",))
# Of the layers only activations can be written inside a dense layer; the checks of a configuration say so.
ActivationField: Any = chosen_from(LAYERS, LayerSpec, also=(None,))
FlagOrAuto: Any = flag_or("auto")
