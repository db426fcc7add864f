"""The work that is measured: the same data, network, batch size, optimizer and steps for all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import textbook as textbook_loop
from numpy.typing import NDArray

from dnnctl.config.losses import LOSSES
from dnnctl.config.optimizers import OPTIMIZERS
from dnnctl.data.initial_weights import initial_weights
from dnnctl.data.preprocessing import fit_preprocessing
from dnnctl.data.random import epoch_order
from dnnctl.datasets.base import Dataset
from dnnctl.datasets.sources.places import default_places
from dnnctl.datasets.sources.reading import options_for, read
from dnnctl.engines.base import Hardware, NetworkTask
from dnnctl.engines.numpy.engine import NumpyEngine
from dnnctl.layers.base import LAYERS
from dnnctl.layers.parts.plan import plan_network


@dataclass(frozen=True)
class Mnist:
    """MNIST as it was read, and as courses prepare it."""

    dataset: Dataset
    x: NDArray[np.float32]
    t: NDArray[np.int64]
    x_test: NDArray[np.float32]
    t_test: NDArray[np.int64]


def mnist() -> Mnist:
    dataset = read(options_for("mnist"), default_places())
    if dataset.test is None:
        raise SystemExit("MNIST comes with a test set")
    flat = [(s.x.reshape(len(s), -1) / np.float32(255)).astype(np.float32) for s in (dataset.train, dataset.test)]
    return Mnist(dataset, flat[0], dataset.train.y, flat[1], dataset.test.y)


def engine(data: Mnist, layers: list[Any], optimizer: Any, output: Any) -> NumpyEngine:
    plan = plan_network(784, [*map(LAYERS.parse, layers), LAYERS.parse({"dense": output})])
    preprocessing = fit_preprocessing(data.dataset.info, data.dataset.train)
    loss = LOSSES.parse("sparse_categorical_crossentropy")
    task = NetworkTask(plan, preprocessing, loss, OPTIMIZERS.parse(optimizer), 0, initial_weights(plan, 0))
    built = NumpyEngine(task, Hardware())
    built.set_training_rows(data.dataset.train.x, data.t.astype(np.int32))
    return built


def run(built: NumpyEngine, rows: int, batch_size: int, iterations: int, learning_rate: float) -> None:
    """Take steps as the training loop does: epoch by epoch, 32 at a time."""
    per_epoch = -(-rows // batch_size)
    for epoch in range(-(-iterations // per_epoch)):
        built.start_epoch(epoch_order(rows, 0, epoch), batch_size)
        left = min(per_epoch, iterations - epoch * per_epoch)
        while left:
            group = min(32, left)
            built.run([learning_rate] * group)
            left -= group


def accuracy(predicted: NDArray[Any], true: NDArray[Any]) -> str:
    return f"test accuracy {np.mean(predicted.argmax(axis=1) == true):.4f}"


def textbook(data: Mnist, iterations: int) -> str:
    network, _ = textbook_loop.train(data.x, data.t, iterations)
    return accuracy(network.predict(data.x_test), data.t_test)


def two_layer(data: Mnist, iterations: int) -> str:
    normal = {"random_normal": 0.01}
    hidden = {"dense": {"units": 50, "activation": "sigmoid", "kernel_initializer": normal}}
    output = {"units": 10, "activation": "softmax", "kernel_initializer": normal}
    built = engine(data, [hidden], {"sgd": 0.1}, output)
    run(built, len(data.x), 100, iterations, 0.1)
    return f"{accuracy(built.logits(data.dataset.test.x), data.t_test)}, {built.optimizer_steps:,} steps"


def floor(data: Mnist, iterations: int) -> str:
    """Gather a batch, take the five products, change the weights; nothing else."""
    generator = np.random.default_rng(0)
    W1, W2 = (generator.standard_normal(shape).astype(np.float32) for shape in ((784, 50), (50, 10)))
    x = np.empty((100, 784), np.float32)
    hidden, logits = np.empty((100, 50), np.float32), np.empty((100, 10), np.float32)
    dW1, dW2, dhidden = np.empty_like(W1), np.empty_like(W2), np.empty_like(hidden)
    order = generator.permutation(60_000)
    for i in range(iterations):
        start = i * 100 % 60_000
        data.x.take(order[start : start + 100], axis=0, out=x, mode="clip")
        np.matmul(x, W1, out=hidden)
        np.matmul(hidden, W2, out=logits)
        np.matmul(hidden.T, logits, out=dW2)
        np.matmul(logits, W2.T, out=dhidden)
        np.matmul(x.T, dhidden, out=dW1)
        np.subtract(W1, np.multiply(dW1, np.float32(1e-12), out=dW1), out=W1)
        np.subtract(W2, np.multiply(dW2, np.float32(1e-12), out=dW2), out=W2)
    return ""


class BenchmarkNetwork:
    """784-512-256-10, batch normalization, ReLU, dropout 0.2, Adam, batch 128: an epoch in the NumPy engine."""

    def __init__(self, data: Mnist) -> None:
        self._data = data
        block = ["batch_normalization", "relu", {"dropout": 0.2}]
        layers = [{"dense": 512}, *block, {"dense": 256}, *block]
        self._built = engine(data, layers, "adam", {"units": 10, "activation": "softmax"})
        self._epoch = 0

    def __call__(self) -> str:
        self._built.start_epoch(epoch_order(60_000, 0, self._epoch), 128)
        self._epoch += 1
        for _ in range(67):
            self._built.run([1e-3] * 7)
        return f"{self._built.optimizer_steps:,} steps"


class KerasFit:
    """The same in plain Keras: `model.fit` on NumPy arrays."""

    def __init__(self, data: Mnist) -> None:
        import keras
        from keras import layers

        block = [layers.BatchNormalization, layers.ReLU, lambda: layers.Dropout(0.2)]
        row = [keras.Input((784,)), layers.Dense(512, use_bias=False), *(make() for make in block)]
        row += [layers.Dense(256, use_bias=False), *(make() for make in block), layers.Dense(10, activation="softmax")]
        self._model = keras.Sequential(row)
        self._model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        self._data = data
        # The first steps build the graph; they are not part of an epoch.
        self._model.fit(data.x[:256], data.t[:256], batch_size=128, verbose=0)
        self._before = int(self._model.optimizer.iterations.numpy())

    def __call__(self) -> str:
        self._model.fit(self._data.x, self._data.t, batch_size=128, epochs=1, verbose=0)
        return f"{int(self._model.optimizer.iterations.numpy()) - self._before:,} steps"
