"""The two-layer perceptron as textbooks and courses write it in NumPy: the loop that dnnctl is measured against.

784-50-10, sigmoid and softmax, normally distributed weights of std 0.01, mini-batches of 100 drawn at
random, plain gradient descent at 0.1, and the loss of each batch taken after its step. Only the type is not the
textbook's: float32, as dnnctl has it.

Source: Saitoh, Deep Learning from Scratch, 2016, chapter 5 (train_neuralnet).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.base import Job, arrays

Array = NDArray[Any]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Any:
    x = x - np.max(x, axis=1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)


def cross_entropy_error(y: Array, t: Array) -> Any:
    return -np.sum(np.log(y[np.arange(len(y)), t] + 1e-7)) / len(y)


class TwoLayerNet:
    def __init__(
        self, inputs: int = 784, hidden: int = 50, outputs: int = 10, std: float = 0.01, seed: int = 0
    ) -> None:
        generator = np.random.default_rng(seed)
        self.params = {
            "W1": (std * generator.standard_normal((inputs, hidden))).astype(np.float32),
            "b1": np.zeros(hidden, np.float32),
            "W2": (std * generator.standard_normal((hidden, outputs))).astype(np.float32),
            "b2": np.zeros(outputs, np.float32),
        }

    def predict(self, x: Array) -> Any:
        z1 = sigmoid(np.dot(x, self.params["W1"]) + self.params["b1"])
        return softmax(np.dot(z1, self.params["W2"]) + self.params["b2"])

    def loss(self, x: Array, t: Array) -> Any:
        return cross_entropy_error(self.predict(x), t)

    def gradient(self, x: Array, t: Array) -> dict[str, Array]:
        W2 = self.params["W2"]
        z1 = sigmoid(np.dot(x, self.params["W1"]) + self.params["b1"])
        y = softmax(np.dot(z1, W2) + self.params["b2"])
        dy = y.copy()
        dy[np.arange(len(x)), t] -= 1
        dy /= len(x)
        da1 = np.dot(dy, W2.T)
        dz1 = z1 * (1 - z1) * da1
        return {"W2": np.dot(z1.T, dy), "b2": np.sum(dy, axis=0), "W1": np.dot(x.T, dz1), "b1": np.sum(dz1, axis=0)}


class TextbookLoop:
    """The book's loop, which can be continued."""

    def __init__(self, job: Job) -> None:
        np.random.seed(0)
        self._work = job.work
        self._data = arrays(job)
        self._network = TwoLayerNet(hidden=job.work.hidden[0], std=job.work.std or 0.01)
        self._losses: list[Any] = []

    @property
    def steps(self) -> int:
        return len(self._losses)

    def epochs(self, count: int) -> None:
        x_train, t_train = self._data.x, self._data.y
        network, batch_size, learning_rate = self._network, self._work.batch, self._work.learning_rate
        for _ in range(self._work.steps(len(x_train), count)):
            mask = np.random.choice(len(x_train), batch_size)
            x_batch, t_batch = x_train[mask], t_train[mask]
            for key, grad in network.gradient(x_batch, t_batch).items():
                network.params[key] -= learning_rate * grad
            self._losses.append(network.loss(x_batch, t_batch))

    def quality(self) -> float:
        return self._data.quality(self._network.predict(self._data.x_test))

    def facts(self) -> dict[str, Any]:
        return {"numpy": np.__version__}


def build(job: Job) -> TextbookLoop:
    return TextbookLoop(job)
