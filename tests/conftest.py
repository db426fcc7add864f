"""What tests share: the command line, real data where it is there, short trainings, and a quiet place for runs."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from plain_keras import PlainKeras


class Done(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


class Input(io.TextIOWrapper):
    """Standard input with given contents."""

    def __init__(self, contents: bytes) -> None:
        super().__init__(io.BytesIO(contents), encoding="utf-8")


@pytest.fixture
def dnnctl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Done]:
    """Run a command in this process, in an empty folder, and return its exit status and what it wrote."""
    from dnnctl.cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DNNCTL_OUTPUT_DIR", raising=False)

    def _run(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["dnnctl", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", Input(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        written = capsys.readouterr()
        assert "Traceback" not in written.err
        return Done(int(left.value.code or 0), written.out, written.err)

    return _run


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest and is not under test."""
    monkeypatch.setattr("dnnctl.training.job.draw_all", lambda *_: [])


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


@pytest.fixture(scope="session")
def plain_keras() -> Iterator[PlainKeras]:
    """Keras without dnnctl, in a process of its own."""
    keras = PlainKeras()
    yield keras
    keras.close()
