"""What tests share: real data where it is there, short trainings, and a quiet place for runs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data sets; the test is skipped where there is none."""
    named = os.environ.get("DNNCTL_DATA_DIR")
    if not named:
        pytest.skip("DNNCTL_DATA_DIR is not set, so there are no real data sets to test with")
    folder = Path(named).absolute()
    if not folder.is_dir():
        pytest.skip(f"DNNCTL_DATA_DIR names {folder}, which is no folder")
    return folder


@pytest.fixture(scope="session")
def clone() -> Path:
    """The root of the repository."""
    return Path(__file__).parents[1]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a configuration and return its path."""

    def _write(text: str, name: str = "test.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _write


@pytest.fixture
def train_digits(tmp_path: Path) -> Callable[..., Any]:
    """Train on the handwritten digits with overrides and return the result."""

    def _train(*settings: str, config: str = "digits", **options: Any) -> Any:
        from dnnctl.config.loading import load
        from dnnctl.training.job import train

        return train(load(config, settings), out=tmp_path / "outputs", **options)

    return _train


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One finished run on the handwritten digits, for tests that only read it."""
    from dnnctl.config.loading import load
    from dnnctl.training.job import train

    return train(load("digits", ["training.epochs=8"]), out=tmp_path_factory.mktemp("outputs"))
