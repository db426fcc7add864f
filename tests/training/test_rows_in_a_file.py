"""Training and evaluation ask for rows by one protocol: another form than arrays gives the same bits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopping import rows, stopped

from dnnctl.config.loading import load
from dnnctl.datasets.rows import ArrayRows
from dnnctl.datasets.samples import Samples
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.training.job import TrainingResult, resume, train


class FileRows:
    """Rows that are in a file: read block by block, each time into other memory."""

    asked = 0

    def __init__(self, path: Path, array: np.ndarray) -> None:
        np.save(path, array)
        self._path, self.shape, self.dtype = path, array.shape, array.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def take(self, index: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        type(self).asked += 1
        taken = np.load(self._path, mmap_mode="r")[index]
        if out is None:
            return np.array(taken)
        out[...] = taken
        return out

    def blocks(self, size: int = 1 << 15) -> Iterator[np.ndarray]:
        type(self).asked += 1
        for start in range(0, max(1, len(self)), size):
            yield np.array(np.load(self._path, mmap_mode="r")[start : start + size])


@pytest.fixture
def in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let every sample's inputs be asked for in a file."""
    known: dict[int, tuple[np.ndarray, FileRows]] = {}

    def rows_of(samples: Samples) -> FileRows:
        if id(samples.x) not in known:
            known[id(samples.x)] = samples.x, FileRows(tmp_path / f"{len(known)}.npy", samples.x)
        return known[id(samples.x)][1]

    FileRows.asked = 0
    with monkeypatch.context() as patched:
        patched.setattr(Samples, "rows", property(rows_of))
        # Blocks smaller than the rows, so that there are several.
        patched.setattr("dnnctl.inference.network.ROWS", 50)
        yield patched


CASES = {
    "bytes": ("digits", "data.limit=300", "training.epochs=2"),
    "numbers": ("height_weight", "data.batch_size=3", "training.epochs=3"),
    "changed": ("digits", "data.limit=200", "training.epochs=2", "data.augment={shift: 0.1, rotate: 10}"),
    "blended": ("height_weight", "training.epochs=2", "training.mix_up=0.4", "data.batch_size=4"),
    "doubled": (
        "height_weight",
        "training.epochs=2",
        "training.precision=float64",
        "training.early_stopping={monitor: loss}",
    ),
}


def trained(case: str, engine: str, out: Path) -> TrainingResult:
    config, *settings = CASES[case]
    return train(load(config, [*settings, f"engine={engine}"]), out=out)


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("engine", ["numpy", "keras"])
@pytest.mark.parametrize("case", CASES)
def test_rows_in_a_file_train_and_evaluate_to_the_same_bits(
    case: str, engine: str, tmp_path: Path, in_files: pytest.MonkeyPatch
) -> None:
    other = trained(case, engine, tmp_path / "file")
    assert FileRows.asked >= 5
    measured = evaluate(open_run(other.run), engine=engine)
    in_files.setattr(Samples, "rows", property(lambda samples: ArrayRows(samples.x)))
    FileRows.asked = 0
    one = trained(case, engine, tmp_path / "array")
    again = evaluate(open_run(one.run), engine=engine)
    assert FileRows.asked == 0
    for name in ("weights", "metrics", "predictions", "layers", "preprocessing"):
        assert getattr(one.run, name).read_bytes() == getattr(other.run, name).read_bytes(), name
    assert rows(one.run) == rows(other.run)
    assert measured.metrics == again.metrics
    assert np.array_equal(measured.scores, again.scores)


@pytest.mark.usefixtures("no_plots")
def test_a_training_on_an_array_goes_on_from_a_file(tmp_path: Path, in_files: Any) -> None:
    settings = ("engine=numpy", "data.limit=300", "training.epochs=3")
    run = stopped(settings, tmp_path / "file", 4)
    in_files.setattr(Samples, "rows", property(lambda samples: ArrayRows(samples.x)))
    resume(run)
    whole = train(load("digits", settings), out=tmp_path / "array").run
    assert run.weights.read_bytes() == whole.weights.read_bytes()
    assert rows(run) == rows(whole)
