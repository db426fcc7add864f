import pytest

from dnnctl.evaluation.diagnosis.curve import Curve


def history(losses, **more):
    return [
        {"epoch": i, "loss": 9.0, "val_loss": v, **{k: w[i - 1] for k, w in more.items()}}
        for i, v in enumerate(losses, 1)
    ]


def test_a_history_is_read_by_its_validation_loss_or_else_by_its_loss():
    rows = history([3, 2, 1], val_accuracy=[0.1, 0.2, 0.3])
    curve = Curve.of(rows, "accuracy", None, validated=True)
    assert (curve.losses, curve.figures) == ((3, 2, 1), (0.1, 0.2, 0.3))
    assert Curve.of(rows, "mse", None, validated=False) == Curve((9, 9, 9))
    assert Curve.of([{"epoch": 1, "loss": 1.0}], "mse", None, validated=True) == Curve(())
    assert Curve(()).best == Curve(()).fall == 0


def test_a_loss_that_fell_to_the_end_is_told_from_one_that_is_flat():
    assert Curve(tuple(1 / (1 + i) for i in range(20))).fall == pytest.approx(0.20, abs=0.03)
    assert Curve((1.0,) * 20).fall == pytest.approx(0)
    assert Curve((1, 0.5, 0.4, 0.5, 0.6)).fall == 0
    assert Curve((1.0, 0.98)).slow
    assert not Curve((1.0, 0.5)).slow


def test_a_loss_that_rose_again():
    curve = Curve((1.0, 0.5, 0.4, 0.5, 0.6), figures=(0.5, 0.7, 0.8, 0.75, 0.7))
    assert (curve.best, curve.rise) == (3, pytest.approx(1.5))
    assert curve.better_before(larger_is_better=True)
    assert not Curve(curve.losses, figures=(0.5, 0.6, 0.7, 0.8, 0.9)).better_before(larger_is_better=True)
    assert not Curve(curve.losses, figures=(0.5, 0.7, 0.8, 0.8, 0.8)).better_before(larger_is_better=True)
    assert Curve(curve.losses, figures=(9, 5, 4, 5, 6)).better_before(larger_is_better=False)
    assert not Curve(curve.losses).better_before(larger_is_better=True)
    assert Curve((1.0, 0.4, 0.9)).better_before(larger_is_better=True)
    assert not Curve(curve.losses, kept=3).lasted
    assert Curve((1.0, 0.5, 0.4)).rise == 1


def test_one_noisy_epoch_is_neither_the_best_nor_the_end():
    flat = [1.0] * 30
    flat[10], flat[29] = 0.9, 1.1
    assert Curve(tuple(flat)).rise == pytest.approx(1.07, abs=0.01)
