"""The Keras loss and optimizer behind each name of the configuration."""

from typing import Any

from dnnctl.config.losses import LossSpec
from dnnctl.config.optimizers import OptimizerSpec

_LOSSES = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "huber": "Huber",
}
_OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad"}


def keras_loss(spec: LossSpec, classes: int) -> Any:
    """Return a function of prepared targets and logits to the mean loss of a batch.

    Args:
        spec: The loss.
        classes: Output units.

    Returns:
        Function (y_true, logits) -> scalar. Cross entropies are taken from logits, where they are exact
        even for probabilities that round to 0 or 1.
    """
    import keras

    options = spec.model_dump()
    if spec.activation != "linear":
        options["from_logits"] = True
    loss = getattr(keras.losses, _LOSSES[spec.key])(**options)
    if spec.key == "categorical_crossentropy":
        return lambda y_true, logits: loss(keras.ops.one_hot(y_true, classes), logits)
    if spec.key == "binary_crossentropy":
        return lambda y_true, logits: loss(keras.ops.reshape(y_true, (-1, 1)), logits)
    return loss


def keras_optimizer(spec: OptimizerSpec) -> Any:
    """Return the Keras optimizer; its learning rate is set anew at every step.

    Args:
        spec: The optimizer.
    """
    import keras

    return getattr(keras.optimizers, _OPTIMIZERS[spec.key])(learning_rate=1.0, **spec.settings())
