"""Training from Python: what it takes, how it is watched, stopped and gone on with."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dnnctl
from dnnctl.errors import ConfigError, Interrupted, RunError, UsageError

LONG = {"training.epochs": 12, "checkpoint.every": 3, "model.layers": [{"dense": 16}, "relu", {"dropout": 0.1}]}


@pytest.fixture(autouse=True)
def short(one_plot: None) -> None:
    """Draw one picture only."""


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Let Ctrl-C be heard: a shell starts what runs in the background deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Interrupting(dnnctl.Observer):
    """Presses Ctrl-C once, when an event comes for the nth time."""

    def __init__(self, event: str, at: int = 1) -> None:
        self.event, self.left = event, at

    def _heard(self, event: str) -> None:
        self.left -= event == self.event
        if self.left == 0:
            self.left = -1
            os.kill(os.getpid(), signal.SIGINT)

    def on_start(self, prepared: Any) -> None:
        self._heard("start")

    def on_epoch(self, row: Any, epochs: int) -> None:
        self._heard("epoch")

    def on_stage(self, text: str) -> None:
        self._heard("stage")


def test_options_stand_in_place_of_the_configuration() -> None:
    run = dnnctl.train("xor", overrides=["training.epochs=2"], name="mine", engine="numpy", seed=5, out="here")
    assert (run.config.name, run.config.engine, run.config.seed) == ("mine", "numpy", 5)
    assert run.path.parent == Path("here/mine")
    again = dnnctl.train(run.config, init_from=run, out="here")
    assert again.config == run.config
    assert dnnctl.load(out="here").path == again.path


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"engine": "nump"}, "`engine`: engine: expected 'keras' or 'numpy'; received the text 'nump'"),
        ({"seed": "x"}, "`seed`: seed: expected a whole number; received the text 'x'"),
        ({"overrides": {"training.epoch": 1}}, "`overrides` training.epoch: training.epoch: unknown key"),
        ({"overrides": ["training.epoch"]}, "`overrides` training.epoch: expected key=value"),
        ({"overrides": "training.epochs=x"}, "`overrides` training.epochs: training.epochs: expected a whole number"),
        ({"name": "a/b"}, "`name`: name: "),
    ],
)
def test_a_fault_names_the_argument_that_brought_it_in(options: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        dnnctl.train("xor", **options)
    assert str(caught.value).startswith(fault)
    assert not Path("outputs").exists()


def test_nothing_is_printed_and_whoever_watches_hears_everything(capfd: pytest.CaptureFixture[str]) -> None:
    class Watching(dnnctl.Observer):
        def __init__(self) -> None:
            self.epochs: list[float] = []

        def on_epoch(self, row: Any, epochs: int) -> None:
            self.epochs.append(row["loss"])

    watching = Watching()
    run = dnnctl.train("digits", overrides={"training.epochs": 3}, engine="numpy", observer=watching)
    assert watching.epochs == run.history["loss"].tolist()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("engine", ["numpy", pytest.param("keras", marks=pytest.mark.slow)])
def test_ctrl_c_ends_it_with_a_checkpoint_from_which_it_goes_on_to_the_same_bits(engine: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    whole = dnnctl.train("digits", overrides=LONG, engine=engine, name="whole")
    with pytest.raises(Interrupted, match=r"^interrupted after [\d,]+ steps; go on with: dnnctl.resume\('") as caught:
        dnnctl.train("digits", overrides=LONG, engine=engine, name="stopped", observer=Interrupting("epoch", 7))
    assert signal.getsignal(signal.SIGINT) is before
    # What the message says can be run as it is.
    run = eval(str(caught.value).partition("go on with: ")[2])
    assert isinstance(run, dnnctl.Run)
    assert run.metrics == whole.metrics
    for name, array in whole.network.weights.items():
        assert np.array_equal(run.network.weights[name], array)


def test_before_the_first_step_it_ends_at_once() -> None:
    with pytest.raises(Interrupted, match="interrupted; go on with"):
        dnnctl.train("digits", engine="numpy", observer=Interrupting("start"))


def test_after_the_last_step_it_comes_to_its_end() -> None:
    run = dnnctl.train("xor", overrides={"training.epochs": 2}, engine="numpy", observer=Interrupting("stage"))
    assert run.verdict


def test_a_handler_of_the_program_stays_in_place() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        run = dnnctl.train("xor", overrides={"training.epochs": 5}, engine="numpy", observer=Interrupting("epoch", 2))
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
    assert len(run.history["loss"]) == 5


def test_a_thread_may_train() -> None:
    runs: list[Any] = []
    thread = threading.Thread(
        target=lambda: runs.append(dnnctl.train("xor", overrides={"training.epochs": 2}, engine="numpy"))
    )
    thread.start()
    thread.join()
    assert len(runs[0].history["loss"]) == 2


def test_a_run_is_made_longer() -> None:
    run = dnnctl.train("xor", overrides={"training.epochs": 10}, engine="numpy")
    with pytest.raises(RunError, match="this run is finished, after 10 epochs"):
        dnnctl.resume(run)
    longer = dnnctl.resume(run, overrides={"training.epochs": 20})
    assert isinstance(longer, dnnctl.Run)
    assert len(longer.history["loss"]) == 20
    # What was loaded is as it was, to the network that it holds.
    assert len(run.history["loss"]) in {10, 20}
    with pytest.raises(RunError, match="on resume only the length may change"):
        dnnctl.resume(run, overrides={"training.epochs": 30, "seed": 3})
    with pytest.raises(UsageError, match="`jobs`: there is one network to train"):
        dnnctl.resume(run, jobs=2)


def test_only_the_chief_of_several_machines_keeps_a_run() -> None:
    hosts = "localhost:2222,localhost:2223"
    with pytest.raises(UsageError, match=r"expected the chief, localhost:2222.*dnnctl\.take_part is to be called"):
        dnnctl.train("digits", hosts=hosts, worker=1)
    with pytest.raises(UsageError, match="the chief, which calls"):
        dnnctl.take_part("digits", hosts=hosts, worker=0)
    with pytest.raises(UsageError, match="not the chief"):
        dnnctl.take_part("digits")


@pytest.mark.slow
def test_a_chief_and_a_worker_train_from_python(tmp_path: Path) -> None:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        hosts = ",".join(f"127.0.0.1:{each.getsockname()[1]}" for each in (one, other))
    arguments = f"'digits', overrides={{'training.epochs': 2, 'data.limit': 200}}, hosts={hosts!r}"
    calls = [
        f"train({arguments}, worker=0, out={str(tmp_path)!r}).path.parent.name",
        f"take_part({arguments}, worker=1)",
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", f"import dnnctl; print(dnnctl.{call})"], stdout=subprocess.PIPE, text=True
        )
        for call in calls
    ]
    told = [process.communicate(timeout=120)[0].split()[-1] for process in started]
    assert told == ["digits", "12"]
