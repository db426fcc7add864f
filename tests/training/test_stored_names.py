"""Names in the files of a run are written out, whatever an attribute is called, and other formats are refused."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.errors import RunError
from dnnctl.inference.ensemble import open_any
from dnnctl.inference.open import open_run
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import check_format
from dnnctl.training.job import resume, train
from dnnctl.version import __version__

SHAPE = "training.epochs=2", "model.layers=[dense: 3, batch_normalization, relu, {dropout: 0.1}]"
RULES = (
    "training.optimizer={adam: 0.01}",
    "training.early_stopping={monitor: val_loss}",
    "training.reduce_on_plateau={monitor: val_loss}",
)
COLUMN = {"name", "kind", "words", "fill", "shares"}
INFO = """
    title task input_shape class_names labels feature_names feature_units target targets unit input_range drawing
    framing shared_rows rows folder licence source
"""
PREPROCESSING = {
    "format": 2,
    "input_shape": [],
    "divisor": None,
    "mean": [],
    "std": [],
    "target_mean": [],
    "target_std": [],
    "ground": None,
    "table": {
        "columns": [dict.fromkeys(COLUMN)],
        "targets": [{"name": "", "kind": "", "words": []}],
        "missing": "",
        "missing_values": [],
        "usual_missing": True,
        "text_encoding": "utf-8",
    },
    "info": dict.fromkeys(INFO.split()),
}
MANIFEST = """
    format dnnctl state started versions platform name command seed engine deterministic threads_asked data network
    replicas init_from init_from_digest warnings starts environment optimizer_steps epochs_trained best_epoch verdict
    advice unmet device threads engines_agree seconds finished files
"""
META = {
    "format": 2,
    "config": {},
    "optimizer_steps": 0,
    "epoch": 0,
    "steps_in_epoch": 0,
    "seconds_in_epoch": 0,
    "early_stopping": {"best_value": 0, "best_epoch": 0, "epochs_waited": 0},
    "reduce_on_plateau": {
        "best": {"best_value": 0, "best_epoch": 0, "epochs_waited": 0},
        "cooldown_left": 0,
        "factor": 0,
    },
    "history": [],
    "layers": [],
}


def keys(value: Any) -> Any:
    """Return the keys of nested values, those of a list's first element for the list."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    return keys(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict) else None


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("table")
    rows = "".join(f"{i % 7},{'red' if i % 3 else 'blue'},{'yes' if i % 2 else 'no'}\n" for i in range(80))
    (folder / "t.csv").write_text(f"n,colour,answer\n{rows}")
    (folder / "t.yaml").write_text("data: {csv: {path: t.csv, target: answer}}\n")
    return folder / "t.yaml"


@pytest.fixture(scope="module", params=["numpy", "keras"])
def run(
    request: pytest.FixtureRequest, table: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunDirectory]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dnnctl.training.job.draw_all", lambda *_: [])
        settings = (f"engine={request.param}", *SHAPE, *RULES)
        yield train(load(table, settings), out=tmp_path_factory.mktemp("out")).run


def test_json_files(run: RunDirectory) -> None:
    assert keys(json.loads(run.preprocessing.read_text())) == keys(PREPROCESSING)
    manifest = json.loads(run.manifest.read_text())
    assert set(manifest) == set(MANIFEST.split())
    assert manifest["format"] == 2
    assert set(manifest["data"]) == {"dataset", "found", "digests", "notes", "rows", "batch_size"}
    assert set(manifest["network"]) == {
        "architecture",
        "units",
        "parameters",
        "trainable",
        "steps_per_epoch",
        "steps_planned",
    }
    agreement = {"rows": None, "largest_difference": None, "passed": None}
    assert keys(manifest["engines_agree"]) == (agreement if manifest["engine"] == "keras" else None)
    metrics = json.loads(run.metrics.read_text())
    assert list(metrics) == ["test", "validation", "train", "baseline"]
    assert list(metrics["baseline"]["trivial"])[:3] == ["label", "accuracy", "precision"]


def test_tables(run: RunDirectory) -> None:
    def columns(path: Path) -> list[str]:
        with path.open(encoding="utf-8") as stream:
            return next(csv.reader(stream))

    assert columns(run.history) == [
        *("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"),
    ]
    assert columns(run.layers) == ["epoch", "layer", "mean", "std", "zeros", "gradient"]


WEIGHTS = [
    *("dense_1/kernel", "dense_1/bias"),
    *(f"batch_normalization_1/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")),
    *("output/kernel", "output/bias"),
]


def test_arrays(run: RunDirectory) -> None:
    with np.load(run.predictions) as stored:
        assert list(stored) == ["rows", "y_true", "scores"]
    with np.load(run.weights) as stored:
        assert sorted(stored) == sorted(name for name in WEIGHTS if name != "dense_1/bias")
    with np.load(run.checkpoint) as stored:
        names, meta = set(stored), json.loads(stored["meta"].tobytes())
    assert keys({**meta, "config": {}, "history": [], "layers": []}) == keys(META)
    assert {name.partition("/")[0] for name in names} == {"digest", "meta", "engine", "best"}
    assert {name.removeprefix("best/") for name in names if name.startswith("best/")} == {
        name for name in WEIGHTS if name != "dense_1/bias"
    }


@pytest.mark.parametrize("opening", [open_run, open_any, resume])
@pytest.mark.parametrize(("written", "said"), [(None, "none"), (1, "1"), ("2", "'2'")])
def test_a_run_of_another_format_is_refused(
    run: RunDirectory, opening: Callable[[RunDirectory], Any], written: object, said: str
) -> None:
    before = run.manifest.read_text()
    run.manifest.write_text(json.dumps({**json.loads(before), "format": written, "dnnctl": "0.9"}))
    try:
        with pytest.raises(RunError) as raised:
            opening(run)
    finally:
        run.manifest.write_text(before)
    assert f"expected a run of format 2; received {said}, as dnnctl 0.9 wrote it." in str(raised.value)
    assert "Use that version, or train again with this one" in str(raised.value)


@pytest.mark.parametrize("named", [{"dnnctl": __version__}, {}])
def test_a_run_of_another_format_that_names_this_version_is_trained_again(
    run: RunDirectory, named: dict[str, str]
) -> None:
    with pytest.raises(RunError, match=r"received 1; this dnnctl writes no such runs\. Train again$"):
        check_format(run, {"format": 1, **named})


def test_statistics_of_another_format_are_refused(run: RunDirectory) -> None:
    before = run.preprocessing.read_text()
    stored = json.loads(before)
    other = r"expected format 2; received '(None|3)'\. Restore it, or train again"
    for changed, said in (
        ({k: v for k, v in stored.items() if k != "format"}, other),
        ({**stored, "format": 3}, other),
        ([], "expected the statistics of a run; received list"),
    ):
        run.preprocessing.write_text(json.dumps(changed))
        try:
            for opening in (open_run, lambda run: resume(run, ["training.epochs=3"])):
                with pytest.raises(RunError, match=f"^{re.escape(str(run.preprocessing))}: {said}$"):
                    opening(run)
        finally:
            run.preprocessing.write_text(before)
