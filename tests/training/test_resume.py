"""Going on with a training: its files are those of one that never stopped."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopping import StopAfter, rows, same, start, starts, stopped

from dnnctl.config.loading import load
from dnnctl.errors import Interrupted, RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import read_checkpoint
from dnnctl.training.job import resume, train
from dnnctl.training.observer import StepProgress

pytestmark = pytest.mark.usefixtures("no_plots")

# Everything that has a state: dropout, moving statistics, momenta, a schedule, both rules at the end of an epoch;
# 1,294 rows in batches of 30 end in a batch of 4.
EVERYTHING = (
    "training.epochs=9",
    "data.batch_size=30",
    "training.optimizer={adam: {learning_rate: {exponential: {peak: 0.02, decay: 0.7, warmup_epochs: 1}}}}",
    "training.early_stopping={monitor: val_loss, patience: 2, min_delta: 0.02}",
    "training.reduce_on_plateau={monitor: val_loss, patience: 1, factor: 0.5, min_delta: 0.02}",
    "training.metrics=[accuracy, f1, auc]",
)
# What draws by epoch and step, and what follows the weights; early stopping keeps averaged ones.
GENERALIZATION = (
    "training.epochs=3",
    "model.layers=[{dense: {units: 24, max_norm: 1.5}}, batch_normalization, relu, {dropout: 0.2}]",
    "training.class_weights={'3': 4, '7': 0}",
    "training.mix_up=0.3",
    "training.weight_averaging=0.98",
    "training.early_stopping={monitor: val_accuracy, patience: 2}",
)
CASES = {
    "everything": (EVERYTHING, (50, 64, 100, 176)),
    "augmented": (
        (
            "training.epochs=3",
            "data.batch_size=100",
            "data.augment={shift: 0.1, rotate: 10, zoom: 0.1, flip: horizontal, noise: 0.1, erase: 0.5, elastic: 8}",
        ),
        (5, 13, 20),
    ),
    "momentum": (("training.epochs=3", "training.optimizer={sgd: {learning_rate: 0.1, momentum: 0.9}}"), (40, 41, 75)),
    "rmsprop": (
        ("training.epochs=2", "training.optimizer={rmsprop: {momentum: 0.5, centered: true}}", "data.limit=500"),
        (5,),
    ),
    "nadam": (
        ("training.epochs=2", "training.optimizer=nadam", "model.layers=[dense: 16, mish, dense: 16, swish]"),
        (5,),
    ),
    "iterations": (("training.iterations=100", "training.optimizer=adagrad"), (33, 70)),
    "full batch": (("training.epochs=12", "data.batch_size=full"), (3, 7)),
    "generalization": (GENERALIZATION, (20, 41, 77)),
    "float64": (("training.epochs=2", "training.precision=float64", "training.steps_per_execution=7"), (30,)),
}
QUICK = ("everything",)


@pytest.mark.parametrize(
    ("engine", "case"),
    [
        *(("numpy", case) for case in CASES),
        *(("keras", case) for case in QUICK),
        *(pytest.param("keras", case, marks=pytest.mark.slow) for case in CASES if case not in QUICK),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_training_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path, case: str, engine: str) -> None:
    settings, stops = CASES[case]
    settings = (f"engine={engine}", *settings)
    whole = start(settings, tmp_path / "whole")

    run = stopped(settings, tmp_path / "parts", stops[0])
    for steps in stops[1:]:
        with pytest.raises(Interrupted):
            resume(run, observer=StopAfter(steps))
    resume(run)

    same(run, whole)
    counted = starts(run)
    assert [state for state, *_ in counted] == ["interrupted"] * len(stops) + ["done"]
    # No step was taken twice, and none was left out.
    assert [first for _, first, *_ in counted] == [1, *(last + 1 for _, _, last, _ in counted[:-1])]
    assert all(last - first + 1 == taken for _, first, last, taken in counted)
    manifest = json.loads(run.manifest.read_text())
    assert manifest["optimizer_steps"] == counted[-1][2] == starts(whole)[0][2]
    assert manifest["state"] == "done"
    assert "error" not in manifest


@pytest.mark.parametrize(
    "optimizer", ["{sgd: {learning_rate: 0.1, momentum: 0.5}}", pytest.param("nadam", marks=pytest.mark.slow)]
)
def test_steps_that_float16_skips_are_steps(tmp_path: Path, optimizer: str) -> None:
    # Each row is a batch, so that gradients of about 1, times the first scale of 32,768, overflow in float16.
    settings = ("engine=keras", "training.precision=mixed_float16", "data.batch_size=1", "training.epochs=3")
    settings = (*settings, f"training.optimizer={optimizer}")
    whole = start(settings, tmp_path / "whole", config="height_weight")
    run = stopped(settings, tmp_path / "parts", 14, config="height_weight")
    kept = read_checkpoint(run.checkpoint)
    assert 0 < kept.arrays["engine/optimizer/steps"] < kept.meta.optimizer_steps
    resume(run)
    same(run, whole)
    assert json.loads(run.manifest.read_text())["optimizer_steps"] == 30


def test_what_was_not_finished_after_training_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dnnctl.training import job

    settings = ("engine=numpy", "training.epochs=2")
    whole = start(settings, tmp_path / "whole")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(job, "draw_all", killed)
        with pytest.raises(Interrupted, match=r"^interrupted; go on with: dnnctl\.resume"):
            start(settings, tmp_path / "parts")
    (manifest,) = tmp_path.glob("parts/*/*/manifest.json")
    run = RunDirectory(manifest.parent)
    monkeypatch.setattr("dnnctl.engines.numpy.engine.NumpyEngine.run", None)
    resume(run)
    same(run, whole)
    assert starts(run) == [("interrupted", 1, 82, 82), ("done", 83, 82, 0)]


def test_a_run_without_a_checkpoint_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dnnctl.training import job

    first = start(("engine=numpy", "training.epochs=1"), tmp_path / "first")
    settings = ("engine=numpy", "training.epochs=2")
    whole = train(load("digits", settings), out=tmp_path / "whole", init_from=first).run

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(job, "build_engine", killed)
        with pytest.raises(Interrupted):
            train(load("digits", settings), out=tmp_path / "parts", init_from=first)
    (manifest,) = tmp_path.glob("parts/*/*/manifest.json")
    run = RunDirectory(manifest.parent)
    assert not run.checkpoint.exists()
    kept = first.weights.read_bytes()
    first.weights.write_bytes(whole.weights.read_bytes())
    with pytest.raises(RunError, match=r"these are not the weights that .* began with"):
        resume(run)
    first.weights.write_bytes(kept)
    resume(run)
    same(run, whole)


def test_only_the_length_may_change(tmp_path: Path) -> None:
    run = stopped(("engine=numpy", "training.epochs=3"), tmp_path, 41)
    for settings, said in (
        (["seed=1"], "seed: 42, now 1"),
        (["training.optimizer.adam.learning_rate=0.5"], r"training\.optimizer\.adam\.learning_rate: .*, now 0\.5"),
        (["training.iterations=500"], r"training\.epochs: 3, now None; training\.iterations: None, now 500"),
        (["model.layers[0].dense=64"], r"model\.layers\[0\]\.dense\.units: 128, now 64"),
        (["checkpoint.seconds=5"], r"checkpoint\.every: 1, now None; checkpoint\.seconds: None, now 5"),
    ):
        with pytest.raises(RunError, match=f"only the length may change .* this would change {said}"):
            resume(run, settings)
    text = run.config.read_text()
    run.config.write_text(text.replace("seed: 42", "seed: 43"))
    with pytest.raises(RunError, match="this would change seed: 42, now 43"):
        resume(run)
    run.config.write_text(text)
    with pytest.raises(Interrupted):
        resume(run, observer=StopAfter(80))
    with pytest.raises(RunError, match=r"has 2 epochs behind it; expected training\.epochs to be more"):
        resume(run, ["training.epochs=1"])
    resume(run)
    with pytest.raises(
        RunError, match=r"this run is finished, after 3 epochs\. To train it for longer: dnnctl\.resume"
    ):
        resume(run)


def test_a_configuration_outside_the_run_is_refused(tmp_path: Path) -> None:
    run = stopped(("engine=numpy", "training.epochs=3"), tmp_path, 41)
    elsewhere = run.config.rename(tmp_path / "elsewhere.yaml")
    with pytest.raises(RunError, match=r"config\.yaml: no such file; the run is incomplete"):
        resume(run)
    run.config.symlink_to(elsewhere)
    with pytest.raises(RunError, match=r"received a symbolic link to .*elsewhere\.yaml, which is outside"):
        resume(run)


def test_other_data_is_refused(tmp_path: Path) -> None:
    run = stopped(("engine=numpy", "training.epochs=3"), tmp_path, 41)
    manifest = json.loads(run.manifest.read_text())
    name = next(iter(manifest["data"]["digests"]))
    manifest["data"]["digests"][name] = "0" * 64
    run.manifest.write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="the data set 'digits' is not the one this run was begun with"):
        resume(run)


def test_another_version_is_said(tmp_path: Path) -> None:
    run = stopped(("engine=numpy", "training.epochs=2"), tmp_path, 41)
    manifest = json.loads(run.manifest.read_text())
    manifest["versions"]["numpy"] = "1.0"
    run.manifest.write_text(json.dumps(manifest))
    seen = StopAfter()
    resume(run, observer=seen)
    assert any(notice.startswith("numpy was 1.0 when this run began") for notice in seen.notices)


def test_history_is_there_during_training_and_cut_at_a_resume(tmp_path: Path) -> None:
    run = stopped(("engine=numpy", "training.epochs=5", "checkpoint.every=2"), tmp_path, 2 * 41)
    lines = run.history.read_text()
    assert len(lines.splitlines()) == 3
    run.history.write_text(lines + lines.splitlines()[-1].replace("2,", "3,", 1) + "\n")

    class Reading(StopAfter):
        seen = ""

        def on_progress(self, progress: StepProgress) -> None:
            self.seen = self.seen or run.history.read_text()

    observer = Reading()
    resume(run, observer=observer)
    assert observer.seen == lines
    assert [row["epoch"] for row in rows(run)] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("engine", ["numpy", "keras"])
def test_a_state_of_another_network_is_refused(engine: str) -> None:
    from dnnctl.engines.choosing import build_engine
    from dnnctl.errors import ModelError
    from dnnctl.network.initial_weights import initial_weights
    from dnnctl.training.preparation import prepare

    prepared = prepare(load("xor", [f"engine={engine}"]))
    engines = [
        build_engine(prepared.config, prepared.plan, prepared.preprocessing, initial_weights(prepared.plan, seed))
        for seed in (0, 1)
    ]
    state = engines[0].state()
    engines[1].set_state(state)
    assert all(np.array_equal(array, state[name]) for name, array in engines[1].state().items())
    name = next(iter(state))
    for other, said in (
        ({**state, "more": state[name]}, "more is not in this network"),
        ({k: v for k, v in state.items() if k != name}, f"{name} is missing"),
        ({**state, name: state[name][:1]}, f"{name}: expected float32 .*, received float32"),
        ({**state, name: state[name].astype("float64")}, f"{name}: expected float32 .*, received float64"),
    ):
        with pytest.raises(ModelError, match=f"the state does not fit the network and its optimizer: {said}"):
            engines[1].set_state(other)


def test_steps_are_not_repeated_by_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dnnctl.engines.numpy.engine import NumpyEngine

    taken: list[int] = []
    real: Callable[..., Any] = NumpyEngine.run

    def counted(self: NumpyEngine, learning_rates: Sequence[float]) -> Any:
        taken.extend(range(self.optimizer_steps, self.optimizer_steps + len(learning_rates)))
        return real(self, learning_rates)

    monkeypatch.setattr(NumpyEngine, "run", counted)
    run = stopped(("engine=numpy", "training.epochs=3"), tmp_path, 50)
    resume(run)
    assert taken == list(range(3 * 41))
