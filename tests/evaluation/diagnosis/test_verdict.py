"""The rules, on rows that are made to come out as a test wants them."""

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.evaluation.baselines import Baseline
from dnnctl.evaluation.diagnosis.curve import Curve
from dnnctl.evaluation.diagnosis.evidence import Evidence, Split
from dnnctl.evaluation.diagnosis.outcomes import MSE, Outcomes, measure_of
from dnnctl.evaluation.diagnosis.verdict import diagnose

FLAT = (0.9, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
FALLING = tuple(1 / (1 + i / 10) for i in range(30))
RISEN = (0.9, 0.5, 0.4, 0.42, 0.45, 0.5, 0.6, 0.7)
PENALTY = {"model.layers[0].dense.kernel_regularizer.l2": 0.001}


def configuration(*overrides):
    return load("digits", ["model.layers=[{dense: 16}, relu]", "training.epochs=40", *overrides]).config


def classes(train, validation=None, *, linear=0.7, trivial=0.5, rows=3000, unseen=1000, near=None, **more):
    """Return the verdict on a network that is right on these shares of the rows, beside a linear model."""
    size = (8, 8) if more.pop("pictures", False) else (2,)
    info = DatasetInfo("d", "binary", size, class_names=("a", "b"), shared_rows=more.pop("shared", False))
    measure = measure_of("binary", weighed=False)

    def split(share, count):
        def right(part):
            return Outcomes((np.arange(count) < round(part * count)).astype(float))

        y = (np.arange(count) >= trivial * count).astype(np.int64)
        simple = {"trivial": right(trivial), "linear": right(linear)}
        return Split(Samples(np.zeros((count, 2)), y), count, right(share), simple, share)

    return judged(info, measure, split, (train, rows), (validation, unseen), near, **more)


def numbers(train, validation=None, *, linear=1.0, trivial=4.0, rows=3000, unseen=1000, near=None, **more):
    """Return the verdict on a network with these mean squared errors."""
    info = DatasetInfo("d", "regression", (2,), target="t", shared_rows=more.pop("shared", False))
    draw = np.random.default_rng(0)

    def split(error, count):
        squares = draw.normal(size=count) ** 2
        squares /= squares.mean()
        simple = {"trivial": Outcomes(trivial * squares), "linear": Outcomes(linear * squares)}
        return Split(
            Samples(np.zeros((count, 2)), np.zeros((count, 1))), count, Outcomes(error * squares), simple, error
        )

    return judged(info, MSE, split, (train, rows), (validation, unseen), near, **more)


def judged(info, measure, split, train, validation, near, *, losses=FLAT, figures=(), kept=None, config=None):
    unseen = None if validation[0] is None else split(*validation)
    simple = tuple(Baseline(kind, f"{kind} model", {}, {}) for kind in ("trivial", "linear"))
    seen = Evidence(info, measure, split(*train), unseen, simple, Curve(losses, figures, kept))
    # No rows are near each other here, unless a test says what they would tell.
    around = near if near is None or unseen is None else (unseen.network, split(near, validation[1]).network)
    seen.__dict__["neighbours"] = around
    seen.__dict__["balanced"] = None
    return diagnose(seen, config or configuration())


def settings(verdict):
    return [dict(advice.settings) for advice in verdict.advice]


def test_a_wide_gap_is_overfitting_and_carries_both_figures_with_limits():
    verdict = classes(0.99, 0.91)
    assert verdict.kind == "overfitting"
    assert "training accuracy 0.990 against 0.910 (95%: 0.891 to 0.926) on 1,000 validation rows" in verdict.sentence
    assert verdict.metrics["train_accuracy"] == pytest.approx(0.99)
    assert verdict.metrics["validation_accuracy_low"] == pytest.approx(0.890, abs=0.001)
    assert verdict.metrics["gap_low"] > 0.05


def test_a_loss_that_rose_again_is_answered_by_early_stopping():
    verdict = classes(0.99, 0.85, losses=RISEN)
    assert verdict.kind == "overfitting"
    assert "rose from 0.4 at epoch 3 to 0.7 at epoch 8" in verdict.sentence
    assert settings(verdict) == [{"training.early_stopping": {"monitor": "val_loss", "patience": 10}}]
    # A smaller gap is enough where the loss rose.
    assert classes(0.88, 0.85, unseen=4000, losses=RISEN).kind == "overfitting"


def test_what_would_not_help_is_not_advised():
    # The accuracy was lower where the loss was lowest.
    rising = classes(0.99, 0.85, losses=RISEN, figures=(0.6, 0.7, 0.75, 0.78, 0.8, 0.82, 0.84, 0.85))
    assert (rising.kind, settings(rising)) == ("overfitting", [PENALTY])
    stopping = "training.early_stopping={monitor: val_loss, patience: 3}"
    kept = classes(0.99, 0.85, losses=RISEN, kept=3, config=configuration(stopping))
    assert (kept.kind, settings(kept)) == ("overfitting", [PENALTY])
    assert settings(classes(0.99, 0.85, losses=FLAT)) == [PENALTY]
    regular = configuration("model.layers=[{dense: 16}, relu, {dropout: 0.2}]")
    assert classes(0.99, 0.85, losses=FLAT, config=regular).advice == ()


def test_pictures_that_are_learned_by_heart_are_changed_a_little():
    found = settings(classes(0.99, 0.85, losses=RISEN, pictures=True))
    assert found == [
        {
            "data.augment": {"shift": 0.05, "rotate": 5},
            "training.epochs": 120,
            "training.early_stopping": {"monitor": "val_loss", "patience": 10},
        }
    ]
    changed = configuration("data.augment={rotate: 3}")
    assert settings(classes(0.99, 0.85, losses=RISEN, pictures=True, config=changed)) != found


def test_a_linear_model_that_does_better_on_new_rows_is_advised():
    verdict = classes(0.95, 0.70, linear=0.80)
    assert verdict.kind == "overfitting"
    assert settings(verdict) == [{"model.layers": []}]


@pytest.mark.parametrize(("train", "validation"), [(0.93, 0.91), (0.86, 0.84), (0.90, 0.92)])
def test_a_narrow_gap_is_a_good_fit_without_advice(train, validation):
    verdict = classes(train, validation)
    assert (verdict.kind, verdict.advice) == ("good fit", ())
    assert "a linear model reaches 0.700 on the same validation rows" in verdict.sentence


def test_noisy_rows_on_which_nothing_better_exists_are_not_underfitted():
    better = classes(0.765, 0.758, linear=0.74, unseen=4000)
    assert (better.kind, better.advice) == ("good fit", ())
    alike = classes(0.762, 0.757, linear=0.757)
    assert (alike.kind, alike.advice) == ("no better than a linear model", ())
    assert "the inputs may say no more" in alike.sentence
    noise = classes(0.52, 0.5, linear=0.505, trivial=0.5)
    assert (noise.kind, noise.advice) == ("no better than a linear model", ())


def test_less_than_a_linear_model_on_both_is_underfitting():
    verdict = classes(0.65, 0.64, linear=0.82)
    assert verdict.kind == "underfitting"
    assert "where a linear model reaches 0.820 on the same validation rows" in verdict.sentence
    assert settings(verdict) == [
        {
            "model.layers[0].dense": 64,
            "training.epochs": 120,
            "training.early_stopping": {"monitor": "val_loss", "patience": 10},
        }
    ]
    # A difference of a few rows is none.
    assert classes(0.81, 0.80, linear=0.82).kind != "underfitting"


def test_neighbours_that_do_better_on_new_rows_show_that_there_is_more_to_learn():
    verdict = classes(0.72, 0.71, linear=0.70, near=0.90)
    assert verdict.kind == "underfitting"
    assert "the mean of the nearest training rows reaches 0.900" in verdict.sentence
    assert verdict.advice
    assert classes(0.72, 0.71, linear=0.70, near=0.72).kind != "underfitting"


def test_a_loss_that_still_fell_is_answered_by_more_epochs():
    verdict = classes(0.85, 0.84, losses=FALLING)
    assert verdict.kind == "underfitting"
    assert "still falling at the end" in verdict.sentence
    assert settings(verdict)[0]["training.epochs"] == 120
    # There is nothing left to gain.
    assert classes(0.99, 0.985, losses=FALLING).kind == "good fit"


def test_a_loss_that_hardly_moved_is_answered_by_a_higher_rate():
    verdict = classes(
        0.55, 0.55, linear=0.8, losses=(1.0, 0.99, 0.97, 0.93), config=configuration("training.optimizer={sgd: 1e-5}")
    )
    assert settings(verdict)[0]["training.optimizer.sgd.learning_rate"] == 1e-4


def test_few_validation_rows_tell_nothing():
    verdict = classes(1.0, 0.92, unseen=12, linear=0.9)
    assert verdict.kind == "no verdict"
    assert "on 12 validation rows: too few rows to tell" in verdict.sentence
    assert classes(0.9, 0.9, unseen=20).kind == "no verdict"
    assert classes(1.0, 0.25, unseen=20).kind == "overfitting"


def test_few_rows_whose_loss_still_fell_can_be_trained_on():
    verdict = classes(0.7, 0.7, unseen=20, losses=FALLING)
    assert verdict.kind == "no verdict"
    assert settings(verdict) == [{"training.epochs": 120}]
    assert classes(0.8, 0.7, unseen=20, losses=FALLING).advice == ()
    assert classes(0.7, 0.7, unseen=10, losses=FALLING).advice == ()


def test_a_few_rows_stop_no_training():
    verdict = classes(1.0, 0.2, linear=0.1, unseen=10, losses=RISEN, figures=(0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.2, 0.2))
    assert (verdict.kind, settings(verdict)) == ("overfitting", [PENALTY])


def test_weighed_classes_are_judged_by_their_mean_recall_and_four_rows_of_one_tell_nothing():
    info = DatasetInfo("d", "binary", (2,), class_names=("a", "b"))
    measure = measure_of("binary", weighed=True)

    def split(rare, rare_rows, common=0.9):
        y = np.array([0] * 960 + [1] * rare_rows)
        right = np.concatenate([np.arange(960) < common * 960, np.arange(rare_rows) < rare * rare_rows]).astype(float)
        outcomes = Outcomes(right, y)
        return Split(Samples(np.zeros((len(y), 2)), y), len(y), outcomes, {"linear": outcomes}, outcomes.mean)

    def verdict(train, validation):
        simple = (Baseline("linear", "the linear model", {}, {}),)
        seen = Evidence(info, measure, train, validation, simple, Curve(FLAT), (0.5, 12.0))
        seen.__dict__["neighbours"] = None
        return diagnose(seen, configuration())

    few = verdict(split(1.0, 40), split(0.75, 4))
    assert few.kind == "no verdict"
    assert "mean recall of the classes 0.950 against 0.825" in few.sentence
    assert "too few rows to tell" in few.sentence
    assert verdict(split(1.0, 40), split(0.6, 400)).kind == "overfitting"
    assert verdict(split(0.9, 400), split(0.9, 400)).kind != "overfitting"


def test_rows_that_are_all_there_are_can_be_learned():
    for reached in (0.5, 0.75):
        verdict = classes(
            reached, trivial=0.5, linear=0.5, shared=True, rows=4, config=configuration("model.layers=[]")
        )
        assert verdict.kind == "underfitting"
        assert settings(verdict)[0]["model.layers"] == [{"dense": 64}, "relu"]
    solved = classes(1.0, trivial=0.5, linear=0.5, shared=True, rows=4)
    assert solved.kind == "no verdict"
    assert "the same few rows" in solved.sentence
    assert numbers(1.01, linear=1.0, shared=True, rows=10).kind == "no verdict"


def test_without_validation_rows_nothing_is_said_of_overfitting():
    verdict = classes(0.99, None, linear=0.8)
    assert (verdict.kind, verdict.advice) == ("no verdict", ())
    assert "see data.validation_split" in verdict.sentence
    assert classes(0.6, None, linear=0.8).kind == "underfitting"


def test_errors_are_judged_by_the_same_rules():
    assert numbers(0.5, 1.0, linear=1.5).kind == "overfitting"
    assert numbers(0.9, 0.95, linear=1.5).kind == "good fit"
    assert numbers(1.0, 1.02, linear=1.0).kind == "no better than a linear model"
    assert numbers(2.0, 2.1, linear=1.0).kind == "underfitting"
    assert numbers(0.5, 1.0, linear=1.5, unseen=8).kind == "no verdict"
    # Twice a tiny error is a tiny error.
    assert numbers(0.001, 0.002, linear=1.5).kind == "good fit"
