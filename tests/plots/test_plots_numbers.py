from dataclasses import replace

import numpy as np
import pytest

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.plots import decision_boundary, fit, predicted_vs_true, residuals, samples


def test_the_curve_is_the_network_and_goes_beyond_the_data(contexts):
    figure = fit.draw(contexts["line"])
    axes = figure.axes[0]
    curve = axes.lines[0]
    np.testing.assert_allclose(curve.get_ydata(), 0.9 * curve.get_xdata() + 108, rtol=1e-6)
    assert curve.get_xdata()[0] < 60
    assert curve.get_xdata()[-1] > 95
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("weight (kg)", "height (cm)")
    assert len(axes.collections) == 1


def test_test_rows_of_their_own_are_drawn_apart(contexts):
    base = contexts["line"]
    figure = fit.draw(replace(base, info=replace(base.info, shared_rows=False)))
    assert len(figure.axes[0].collections) == 2


def test_a_curve_needs_exactly_one_input(contexts):
    assert fit.draw(contexts["surface"]) is None
    assert fit.draw(contexts["corners"]) is None


def test_predictions_are_drawn_over_the_truth(contexts):
    base = contexts["line"]
    figure = predicted_vs_true.draw(base)
    points = figure.axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points, np.hstack([base.test.y, base.scores]))
    assert "R² " in figure.texts[1].get_text()
    assert figure.axes[0].get_xlim() == figure.axes[0].get_ylim()


def test_flat_scores_are_one_target(contexts):
    base = contexts["line"]
    for plot in (predicted_vs_true, residuals):
        figure = plot.draw(replace(base, scores=base.scores[:, 0]))
        assert len(figure.axes) == len(plot.draw(base).axes)


def test_residuals_are_truth_less_prediction(contexts):
    base = contexts["line"]
    points, bars = residuals.draw(base).axes
    np.testing.assert_allclose(points.collections[0].get_offsets()[:, 1], (base.test.y - base.scores)[:, 0])
    assert sum(bar.get_height() for bar in bars.patches) == len(base.test)


def test_each_target_has_its_own_panels(contexts):
    assert len(predicted_vs_true.draw(contexts["surface"]).axes) == 2
    assert len(residuals.draw(contexts["surface"]).axes) == 4


def test_the_boundary_is_drawn_where_both_classes_are_equally_likely(contexts):
    figure = decision_boundary.draw(contexts["corners"])
    axes = figure.axes[0]
    shares = axes.images[0].get_array()
    assert shares.shape == (160, 160)
    # a + b = 0.5 and a + b = 1.5 are where this network is undecided.
    contour = axes.collections[0].get_paths()[0].vertices
    np.testing.assert_allclose(np.abs(contour.sum(axis=1) - 1), 0.5, atol=0.02)
    assert figure.axes[1].get_ylabel() == "probability of true"


def test_two_columns_of_scores_give_the_same_picture_as_one(contexts):
    base = contexts["corners"]

    def both(rows):
        second = base.predict(rows)
        return np.stack([1 - second, second], axis=1)

    one = decision_boundary.draw(base).axes[0].images[0].get_array()
    two = decision_boundary.draw(replace(base, predict=both)).axes[0].images[0].get_array()
    np.testing.assert_allclose(one, two)


def test_a_boundary_needs_exactly_two_numbers(contexts):
    assert decision_boundary.draw(contexts["one_input"]) is None
    assert decision_boundary.draw(contexts["pictures"]) is None


def test_samples_are_drawn_in_the_two_inputs_that_tell_most(contexts):
    generator = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = generator.normal(0, 1, (90, 5)).astype(np.float32)
    x[:, 1] += 9 * y
    x[:, 4] -= 9 * y
    info = DatasetInfo("Five", "multiclass", (5,), class_names=("a", "b", "c"), feature_names=tuple("vwxyz"))
    axes = samples.draw(replace(contexts["clouds"], info=info, train=Samples(x, y))).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("w", "z")
    assert sum(len(points.get_offsets()) for points in axes.collections) == 90


def test_samples_need_rows(contexts):
    base = contexts["pictures"]
    assert samples.draw(replace(base, train=base.train.take(slice(0, 0)))) is None


def test_a_class_without_rows_has_an_empty_line(contexts):
    base = contexts["pictures"]
    some = base.train.take(base.train.y != 2)
    figure = samples.draw(replace(base, train=some))
    assert len(figure.axes[0].texts) == 4


def townspeople():
    generator = np.random.default_rng(0)
    town, smokes = generator.integers(0, 3, 90), generator.integers(0, 2, 90)
    x = np.column_stack([generator.normal(50, 9, 90), *(town == i for i in range(3)), np.zeros(90), smokes])
    names = ("age", "town=Bonn", "town=Kiel", "town=Ulm", "town=(unknown)", "smokes")
    return x.astype(np.float32), names, town


def test_a_category_is_one_input_with_a_box_for_each_of_its_words(contexts):
    x, names, town = townspeople()
    y = np.column_stack([5.0 * town, x[:, 0]])
    info = DatasetInfo("T", "regression", (6,), feature_names=names, target="a, b", targets=("a", "b"))
    figure = samples.draw(replace(contexts["clouds"], info=info, train=Samples(x, y)))
    assert [axes.get_xlabel() for axes in figure.axes] == ["age", "town", "smokes"]
    words = [text.get_text() for text in figure.axes[1].get_xticklabels()]
    assert sorted(words) == ["Bonn", "Kiel", "Ulm"]
    assert not figure.axes[1].collections
    # Only one of the targets is drawn, and said to be.
    assert figure.texts[0].get_text() == "Samples: a against each input"
    assert "first of 2 targets" in figure.texts[1].get_text()


@pytest.mark.parametrize(
    ("columns", "title", "x", "y"),
    [
        ([1, 2, 3, 4, 5], "Samples by one input", "rows", "town"),
        ([0, 1, 2, 3, 4, 5], "Samples by one input", "age", "rows"),
        ([1, 2, 3, 4], "Samples by their input", "rows", "town"),
        ([5, 5], "Samples in two inputs", "smokes", "smokes"),
    ],
)
def test_classes_are_not_scattered_over_columns_of_categories(contexts, columns, title, x, y):
    rows, names, town = townspeople()
    named = tuple(names[i] for i in columns)
    info = DatasetInfo("T", "binary", (len(columns),), class_names=("far", "near"), feature_names=named)
    few = Samples(rows[:, columns], np.int64(town > 0))
    figure = samples.draw(replace(contexts["clouds"], info=info, train=few))
    axes = figure.axes[0]
    assert (figure.texts[0].get_text(), axes.get_xlabel(), axes.get_ylabel()) == (title, x, y)
    if y == "town":
        assert sum(bar.get_width() for bar in axes.patches) == 90
