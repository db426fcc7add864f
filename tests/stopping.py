"""Trainings that are stopped, and what is compared of them."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import Interrupted
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train
from dnnctl.training.observer import Observer, StepProgress
from dnnctl.training.preparation import Prepared


class StopAfter(Observer):
    """Asks to stop once so many steps are taken, and keeps what it is told."""

    def __init__(self, steps: int = 1 << 60) -> None:
        self.steps, self.taken, self.notices = steps, 0, list[str]()

    def on_start(self, prepared: Prepared) -> None:
        self.per_epoch = prepared.length.steps_per_epoch

    def on_progress(self, progress: StepProgress) -> None:
        self.taken = (progress.epoch - 1) * self.per_epoch + progress.step

    def on_notice(self, text: str) -> None:
        self.notices.append(text)

    def stop_requested(self) -> bool:
        return self.taken >= self.steps


def start(settings: Sequence[str], out: Path, observer: Observer | None = None, config: str = "digits") -> RunDirectory:
    return train(load(config, settings), out=out, observer=observer).run


def stopped(settings: Sequence[str], out: Path, steps: int, config: str = "digits") -> RunDirectory:
    with pytest.raises(Interrupted, match=r"interrupted after [\d,]+ steps; go on with: dnnctl\.resume\("):
        start(settings, out, StopAfter(steps), config)
    (manifest,) = out.glob("*/*/manifest.json")
    return RunDirectory(manifest.parent)


def rows(run: RunDirectory) -> list[dict[str, str]]:
    with run.history.open() as stream:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(stream)]


def same(one: RunDirectory, other: RunDirectory) -> None:
    assert rows(one) == rows(other)
    for name in ("weights", "metrics", "predictions", "layers", "preprocessing"):
        assert getattr(one, name).read_bytes() == getattr(other, name).read_bytes(), name
    assert one.iterations.exists() == other.iterations.exists()
    if one.iterations.exists():
        assert one.iterations.read_bytes() == other.iterations.read_bytes()


def starts(run: RunDirectory) -> list[tuple[str, int, int, int]]:
    return [
        (s["state"], s["first_step"], s["last_step"], s["steps_taken"])
        for s in json.loads(run.manifest.read_text())["starts"]
    ]
