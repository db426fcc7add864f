"""A run goes on only with rows that are prepared as they were when it was begun."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import read_checkpoint, write_checkpoint
from dnnctl.training.job import resume, train

pytestmark = pytest.mark.usefixtures("no_plots")
SIDE = 6


def _trained(folder: Path, header: str, rows: list[str], **options: Any) -> RunDirectory:
    path = folder / "t.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    data = {"csv": {"path": str(path), "target": "label", **options}}
    training = {"epochs": 1}
    config = {"data": data, "model": {"layers": [{"dense": 4}, "relu"]}, "training": training, "engine": "numpy"}
    return train(load(config), out=folder / "outputs").run


def _table(folder: Path) -> RunDirectory:
    draw = np.random.default_rng(0)
    rows = [f"{draw.normal(5, 2):.3f},{'ab'[i % 2]},{i % 3}" for i in range(60)]
    return _trained(folder, "size,kind,label", rows)


def test_a_run_on_standardized_pixels_does_not_go_on_with_pictures(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, SIDE * SIDE)).tolist()
    header = ",".join(["label", *(f"pixel{i}" for i in range(SIDE * SIDE))])
    rows = [",".join(map(str, [i % 3, *cells])) for i, cells in enumerate(pixels)]
    run = _trained(tmp_path, header, rows, image=False)
    before = run.preprocessing.read_bytes()
    # As a run of a version that had no `image`: its configuration does not say how such columns are read.
    run.config.write_text(run.config.read_text().replace("image: false", "image: auto"))
    kept = read_checkpoint(run.checkpoint)
    config = json.loads(json.dumps(kept.meta.config).replace('"image": false', '"image": "auto"'))
    write_checkpoint(run.checkpoint, replace(kept, meta=kept.meta.model_copy(update={"config": config})))
    with pytest.raises(RunError, match=r"36 numbers, now 6 x 6 pixels.*divided by 255.*data\.csv\.image: false"):
        resume(run, ["training.epochs=2"])
    assert run.preprocessing.read_bytes() == before


def _changed(run: RunDirectory, change: Callable[[Any], object]) -> None:
    stored = json.loads(run.preprocessing.read_text())
    change(stored)
    run.preprocessing.write_text(json.dumps(stored))


CHANGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "words": (lambda s: s["table"]["columns"][1].update(words=["a", "c"]), "'kind': category of 2 words"),
    "mean": (lambda s: s["mean"].__setitem__(0, s["mean"][0] + 0.1), "size: mean"),
    "deviation": (lambda s: s["std"].__setitem__(0, s["std"][0] * 1.1), "size: mean"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_differs_is_named(tmp_path: Path, name: str) -> None:
    run = _table(tmp_path)
    change, told = CHANGES[name]
    _changed(run, change)
    with pytest.raises(RunError, match=rf"prepared otherwise.*{told}.*Train anew"):
        resume(run, ["training.epochs=2"])


def test_statistics_may_be_rounded_to_32_bits(tmp_path: Path) -> None:
    run = _table(tmp_path)
    _changed(run, lambda s: s.update({key: np.float32(s[key]).tolist() for key in ("mean", "std")}))
    resume(run, ["training.epochs=2"])
