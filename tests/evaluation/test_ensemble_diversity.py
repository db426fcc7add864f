"""How much members disagree, against what can be counted by hand and against what theory says."""

import numpy as np
import pytest

from dnnctl.evaluation.ensemble_diversity import answer_deviation, compare_members, disagreement


def test_disagreement_counted_by_hand():
    labels = np.array([[0, 1, 2, 0], [0, 1, 1, 0], [0, 2, 1, 1]])
    values, pairs = disagreement(labels, np.array([0, 1, 0, 0]))
    assert pairs.tolist() == [[0, 0.25, 0.75], [0.25, 0, 0.5], [0.75, 0.5, 0]]
    assert values == {"pairwise": 0.5, "all_agree": 0.25, "all_right": 0.25, "none_right": 0.25}


def test_spread_counted_by_hand():
    values, pairs = answer_deviation(np.array([[[1.0], [5.0]], [[3.0], [5.0]]]))
    assert pairs[0, 1] == pytest.approx(np.sqrt(2))
    assert values == pytest.approx({"pairwise": np.sqrt(2), "std": np.sqrt(0.5), "largest_std": 1.0})


def test_an_ensembles_error_is_the_mean_members_less_the_spread():
    generator = np.random.default_rng(1)
    truth, answers = generator.normal(size=(50, 1)), generator.normal(size=(4, 50, 1))
    mean_member = np.mean([np.mean((truth - each) ** 2) for each in answers])
    together = np.mean((truth - answers.mean(axis=0)) ** 2)
    assert together == pytest.approx(mean_member - answer_deviation(answers)[0]["std"] ** 2)


def test_members_are_described_and_their_mean_is_taken_of_what_all_have():
    figures = [{"loss": 1.0, "accuracy": 0.5, "auc": 0.6}, {"loss": 2.0, "accuracy": 0.7}]
    labels = [np.array([0, 1]), np.array([1, 1])]
    found = compare_members(
        "binary", np.array([0, 1]), labels, figures, {"loss": 1.2}, [("01", "seed 1"), ("02", "seed 2")]
    )
    assert found.mean == pytest.approx({"loss": 1.5, "accuracy": 0.6})
    stored = found.to_json()
    assert stored["members"] == {"01": figures[0], "02": figures[1]}
    assert stored["disagreement"]["pairs"] == [[0, 0.5], [0.5, 0]]
