"""Trainings (a) to (d): everybody who can do a work does it, in turn."""

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.contenders.base import RefusedError
from benchmarks.interleaving import Say, all_cores, calibrate, interleave
from benchmarks.processes import Worker
from benchmarks.timings import check_steps
from benchmarks.works import ROWS, Work


def measure(
    work: Work,
    wanted: Collection[str],
    rounds: int,
    limit: int | None,
    data: Path,
    say: Say,
    *,
    calibrating: bool = True,
) -> dict[str, Any]:
    """Measure one work.

    Args:
        work: Which.
        wanted: Keys of those who shall do it, as far as they can.
        rounds: Rounds for each contender.
        limit: Use only the first so many training rows.
        data: Folder with the arrays.
        say: Told of what happens.
        calibrating: Whether each peer's best number of threads is looked for; else it gets all cores.

    Returns:
        The section of the JSON file.

    Raises:
        UnequalWorkError: If one took more or fewer steps than are due.
        RefusedError: If dnnctl refuses a configuration that it must take.
    """
    rows = min(ROWS[work.dataset], limit or ROWS[work.dataset])
    say(f"({work.key}) {work.title}: {rows:,} rows, {work.steps(rows):,} steps a round")
    able = [contender for contender in CONTENDERS.values() if contender.key in wanted and contender.can_do(work)]
    found: dict[str, tuple[tuple[int, ...], Any]] = {
        contender.key: calibrate(contender, work, rows, data, say) if calibrating else (all_cores(contender), {})
        for contender in able
    }
    skipped: dict[str, str] = {}
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for contender in able:
            worker = stack.enter_context(Worker(contender, work.key, rows, rounds, found[contender.key][0], data))
            try:
                worker.ready()
            except RefusedError as refused:
                if not contender.optional:
                    raise
                skipped[contender.key] = str(refused)
                say(f"  LEFT OUT    {contender.key}: {refused}")
                continue
            workers[contender.key] = worker
        runs = {key: (lambda worker=worker: worker.ask("round")) for key, worker in workers.items()}
        done = interleave(runs, rounds, say)
        entries = {}
        for key, worker in workers.items():
            last = worker.ask("finish")
            entries[key] = _entry(worker.contender, found[key], done[key], last, worker.idle_seconds)
    steps = work.steps(rows)
    check_steps(entries, steps, work.steps(rows, 1) + rounds * steps)
    return {
        "kind": "training",
        "title": work.title,
        "rows": rows,
        "epochs": work.epochs,
        "steps": steps,
        "quality": "test accuracy" if work.classes else "mean squared error, cm²",
        "entries": entries,
        "skipped": skipped,
    }


def _entry(
    contender: Contender, found: tuple[tuple[int, ...], Any], rounds: list[Any], last: dict[str, Any], idle: float
) -> dict[str, Any]:
    return {
        "title": contender.title,
        "kind": contender.kind,
        "threads": list(found[0]),
        "calibration": found[1],
        "rounds": rounds,
        "steps": last["steps"],
        "quality": last["quality"],
        "facts": last["facts"],
        "idle_processor_seconds": round(idle, 3),
    }
