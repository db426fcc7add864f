"""Logistic regression and measures of association, against scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from dnnctl.evaluation.association import association
from dnnctl.evaluation.logistic import RIDGE, fit_logistic


@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_it_is_scikit_learns(load: object) -> None:
    x, y = load(return_X_y=True)  # type: ignore[operator]
    own = fit_logistic(x, y, 3).probabilities(x)
    scaled = StandardScaler().fit_transform(x)
    theirs = LogisticRegression(C=1 / (RIDGE * len(x)), max_iter=10_000, tol=1e-8).fit(scaled, y).predict_proba(scaled)

    assert np.abs(own - theirs).max() < 0.02
    assert (own.argmax(axis=1) == theirs.argmax(axis=1)).all()


def test_a_column_that_never_varies_does_no_harm() -> None:
    x = np.array([[1.0, 5], [2, 5], [3, 5], [4, 5]])
    shares = fit_logistic(x, np.array([0, 0, 1, 1]), 2).probabilities(x)

    assert shares.argmax(axis=1).tolist() == [0, 0, 1, 1]


def test_association_of_numbers_is_the_correlation() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 100))
    sign, value = association(np.append(x, np.nan), np.append(y, 3)[:, None], groups=False)

    assert sign == "r"
    assert value == pytest.approx(pearsonr(x, y).statistic)


def test_association_of_groups_is_between_nothing_and_all() -> None:
    draw = np.random.default_rng(0)
    groups = draw.integers(0, 3, 600)
    noise, names = draw.integers(0, 3, 600), np.arange(600)

    assert association(groups.astype(float), groups, groups=True) == ("V", pytest.approx(1, abs=0.01))
    assert association(noise.astype(float), groups, groups=True)[1] < 0.1
    assert association(names.astype(float), groups, groups=True)[1] < 0.1
    assert association(groups * 2.0, groups, groups=False) == ("η", pytest.approx(1))
    assert association(np.full(600, 2.0), groups, groups=True)[1] == 0
