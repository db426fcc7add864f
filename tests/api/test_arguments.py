"""What a function does not take is refused in words, by the argument's name; numbers may be NumPy's."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dnnctl
from dnnctl.errors import DnnctlError, RunError

A_RUN = "expected a run, its path, its name or 'latest'; received"
PIXELS = np.zeros((2, 64))

OF_A_RUN: list[tuple[Callable[[Any], Any], str]] = [
    (lambda run: run.predict(PIXELS, top="3"), "`top`: expected a whole number; received '3'"),
    (lambda run: run.predict(PIXELS, top=True), "`top`: expected a whole number; received True"),
    (lambda run: run.predict(sample=-1), "`sample`: expected at least 1; received -1"),
    (lambda run: run.predict(sample=0), "`sample`: expected at least 1; received 0"),
    (lambda run: run.predict(sample=2.5), "`sample`: expected a whole number; received 2.5"),
    (lambda run: run.predict(PIXELS, invert="yes"), "`invert`: expected True, False or None; received 'yes'"),
    (lambda run: run.predict(PIXELS, engine=3), "`engine`: unknown engine 3"),
    (lambda run: run.evaluate(3), "`split`: no split 3"),
    (lambda run: run.evaluate(data=PIXELS), "`data`: expected a path; received an object of type ndarray"),
    (lambda run: run.evaluate(plots=3), "`plots`: expected a path; received 3"),
]
OF_FUNCTIONS: list[tuple[Callable[[], Any], str]] = [
    (lambda: dnnctl.load(3), f"`run`: {A_RUN} 3"),  # type: ignore[arg-type]
    (lambda: dnnctl.compare(3, 4), f"`first`: {A_RUN} 3"),  # type: ignore[arg-type]
    (lambda: dnnctl.verify(None), f"`run`: {A_RUN} None"),  # type: ignore[arg-type]
    (lambda: dnnctl.resume(3.5), f"`run`: {A_RUN} 3.5"),  # type: ignore[arg-type]
    (lambda: dnnctl.reproduce([]), f"`run`: {A_RUN} an object of type list"),  # type: ignore[arg-type]
    (lambda: dnnctl.ensemble(3, 4), f"`sources`: {A_RUN} 3"),  # type: ignore[arg-type]
    (lambda: dnnctl.ensemble("xor", name=3), "`name`: expected text; received 3"),  # type: ignore[arg-type]
    (lambda: dnnctl.train("xor", init_from=3), f"`init_from`: {A_RUN} 3"),  # type: ignore[arg-type]
    (lambda: dnnctl.train("xor", observer=print), "`observer`: expected an Observer"),  # type: ignore[arg-type]
    (lambda: dnnctl.train("xor", name=""), "`name`: name: expected 1 to 64 letters"),
    (lambda: dnnctl.train("xor", out=3), "`out`: expected a path; received 3"),  # type: ignore[arg-type]
    (lambda: dnnctl.train("xor", overrides=3), "`overrides`: expected a dict"),  # type: ignore[arg-type]
    (lambda: dnnctl.train("xor", overrides=[3]), "`overrides` 3: expected key=value"),  # type: ignore[list-item]
    (lambda: dnnctl.repeat("xor", "x"), "`times`: expected a whole number; received 'x'"),  # type: ignore[arg-type]
    (lambda: dnnctl.repeat("xor", jobs=None), "`jobs`: expected a whole number"),  # type: ignore[arg-type]
    (lambda: dnnctl.crossval("xor", "x"), "`folds`: expected a whole number; received 'x'"),  # type: ignore[arg-type]
    (
        lambda: dnnctl.repeat("xor", observer=dnnctl.Observer()),  # type: ignore[arg-type]
        "`observer`: expected a MembersObserver, as a repeated training is several trainings",
    ),
    (lambda: dnnctl.trace("xor", steps=0), "`steps`: expected at least 1; received 0"),
    (lambda: dnnctl.gradcheck("xor", rows="4"), "`rows`: expected a whole number"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), OF_A_RUN, ids=[message for _, message in OF_A_RUN])
def test_a_run_refuses_what_it_does_not_take(digits: Any, call: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(DnnctlError) as raised:
        call(digits)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(("call", "message"), OF_FUNCTIONS, ids=[message for _, message in OF_FUNCTIONS])
def test_a_function_refuses_what_it_does_not_take(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(DnnctlError) as raised:
        call()
    assert str(raised.value).startswith(message)


def test_numbers_may_be_those_of_numpy(digits: Any, one_plot: None) -> None:
    few = {"training.epochs": np.int64(2), "training.optimizer.adam.learning_rate": np.float32(0.5)}
    run = dnnctl.train("xor", overrides=few, engine="numpy", seed=np.int64(3))  # type: ignore[arg-type]
    assert (run.config.seed, run.config.training.epochs) == (3, 2)
    assert len(digits.predict(sample=np.uint8(2), top=np.int64(3))[0]["top"]) == 3
    assert len(dnnctl.trace("xor", steps=np.int32(2)).steps) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda run: run.network.weights["dense_1/kernl"], "no weight 'dense_1/kernl'; did you mean 'dense_1/kernel'?"),
        (lambda run: run.plots["curves"], "no plot 'curves'; did you mean 'learning_curves'?"),
        (lambda run: run.metrics["tst"], "no split 'tst'; did you mean 'test'?"),
        (lambda run: run.metrics["test"]["acuracy"], "no metric 'acuracy'; did you mean 'accuracy'?"),
        (lambda run: run.history["val_los"], "no column 'val_los'; did you mean 'val_loss'?"),
        (lambda run: run.history[3], "no column 3; expected one of: epoch, loss, accuracy, "),
    ],
)
def test_a_name_that_is_none_is_told_with_the_nearest(digits: Any, ask: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(KeyError) as raised:
        ask(digits)
    assert raised.value.args[0].startswith(message)


def test_of_a_folder_that_is_gone_nothing_is_read(digits: Any, tmp_path: Path) -> None:
    shutil.copytree(digits.path, tmp_path / "run")
    run = dnnctl.load(tmp_path / "run")
    shutil.rmtree(run.path)
    for name in ("history", "plots", "metrics"):
        with pytest.raises(RunError, match="no such f"):
            getattr(run, name)
    assert repr(run).startswith("Run(")
    assert "<div>" in run._repr_html_()
