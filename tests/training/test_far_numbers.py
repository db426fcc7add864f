"""Numbers far from zero beside what they vary by are learned from, and predicted, with all their digits."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plain_keras import PlainKeras

from dnnctl.cli.screen.predictions import write
from dnnctl.config.loading import load
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.inference.predict import Request, predict
from dnnctl.training.job import train

pytestmark = pytest.mark.usefixtures("no_plots")
NETWORK: dict[str, Any] = {
    "model": {"layers": [{"dense": 16}, "tanh"]},
    "training": {"epochs": 60, "optimizer": {"adam": 0.02}},
}
# A line through time stamps 100 s apart: a float of 32 bits knows every 128th second.
STAMPS = 1_700_000_000 + 100 * np.random.default_rng(0).permutation(600)
RISING = (STAMPS - 1_700_000_000) / 1000 + np.random.default_rng(1).normal(0, 0.1, 600)


def as_csv(folder: Path, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> dict[str, Any]:
    lines = [f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    (folder / "t.csv").write_text("x,y\n" + "\n".join(lines) + "\n")
    return {"csv": {"path": str(folder / "t.csv"), "target": "y"}}


def as_parquet(folder: Path, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": x, "y": y}), folder / "t.parquet", row_group_size=100)
    return {"parquet": {"path": str(folder / "t.parquet"), "target": "y"}}


def as_npz(folder: Path, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> dict[str, Any]:
    np.savez(folder / "t.npz", x=x[:, None], y=y)
    return {"npz": {"path": str(folder / "t.npz")}}


Kept = Callable[[Path, Any, Any], dict[str, Any]]
EVERY = [
    (as_csv, False, "numpy"),
    (as_csv, True, "numpy"),
    (as_parquet, False, "numpy"),
    (as_parquet, True, "numpy"),
    (as_npz, False, "numpy"),
    (as_npz, True, "numpy"),
    (as_csv, False, "keras"),
    pytest.param(as_parquet, True, "keras", marks=pytest.mark.slow),
    pytest.param(as_npz, True, "keras", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("kept", "stream", "engine"), EVERY)
def test_stamps_say_what_a_line_through_them_says(kept: Kept, stream: bool, engine: str, tmp_path: Path) -> None:
    data = kept(tmp_path, STAMPS, RISING)
    next(iter(data.values()))["stream"] = stream

    result = train(load({**NETWORK, "name": "t", "data": data, "engine": engine}), out=tmp_path / "out")

    assert result.metrics["test"]["r2"] > 0.99
    assert result.baselines[1].test["r2"] > 0.999


@pytest.mark.parametrize(("kept", "stream"), [(as_csv, False), (as_csv, True), (as_parquet, True), (as_npz, False)])
def test_times_are_predicted_with_all_their_digits(kept: Kept, stream: bool, tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(0, 10, 600)
    data = kept(tmp_path, x, 1_700_000_000 + 30 * x)
    next(iter(data.values()))["stream"] = stream

    result = train(load({**NETWORK, "name": "t", "data": data, "engine": "numpy"}), out=tmp_path / "out")
    opened = open_run(result.run)
    said = predict(opened, Request(values=["5"]))

    assert result.metrics["test"]["r2"] > 0.99
    assert evaluate(opened).metrics == pytest.approx(result.metrics["test"])
    assert said.values[0] == pytest.approx(1_700_000_150, abs=10)
    # A ten millionth of a standard deviation of 87 seconds, and no digit more.
    assert len(repr(float(said.values[0])).partition(".")[2]) <= 6


def test_the_model_for_plain_keras_keeps_the_digits(plain_keras: PlainKeras, tmp_path: Path) -> None:
    data = as_npz(tmp_path, STAMPS, 1_700_000_000 + RISING)
    result = train(load({**NETWORK, "name": "t", "data": data, "engine": "numpy"}), out=tmp_path / "out")
    x = STAMPS[:40, None].astype(np.float64)
    said = open_run(result.run).network().scores(x)

    assert plain_keras.predict(result.run.model, x, tmp_path, called=True) == pytest.approx(said, abs=1e-3)
    # Keras itself rounds an array to 32 bits in `predict`: a time stamp to 128 s. docs/run-directory.md says so.
    assert plain_keras.predict(result.run.model, x, tmp_path) == pytest.approx(said, abs=1)


def test_the_screen_shows_the_digits_that_differ(tmp_path: Path) -> None:
    data = as_csv(tmp_path, STAMPS, 1_700_000_000.25 + RISING)
    result = train(load({**NETWORK, "name": "t", "data": data, "engine": "numpy"}), out=tmp_path / "out")
    shown = io.StringIO()
    write([predict(open_run(result.run), Request(sample=5))], shown)

    for line in shown.getvalue().splitlines()[1:]:
        said, true = line.split()[-3:-1]
        assert said.startswith("17000000")
        assert float(said) == pytest.approx(float(true), abs=5)
        assert len(true.partition(".")[2]) >= 2
