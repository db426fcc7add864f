"""Kills trainings with SIGKILL and resumes them: run as a program, it prints the table of docs/reliability.md.

    python tests/training/kills.py

Each training is killed several times, resumed each time, and ends with the files of one that was not killed.
Every process logs the steps that its engine takes, so that what was repeated is counted and not believed.
"""

import csv
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import read_checkpoint

SETTINGS = (
    "data.batch_size=10",
    "data.augment={shift: 0.1, rotate: 10, elastic: 8, noise: 0.1, erase: 0.3}",
    "training.optimizer={adam: {learning_rate: {exponential: {peak: 0.01, decay: 0.98, warmup_epochs: 2}}}}",
    "training.early_stopping={monitor: val_loss, patience: 1000}",
    "training.reduce_on_plateau={monitor: val_loss, patience: 6, factor: 0.7}",
    "checkpoint.seconds=0.15",
)
STEPS_PER_EPOCH = 130
# Logs the first step and the number of steps of each group, once the engine has taken it.
DRIVER = """
import os, sys
from pathlib import Path
from dnnctl.config.loading import load
from dnnctl.runs.layout import RunDirectory
from dnnctl.training import job
from dnnctl.training.epoch import RunningEpoch

log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
out, run, per_epoch, settings = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:]
real = RunningEpoch.add
def add(epoch, result):
    os.write(log, f"{epoch.number * per_epoch + epoch.done} {len(result.losses)}\\n".encode())
    real(epoch, result)
RunningEpoch.add = add
restored = RunningEpoch.restore
def restore(epoch, *given, **named):
    # A checkpoint's steps were taken, and written down, before.
    RunningEpoch.add = real
    restored(epoch, *given, **named)
    RunningEpoch.add = add
RunningEpoch.restore = restore
job.draw_all = lambda *_: []
job.resume(RunDirectory(Path(run))) if run else job.train(load("digits", settings), out=out)
"""


@dataclass
class Kill:
    """One process that was killed.

    Args:
        engine: `keras` or `numpy`.
        reached: Steps that were taken over the whole training.
        kept: Steps that the checkpoint had behind it afterwards.
        writing: Whether half a checkpoint was left behind.
    """

    engine: str
    reached: int
    kept: int
    writing: bool

    @property
    def inside(self) -> bool:
        """Whether it was in the middle of an epoch."""
        return self.reached % STEPS_PER_EPOCH != 0


@dataclass
class Chain:
    """A training that was killed again and again, and finished at last.

    Args:
        engine: `keras` or `numpy`.
        kills: What was killed.
        steps: Steps taken in all, those taken again included.
        problems: What is not as in a training that was not killed.
    """

    engine: str
    kills: list[Kill] = field(default_factory=list)
    steps: int = 0
    problems: list[str] = field(default_factory=list)


