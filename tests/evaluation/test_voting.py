"""Votes, against what can be counted by hand."""

import numpy as np
import pytest

from dnnctl.evaluation.classification import predicted_labels
from dnnctl.evaluation.voting import Ballot


def count(vote, *members):
    ballot = Ballot(vote)
    for scores in members:
        ballot.cast(np.array(scores))
    return ballot.count()


def test_a_soft_vote_is_the_mean_of_the_probabilities():
    scores = count("soft", [[0.7, 0.2, 0.1]], [[0.1, 0.8, 0.1]], [[0.4, 0.2, 0.4]])
    assert scores == pytest.approx(np.array([[0.4, 0.4, 0.2]]))


def test_a_hard_vote_goes_by_the_majority_not_by_who_is_surest():
    members = ([[0.51, 0.49]], [[0.51, 0.49]], [[0.0, 1.0]])
    assert predicted_labels(count("soft", *members)).tolist() == [1]
    assert predicted_labels(count("hard", *members)).tolist() == [0]


def test_mean_probability_breaks_ties_of_a_hard_vote():
    surer, other = [0.1, 0.0, 0.9], [0.0, 0.6, 0.4]
    for members in ((surer, other), (other, surer)):
        scores = count("hard", *([row] for row in members))
        assert predicted_labels(scores).tolist() == [2]
    # Equal in votes and in the mean, the lower label comes first, as everywhere.
    assert predicted_labels(count("hard", [[0.9, 0.1]], [[0.1, 0.9]])).tolist() == [0]


def test_scores_of_a_hard_vote_are_ordered_by_votes_and_sum_to_one():
    generator = np.random.default_rng(0)
    members = [generator.dirichlet(np.full(6, 0.2), 500) for _ in range(7)]
    scores = count("hard", *members)
    votes = np.stack([np.bincount(row, minlength=6) for row in np.stack([m.argmax(axis=1) for m in members]).T])
    best = votes == votes.max(axis=1, keepdims=True)
    mean = np.mean(members, axis=0)
    expected = np.where(best, mean, -1).argmax(axis=1)
    assert scores.sum(axis=1) == pytest.approx(np.ones(500))
    assert predicted_labels(scores).tolist() == expected.tolist()


@pytest.mark.parametrize("vote", ["soft", "hard"])
def test_one_column_and_two_say_the_same(vote):
    first, second = np.array([0.2, 0.9, 0.6]), np.array([0.4, 0.3, 0.7])
    as_two = [np.stack([1 - each, each], axis=1) for each in (first, second)]
    mixed = count(vote, first, as_two[1])
    assert mixed == pytest.approx(count(vote, *as_two))
    assert mixed.shape == (3, 2)


def test_the_mean_of_numbers_is_taken_a_target_at_a_time():
    assert count("mean", [[1.0, 10.0]], [[3.0, 30.0]]).tolist() == [[2.0, 20.0]]
