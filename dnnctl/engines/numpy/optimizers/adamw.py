r"""AdamW: Adam, and weight decay apart from the gradient: first $w \leftarrow w - \eta \lambda w$.

Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
"""

from dnnctl.engines.numpy.optimizers import adam
from dnnctl.network.layers.base import Array


class Optimizer(adam.Optimizer):
    """AdamW; see the formula above."""

    def begin(self, learning_rate: float) -> None:
        """Compute Adam's step size, and what is left of a weight after the decay."""
        super().begin(learning_rate)
        self._left = self.type(1 - learning_rate * self.spec.weight_decay)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        w *= self._left
        super().update(w, g, slots, scratch)
