"""Runs for tests that only read them, trained in a moment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dnnctl
from dnnctl.plots.base import draw_all

CITIES = ("Köln", "New York", "a, b", 'x"y')


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DNNCTL_OUTPUT_DIR", raising=False)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the runs below."""
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def one_plot() -> Iterator[None]:
    """Pictures take longer than these trainings; one is enough to be shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dnnctl.training.job.draw_all", _draw_one)
        yield


@pytest.fixture(scope="module")
def digits(outputs: Path, one_plot: None) -> Any:
    """A run on pictures."""
    return dnnctl.train("digits", overrides={"training.epochs": 2}, engine="numpy", out=outputs)


@pytest.fixture(scope="module")
def heights(outputs: Path, one_plot: None) -> Any:
    """A run on one number."""
    return dnnctl.train("height_weight", overrides={"training.epochs": 40}, engine="numpy", out=outputs)


@pytest.fixture(scope="module", params=["impute", "drop", "error"])
def table_run(request: pytest.FixtureRequest, outputs: Path, one_plot: None) -> Any:
    """A run on a table of text, numbers and yes or no, with each way to treat empty cells."""
    path = outputs / f"{request.param}.csv"
    rows = ["city,age,member,pay,y"]
    for n in range(120):
        city = CITIES[n % 4].replace('"', '""')
        pay = "" if n % 10 == 0 and request.param != "error" else n * 1.5
        rows.append(f'"{city}",{20 + n / 3!r},{"yes" if n % 3 else "no"},{pay},{n * 0.7 + n % 4}')
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    config = {
        "data": {"csv": {"path": path, "target": "y", "missing": request.param}},
        "model": {"layers": [{"dense": 4}, "relu"]},
        "training": {"epochs": 5},
    }
    return dnnctl.train(config, name=request.param, engine="numpy", out=outputs)


def _draw_one(context: Any, folder: Path) -> list[Path]:
    return draw_all(context, folder, ["learning_curves"])
