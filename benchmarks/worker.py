"""One contender in a process of its own: prepares, warms up for an epoch, then runs a round whenever it is told to.

    python -m benchmarks.worker '{"contender": ...}'

Orders come as lines on standard input (`round`, `finish`), answers go as lines of JSON to standard output. Between
orders it sleeps in `read`.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.contenders.base import Job, RefusedError, Trainer
from benchmarks.works import WORKS


def job_of(order: dict[str, Any]) -> Job:
    """Read what the driver wants."""
    return Job(
        contender=order["contender"],
        module=order["module"],
        option=order["option"],
        work=WORKS[order["work"]],
        rows=order["rows"],
        rounds=order["rounds"],
        threads=tuple(order["threads"]),
        data=Path(order["data"]),
    )


def serve(job: Job, trainer: Trainer, answer: Any) -> None:
    """Do what is ordered until there are no more orders."""
    while line := sys.stdin.readline():
        order = line.strip()
        if order == "round":
            before, start = trainer.steps, time.perf_counter()
            trainer.epochs(job.work.epochs)
            seconds = time.perf_counter() - start
            answer(seconds=seconds, steps=trainer.steps - before)
        elif order == "finish":
            answer(quality=trainer.quality(), steps=trainer.steps, facts=trainer.facts())


def main() -> None:
    # Whatever a framework prints goes to standard error; only answers go to the driver.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**values: Any) -> None:
        out.write(json.dumps(values) + "\n")
        out.flush()

    job = job_of(json.loads(sys.argv[1]))
    start = time.perf_counter()
    module = importlib.import_module(f"benchmarks.contenders.{job.module}")
    try:
        trainer = module.build(job)
    except RefusedError as refused:
        answer(refused=str(refused))
        return
    trainer.epochs(1)
    answer(ready=time.perf_counter() - start, steps=trainer.steps)
    serve(job, trainer, answer)
    # Threads of frameworks that wait for work are left behind.
    out.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
