from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.plots import confusion_matrix, misclassified, per_class


def many(classes, context):
    y = np.arange(classes * 3) % classes
    scores = np.eye(classes)[y] * 0.8
    scores[0] = np.eye(classes)[1]
    info = DatasetInfo("Many", "multiclass", (4,), class_names=tuple(f"species number {i}" for i in range(classes)))
    return replace(context, info=info, test=Samples(np.zeros((len(y), 4), np.float32), y), scores=scores)


@pytest.mark.parametrize("classes", [2, 10, 24, 40])
def test_the_confusion_matrix_counts_and_names_every_class(classes, contexts):
    figure = confusion_matrix.draw(many(classes, contexts["pictures"]))
    axes = figure.axes[0]
    counts = {(round(t.get_position()[1]), round(t.get_position()[0])): t.get_text() for t in axes.texts}
    assert counts[0, 0] == "2"
    assert counts[0, 1] == "1"
    assert len(counts) == classes + 1
    assert [label.get_text() for label in axes.get_yticklabels()] == [f"species number {i}" for i in range(classes)]
    assert "accuracy" in figure.texts[1].get_text()


@pytest.mark.parametrize("classes", [2, 10, 24, 40, 150])
def test_class_names_of_the_confusion_matrix_do_not_overlap(classes, contexts):
    figure = confusion_matrix.draw(many(classes, contexts["pictures"]))
    figure.canvas.draw()
    for labels in (figure.axes[0].get_xticklabels(), figure.axes[0].get_yticklabels()):
        upright = [label.get_window_extent() for label in labels if label.get_rotation() != 45]
        assert not any(one.overlaps(other) for one, other in pairwise(upright))
    assert bool(figure.axes[0].texts) == (classes <= 40)


def test_colours_of_the_confusion_matrix_are_shares_of_the_true_class(contexts):
    figure = confusion_matrix.draw(many(3, contexts["pictures"]))
    shares = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(shares[0], [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_mistakes_come_with_the_surest_first(contexts):
    base = contexts["pictures"]
    truth = base.test.y
    scores = np.eye(4)[truth] * 1.0
    scores[5], scores[6], scores[8] = np.roll(np.array([[0.1, 0.6, 0.2, 0.1]]), truth[5], 1), 0, 0
    scores[6, (truth[6] + 1) % 4], scores[6, truth[6]] = 0.999, 0.001
    scores[8, (truth[8] + 1) % 4], scores[8, truth[8]] = 0.75, 0.25
    figure = misclassified.draw(replace(base, scores=scores))
    said = [text.get_text() for text in figure.axes[0].texts if text.get_text().startswith("said")]
    assert [line.rsplit(" ", 1)[1] for line in said] == [">0.99", "0.75", "0.60"]
    assert "3 of 40 test rows wrong" in figure.texts[1].get_text()


def test_rows_of_a_cross_validation_are_not_called_test_rows(contexts):
    context = replace(contexts["pictures"], tested="held-out row")
    for plot in (confusion_matrix, per_class):
        assert " · 40 held-out rows · " in plot.draw(context).texts[1].get_text()


def test_no_mistakes_and_no_pictures_give_no_mistakes_plot(contexts):
    base = contexts["pictures"]
    assert misclassified.draw(replace(base, scores=np.eye(4)[base.test.y])) is None
    assert misclassified.draw(contexts["clouds"]) is None


def test_bars_of_each_class_show_its_figures(contexts):
    figure = per_class.draw(many(3, contexts["pictures"]))
    precision, recall, f1 = ([bar.get_width() for bar in container] for container in figure.axes[0].containers)
    np.testing.assert_allclose(precision, [1, 3 / 4, 1])
    np.testing.assert_allclose(recall, [2 / 3, 1, 1])
    np.testing.assert_allclose(f1, [0.8, 6 / 7, 1])


def test_of_very_many_classes_the_worst_are_shown(contexts):
    figure = per_class.draw(many(60, contexts["pictures"]))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == 40
    assert labels[:2] == ["species number 0", "species number 1"]
    assert "40 of 60 classes" in figure.texts[1].get_text()


def test_one_column_of_scores_is_two_classes(contexts):
    base = contexts["corners"]
    flat = confusion_matrix.draw(base)
    column = confusion_matrix.draw(replace(base, scores=base.scores[:, None]))
    assert [t.get_text() for t in flat.axes[0].texts] == [t.get_text() for t in column.axes[0].texts] == ["2", "2"]


def test_without_test_rows_there_is_nothing_to_draw(contexts):
    base = contexts["pictures"]
    empty = replace(base, test=base.test.take(slice(0, 0)), scores=base.scores[:0])
    assert [plot.draw(empty) for plot in (confusion_matrix, misclassified, per_class)] == [None, None, None]


def test_samples_are_drawn_in_inputs_of_more_than_two_values() -> None:
    from dnnctl.plots.samples import _separation

    rows = np.arange(40)
    x = np.column_stack([rows % 2, rows % 2, rows % 7, rows % 5]).astype(np.float32)
    chosen = np.argsort(-_separation(Samples(x, rows % 2)))[:2]

    assert set(chosen.tolist()) == {2, 3}


def test_samples_of_one_input_with_large_values_are_drawn() -> None:
    from dnnctl.plots.samples import picture

    info = DatasetInfo("t", "binary", (1,), ("a", "b"), ("n",))
    x = np.full((8, 1), 1e10, np.float32)

    assert picture(info, Samples(x, np.arange(8) % 2), "large").axes
