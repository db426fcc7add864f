"""(e) Whole commands, from the start of the process to its end."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.commands import dnnctl, run
from benchmarks.environment import ROOT
from benchmarks.interleaving import Say, interleave
from dnnctl.config.loading import load
from dnnctl.datasets.samples import held
from dnnctl.training.preparation import prepare

FAULTY = """\
nme: faulty
sed: 3
data:
  dataset: mnits
  batch_sice: 128
  validation_split: 1.5
model:
  layers:
    - dense: -512
    - batch_normalisation
    - dropout: 1.2
training:
  epochs: many
  optimizer: {adm: 0.1}
  early_stopping: {patience: -1}
  precision: float31
"""


def measure(rounds: int, scratch: Path, say: Say) -> dict[str, Any]:
    """Measure the commands.

    Args:
        rounds: How often each is run.
        scratch: Folder for runs and data.
        say: Told of what happens.

    Returns:
        The section of the JSON file.
    """
    say("(e) whole commands")
    out, faulty = scratch / "runs", scratch / "faulty.yaml"
    faulty.write_text(FAULTY, encoding="utf-8")
    _write_digits(scratch / "digits")
    # What evaluate and predict need: one trained MNIST network.
    run([*dnnctl(), "train", "configs/mnist.yaml", "--out", str(out), "--set", "training.epochs=1"])
    sub = partial(_words, out)
    commands: dict[str, tuple[str, list[str], int]] = {
        "help": ("dnnctl --help", [*dnnctl(), "--help"], 0),
        "faulty": ("dnnctl train, a faulty configuration", [*dnnctl(), "train", str(faulty)], 2),
        "train-digits": ("dnnctl train configs/digits.yaml", sub("train", "configs/digits.yaml"), 0),
        "bare-digits": (
            "the same network in a bare script, no plots",
            [sys.executable, "-m", "benchmarks.scripts.bare_digits", str(scratch / "digits")],
            0,
        ),
        "evaluate": ("dnnctl evaluate mnist", sub("evaluate", "mnist"), 0),
        "predict": ("dnnctl predict mnist --sample 5", sub("predict", "mnist", "--sample", "5"), 0),
        "predict-keras": (
            "the same with --engine keras",
            sub("predict", "mnist", "--sample", "5", "--engine", "keras"),
            0,
        ),
        "train-xor": ("dnnctl train xor --engine numpy", sub("train", "xor", "--engine", "numpy"), 0),
        "train-height-weight": (
            "dnnctl train height_weight --engine numpy",
            sub("train", "height_weight", "--engine", "numpy"),
            0,
        ),
    }
    runs = {key: partial(run, words, status) for key, (_, words, status) in commands.items()}
    done = interleave(runs, rounds, say)
    entries = {}
    for key, (title, _, _) in commands.items():
        outputs = [each.pop("output") for each in done[key]]
        entries[key] = {"title": title, "kind": "command", "rounds": done[key]}
        if key == "bare-digits":
            entries[key] |= json.loads(outputs[-1].splitlines()[-1])
    _add_digits_run(entries["train-digits"], out / "digits")
    if entries["train-digits"]["steps"] != entries["bare-digits"]["steps"]:
        raise RuntimeError("the bare script and dnnctl took different numbers of steps")
    return {"kind": "commands", "title": "whole commands", "entries": entries}


def _words(out: Path, *words: str) -> list[str]:
    return [*dnnctl(), *words, "--out", str(out)]


def _write_digits(folder: Path) -> None:
    """Write the splits of `configs/digits.yaml`, so that the bare script trains on the same rows."""
    splits = prepare(load(ROOT / "configs" / "digits.yaml")).splits
    folder.mkdir()
    for ending, samples in (("", splits.train), ("_val", splits.named("validation")), ("_test", splits.test)):
        np.save(folder / f"x{ending}.npy", held(samples).x)
        np.save(folder / f"y{ending}.npy", held(samples).y)


def _add_digits_run(entry: dict[str, Any], runs: Path) -> None:
    newest = max(runs.iterdir(), key=lambda path: path.stat().st_mtime)
    manifest = json.loads((newest / "manifest.json").read_text(encoding="utf-8"))
    metrics = json.loads((newest / "metrics.json").read_text(encoding="utf-8"))
    entry |= {"steps": manifest["optimizer_steps"], "quality": metrics["test"]["accuracy"]}
