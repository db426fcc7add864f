"""Finished runs put together: the figures, against members asked one by one; what cannot be put together; moving."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stored import arrays

from dnnctl.config.loading import load
from dnnctl.errors import DnnctlError, RunError, UsageError
from dnnctl.evaluation.classification import columns
from dnnctl.experiments.ensemble.combine import combine
from dnnctl.inference.ensemble import EnsembleNetwork, OpenedEnsemble, ensemble_of, open_any
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.inference.predict import Request, predict
from dnnctl.runs.ensembles import EnsembleFile
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.verifying import verify
from dnnctl.training.job import train

Train = Callable[..., RunDirectory]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Train by NumPy, each configuration once."""
    out, known = tmp_path_factory.mktemp("outputs"), {}

    def _train(config: str, *settings: str) -> RunDirectory:
        key = (config, *settings)
        if key not in known:
            known[key] = train(load(config, ["engine=numpy", *settings]), out=out).run
        return known[key]

    return _train


@pytest.fixture(scope="module")
def digits(trained: Train) -> list[RunDirectory]:
    different = ("seed=1", "seed=2", "model.layers=[{dense: 8}, relu]")
    return [trained("digits", "training.epochs=2", setting) for setting in different]


@pytest.mark.parametrize("vote", ["soft", "hard"])
def test_an_ensemble_says_what_its_members_say_together(digits: list[RunDirectory], tmp_path: Path, vote: str) -> None:
    result = combine(digits, vote=vote, out=tmp_path)
    opened = open_any(result.run)
    assert isinstance(opened, OpenedEnsemble)
    alone = [evaluate(open_run(run)) for run in digits]
    mean = np.mean([each.scores for each in alone], axis=0)
    votes = np.stack([np.bincount(row, minlength=10) for row in np.stack([e.scores.argmax(axis=1) for e in alone]).T])
    expected = mean if vote == "soft" else (votes + mean) / 4
    again = evaluate(opened)
    assert again.scores == pytest.approx(expected, abs=1e-12)
    assert again.metrics == pytest.approx(result.metrics["test"])
    y_true = again.samples.y
    assert again.metrics["accuracy"] == np.mean(expected.argmax(axis=1) == y_true)
    assert again.metrics["loss"] == pytest.approx(-np.mean(np.log(expected[np.arange(len(y_true)), y_true])))
    assert again.members is not None
    assert list(again.members.metrics) == [each.metrics for each in alone]
    assert arrays(result.run.predictions)["scores"] == pytest.approx(expected, abs=1e-6)


def test_what_is_stored_is_what_is_said(digits: list[RunDirectory], tmp_path: Path) -> None:
    result = combine(digits, out=tmp_path)
    stored = json.loads(result.run.metrics.read_text())
    assert {"test", "validation", "train", "baseline", "members", "mean_member", "disagreement"} == set(stored)
    assert stored["members"]["03"] == result.members.metrics[2]
    manifest = json.loads(result.run.manifest.read_text())
    assert manifest["state"] == "done"
    assert [each["test"]["accuracy"] for each in manifest["each"]] == [f["accuracy"] for f in result.members.metrics]
    assert {path.name for path in result.plots} >= {"members.png", "confusion_matrix.png"}
    assert result.run.path.parent.name == "digits-ensemble"


def test_it_can_be_moved_and_its_members_be_gone(digits: list[RunDirectory], tmp_path: Path) -> None:
    copies = [RunDirectory(Path(shutil.copytree(run.path, tmp_path / run.path.name))) for run in digits[:2]]
    made = combine(copies, out=tmp_path / "outputs")
    moved = RunDirectory(Path(shutil.move(made.run.path, tmp_path / "elsewhere")))
    for run in copies:
        shutil.rmtree(run.path)
    opened = open_any(moved)
    assert evaluate(opened).metrics == pytest.approx(made.metrics["test"])
    assert len(predict(opened, Request(sample=3))) == 3
    assert verify(moved).passed
    assert evaluate(open_run(RunDirectory(moved.members / "01"))).metrics == made.members.metrics[0]
    (moved.members / "02" / "weights.npz").write_bytes(b"damaged")
    assert [name for name, _ in verify(moved).damaged] == ["members/02/weights.npz"]


def test_numbers_have_their_mean_taken_in_their_own_unit(trained: Train, tmp_path: Path) -> None:
    layers = "model.layers=[{dense: 4}, tanh]"
    runs = [trained("height_weight", "training.epochs=20", f"seed={seed}", layers) for seed in (1, 2)]
    result = combine(runs, out=tmp_path)
    x = np.array([[60.0], [90.0]], np.float32)
    alone = [open_run(run).network().scores(x) for run in runs]
    assert open_any(result.run).network().scores(x) == pytest.approx(np.mean(alone, axis=0))
    gain = result.members.mean["mse"] - result.members.disagreement["std"] ** 2
    assert result.metrics["test"]["mse"] == pytest.approx(gain)
    with pytest.raises(UsageError, match="numbers cannot be voted on"):
        combine(runs, vote="hard", out=tmp_path)


