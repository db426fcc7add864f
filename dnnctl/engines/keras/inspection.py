"""Looking inside a network: what each layer gives out, and how large its gradients are."""

from typing import Any

from numpy.typing import NDArray

from dnnctl.engines.base import LayerFigures


def inspect_layers(
    tensorflow: Any, names: list[str], layers: list[Any], loss: Any, x: NDArray[Any], y: NDArray[Any]
) -> list[LayerFigures]:
    """Return how each layer behaves on a few rows, computed as after training.

    Args:
        tensorflow: The module.
        names: Names of the layers.
        layers: The Keras layers; the last one is the output's activation.
        loss: Function of (y_true, logits).
        x: Prepared inputs, (n, inputs).
        y: Prepared targets, (n,) or (n, targets).
    """
    outputs = []
    with tensorflow.GradientTape() as tape:
        value = tensorflow.constant(x)
        for layer in layers[:-1]:
            value = layer(value, training=False)
            outputs.append(value)
        error = loss(y, value)
        for layer in layers:
            for penalty in layer.losses:
                error += penalty
    outputs.append(layers[-1](value))
    owned = [[v.value for v in layer.trainable_variables] for layer in layers]
    gradients = tape.gradient(error, owned)
    return [
        LayerFigures(
            layer=name,
            mean=float(tensorflow.reduce_mean(output)),
            spread=float(tensorflow.math.reduce_std(output)),
            zeros=float(tensorflow.reduce_mean(tensorflow.cast(output == 0, output.dtype))),
            gradient=float(tensorflow.linalg.global_norm(own)) if own else 0.0,
        )
        for name, output, own in zip(names, outputs, gradients, strict=True)
    ]