def start(log: Path, out: Path, run: Path | None, settings: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a training, or resume a run, in a process of its own."""
    arguments = [str(log), str(out), str(run or ""), str(STEPS_PER_EPOCH), *settings]
    return subprocess.Popen([sys.executable, "-c", DRIVER, *arguments], stderr=subprocess.PIPE)


def steps(log: Path) -> list[int]:
    """Return every step that was logged, in the order they were taken."""
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [int(first) + i for first, count in lines for i in range(int(count))]


def kept_steps(run: RunDirectory | None) -> int:
    """Return how many steps a run's checkpoint has behind it; 0 if it has none yet."""
    return read_checkpoint(run.checkpoint).meta.optimizer_steps if run and run.checkpoint.exists() else 0


def halves(out: Path) -> Iterator[Path]:
    """Return checkpoints that are being written."""
    yield from out.glob("*/*/checkpoint/.state.npz.*.part")


def kill(process: "subprocess.Popen[bytes]", log: Path, out: Path, after: int, wait: float, *, writing: bool) -> bool:
    """Kill a training some time after so many of its steps, on request while it writes a checkpoint.

    Returns:
        Whether it was still there to be killed.
    """
    while process.poll() is None and len(steps(log)) < after:
        time.sleep(0.002)
    time.sleep(wait)
    while writing and process.poll() is None and not any(True for _ in halves(out)):
        pass
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


def chain(engine: str, kills: int, epochs: int, folder: Path, whole: RunDirectory, chance: random.Random) -> Chain:
    """Kill a training a number of times, finish it, and compare it with one that was not killed."""
    done, run = Chain(engine), None
    settings = (f"engine={engine}", f"training.epochs={epochs}", *SETTINGS)
    for number in range(kills + 1):
        log = folder / f"{number}.log"
        before = kept_steps(run)
        process = start(log, folder, run.path if run else None, settings)
        # All starts together come to two thirds of the training, so that none reaches its end.
        after = chance.randint(1, epochs * STEPS_PER_EPOCH * 2 // (3 * kills))
        killed = number < kills and kill(
            process, log, folder, after, chance.uniform(0.0, 0.03), writing=number % 3 == 2
        )
        _, said = process.communicate()
        if number < kills and not killed:
            done.problems.append(f"start {number + 1} ended before it was killed: {said.decode()[-300:]}")
            break
        taken = steps(log)
        done.steps += len(taken)
        if taken != list(range(before, before + len(taken))):
            done.problems.append(f"start {number + 1} took other steps than those after step {before}")
        (path,) = folder.glob("*/2*")
        run = RunDirectory(path)
        if killed:
            left = list(halves(folder))
            done.kills.append(Kill(engine, taken[-1] + 1, kept_steps(run), bool(left)))
        elif process.returncode:
            done.problems.append(said.decode()[-300:])
    if run is not None and not done.problems:
        done.problems += differences(run, whole, done)
    return done


def differences(run: RunDirectory, whole: RunDirectory, done: Chain) -> Iterator[str]:
    """Yield what two runs differ in, and what their manifests count otherwise than was logged."""
    for name in ("weights", "metrics", "predictions", "layers"):
        if getattr(run, name).read_bytes() != getattr(whole, name).read_bytes():
            yield f"{name} differ"
    histories = []
    for path in (run.history, whole.history):
        with path.open() as stream:
            histories.append([{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(stream)])
    if histories[0] != histories[1]:
        yield "history differs"
    if any(halves(run.path.parents[1])):
        yield "half a checkpoint is still there"
    starts = json.loads(run.manifest.read_text())["starts"]
    counted = [(s["state"], s["first_step"], s["last_step"]) for s in starts]
    kept = [0, *(k.kept for k in done.kills)]
    last = json.loads(whole.manifest.read_text())["optimizer_steps"]
    expected = [("killed", before + 1, after) for before, after in itertools.pairwise(kept)]
    if counted != [*expected, ("done", kept[-1] + 1, last)]:
        yield f"the manifest counts {counted}"


def stress(engines: Sequence[str], chains: int, kills: int, epochs: int, folder: Path, seed: int = 0) -> list[Chain]:
    """Kill trainings of each engine, each a number of times."""
    chance, done = random.Random(seed), []
    for engine in engines:
        whole_folder = folder / engine / "whole"
        whole_folder.mkdir(parents=True)
        settings = (f"engine={engine}", f"training.epochs={epochs}", *SETTINGS)
        process = start(whole_folder / "log", whole_folder, None, settings)
        _, said = process.communicate()
        if process.returncode:
            raise RuntimeError(said.decode())
        (path,) = whole_folder.glob("*/2*")
        for number in range(chains):
            own = folder / engine / str(number)
            own.mkdir()
            done.append(chain(engine, kills, epochs, own, RunDirectory(path), chance))
    return done


def table(chains: Sequence[Chain]) -> str:
    """Return what happened as a table in Markdown."""
    lines = [
        "| engine | trainings | kills | in mid-epoch | while a checkpoint was written | steps lost, median | "
        "most | different files |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for engine in dict.fromkeys(chain.engine for chain in chains):
        own = [chain for chain in chains if chain.engine == engine]
        kills = [kill for chain in own for kill in chain.kills]
        lost = sorted(kill.reached - kill.kept for kill in kills)
        lines.append(
            f"| {engine} | {len(own)} | {len(kills)} | {sum(k.inside for k in kills)} | "
            f"{sum(k.writing for k in kills)} | {lost[len(lost) // 2]} | {lost[-1]} | "
            f"{sum(bool(chain.problems) for chain in own)} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with tempfile.TemporaryDirectory() as name:
        result = stress(("numpy", "keras"), 3, 6, 50, Path(name))
    print(table(result))
    sys.exit("\n".join(problem for chain in result for problem in chain.problems) or 0)