def test_one_output_and_two_can_vote_together(trained: Train, tmp_path: Path) -> None:
    runs = [
        trained("xor", "training.epochs=50", f"seed={seed}", f"model.output={output}")
        for seed, output in ((1, "sigmoid"), (2, "softmax"))
    ]
    alone = [open_run(run) for run in runs]
    x = np.array([[0, 0], [0, 1], [1, 0]], np.float32)
    for first, second in (alone, alone[::-1]):
        file = EnsembleFile("soft", ("01", "02"))
        together = ensemble_of(RunDirectory(tmp_path), {}, first.config, (first, second), file)
        expected = np.mean([columns(each.network().scores(x)) for each in alone], axis=0)
        assert columns(together.network().scores(x)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("written", "instead", "what"),
    [
        ("split_seed: 0", "split_seed: 3", "the values of data.split_seed differ: 3 and 0"),
        ("test_split: 0.2", "test_split: 0.3", "the values of data.test_split differ: 0.3 and 0.2"),
        ("limit: null", "limit: 900", "the values of data.limit differ: 900 and null"),
    ],
)
def test_runs_of_other_rows_are_refused(
    digits: list[RunDirectory], tmp_path: Path, written: str, instead: str, what: str
) -> None:
    other = RunDirectory(Path(shutil.copytree(digits[1].path, tmp_path / "run")))
    assert written in other.config.read_text()
    other.config.write_text(other.config.read_text().replace(written, instead))
    with pytest.raises(RunError) as raised:
        combine([digits[0], other], out=tmp_path / "outputs")
    assert str(raised.value).startswith(
        f"{other.path}: cannot be in an ensemble with {digits[0].path}: {what}. Expected"
    )
    assert not (tmp_path / "outputs").exists()


def test_other_data_is_refused(trained: Train, digits: list[RunDirectory], tmp_path: Path) -> None:
    runs = [trained(name, "training.epochs=1") for name in ("xor", "and")]
    with pytest.raises(RunError, match="the data sets differ: logic_gate and digits"):
        combine([digits[0], runs[0]], out=tmp_path)
    with pytest.raises(RunError, match=r"data\.logic_gate\.\w+ differ: "):
        combine(runs, out=tmp_path)


def test_other_contents_under_the_same_name_are_other_data(digits: list[RunDirectory], tmp_path: Path) -> None:
    run = RunDirectory(Path(shutil.copytree(digits[0].path, tmp_path / "run")))
    manifest = json.loads(run.manifest.read_text())
    manifest["data"]["digests"]["images"] = "0" * 64
    run.manifest.write_text(json.dumps(manifest))
    with pytest.raises(
        RunError, match=r"the contents of the data, by the SHA-256 of its images, differ: 0{64} and \w+\. Exp"
    ):
        combine([digits[1], run], out=tmp_path)
    other = RunDirectory(Path(shutil.copytree(run.path, tmp_path / "other")))
    with pytest.raises(DnnctlError, match="is not what the members were trained on"):
        combine([run, other], out=tmp_path)


def test_what_is_no_finished_network_is_refused(digits: list[RunDirectory], tmp_path: Path) -> None:
    made = combine(digits[:2], out=tmp_path).run
    with pytest.raises(RunError, match=r"is an ensemble, not a single run\. Name one of its members"):
        combine([digits[0], made], out=tmp_path)
    cut = RunDirectory(Path(shutil.copytree(digits[0].path, tmp_path / "cut")))
    cut.manifest.write_text(json.dumps({**json.loads(cut.manifest.read_text()), "state": "interrupted"}))
    with pytest.raises(RunError, match="only a finished run can be a member; its training is 'interrupted'"):
        combine([digits[0], cut], out=tmp_path)


@pytest.mark.parametrize("which", [[], [0], [0, 0]])
def test_too_few_runs(digits: list[RunDirectory], tmp_path: Path, which: list[int]) -> None:
    with pytest.raises(UsageError, match=r"expected (2 to 99 runs; received|different runs)|named twice"):
        combine([digits[i] for i in which], out=tmp_path)


def test_large_members_are_read_one_after_the_other(
    digits: list[RunDirectory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = combine(digits, out=tmp_path)
    opened: Any = open_any(made.run)
    x = evaluate(opened).samples.x
    kept = opened.network()
    assert isinstance(kept, EnsembleNetwork)
    first = kept.scores(x)
    monkeypatch.setattr("dnnctl.inference.ensemble.KEPT_WEIGHTS", 0)
    anew = opened.network()
    for _ in range(2):
        assert np.array_equal(anew.scores(x), first)
        assert anew._committee._kept == []
    assert anew.penalty() == kept.penalty()
