"""Rounds A B C A B C, and the number of threads that suits each contender."""

import os
import statistics
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.processes import Worker
from benchmarks.works import Work

CALIBRATION_STEPS = 100
CALIBRATION_ROUNDS = 3

Say = Callable[[str], None]


def interleave(runs: Mapping[str, Callable[[], dict[str, Any]]], rounds: int, say: Say) -> dict[str, list[Any]]:
    """Run each in turn, round after round, and return what each said of its rounds.

    Args:
        runs: What to run; each returns at least `seconds`.
        rounds: How often.
        say: Told of every round.
    """
    done: dict[str, list[Any]] = {key: [] for key in runs}
    for number in range(1, rounds + 1):
        for key, run in runs.items():
            done[key].append(run())
            say(f"  round {number}/{rounds}  {key:<28} {done[key][-1]['seconds']:9.3f} s")
    return done


def thread_choices(contender: Contender, cores: int | None = None) -> list[tuple[int, ...]]:
    """Return the thread settings that are tried for a contender.

    1, 2, 4, ... up to the number of cores; for TensorFlow also one thread an operation with as many operations at
    a time as there are cores. dnnctl chooses for itself.
    """
    if contender.kind == "dnnctl":
        return [()]
    cores = cores or os.cpu_count() or 1
    counts = sorted({*(2**i for i in range(cores.bit_length()) if 2**i <= cores), cores})
    if not contender.tensorflow:
        return [(count,) for count in counts]
    both: list[tuple[int, ...]] = [(count, count) for count in counts]
    return both + [(1, cores)] * (cores > 1)


def all_cores(contender: Contender, cores: int | None = None) -> tuple[int, ...]:
    """Return the setting of a contender with as many threads as there are cores."""
    return max(thread_choices(contender, cores), key=lambda threads: threads[:1])


def calibrate(contender: Contender, work: Work, rows: int, data: Path, say: Say) -> tuple[tuple[int, ...], Any]:
    """Find the thread setting with which a contender is fastest.

    Args:
        contender: Who.
        work: What it does.
        rows: Training rows of the measurement; fewer are used here.
        data: Folder with the arrays.
        say: Told of the outcome.

    Returns:
        The setting, and the median seconds of each that was tried, by its name.
    """
    choices = thread_choices(contender)
    if len(choices) == 1:
        return choices[0], {}
    few = min(rows, CALIBRATION_STEPS * work.batch)
    with ExitStack() as stack:
        workers = {
            threads: stack.enter_context(Worker(contender, work.key, few, 0, threads, data)) for threads in choices
        }
        for worker in workers.values():
            worker.ready()
        taken: dict[tuple[int, ...], list[float]] = {threads: [] for threads in choices}
        for _ in range(CALIBRATION_ROUNDS):
            for threads, worker in workers.items():
                taken[threads].append(worker.ask("round")["seconds"])
    medians = {threads: statistics.median(values) for threads, values in taken.items()}
    best = min(medians, key=lambda threads: medians[threads])
    say(f"  threads     {contender.key:<28} {threads_text(best)}")
    return best, {threads_text(threads): median for threads, median in medians.items()}


def threads_text(threads: tuple[int, ...] | list[int]) -> str:
    """Return a thread setting in words: `2`, or `1 x 2`: one thread an operation, two operations at a time."""
    if not threads:
        return "auto"
    return str(threads[0]) if len(threads) == 1 or threads[0] == threads[1] else f"{threads[0]} x {threads[1]}"
