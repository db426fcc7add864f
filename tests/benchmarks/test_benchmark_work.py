import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks import data, environment, repeated
from benchmarks.__main__ import arguments, main
from benchmarks.commands import CommandError, run
from benchmarks.contenders import CONTENDERS
from benchmarks.contenders.base import Job, Trainer
from benchmarks.contenders.dnnctl_training import Gate
from benchmarks.processes import Worker, WorkerError
from benchmarks.worker import job_of
from benchmarks.works import ADAM_EPSILON, BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM, ROWS, WORKS
from dnnctl.config.loading import load
from dnnctl.config.resolve import plan_of
from dnnctl.datasets.published import idx
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.optimizers.base import OPTIMIZERS


def job(contender: str, work: str, rows: int, folder: Path, rounds: int = 1) -> Job:
    known = CONTENDERS[contender]
    order = {
        "contender": contender,
        "module": known.module,
        "option": known.option,
        "work": work,
        "rows": rows,
        "rounds": rounds,
        "threads": [],
        "data": str(folder),
    }
    return job_of(order)


def built(this: Job) -> Trainer:
    import importlib

    module = importlib.import_module(f"benchmarks.contenders.{CONTENDERS[this.contender].module}")
    trainer: Trainer = module.build(this)
    return trainer


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """250 pictures that look like MNIST's by their shape only."""
    generator = np.random.default_rng(0)
    folder = tmp_path / "arrays" / "mnist"
    folder.mkdir(parents=True)
    for name, count in (("x", 250), ("x_test", 40)):
        np.save(folder / f"{name}.npy", generator.integers(0, 256, (count, 28, 28), dtype=np.uint8))
    for name, count in (("y", 250), ("y_test", 40)):
        np.save(folder / f"{name}.npy", generator.integers(0, 10, count))
    return tmp_path / "arrays"


@pytest.mark.parametrize("key", WORKS)
def test_batches_hold_every_row_once(key: str) -> None:
    work = WORKS[key]
    for rows in (ROWS[work.dataset], 7, work.batch, work.batch + 1):
        batches = work.batches(rows)
        assert sum(batches) == rows
        assert len(batches) == work.steps(rows, 1)


@pytest.mark.parametrize("engine", ["keras", "numpy"])
@pytest.mark.parametrize("key", WORKS)
def test_dnnctl_takes_each_work_as_it_is_meant(key: str, engine: str, tmp_path: Path) -> None:
    work = WORKS[key]
    path = tmp_path / "work.yaml"
    path.write_text(yaml.safe_dump(work.config(rows=ROWS[work.dataset], epochs=1, engine=engine)), encoding="utf-8")
    loaded = load(path)
    plan = plan_of(loaded.config, loaded.info)
    kernels = [shape for name, shape in plan.shapes.items() if name.endswith("/kernel")]
    assert kernels == list(zip(work.widths, work.widths[1:], strict=False))
    assert loaded.config.training.optimizer.key == work.optimizer


def test_peers_get_the_hyper_parameters_of_dnnctl() -> None:
    assert OPTIMIZERS.parse("adam").settings()["epsilon"] == ADAM_EPSILON
    normalization = LAYERS.parse("batch_normalization").model_dump()
    assert (normalization["momentum"], normalization["epsilon"]) == (BATCH_NORM_MOMENTUM, BATCH_NORM_EPSILON)


@pytest.mark.parametrize("contender", ["textbook", "bare-numpy", "products-numpy", "products-xla", "scikit-learn"])
def test_contenders_count_their_steps(contender: str, pictures: Path) -> None:
    trainer = built(job(contender, "b", 250, pictures))
    trainer.epochs(2)
    assert trainer.steps == 6
    quality = trainer.quality()
    learns = contender in {"textbook", "scikit-learn"}
    assert 0 <= (quality or 0) <= 1 if learns else quality is None


def test_the_clock_of_checkpoints_stands_still_while_others_run() -> None:
    gate = Gate()
    before = gate.monotonic()
    threading.Timer(0.3, gate.ask, [1]).start()
    gate.on_start(None)
    assert gate.monotonic() - before < gate.waited


def test_scikit_learn_reaches_the_least_squares_line(tmp_path: Path) -> None:
    data.write("height_weight", tmp_path)
    trainer = built(job("scikit-learn", "d", 10, tmp_path))
    trainer.epochs(100)
    assert trainer.quality() == pytest.approx(10.153, abs=1e-3)


def test_a_worker_runs_rounds_when_it_is_told_to(tmp_path: Path) -> None:
    with Worker(CONTENDERS["dnnctl-numpy"], "d", 10, 2, (), tmp_path) as worker:
        assert worker.ready()["steps"] == 1
        assert [worker.ask("round")["steps"] for _ in range(2)] == [100, 100]
        last = worker.ask("finish")
    assert last["steps"] == 201
    assert last["quality"] == pytest.approx(10.153, abs=1e-3)


@pytest.mark.slow
@pytest.mark.skipif(not environment.PEERS_PYTHON.is_file(), reason="benchmarks/.peers is made by `make bench`")
@pytest.mark.parametrize("work", ["a", "b", "c"])
@pytest.mark.parametrize(
    "contender", ["torch-fused", "torch-compile", "jax-threefry", "jax-rbg", "keras-jax", "keras-jax-16"]
)
def test_compiled_peers_take_every_batch_the_smaller_last_one_too(contender: str, work: str, pictures: Path) -> None:
    due = WORKS[work].steps(250, 1)
    with Worker(CONTENDERS[contender], work, 250, 1, (1,), pictures) as worker:
        assert worker.ready()["steps"] == due
        assert worker.ask("round")["steps"] == WORKS[work].steps(250)
        assert 0 <= worker.ask("finish")["quality"] <= 1


def test_a_worker_that_fails_says_why(tmp_path: Path) -> None:
    with (
        Worker(CONTENDERS["dnnctl-numpy"], "no such work", 10, 1, (), tmp_path) as worker,
        pytest.raises(WorkerError, match="KeyError: 'no such work'"),
    ):
        worker.ready()


def test_repeated_rows_are_repeated(pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "repeated"
    repeated.write(pictures / "mnist", 600, folder)
    x = np.load(pictures / "mnist" / "x.npy")
    read = idx.read(folder / "train-images-idx3-ubyte", (600, 28, 28))
    assert np.array_equal(read, np.concatenate([x, x, x[:100]]))
    digests = json.loads((folder / "digests.json").read_text(encoding="utf-8"))
    assert digests["train-images"] == hashlib.sha256(read.data).hexdigest()


def test_a_command_that_ends_otherwise_than_it_should_is_an_error() -> None:
    done = run(["sh", "-c", "echo said; exit 2"], 2)
    assert done["output"] == "said\n"
    with pytest.raises(CommandError, match="expected exit status 0, received 2:\nsaid"):
        run(["sh", "-c", "echo said; exit 2"])


def test_without_a_command_everything_is_measured() -> None:
    assert arguments(["--only", "a,rows"]).only == ("a", "rows")
    assert arguments([]).rounds == 5
    assert arguments([]).contenders == tuple(CONTENDERS)
    some = arguments(["--only", "c", "--contenders", "dnnctl-keras,products-torch"])
    assert some.contenders == ("dnnctl-keras", "products-torch")
    for wrong in (["--only", "z"], ["--contenders", "nobody"]):
        with pytest.raises(SystemExit):
            arguments(wrong)


def test_a_missing_file_is_one_line(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "table", "missing.json"])
    assert main() == 1
    assert capsys.readouterr().err.startswith("error: ")
