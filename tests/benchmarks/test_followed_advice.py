"""Made-up sets are what they say they are, and following the advice on them does no harm."""

import json
import sys

import numpy as np
import pytest

from benchmarks.made_up_sets import FEWEST, MOST, made_up
from benchmarks.scripts import advice
from dnnctl.config.loading import load


@pytest.mark.parametrize("number", [3, 5, 7])
def test_a_set_is_a_function_of_its_number(number):
    one, two = made_up(number), made_up(number)
    assert np.array_equal(one.x, two.x)
    assert np.array_equal(one.unseen_y, two.unseen_y)
    assert (one.told, one.best, one.config) == (two.told, two.best, two.config)
    assert FEWEST <= len(one.x) == len(one.y) <= MOST


def test_the_best_figure_is_that_of_the_rule_the_rows_were_drawn_by():
    # Of numbers the noise alone is left; of classes no rule can be right more often than the likeliest class is.
    numbers = made_up(7)
    assert numbers.task == "numbers"
    assert numbers.best == pytest.approx(2.0**2, rel=0.05)
    classes = made_up(3)
    share = np.bincount(classes.unseen_y).max() / len(classes.unseen_y)
    assert share < classes.best < 1


def test_every_configuration_can_be_loaded(tmp_path):
    for number in range(12):
        made = made_up(number)
        np.savez(tmp_path / "rows.npz", x_train=made.x[:200].astype(np.float32), y_train=made.y[:200])
        config = {**made.config, "name": "made-up"}
        config["data"] = {**config["data"], "npz": {"path": str(tmp_path / "rows.npz")}}
        assert load(config).config.engine == "numpy"


def test_what_came_of_the_sets_is_told(monkeypatch, tmp_path, capsys):
    better = {"figure": "mse", "settings": {"training.epochs": 9}, "gain": 0.2, "low": 0.1, "high": 0.3}
    worse = {"figure": "accuracy", "settings": {}, "gain": -0.2, "low": -0.3, "high": -0.1}

    def tried(number, seeds):
        assert seeds == 2
        return advice.Tried(number, "rows", "underfitting", "so", 0.9, 0.8, [worse if number == 1 else better])

    monkeypatch.setattr(advice, "try_set", tried)
    words = ["advice", "--sets", "4", "--seeds", "2", "--into", str(tmp_path / "a.json")]
    monkeypatch.setattr(sys, "argv", words)
    advice.main()
    told = capsys.readouterr().out
    assert "4 sets: 4 underfitting" in told
    assert "mse: advice in 3, better in 3, worse in 0, gain +0.2000 in the mean" in told
    assert "worse after following: 1 of 4 sets (25.0%)" in told
    assert [each["number"] for each in json.loads((tmp_path / "a.json").read_text())] == [0, 1, 2, 3]


@pytest.mark.slow
def test_following_the_advice_does_no_harm():
    tried = [advice.try_set(number, 3) for number in range(30)]
    advised = [each for one in tried for each in one.advice]
    assert len(advised) >= 4
    assert sum(each["high"] < 0 for each in advised) <= 1
    assert sum(each["low"] > 0 for each in advised) >= 3
