from dataclasses import replace

import numpy as np
import pytest

from dnnctl.plots import learning_curves
from dnnctl.plots.learning_curves import thinned


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def rows(values, **more):
    return [{"epoch": i, "loss": v, **{k: w[i - 1] for k, w in more.items()}} for i, v in enumerate(values, 1)]


def test_loss_comes_first_and_the_steps_last(contexts):
    figure = learning_curves.draw(contexts["pictures"])
    assert titles(figure) == ["loss", "accuracy", "loss of each step"]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["training", "validation", "weights kept (epoch 3)"]


def test_the_lines_are_the_history(contexts):
    figure = learning_curves.draw(contexts["pictures"])
    training, validation, kept = figure.axes[0].lines
    np.testing.assert_allclose(training.get_ydata(), [2, 1, 2 / 3, 0.5, 0.4])
    np.testing.assert_allclose(validation.get_ydata(), [2.2 / e for e in range(1, 6)])
    assert kept.get_xdata()[0] == 3


def test_a_metric_that_is_only_known_on_validation_rows_has_a_panel(contexts):
    context = replace(contexts["pictures"], iterations=None, history=rows([2, 1], val_f1=[0.1, 0.2]))
    figure = learning_curves.draw(context)
    assert titles(figure) == ["loss", "f1"]
    assert len(figure.axes[1].lines) == 2


@pytest.mark.parametrize(("values", "scale"), [([100, 0.9], "log"), ([100, 2], "linear"), ([100, 0.0], "linear")])
def test_a_loss_over_more_than_two_decades_is_on_a_logarithmic_scale(contexts, values, scale):
    context = replace(contexts["line"], history=rows(values, accuracy=values))
    figure = learning_curves.draw(context)
    assert [axes.get_yscale() for axes in figure.axes] == [scale, "linear"]


def test_one_epoch_and_values_that_are_missing(contexts):
    figure = learning_curves.draw(replace(contexts["line"], history=rows([1.0])))
    assert figure.axes[0].get_xticks().tolist() == [1]
    gaps = rows([1.0, float("nan"), 0.5], val_loss=[float("nan")] * 3)
    figure = learning_curves.draw(replace(contexts["line"], history=gaps))
    assert len(figure.axes[0].lines) == 1


def test_no_history_gives_no_plot(contexts):
    assert learning_curves.draw(replace(contexts["line"], history=[])) is None


def test_the_moving_mean_stands_in_the_middle_of_its_steps(contexts):
    context = replace(contexts["line"], history=rows([1.0]), iterations=np.arange(400.0))
    raw, smooth = learning_curves.draw(context).axes[-1].lines
    np.testing.assert_allclose(smooth.get_ydata(), smooth.get_xdata() - 1)
    assert len(raw.get_xdata()) == 400


def test_a_long_line_keeps_its_extremes():
    y = np.random.default_rng(0).normal(size=50_000)
    y[[123, 40_000]] = 9, -9
    y[500] = np.nan
    x, kept = thinned(np.arange(50_000.0), y)
    assert len(x) <= 2000
    assert (np.diff(x) > 0).all()
    assert (kept.max(), kept.min()) == (9, -9)
    assert (kept == y[x.astype(int)]).all()


def test_training_figures_taken_with_dropout_at_work_are_explained_and_marked_without(contexts):
    context = replace(
        contexts["pictures"], hindered=("dropout", "augmentation"), unhindered={"loss": 0.3, "accuracy": 0.95}
    )
    figure = learning_curves.draw(context)
    heading = " ".join(text.get_text() for text in figure.texts)
    assert "measured with dropout and augmentation at work" in heading
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "training without these" in legend
    for axes, value in zip(figure.axes, (0.3, 0.95), strict=False):
        (mark,) = [line for line in axes.lines if line.get_marker() == "D"]
        # Of the epoch whose weights were kept.
        assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (3, value)
    last = learning_curves.draw(replace(context, best_epoch=None, unhindered={"loss": 0.3, "accuracy": float("inf")}))
    (mark,) = [line for axes in last.axes for line in axes.lines if line.get_marker() == "D"]
    assert mark.get_xdata()[0] == 5
    plain = learning_curves.draw(replace(context, hindered=()))
    assert "at work" not in " ".join(text.get_text() for text in plain.texts)
    assert not [line for axes in plain.axes for line in axes.lines if line.get_marker() == "D"]
