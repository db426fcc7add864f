import numpy as np

from dnnctl.evaluation.diagnosis import neighbours
from dnnctl.evaluation.diagnosis.neighbours import nearest_means


def test_rows_get_the_mean_of_those_around_them():
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, (600, 2))
    crossed = (x[:, 0] * x[:, 1] > 0).astype(float)
    said = nearest_means(x[:500], np.eye(2)[crossed[:500].astype(int)], x[500:])
    assert (said.argmax(axis=1) == crossed[500:]).mean() > 0.85
    assert np.allclose(said.sum(axis=1), 1)


def test_columns_count_by_their_spread_and_one_that_never_varies_not_at_all():
    draw = np.random.default_rng(1)
    x = np.column_stack([draw.normal(size=300) * 1e-6, draw.normal(size=300) * 1e6, np.full(300, 7.0)])
    y = (x[:, :1] > 0).astype(float)
    said = nearest_means(x[:250], y[:250], x[250:])
    assert ((said > 0.5) == y[250:]).mean() > 0.8


def test_pictures_and_very_few_rows(monkeypatch):
    monkeypatch.setattr(neighbours, "MOST_ROWS", 40)
    x = np.zeros((80, 4, 4), np.uint8)
    x[40:, 0] = 255
    y = (np.arange(80) >= 40).astype(float)[:, None]
    assert nearest_means(x, y, x[[0, 79]])[:, 0].tolist() == [0, 1]
    assert nearest_means(x[:1], y[:1], x[:2]).tolist() == [[0], [0]]
