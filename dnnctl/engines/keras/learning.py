"""The Keras loss and optimizer behind each name of the configuration."""

from typing import Any

from dnnctl.engines.keras.float64 import in_full
from dnnctl.network.losses import LossSpec
from dnnctl.network.optimizers import OptimizerSpec

_LOSSES = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "huber": "Huber",
}
_OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad"}


def keras_loss(spec: LossSpec, classes: int, dtype: str = "float32") -> Any:
    """Return a function of prepared targets, logits and weights of the rows to the mean loss of a batch.

    Args:
        spec: The loss.
        classes: Output units.
        dtype: `float32` or `float64`.

    Returns:
        Function (y_true, logits, weights=None) -> scalar. Cross entropies are taken from logits, where they are exact
        even for probabilities that round to 0 or 1. Weights, (n,), multiply the losses of rows, whose sum is
        divided by n.
    """
    import keras

    options = in_full(spec.model_dump(), dtype)
    if spec.activation != "linear":
        options["from_logits"] = True
    loss = getattr(keras.losses, _LOSSES[spec.key])(**options)
    if spec.key == "categorical_crossentropy":
        return lambda y_true, logits, weights=None: loss(
            keras.ops.one_hot(y_true, classes, dtype=dtype), logits, sample_weight=weights
        )
    if spec.key == "binary_crossentropy":
        return lambda y_true, logits, weights=None: loss(
            keras.ops.reshape(y_true, (-1, 1)), logits, sample_weight=weights
        )
    return lambda y_true, logits, weights=None: loss(y_true, logits, sample_weight=weights)


def keras_optimizer(spec: OptimizerSpec, dtype: str = "float32", half: str | None = None) -> Any:
    """Return the Keras optimizer; its learning rate is set anew at every step.

    Args:
        spec: The optimizer.
        dtype: `float32` or `float64`.
        half: Type that steps are computed in, if another one. Gradients in float16 are lost below 6e-8, so
            Keras scales the loss up for it, takes the scale out again, halves it where a gradient overflows
            (that step changes nothing) and doubles it after 2,000 good steps.
    """
    import keras

    from dnnctl.engines.keras.fused_kernels import FUSED

    name = _OPTIMIZERS[spec.key]
    kind = FUSED.get(name) or getattr(keras.optimizers, name)
    optimizer = kind(learning_rate=1.0, **in_full(spec.settings(), dtype))
    return keras.optimizers.LossScaleOptimizer(optimizer) if half == "float16" else optimizer
