r"""Nadam: Adam that looks ahead along its momentum, as Nesterov's does.

With $u_t = \beta_1 (1 - 0.96^t / 2)$ and $\pi_t = u_1 \cdots u_t$, and with $m$ and $v$ as in Adam:
$w \leftarrow w - \eta\, \hat m / (\sqrt{v / (1 - \beta_2^t)} + \epsilon)$ with
$\hat m = u_{t+1} m / (1 - \pi_{t+1}) + (1 - u_t) g / (1 - \pi_t)$.
"""

import math
from typing import Any, ClassVar

import numpy as np

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers import adam
from dnnctl.network.optimizers.base import NumpyOptimizer, follow

# The momentum grows from a half of beta_1 to all of it, the nearer by this factor at each step.
DECAY = 0.96


class Nadam(NumpyOptimizer):
    """Nadam; see the formulas above."""

    def begin(self, learning_rate: float) -> None:
        """Compute the shares of the mean and of the gradient in a step, and the correction of the mean square."""
        one, two = self.spec.beta_1, self.spec.beta_2
        now, ahead = (one * (1 - 0.5 * DECAY**step) for step in (self.steps, self.steps + 1))
        # Rounded, as the state keeps it.
        product = self.scalars["momentum_product"] = float(self.type(self.scalars["momentum_product"] * now))
        root = math.sqrt(1 - two**self.steps)
        self._of_mean = self.type(learning_rate * root * ahead / (1 - product * ahead))
        self._of_gradient = self.type(learning_rate * root * (1 - now) / (1 - product))
        self._shares = (self.type(1 - one), self.type(1 - two))
        self._epsilon = self.type(self.spec.epsilon * root)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        mean, square = slots["momentum"], slots["velocity"]
        change, root = scratch
        follow(mean, g, self._shares[0], change)
        follow(square, np.multiply(g, g, out=change), self._shares[1], change)
        np.multiply(mean, self._of_mean, out=change)
        change += np.multiply(g, self._of_gradient, out=root)
        np.sqrt(square, out=root)
        root += self._epsilon
        change /= root
        w -= change


class Optimizer(adam.Optimizer):
    """Adam that looks ahead along its momentum, which grows while it learns.

    Source: Dozat, Incorporating Nesterov Momentum into Adam, 2016; the momentum as in Keras.
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = Nadam
    keras_class: ClassVar[str] = "Nadam"
    scalars: ClassVar[dict[str, float]] = {"momentum_product": 1.0}

    def keras_type(self) -> Any:
        """Return Keras's class with all digits of 0.96, which Keras rounds to single precision even for doubles."""
        import keras

        class Nadam(keras.optimizers.Nadam):  # type: ignore[misc]
            @property
            def momentum_product(self) -> Any:
                return self._u_product

            def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
                index, step = self._get_variable_index(variable), keras.ops.cast(self.iterations + 1, variable.dtype)
                gradient = keras.ops.cast(gradient, variable.dtype)
                mean, square = self._momentums[index], self._velocities[index]
                product = keras.ops.cast(self.momentum_product, variable.dtype)
                now, ahead = (self.beta_1 * (1 - DECAY**number / 2) for number in (step, step + 1))
                self.assign_add(mean, (gradient - mean) * (1 - self.beta_1))
                self.assign_add(square, (keras.ops.square(gradient) - square) * (1 - self.beta_2))
                change = ahead * mean / (1 - product * ahead) + (1 - now) * gradient / (1 - product)
                root = keras.ops.sqrt(square / (1 - self.beta_2**step)) + self.epsilon
                self.assign_sub(variable, learning_rate * change / root)

        return Nadam
