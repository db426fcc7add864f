r"""Keras's optimizers with one kernel of TensorFlow for each variable.

Keras composes an update of small operations, each of which goes through all numbers of a weight; one kernel
goes through them once. The results are those of Keras up to the last digit, the slots have the same names
and values, and everything else (clipping, weight decay, counting, saving) is Keras's own code.

RMSprop and Adagrad stay as Keras has them: TensorFlow's kernels compute something else there (a further slot;
an $\epsilon$ outside the root).

This module imports Keras, so it is itself imported where TensorFlow has been started.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):  # type: ignore[misc]
    r"""Adam: $w \leftarrow w - \alpha m / (\sqrt v + \epsilon)$ in one pass.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015.
    """

    _powers: tuple[Any, Any] | None = None

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Take one step; what all variables share is computed once.

        Args:
            grads: A gradient for each variable.
            trainable_variables: The variables; those it was built with if None.
        """
        dtype = self._trainable_variables[0].dtype if self.built else keras.config.floatx()
        step = tf.cast(self.iterations + 1, dtype)
        self._powers = tf.pow(_exact(self.beta_1, dtype), step), tf.pow(_exact(self.beta_2, dtype), step)
        try:
            super().apply(grads, trainable_variables)
        finally:
            # A tensor of one graph must not be seen by another.
            self._powers = None

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable and its slots.

        Args:
            gradient: Its gradient, of the variable's shape.
            variable: The `tf.Variable`.
            learning_rate: Scalar.
        """
        if self.amsgrad or self._powers is None or not isinstance(gradient, tf.Tensor):
            super().update_step(gradient, variable, learning_rate)
            return
        index, dtype = self._get_variable_index(variable), variable.dtype
        first, second = self._powers
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.cast(first, dtype),
            beta2_power=tf.cast(second, dtype),
            lr=tf.cast(learning_rate, dtype),
            beta1=_exact(self.beta_1, dtype),
            beta2=_exact(self.beta_2, dtype),
            epsilon=_exact(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


class FusedAdamW(FusedAdam, keras.optimizers.AdamW):  # type: ignore[misc]
    r"""AdamW: Keras takes $\eta \lambda w$ off every weight first, then follows the step of Adam.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
    """


class FusedSGD(keras.optimizers.SGD):  # type: ignore[misc]
    r"""Gradient descent, with momentum if there is any: $v \leftarrow \mu v - \eta g$, $w \leftarrow w + v$.

    Source: Sutskever et al., On the importance of initialization and momentum, 2013.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable and its slot, as `FusedAdam.update_step` does."""
        if not isinstance(gradient, tf.Tensor):
            super().update_step(gradient, variable, learning_rate)
            return
        dtype = variable.dtype
        rate, gradient = tf.cast(learning_rate, dtype), tf.cast(gradient, dtype)
        if not self.momentum:
            tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=rate, delta=gradient)
            return
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=self.momentums[self._get_variable_index(variable)].value.handle,
            lr=rate,
            grad=gradient,
            momentum=_exact(self.momentum, dtype),
            use_nesterov=self.nesterov,
        )


def _exact(number: float, dtype: Any) -> Any:
    """Return a setting with all its digits; `tf.cast` would make a float32 of it first."""
    return tf.constant(float(number), dtype)


FUSED = {"SGD": FusedSGD, "Adam": FusedAdam, "AdamW": FusedAdamW}
