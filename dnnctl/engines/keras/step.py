"""An optimizer step as TensorFlow's graph has it, on one device or on several at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnnctl.engines.base import NetworkTask
from dnnctl.engines.keras.build import keras_loss
from dnnctl.engines.keras.forward import TrainingPass, preprocess
from dnnctl.engines.keras.replicas import Place, Replicas
from dnnctl.engines.keras.targets import mix, training_loss
from dnnctl.network.weight_ema import follow_in_graph


class TrainingStep:
    """Forward, backward, sum over the devices, update.

    Args:
        tensorflow: The module.
        task: The network.
        layers: Its Keras layers.
        optimizer: Its Keras optimizer, built.
        trained: The Keras variables that the optimizer changes.
        averages: Keras variables: an average, and the weight that it follows.
        replicas: The devices.
    """

    def __init__(
        self,
        tensorflow: Any,
        task: NetworkTask,
        layers: list[Any],
        optimizer: Any,
        trained: Sequence[Any],
        averages: Sequence[tuple[Any, Any]],
        replicas: Replicas,
    ) -> None:
        self._tf, self._task, self._replicas = tensorflow, task, replicas
        self._layers, self._optimizer, self._trained, self._averages = layers, optimizer, trained, averages
        self._pass = TrainingPass(tensorflow, task, layers, replicas)
        self._loss = keras_loss(task.loss, task.dtype, reduction="sum")
        weights = task.class_weights
        self._class_weights = None if weights is None else np.array(weights, task.dtype)
        # Rows of a batch that is not the last one of an epoch.
        self.most_rows = 0

    def __call__(self, batch: tuple[Any, ...], learning_rate: Any, number: Any, rows: Any) -> tuple[Any, Any]:
        """Take one step and return the loss of the batch and its logits, (rows, outputs).

        Args:
            batch: The arrays of the batch, as far as this process has it: raw inputs, targets, and how rows are blended
                where they are.
            learning_rate: Scalar.
            number: The step's number, int64 scalar.
            rows: Rows of the whole batch, int32 scalar.
        """
        self._optimizer.learning_rate = learning_rate
        loss, logits = self._replicas.run(self._on_device, batch, number, rows)
        return loss, logits

    def _on_device(self, batch: tuple[Any, ...], number: Any, rows: Any) -> tuple[Any, Any]:
        """Take the step on one device."""
        tf, replicas = self._tf, self._replicas
        place = replicas.place(rows)
        x, y, other, share = self._own_rows(batch, place)
        if share is not None:
            x = mix(tf, x, other[0], share)
        with tf.GradientTape() as tape:
            values = [variable.value for variable in self._trained]
            tape.watch(values)
            logits = tf.cast(self._pass(x, number, place), self._task.dtype)
            loss = training_loss(tf, self._loss, self._class_weights, y, logits, rows, other[1], share)
            penalties = [penalty for layer in self._layers for penalty in layer.losses]
            if penalties:
                # Each device adds its share, so that the sum has them once.
                loss += tf.add_n(penalties) if place is None else tf.add_n(penalties) / replicas.count
            scaled = self._optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, values)
        if place is not None:
            # What is summed must have the same shape at every step.
            logits = tf.pad(logits, [[place.first, self.most_rows - place.behind], [0, 0]])
            logits = tf.ensure_shape(logits, [self.most_rows, self._task.plan.outputs])
            loss, logits, *gradients = replicas.sum([loss, logits, *gradients])
            logits = logits[:rows]
        self._optimizer.apply(gradients, self._trained)
        if self._averages:
            assert self._task.weight_averaging is not None
            follow_in_graph(tf, self._averages, self._task.weight_averaging, number)
        return loss, logits

    def _own_rows(self, batch: tuple[Any, ...], place: Place | None) -> tuple[Any, Any, tuple[Any, Any], Any]:
        """Return a device's prepared rows, their targets, both of their partners, and shares of blends."""
        tf = self._tf
        x, y, *blend = batch
        if place is None:
            # Prepared before partners are gathered: a compiled program would compute it twice, and round otherwise.
            x, (share, partner) = self._prepared(x), blend or (None, None)
            other = (None, None) if share is None else (tf.gather(x, partner), tf.gather(y, partner))
            return x, y, other, share
        begin, _ = self._replicas.part.cut(place.rows)
        here = slice(place.first - begin, place.behind - begin)
        share, partner = (each[here] for each in blend) if blend else (None, None)
        other = (None, None) if share is None else (self._prepared(tf.gather(x, partner)), tf.gather(y, partner))
        return self._prepared(x[here]), y[here], other, share

    def _prepared(self, x: Any) -> Any:
        return preprocess(self._tf, self._task.preprocessing, x, self._task.dtype)
