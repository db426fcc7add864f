"""What is trained: the same data, network, batch size, optimizer, steps and epochs for all."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Work:
    """One training that every contender does.

    Args:
        key: Its letter.
        title: It in words.
        dataset: `mnist` or `height_weight`.
        hidden: Units of the hidden layers.
        batch: Rows an optimizer step.
        epochs: Epochs a round.
        optimizer: `adam` or `sgd`.
        learning_rate: Constant.
        momentum: Of `sgd`.
        activation: Behind each hidden layer.
        batch_norm: Whether hidden layers are normalized, before their activation.
        dropout: Share of hidden outputs that is dropped.
        std: Standard deviation of the first weights; None for Glorot's uniform distribution.
    """

    key: str
    title: str
    dataset: str
    hidden: tuple[int, ...]
    batch: int
    epochs: int
    optimizer: str
    learning_rate: float
    momentum: float = 0.0
    activation: str = "relu"
    batch_norm: bool = False
    dropout: float = 0.0
    std: float | None = None

    @property
    def classes(self) -> bool:
        """Whether classes are learned, not numbers."""
        return self.dataset == "mnist"

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers a row has before, between and after the dense layers."""
        return (784, *self.hidden, 10) if self.classes else (1, *self.hidden, 1)

    def steps(self, rows: int, epochs: int | None = None) -> int:
        """Return the optimizer steps that are due in some epochs, a round's if not said."""
        return (self.epochs if epochs is None else epochs) * math.ceil(rows / self.batch)

    def batches(self, rows: int) -> list[int]:
        """Return the sizes of an epoch's batches."""
        full, rest = divmod(rows, self.batch)
        return [self.batch] * full + ([rest] if rest else [])

    def config(
        self, *, rows: int, epochs: int, engine: str, precision: str = "float32", device: Any = "auto"
    ) -> dict[str, Any]:
        """Return this work as a configuration of dnnctl."""
        layers: list[Any] = []
        start = {"kernel_initializer": {"random_normal": self.std}} if self.std else {}
        for units in self.hidden:
            layers.append({"dense": {"units": units, **start}})
            layers += ["batch_normalization"] if self.batch_norm else []
            layers.append(self.activation)
            layers += [{"dropout": self.dropout}] if self.dropout else []
        options: dict[str, Any] = {"learning_rate": self.learning_rate}
        if self.optimizer == "sgd":
            options["momentum"] = self.momentum
        output: Any = "auto"
        if self.std:
            output = {"dense": {"units": self.widths[-1], "activation": "softmax", **start}}
        return {
            "name": f"benchmark-{self.key}",
            "seed": 0,
            "engine": engine,
            "device": device,
            "data": {
                "dataset": self.dataset,
                "batch_size": "full" if self.batch >= rows else self.batch,
                "validation_split": 0,
                "limit": rows,
            },
            "model": {"layers": layers, "output": output},
            "training": {"epochs": epochs, "optimizer": {self.optimizer: options}, "precision": precision},
        }


ADAM_EPSILON = 1e-7
BATCH_NORM_MOMENTUM = 0.99
BATCH_NORM_EPSILON = 1e-3
ROWS = {"mnist": 60_000, "height_weight": 10}

WORKS = {
    work.key: work
    for work in (
        Work(
            "a",
            "MNIST 784-512-256-10, batch normalization, ReLU, dropout 0.2, Adam, batch 128",
            *("mnist", (512, 256), 128, 3, "adam", 1e-3),
            batch_norm=True,
            dropout=0.2,
        ),
        Work(
            "b",
            "MNIST 784-50-10, sigmoid, SGD, batch 100",
            *("mnist", (50,), 100, 5, "sgd", 0.1),
            activation="sigmoid",
            std=0.01,
        ),
        Work("c", "MNIST 784-2048-2048-10, ReLU, Adam, batch 512", *("mnist", (2048, 2048), 512, 1, "adam", 1e-3)),
        Work(
            "d",
            "ten height-weight points, one unit, SGD with momentum 0.5, full batch, 100 epochs",
            *("height_weight", (), 10, 100, "sgd", 0.1),
            momentum=0.5,
        ),
    )
}
