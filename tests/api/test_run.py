"""A finished run in Python: what it says of itself, and that it is read once."""

import builtins
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dnnctl
from dnnctl.errors import RunError, UsageError

PIXELS = np.random.default_rng(0).integers(0, 17, (300, 8, 8))


def test_a_run_is_found_by_its_path_its_name_and_as_the_latest(digits: Any, outputs: Path) -> None:
    for named in (digits.path, str(digits.path), digits, "digits"):
        assert dnnctl.load(named, out=outputs).path == digits.path
    assert dnnctl.load(out=outputs).path.parent.parent == outputs
    with pytest.raises(RunError, match="did you mean 'digits'"):
        dnnctl.load("digit", out=outputs)


def test_the_usual_folder_of_runs_is_that_of_the_command_line(
    digits: Any, outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match=r"there are no runs in outputs. Train one first: dnnctl.train\('digits'\)"):
        dnnctl.load("digits")
    monkeypatch.setenv("DNNCTL_OUTPUT_DIR", str(outputs))
    assert dnnctl.load("digits").path == digits.path


def test_what_is_stored_is_what_it_says(digits: Any) -> None:
    stored = json.loads((digits.path / "metrics.json").read_text())
    assert digits.metrics["test"] == stored["test"]
    assert set(digits.metrics) == {"test", "validation", "train"}
    assert digits.baselines == stored["baseline"]
    lines = (digits.path / "history.csv").read_text().splitlines()
    assert list(digits.history) == lines[0].split(",")
    assert digits.history["val_loss"].tolist() == [
        float(line.split(",")[lines[0].split(",").index("val_loss")]) for line in lines[1:]
    ]
    manifest = json.loads((digits.path / "manifest.json").read_text())
    assert digits.verdict == manifest["verdict"]
    assert digits.config.training.epochs == 2


def test_weights_have_names_and_cannot_be_changed(digits: Any) -> None:
    with np.load(digits.path / "weights.npz") as stored:
        assert set(digits.network.weights) == set(stored)
        for name, array in digits.network.weights.items():
            assert np.array_equal(array, stored[name])
    with pytest.raises(ValueError, match="read-only"):
        digits.network.weights["dense_1/kernel"][0, 0] = 1
    assert digits.network.layers[0].name == "dense_1"
    assert digits.network.parameters == sum(array.size for array in digits.network.weights.values())
    assert "dense_2" in str(digits.network)


def test_evaluation_comes_to_what_was_stored(digits: Any) -> None:
    for split in ("test", "validation"):
        result = digits.evaluate(split)
        assert result.metrics["accuracy"] == pytest.approx(digits.metrics[split]["accuracy"])
        assert len(repr(result)) < 1000
    digits.evaluate(plots="drawn")
    assert Path("drawn", "confusion_matrix.png").is_file()
    with pytest.raises(UsageError, match="`split`: no split 'tset'; did you mean 'test'"):
        digits.evaluate("tset")
    with pytest.raises(UsageError, match="digits reads no files of yours"):
        digits.evaluate(data="nowhere")


def test_a_run_is_read_once(digits: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(digits.path, tmp_path / "run")
    run = dnnctl.load(tmp_path / "run")
    first = run.predict(PIXELS).probabilities
    shutil.rmtree(tmp_path / "run")

    def refuse(*arguments: object, **_: object) -> None:
        raise AssertionError(f"opened {arguments[0]}")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    assert np.array_equal(run.predict(PIXELS).probabilities, first)
    assert np.array_equal(run.predict({f"pixel{i}": PIXELS.reshape(300, 64)[:, i] for i in range(64)}).scores, first)


def test_threads_may_ask_at_the_same_time(digits: Any) -> None:
    batches = [PIXELS[: 10 * n] for n in range(1, 31)]
    expected = [digits.predict(batch).probabilities for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            found = list(pool.map(lambda batch: digits.predict(batch).probabilities, batches))
            assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))


def test_a_notebook_shows_metrics_verdict_and_curves(digits: Any) -> None:
    page = digits._repr_html_()
    assert f"{digits.metrics['test']['accuracy']:.4g}" in page
    assert all(simple["label"] in page for simple in digits.baselines.values())
    assert digits.verdict in page
    assert 'src="data:image/png;base64,iVBOR' in page
    assert repr(digits).startswith(f"Run({str(digits.path)!r}, test: accuracy 0.")
    assert digits.plots["learning_curves"]._repr_png_().startswith(b"\x89PNG")
    assert Path(digits.plots["learning_curves"]) == digits.path / "plots" / "learning_curves.png"


@pytest.fixture
def changed(digits: Any, tmp_path: Path) -> Callable[..., Any]:
    """A copy of the run whose manifest was changed by a stranger."""

    def _changed(**values: Any) -> Any:
        shutil.copytree(digits.path, tmp_path / "run")
        path = tmp_path / "run" / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
        return dnnctl.load(path.parent)

    return _changed


def test_what_a_stranger_wrote_is_escaped(changed: Callable[..., Any]) -> None:
    warnings = [{"message": "<script>2</script>", "place": "<b>"}, "no warning"]
    run = changed(verdict="<script>1</script>", warnings=warnings)
    page = run._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;1" in page
    assert run.warnings == ("<b>: <script>2</script>",)


@pytest.mark.parametrize("odd", [None, 3, {"a": 1}, [None]])
def test_a_manifest_that_holds_something_else_does_no_harm(changed: Callable[..., Any], odd: Any) -> None:
    run = changed(verdict=odd, warnings=odd, advice=odd)
    assert run.warnings == run.advice == ()
    assert isinstance(run.verdict, str)
    assert isinstance(run._repr_html_(), str)


def test_advice_is_overrides(changed: Callable[..., Any]) -> None:
    told = {"why": "it fell", "figure": "accuracy", "settings": {"training.epochs": 9}}
    assert changed(advice=[told]).advice == ({"training.epochs": 9},)


def test_requirements_that_were_missed_are_told(changed: Callable[..., Any]) -> None:
    missed = "test.accuracy: required >= 0.99, received 0.9"
    run = changed(unmet=[missed])
    assert run.unmet == (missed,)
    assert repr(run).endswith(f"; requirement not met: {missed})")
    assert f"<p>Requirement not met: {missed.replace('>', '&gt;')}</p>" in run._repr_html_()


def test_a_run_that_did_not_come_to_its_end_shows_itself_all_the_same(changed: Callable[..., Any]) -> None:
    run = changed(state="interrupted")
    (run.path / "metrics.json").unlink()
    assert "is not finished" in run._repr_html_()
    assert repr(run) == f"Run({str(run.path)!r})"
    with pytest.raises(RunError, match="no such file; the run is incomplete"):
        _ = run.metrics


def test_a_picture_that_leads_out_of_the_run_is_not_shown(digits: Any, tmp_path: Path) -> None:
    shutil.copytree(digits.path, tmp_path / "run")
    (tmp_path / "secret.png").write_bytes(b"secret")
    picture = tmp_path / "run" / "plots" / "learning_curves.png"
    picture.unlink()
    picture.symlink_to(tmp_path / "secret.png")
    with pytest.raises(RunError, match="link"):
        dnnctl.load(tmp_path / "run")._repr_html_()


def test_a_history_that_is_damaged_is_refused(digits: Any, tmp_path: Path) -> None:
    shutil.copytree(digits.path, tmp_path / "run")
    (tmp_path / "run" / "history.csv").write_text("epoch,loss\n1,low\n")
    with pytest.raises(RunError, match=r"history.csv: expected a row of names and rows of numbers"):
        _ = dnnctl.load(tmp_path / "run").history
