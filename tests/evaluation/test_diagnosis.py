import pytest

from dnnctl.evaluation.baselines import Baseline
from dnnctl.evaluation.diagnosis import diagnose


def classes(train, validation=None, *, trivial=0.1, linear=0.82, linear_test=None, losses=(), rows=6000, **more):
    validation_metrics = {} if validation is None else {"accuracy": validation}
    linear_test = linear if linear_test is None else linear_test
    return diagnose(
        "multiclass",
        history=[{"epoch": i, "val_loss": loss} for i, loss in enumerate(losses, 1)],
        train={"accuracy": train},
        validation=validation_metrics,
        baselines=[
            Baseline("trivial", "majority class (a)", {"accuracy": trivial}, {"accuracy": trivial}),
            Baseline("linear", "linear model", {"accuracy": linear}, {"accuracy": linear_test}),
        ],
        validation_rows=rows,
        **more,
    )


def numbers(train, r2, validation=None, *, linear=10.153, rows=1000, losses=(), **more):
    return diagnose(
        "regression",
        history=[{"epoch": i, "val_loss": loss} for i, loss in enumerate(losses, 1)],
        train={"mse": train, "r2": r2},
        validation={} if validation is None else {"mse": validation},
        baselines=[
            Baseline("trivial", "mean height", {"mse": 86.8}, {"mse": 86.8}),
            Baseline("linear", "linear model", {"mse": linear}, {"mse": linear}),
        ],
        validation_rows=rows,
        **more,
    )


def test_a_wide_gap_is_overfitting_and_carries_both_figures():
    verdict = classes(0.998, 0.912)
    assert verdict.kind == "overfitting"
    assert verdict.sentence == (
        "overfitting: training accuracy 0.998 against 0.912 on validation rows; "
        "add dropout, weight decay or data, or stop earlier"
    )
    assert verdict.metrics["train_accuracy"] == 0.998
    assert verdict.metrics["validation_accuracy"] == 0.912
    assert verdict.metrics["trivial_accuracy"] == 0.1


@pytest.mark.parametrize(
    ("train", "validation"),
    [(0.93, 0.90), (0.999, 0.985), (0.86, 0.84), (0.90, 0.92)],
)
def test_a_narrow_gap_is_a_good_fit(train, validation):
    verdict = classes(train, validation)
    assert verdict.kind == "good fit"
    assert f"{train:.3f} against {validation:.3f}" in verdict.sentence


def test_a_gap_that_chance_explains_is_no_verdict():
    verdict = classes(1.0, 0.917, rows=12)
    assert verdict.kind == "no verdict"
    assert "12 validation rows, too few" in verdict.sentence
    assert classes(1.0, 0.5, rows=12, linear_test=0.4).kind == "overfitting"


def test_a_loss_that_rose_again_is_overfitting_only_if_the_last_weights_were_kept():
    losses = (0.5, 0.30, 0.36, 0.47)
    verdict = classes(0.98, 0.965, losses=losses)
    assert verdict.kind == "overfitting"
    assert "rose from 0.3 at epoch 2 to 0.47 at epoch 4" in verdict.sentence
    assert verdict.metrics["best_val_loss"] == 0.30
    kept = classes(0.98, 0.965, losses=losses, best_epoch=2)
    assert kept.kind == "good fit"
    assert "past epoch 2 began to overfit" in kept.sentence
    assert classes(0.98, 0.98, losses=losses).kind == "good fit"
    assert classes(0.98, 0.965, losses=(0.5, 0.30, 0.33)).kind == "good fit"


def test_exclusive_or_with_one_layer_underfits_and_solved_it_has_no_verdict():
    for reached in (0.5, 0.75):
        verdict = classes(reached, trivial=0.5, linear=0.5, shared_rows=True, rows=0)
        assert verdict.kind == "underfitting"
        assert f"{reached:.3f} against 0.500" in verdict.sentence
    solved = classes(1.0, trivial=0.5, linear=0.5, shared_rows=True, rows=0)
    assert solved.kind == "no verdict"
    assert "the same few rows" in solved.sentence
    assert "1.000 against 0.500" in solved.sentence


def test_less_than_a_linear_model_is_underfitting():
    verdict = classes(0.75, 0.74, linear=0.82)
    assert verdict.kind == "underfitting"
    assert "0.750, where a linear model reaches 0.820" in verdict.sentence


def test_a_linear_model_that_only_memorized_its_rows_proves_nothing():
    assert classes(0.94, 0.93, linear=1.0, linear_test=0.6).kind == "good fit"
    assert classes(0.94, 0.93, linear=1.0, linear_test=0.95).kind == "underfitting"


