"""Made-up data sets whose best figure is known, each with a small network that fits it well, badly or too well.

What each is like is drawn from its number: rows (50 to 50,000), columns, the form of the connection (linear,
curved, bumps, none), noise, wrong labels, rare classes, and the network, its length, learning rate and class
weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNSEEN_ROWS = 20_000
FEWEST, MOST = 50, 50_000
VISITS = 400_000  # Rows times epochs at most, so that no set takes long.

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MadeUp:
    """A data set, and the training that is tried on it.

    Args:
        number: Which one.
        task: `classes` or `numbers`.
        told: What it is like, in words.
        x: (n, columns) inputs.
        y: (n,) labels or numbers.
        unseen_x: (m, columns) rows that take no part.
        unseen_y: Their targets.
        best: The best possible figure of `unseen`: accuracy, mean recall with class weights, or mean squared error.
        config: The configuration but for its data, as plain values.
    """

    number: int
    task: str
    told: str
    x: Array
    y: NDArray[Any]
    unseen_x: Array
    unseen_y: NDArray[Any]
    best: float
    config: dict[str, Any]


def made_up(number: int) -> MadeUp:
    """Return a data set by its number."""
    draw = np.random.default_rng([20_261_130, number])
    rows = round(float(np.exp(draw.uniform(np.log(FEWEST), np.log(MOST)))))
    columns = int(draw.integers(2, 13))
    form = str(draw.choice(["linear", "curved", "bumps", "none"], p=[0.35, 0.35, 0.25, 0.05]))
    classes = 0 if draw.random() < 0.3 else int(draw.choice([2, 2, 2, 3, 5]))
    x, unseen = (draw.normal(size=(count, columns)) for count in (rows, UNSEEN_ROWS))
    truths = [_truth(draw, columns, form, np.vstack([x, unseen])) for _ in range(max(1, classes - (classes == 2)))]
    outputs = np.stack([np.concatenate([truth(x), truth(unseen)]) for truth in truths], axis=1)
    weighed = False
    if classes:
        probabilities, told = _probabilities(draw, outputs, classes)
        y = np.array([draw.choice(classes, p=each) for each in probabilities])
        # Each class is in the rows that are learned.
        y[:classes] = np.arange(classes)
        weighed = "rare" in told and draw.random() < 0.4
        best = _best_classes(probabilities[rows:], y[rows:], weighed=weighed)
    else:
        noise = float(draw.choice([0.0, 0.1, 0.5, 1.0, 2.0]))
        y = outputs[:, 0] + noise * draw.normal(size=len(outputs))
        told, best = f"noise {noise:g}", float(np.mean(np.square(y[rows:] - outputs[rows:, 0])))
    config, network = _training(draw, rows, weighed=weighed)
    told = f"{rows:,} rows, {columns} columns, {classes or 'no'} classes, {form}, {told}; {network}"
    return MadeUp(number, "classes" if classes else "numbers", told, x, y[:rows], unseen, y[rows:], best, config)


def _truth(draw: np.random.Generator, columns: int, form: str, seen: Array) -> Callable[[Array], Array]:
    """Return a function of rows with mean 0 and standard deviation 1."""
    weights, bends = draw.normal(size=columns), draw.normal(size=(columns, 6))
    centres, heights = seen[draw.integers(0, len(seen), 8)], draw.normal(size=8) * 2

    def plain(x: Array) -> Array:
        if form == "linear":
            return np.asarray(x @ weights)
        if form == "curved":
            return np.asarray(np.sin(x @ bends[:, :3]).sum(axis=1) + (x @ bends[:, 3]) * (x @ bends[:, 4]) / columns)
        if form == "bumps":
            distances = np.square(x[:, None] - centres).sum(axis=2)
            return np.asarray(np.exp(-distances / columns) @ heights)
        return np.zeros(len(x))

    values = plain(seen)
    centre, spread = values.mean(), values.std() or 1.0
    return lambda x: (plain(x) - centre) / spread


def _probabilities(draw: np.random.Generator, outputs: Array, classes: int) -> tuple[Array, str]:
    """Return the probability of each class of each row, and what was done."""
    sharp = float(draw.choice([0.7, 1.5, 3.0, 8.0]))
    wrong = float(draw.choice([0.0, 0.0, 0.05, 0.15, 0.3]))
    rare = float(draw.choice([0.0, 0.0, 0.0, 0.2, 0.1, 0.05, 0.02]))
    logits = sharp * (np.column_stack([np.zeros(len(outputs)), outputs]) if classes == 2 else outputs)
    if rare:
        # The bias at which the last class has this share.
        low, high = -30.0, 30.0
        for _ in range(40):
            middle = (low + high) / 2
            shifted = logits + middle * (np.arange(classes) == classes - 1)
            low, high = (middle, high) if _softmax(shifted)[:, -1].mean() < rare else (low, middle)
        logits = logits + low * (np.arange(classes) == classes - 1)
    shares = (1 - wrong) * _softmax(logits) + wrong / classes
    told = f"sharpness {sharp:g}, {wrong:.0%} wrong labels" + (f", one class rare ({rare:.0%})" if rare else "")
    return shares / shares.sum(axis=1, keepdims=True), told


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _best_classes(probabilities: Array, y: NDArray[Any], *, weighed: bool) -> float:
    """Return what the best rule reaches: the likeliest class; where each counts the same, by its share."""
    if not weighed:
        return float((probabilities.argmax(axis=1) == y).mean())
    said = (probabilities / probabilities.mean(axis=0)).argmax(axis=1)
    return float(np.mean([(said[y == label] == label).mean() for label in np.unique(y)]))


def _training(draw: np.random.Generator, rows: int, *, weighed: bool) -> tuple[dict[str, Any], str]:
    """Return the network and how it is trained."""
    hidden = [[], [2], [8], [32], [128], [64, 32], [128, 64]][int(draw.integers(0, 7))]
    activation = str(draw.choice(["relu", "relu", "tanh", "sigmoid"]))
    dropout, batch_size = bool(draw.random() < 0.15), int(draw.choice([16, 32, 128]))
    optimizer, rate = [("adam", 0.001), ("adam", 0.01), ("adam", 0.0003), ("sgd", 0.01), ("sgd", 0.1)][
        draw.integers(0, 5)
    ]
    epochs = min(int(draw.choice([5, 10, 20, 50, 150])), max(3, VISITS // rows))
    layers: list[Any] = []
    for units in hidden:
        layers += [{"dense": {"units": units, "activation": activation}}, *([{"dropout": 0.3}] if dropout else [])]
    training: dict[str, Any] = {"epochs": epochs, "optimizer": {optimizer: rate}, "threads": 1}
    if weighed:
        training["class_weights"] = "balanced"
    if draw.random() < 0.15:
        training["early_stopping"] = {"monitor": "val_loss", "patience": 5}
    told = f"{'-'.join(map(str, hidden)) or 'linear'} {activation}{' dropout' * dropout}, {optimizer} {rate:g}"
    told += f", {epochs} epochs"
    told += f"{', balanced' * weighed}{', early stopping' * ('early_stopping' in training)}"
    return {
        "engine": "numpy",
        "data": {"batch_size": min(batch_size, rows // 2)},
        "model": {"layers": layers},
        "training": training,
    }, told
