"""`dnnctl ensemble`, and what the other commands make of an ensemble."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnctl.config.loading import load
from dnnctl.experiments.ensemble.combine import combine
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with two runs on digits, and an ensemble of them."""
    folder = tmp_path_factory.mktemp("trained")
    for seed in (1, 2):
        train(load("digits", ["engine=numpy", "training.epochs=2", f"seed={seed}"]), out=folder)
    combine([RunDirectory(path) for path in sorted(folder.glob("digits/*"))], out=folder)
    return folder


def test_members_are_trained_and_shown_beside_the_ensemble(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl(
        *("ensemble", "height_weight", "--engine", "numpy", "--members", 2, "--jobs", 2),
        *("--set", "training.epochs=1", "--set", 'require={test.mse: "<= 0.001"}'),
    )
    assert done.status == 3, done.err
    words = ("seed 42  loss", "2 networks, mean of the answers", "01  numpy, 1, seed 42", "the mean member")
    assert all(text in done.out for text in (*words, "this ensemble", "two members differ by", "REQUIREMENT NOT MET"))
    made = tmp_path / "outputs" / "height_weight-ensemble"
    again = dnnctl("evaluate", "height_weight-ensemble", "--plots", "pictures", "--json")
    assert again.status == 3
    shown = json.loads(again.out)
    assert set(shown["members"]) == {"01", "02"}
    assert Path(shown["run"]).parent == made.relative_to(tmp_path)
    assert (tmp_path / "pictures" / "members.png").stat().st_size > 1000
    assert (tmp_path / "pictures" / "fit.png").is_file()


def test_finished_runs_are_combined(dnnctl: Run, out: Path) -> None:
    runs = sorted(out.glob("digits/*"))
    done = dnnctl("ensemble", *runs, "--vote", "hard", "--json", "--name", "both", "--out", out)
    shown = json.loads(done.out)
    assert shown["vote"] == "hard"
    assert set(shown["disagreement"]) == {"pairwise", "all_agree", "all_right", "none_right", "pairs"}
    assert shown["metrics"]["test"]["accuracy"] > 0.5
    quiet = dnnctl("ensemble", *runs, "--quiet", "--out", out, "--name", "quiet")
    assert [path.name for path in (out / "quiet").iterdir()] == [Path(quiet.out.strip()).name]
    assert quiet.err == ""


def test_it_is_a_run_like_any_other(dnnctl: Run, out: Path) -> None:
    done = dnnctl("evaluate", "digits-ensemble", "--out", out)
    assert all(text in done.out for text in ("this ensemble", "the mean member", "two members answer", "precision"))
    assert dnnctl("evaluate", "digits-ensemble", "--out", out, "--split", "validation").status == 0
    said = json.loads(dnnctl("predict", "digits-ensemble", "--sample", 2, "--format", "json", "--out", out).out)
    assert len(said["predictions"]) == 2
    checked = dnnctl("runs", "verify", "digits-ensemble", "--out", out)
    assert checked.status == 0
    assert "members/02/weights.npz" in checked.out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("train", "--resume", "{run}"), "this is an ensemble, not a single run"),
        (("reproduce", "{run}"), "this is an ensemble, not a single run"),
        (("train", "digits", "--engine", "numpy", "--init-from", "{run}"), "this is an ensemble, not a single run"),
        (("ensemble", "--resume", "{run}"), "this ensemble is finished"),
        (("ensemble", "{run}", "{run}/members/01"), "this is an ensemble, not a single run"),
    ],
)
def test_what_an_ensemble_cannot_be_asked(dnnctl: Run, out: Path, arguments: tuple[str, ...], what: str) -> None:
    (run,) = out.glob("digits-ensemble/*")
    done = dnnctl(*(part.format(run=run) for part in arguments))
    assert done.status == 1
    assert what in done.err


@pytest.mark.parametrize(
    ("arguments", "status", "what"),
    [
        ((), 2, "expected a configuration, as 'dnnctl ensemble digits', two or more finished runs"),
        (("digits", "--members", "1"), 2, "1 is not in the range 2<=x<=99"),
        (("digits", "--members", "0"), 2, "0 is not in the range 2<=x<=99"),
        (("digitz",), 2, "did you mean 'digits'?"),
        (("latest",), 2, "one run is no ensemble; expected two or more runs (of a repeated training: "),
        (("nosuch", "neither"), 1, "no run 'nosuch'"),
        (("a", "b", "--members", "3"), 2, "expected no --members beside it"),
        (("a", "b", "--set", "seed=1", "--jobs", "2"), 2, "expected no --set and no --jobs beside it"),
        (("digits", "--resume", "latest"), 2, "expected no CONFIG or RUN beside it"),
        (("--resume", "latest", "--vote", "hard"), 2, "expected no --vote beside it"),
        (("height_weight", "--vote", "hard"), 2, "numbers cannot be voted on"),
        (("digits", "--vote", "loud"), 2, "'loud' is not one of 'soft', 'hard'"),
    ],
)
def test_faulty_arguments(dnnctl: Run, tmp_path: Path, arguments: tuple[str, ...], status: int, what: str) -> None:
    done = dnnctl("ensemble", *arguments)
    assert (done.status, done.out) == (status, "")
    assert what in done.err
    assert not (tmp_path / "outputs").exists()
