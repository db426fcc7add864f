"""The other commands from Python hand on to the library and return what it returns."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dnnctl
from dnnctl.errors import Interrupted, RunError, UsageError
from dnnctl.experiments.series.crossval import CrossValidation
from dnnctl.experiments.series.jobs import Member, MembersObserver
from dnnctl.experiments.series.repeat import Repetition

SHORT = {"training.epochs": 2, "data.limit": 300}


class StopAfterOne(MembersObserver):
    """Wants to stop when the first member is done."""

    done = False

    def on_member_done(self, member: Member, *, before: bool) -> None:
        self.done = True

    def stop_requested(self) -> bool:
        return self.done


def options(name: str) -> dict[str, Any]:
    return {"overrides": SHORT, "engine": "numpy", "name": name}


@pytest.mark.slow
def test_a_cross_validation_that_was_stopped_goes_on() -> None:
    with pytest.raises(Interrupted, match=r"go on with: dnnctl.resume\('outputs/cv") as caught:
        dnnctl.crossval("digits", 2, observer=StopAfterOne(), **options("cv"))
    result = eval(str(caught.value).partition("go on with: ")[2])
    assert isinstance(result, CrossValidation)
    assert len(result.members) == 2
    assert 0 < result.aggregate.intervals["test"]["accuracy"].mean < 1
    assert repr(result).startswith(f"CrossValidation({str(result.run.path)!r}), 2 runs\nsplit  ")
    assert isinstance(dnnctl.load(result.members[1]), dnnctl.Run)
    with pytest.raises(RunError, match="this is a cross-validation"):
        dnnctl.load(result.run)
    with pytest.raises(UsageError, match="`overrides`: a cross-validation goes on as it was begun"):
        dnnctl.resume(result.run, overrides=["training.epochs=3"])
    with pytest.raises(UsageError, match="`observer`: expected a MembersObserver, as a cross-validation"):
        dnnctl.resume(result.run, observer=dnnctl.Observer())


def test_repetitions_are_compared() -> None:
    one = dnnctl.repeat("digits", 2, jobs=2, seed=3, **options("one"))
    assert isinstance(one, Repetition)
    assert [member.config.seed for member in one.members] == [3, 4]
    shutil.copytree(one.run.path, "other")
    result = dnnctl.compare(one, "other")
    assert dnnctl.verify(one).passed
    assert all(metric.better is None for metric in result.metrics)
    assert "\naccuracy   " in repr(result)
    for told in (one, result):
        assert 200 < len(repr(told)) < len(told._repr_html_()) < 4000
    with pytest.raises(RunError, match="finished"):
        dnnctl.resume(one)
    with pytest.raises(RunError, match="this is a repeated training, not a single run"):
        dnnctl.train("digits", init_from=one)
    with pytest.raises(UsageError, match="`times`: expected 2"):
        dnnctl.repeat("digits", 1, **options("none"))
    with pytest.raises(UsageError, match=r"`sources`: expected .* as `\*repetition.members`"):
        dnnctl.ensemble(one)
    assert len(dnnctl.ensemble(*one.members).config.name) > 0


def test_an_ensemble_is_a_run(one_plot: None) -> None:
    together = dnnctl.ensemble("digits", members=2, jobs=2, **options("several"))
    assert together.path.parent.name == "several"
    assert {"test", "validation", "train", "mean_member"} <= set(together.metrics)
    assert together.history == {}
    members = [dnnctl.load(path) for path in sorted((together.path / "members").iterdir())]
    pixels = np.random.default_rng(0).integers(0, 17, (6, 64))
    mean = np.mean([member.predict(pixels).probabilities for member in members], axis=0)
    assert np.allclose(together.predict(pixels).probabilities, mean, atol=1e-6)
    assert set(together.network.weights) == {f"{n}/{w}" for n in ("01", "02") for w in members[0].network.weights}
    assert "mean of the members" in together._repr_html_()
    combined = dnnctl.ensemble(members[0], members[1], name="combined", vote="soft")
    assert np.array_equal(combined.predict(pixels).probabilities, together.predict(pixels).probabilities)
    with pytest.raises(UsageError, match="expected a configuration, or two or more finished runs"):
        dnnctl.ensemble()
    with pytest.raises(UsageError, match="expected a configuration, or two or more finished runs"):
        dnnctl.ensemble(members[0])
    with pytest.raises(UsageError, match="takes finished runs as they are; leave out `engine` and `jobs`"):
        dnnctl.ensemble(members[0], members[1], engine="numpy", jobs=2)
    with pytest.raises(UsageError, match="`vote`: expected 'soft' or 'hard'; received 'loud'"):
        dnnctl.ensemble(members[0], members[1], vote="loud")


def test_data_gradients_and_steps_are_looked_at() -> None:
    checks = dnnctl.check_data("digits", overrides={"data.limit": 200})
    assert {check.status for check in checks} <= {"passed", "warned"}
    assert checks == tuple(checks)
    proof = dnnctl.gradcheck("xor", rows=4, keras=False)
    assert proof.passed
    pipeline = dnnctl.inspect_pipeline("xor", overrides={"engine": "numpy"})
    assert [stage.name for stage in pipeline.stages] == ["gather", "prepare"]
    assert "beside training" in repr(pipeline)
    found = dnnctl.trace("xor", steps=3)
    for told, line in (
        (checks, "passed  duplicates        no training row is there twice"),
        (proof, "GradientCheck of xor on 4 rows: passed"),
        (found, "step  learning rate  loss    of it penalties"),
    ):
        assert line in repr(told).split("\n")
        assert told._repr_html_().startswith("<div><b>")
    assert [step.step for step in found.steps] == [1, 2, 3]


def test_a_run_is_verified_and_reproduced(one_plot: None) -> None:
    run = dnnctl.train("xor", overrides={"training.epochs": 3}, engine="numpy")
    assert dnnctl.verify(run).passed
    again = dnnctl.reproduce(run)
    assert again.equal
    assert repr(again) == f"Reproduction({str(run.path)!r}): equal"
    history = Path(run.path / "history.csv")
    history.write_text(history.read_text().replace("1,", "2,", 1))
    assert [name for name, _ in dnnctl.verify(run.path).damaged] == ["history.csv"]
    assert "\ndamaged  history.csv  " in repr(dnnctl.verify(run))
    assert json.loads((run.path / "manifest.json").read_text())["state"] == "done"
