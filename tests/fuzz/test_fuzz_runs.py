"""Saved runs with flipped bytes and altered values: opened, evaluated, verified, compared, or one error each."""

import io
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import strategies as st
from ledger import LENGTHS, Ledger, count
from mutations import EDITS, JUNK, Edit, changes, hold, regrown, spoiled, watch

from dnnctl.cli.screen import predictions as table
from dnnctl.config.loading import load
from dnnctl.errors import DnnctlError
from dnnctl.experiments.reproduce import compare as run_comparison
from dnnctl.inference import open as loading
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.formats.base import format_named
from dnnctl.inference.open import open_run
from dnnctl.inference.predict import Request, predict
from dnnctl.runs import verifying
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train

DEEP = [
    "engine=numpy",
    "training.epochs=2",
    "model.layers=[{dense: 6}, batch_normalization, relu, {dropout: 0.1}]",
]
FILES = ("manifest.json", "config.yaml", "preprocessing.json", "weights.npz", "metrics.json", "history.csv")
# What is called once the file's own parser is done with it.
AFTER = {
    "manifest.json": (loading, "load"),
    "config.yaml": (loading, "plan_of"),
    "preprocessing.json": (loading.Preprocessing, "from_json"),
    "weights.npz": (loading, "_read_array"),
    "metrics.json": (run_comparison, "_text"),
    "history.csv": (run_comparison, "_rows"),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("outputs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dnnctl.training.job.draw_all", lambda *_: [])
        return {name: train(load(name, DEEP), out=out).run.path for name in ("xor", "height_weight")}


@pytest.fixture(params=FILES)
def spoiling(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[int]]:
    """One file of a run, and what is filled when its parser was passed."""
    seen: list[int] = []
    watch(monkeypatch, *AFTER[request.param], seen)
    return request.param, seen


def altered(name: str, contents: bytes, values: list[tuple[str, int, Any]]) -> bytes:
    """Return a file whose form is right and whose values are not."""
    if name.endswith(".json"):
        return json.dumps(regrown(json.loads(contents), values)).encode()
    if name.endswith(".yaml"):
        return yaml.safe_dump(regrown(yaml.safe_load(contents), values), allow_unicode=True).encode(errors="replace")
    if name.endswith(".csv"):
        cells = regrown([line.split(",") for line in contents.decode().splitlines()], values)
        return "\n".join(",".join(map(str, row)) if isinstance(row, list) else str(row) for row in cells).encode(
            errors="replace"
        )
    with np.load(io.BytesIO(contents)) as stored:
        arrays = dict(stored)
    for operation, at, value in values:
        key = sorted(arrays)[at % len(arrays)]
        number = value if isinstance(value, float) else float(at)
        with np.errstate(over="ignore", invalid="ignore"), warnings.catch_warnings():
            # What an earlier change made complex may lose its imaginary part here.
            warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
            if operation == "replace":
                arrays[key] = np.full_like(arrays[key], number)
            elif operation == "scale":
                arrays[key] = (arrays[key] * 10.0 ** (at % 50)).astype("float32")
            elif operation == "double":
                arrays[key] = arrays[key].astype(("float16", "float64", "int32", ">f4", "complex64", "U3")[at % 6])
            elif operation == "remove" and len(arrays) > 1:
                del arrays[key]
            else:
                arrays[key] = arrays[key].T
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def use(run: RunDirectory, whole: RunDirectory) -> None:
    """Do what the commands do with a run; a part that is refused does not keep the others from being tried."""
    refused = []
    for part in (_ask, _measure, verifying.verify, run_comparison.final_metrics, lambda r: _compare(r, whole)):
        try:
            part(run)
        except DnnctlError as error:
            refused.append(error)
    if refused:
        raise refused[0]


def _ask(run: RunDirectory) -> None:
    opened = open_run(run)
    values = [",".join(["0.5"] * opened.plan.inputs)]
    for form in (table, format_named("json"), format_named("csv")):
        form.write([predict(opened, Request(values=values, engine="numpy"))], io.StringIO())


def _measure(run: RunDirectory) -> None:
    opened = open_run(run)
    if opened.config.data.source.key in {"logic_gate", "height_weight"} and opened.plan.parameters < 10_000:
        evaluate(opened, engine="numpy")


def _compare(run: RunDirectory, whole: RunDirectory) -> None:
    run_comparison.first_different_epoch(run, whole)
    manifests = [loading.read_manifest(each.manifest) for each in (run, whole)]
    run_comparison.environment_changes(*manifests)


@pytest.mark.parametrize("length", LENGTHS)
def test_runs(
    ledger: Ledger, length: str, finished: dict[str, Path], spoiling: tuple[str, list[int]], tmp_path: Path
) -> None:
    name, seen = spoiling
    copies = {key: RunDirectory(Path(shutil.copytree(path, tmp_path / key))) for key, path in finished.items()}
    originals = {key: (path / name).read_bytes() for key, path in finished.items()}

    def check(which: str, by_value: bool, values: list[tuple[str, int, Any]], edits: list[Edit]) -> None:
        original, run = originals[which], copies[which]
        contents = altered(name, original, values) if by_value else spoiled(original, edits)
        (run.path / name).write_bytes(contents)
        seen.clear()
        with ledger.trying("runs") as counts:
            try:
                use(run, RunDirectory(finished[which]))
            finally:
                counts.past += bool(seen)

    hold(
        -(-count("runs", length) // len(FILES)),
        check,
        which=st.sampled_from(sorted(finished)),
        by_value=st.booleans(),
        values=changes(JUNK | st.floats()),
        edits=st.lists(EDITS, min_size=1, max_size=2),
    )