def test_barely_better_than_trivial_is_underfitting_unless_the_gap_is_wide():
    assert classes(0.55, 0.54, linear=0.5).kind == "underfitting"
    assert classes(0.70, 0.40, trivial=0.3, linear=0.5).kind == "overfitting"


def test_without_validation_rows_only_underfitting_is_named():
    verdict = classes(0.99, None, rows=0)
    assert verdict.kind == "no verdict"
    assert "see data.validation_split" in verdict.sentence
    assert "0.990 against 0.100" in verdict.sentence
    assert classes(0.3, None, rows=0).kind == "underfitting"


def test_a_linear_network_on_a_line_does_not_underfit():
    verdict = numbers(10.16, 0.883, rows=0, shared_rows=True)
    assert verdict.kind == "no verdict"
    assert "10.16 against 86.8" in verdict.sentence
    assert numbers(10.16, 0.883, 10.9).kind == "good fit"


def test_a_regression_that_explains_little_underfits():
    verdict = numbers(60.0, 0.31, 61.0, linear=60.0)
    assert verdict.kind == "underfitting"
    assert "R² 0.310" in verdict.sentence
    assert "60 against 86.8" in verdict.sentence


def test_a_regression_behind_the_line_underfits():
    verdict = numbers(30.0, 0.65, 31.0)
    assert verdict.kind == "underfitting"
    assert "30, where a linear model reaches 10.15" in verdict.sentence


def test_a_regression_that_is_worse_on_new_rows_overfits_if_there_are_enough():
    verdict = numbers(2.0, 0.98, 9.5)
    assert verdict.kind == "overfitting"
    assert "mean squared error 2 against 9.5" in verdict.sentence
    assert numbers(2.0, 0.98, 9.5, rows=29).kind == "no verdict"
    assert numbers(2.0, 0.98, 2.9).kind == "good fit"
    assert numbers(2.0, 0.98, 2.9, losses=(4.0, 2.4, 2.9)).kind == "overfitting"


def test_nothing_known_is_no_verdict():
    verdict = diagnose("binary", history=[], train={}, validation={}, baselines=[], validation_rows=0)
    assert verdict.kind == "no verdict"
    assert "no accuracy on the training rows" in verdict.sentence
    assert diagnose(
        "binary", history=[], train={"accuracy": 0.9}, validation={}, baselines=[], validation_rows=0
    ).sentence.startswith("no verdict: training accuracy 0.900; there are no validation rows")


def test_weighed_classes_are_judged_by_their_mean_recall():
    def judged(train, validation, rows):
        simple = {"accuracy": 0.95, "recall": 0.5}
        return diagnose(
            "binary",
            history=[],
            train={"accuracy": 0.85, "recall": train},
            validation={"accuracy": 0.84, "recall": validation},
            baselines=[
                Baseline("trivial", "majority class (a)", simple, simple),
                Baseline(
                    "linear", "linear model", {"accuracy": 0.97, "recall": 0.8}, {"accuracy": 0.97, "recall": 0.8}
                ),
            ],
            validation_rows=rows,
        )

    # By accuracy it would be worse than the trivial answer, which is what was asked for.
    assert judged(0.9, 0.9, [950, 50]).kind == "good fit"
    assert judged(0.6, 0.6, [950, 50]).sentence.startswith("underfitting: training mean recall of the classes 0.600")
    assert judged(0.98, 0.85, [9500, 500]).kind == "overfitting"
    # A class of five rows leaves its recall to chance, however many rows the other one has.
    few = judged(0.98, 0.85, [9500, 5])
    assert few.kind == "no verdict"
    assert "on 9505 validation rows, too few to tell" in few.sentence
    assert judged(0.9, 0.9, 1000).kind == "underfitting"


def test_a_gap_that_a_few_validation_rows_make_is_no_overfitting():
    # Two of eight right where 0.583 of the training rows are, of which 0.569 are of one class.
    assert classes(0.583, 0.25, trivial=0.569, linear=0.6, linear_test=0.3, rows=8).kind != "overfitting"
    assert classes(0.99, 0.25, rows=8).kind == "overfitting"


def test_one_class_with_nearly_all_rows_is_told_what_helps():
    assert "training.class_weights: balanced" in classes(0.994, 0.994, trivial=0.994, linear=0.994).sentence
    assert "class_weights" not in classes(0.6, 0.6, trivial=0.5, linear=0.6).sentence
