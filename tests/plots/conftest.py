"""Small runs that plots are tested on."""

from dataclasses import replace

import numpy as np
import pytest

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.evaluation.ensemble_diversity import compare_members
from dnnctl.plots.base import PlotContext

LONG = ("T-shirt/top", "Ankle boot of a $100 brand, $200 new", "日本 Ünïcode", "a_class_with_a_very_long_name_indeed")


def history(epochs=5, metric="accuracy", validation=True):
    rows = []
    for epoch in range(1, epochs + 1):
        row = {"epoch": epoch, "loss": 2.0 / epoch, metric: 1 - 0.5 / epoch, "learning_rate": 1e-3, "seconds": 1.0}
        if validation:
            row |= {"val_loss": 2.2 / epoch, f"val_{metric}": 1 - 0.6 / epoch}
        rows.append(row)
    return rows


def pictures():
    generator = np.random.default_rng(0)
    y = np.arange(80) % 4
    x = generator.integers(0, 60, (80, 8, 8)).astype(np.uint8)
    x[np.arange(80), y * 2, :] += 150

    def predict(rows):
        strength = rows.astype(np.float64).mean(axis=2)[:, ::2] / 40
        return np.exp(strength) / np.exp(strength).sum(axis=1, keepdims=True)

    info = DatasetInfo("Pictures", "multiclass", (8, 8), class_names=LONG, input_range=(0, 255))
    test = Samples(x[:40], y[:40])
    scores = predict(test.x)
    scores[[3, 7, 9]] = scores[[4, 8, 10]]
    return PlotContext(
        "pictures",
        info,
        Samples(x, y),
        test,
        scores,
        predict,
        history=history(),
        best_epoch=3,
        iterations=np.linspace(2, 0.1, 90),
    )


def corners():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    rows = Samples(x, np.array([0, 1, 1, 0]))

    def predict(inputs):
        return 1 / (1 + np.exp(-8 * (0.5 - np.abs(inputs[:, 0] + inputs[:, 1] - 1))))

    info = DatasetInfo("XOR", "binary", (2,), class_names=("false", "true"), feature_names=("a", "b"), shared_rows=True)
    return PlotContext("xor", info, rows, rows, predict(x), predict, history=history(40, validation=False))


def line():
    x = np.array([[60], [65], [70], [80], [95]], np.float32)
    rows = Samples(x, (0.9 * x + 108 + np.array([[1], [-2], [0], [3], [-1]])).astype(np.float32))

    def predict(inputs):
        return 0.9 * inputs + 108

    info = DatasetInfo(
        "Line",
        "regression",
        (1,),
        feature_names=("weight",),
        feature_units=("kg",),
        target="height",
        unit="cm",
        shared_rows=True,
    )
    return PlotContext("line", info, rows, rows, predict(x), predict, history=history(1, "mse"))


def clouds():
    generator = np.random.default_rng(1)
    y = np.arange(120) % 3
    x = (np.array([[0, 0], [4, 1], [1, 5]])[y] + generator.normal(0, 1, (120, 2))).astype(np.float32)

    def predict(inputs):
        near = -((inputs[:, None] - np.array([[0, 0], [4, 1], [1, 5]])) ** 2).sum(axis=2)
        return np.exp(near) / np.exp(near).sum(axis=1, keepdims=True).clip(1e-300)

    info = DatasetInfo("Clouds", "multiclass", (2,), class_names=LONG[:3], feature_names=("left", "up"))
    rows = Samples(x, y)
    return PlotContext("clouds", info, rows, rows.take(slice(0, 60)), predict(x[:60]), predict, history=history())


def surface():
    generator = np.random.default_rng(2)
    x = generator.uniform(0, 3, (60, 2)).astype(np.float32)

    def predict(inputs):
        return np.stack([1e5 * np.sin(inputs[:, 0]) + inputs[:, 1], inputs[:, 0]], axis=1)

    info = DatasetInfo("Surface", "regression", (2,), feature_names=("width", "depth"), target="price", unit="$")
    rows = Samples(x, predict(x).astype(np.float32) + 1)
    return PlotContext("surface", info, rows, rows, predict(x), predict, history=history(3, "mse"), best_epoch=2)


def one_input():
    x = np.arange(40, dtype=np.float32)[:, None]
    rows = Samples(x, (x[:, 0] > 19).astype(np.int64))
    info = DatasetInfo("Step", "binary", (1,), class_names=("low", "high"), feature_names=("x",))

    def predict(inputs):
        return 1 / (1 + np.exp(19.5 - inputs))

    return PlotContext("step", info, rows, rows, predict(x), predict, history=history())


def ages():
    base = pictures()
    info = replace(base.info, task="regression", class_names=(), target="age", unit="years")
    train, test = (Samples(rows.x, rows.y[:, None].astype(np.float32)) for rows in (base.train, base.test))
    return replace(base, info=info, train=train, test=test, scores=test.y * 0.9, history=history(3, "mse"))


def committee():
    base = pictures()
    generator = np.random.default_rng(3)
    answers = [np.where(generator.random(40) < 0.3, 0, base.test.y) for _ in range(3)]
    figures = [{"loss": 0.3, "accuracy": float(np.mean(labels == base.test.y))} for labels in answers]
    described = [(f"0{i}", f"keras, 1024-512-256-128-10, seed {i}, $tuned$") for i in range(1, 4)]
    together = {"loss": 0.2, "accuracy": 0.9}
    return replace(base, members=compare_members("multiclass", base.test.y, answers, figures, together, described))


def committee_of_numbers():
    base = surface()
    answers = [base.scores + shift for shift in range(20)]
    figures = [{"loss": 0.5, "rmse": 1e5 + shift} for shift in range(20)]
    described = [(f"{i:02d}", f"numpy, 2, seed {i}") for i in range(1, 21)]
    together = {"loss": 0.4, "rmse": 1e5}
    return replace(base, members=compare_members("regression", base.test.y, answers, figures, together, described))


MAKERS = (pictures, corners, line, clouds, surface, one_input, ages, committee, committee_of_numbers)
CONTEXTS = {make.__name__: make for make in MAKERS}


@pytest.fixture(scope="session")
def contexts():
    return {name: make() for name, make in CONTEXTS.items()}
