"""Trainings that are killed at random moments end like those that are not; see `kills.py`."""

import signal
from pathlib import Path

import pytest
from kills import Chain, stress

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")


def check(chains: list[Chain]) -> None:
    assert [problem for chain in chains for problem in chain.problems] == []
    for chain in chains:
        assert all(kill.reached > 0 for kill in chain.kills), "killed before the first step"
        assert all(kill.kept <= kill.reached for kill in chain.kills)


@pytest.mark.slow
def test_a_training_survives_a_few_kills(tmp_path: Path) -> None:
    chains = stress(("numpy",), chains=1, kills=3, epochs=20, folder=tmp_path)
    check(chains)
    assert len(chains[0].kills) == 3
    assert chains[0].kills[2].writing


@pytest.mark.slow
def test_trainings_survive_many_kills(tmp_path: Path) -> None:
    chains = stress(("numpy", "keras"), chains=3, kills=6, epochs=50, folder=tmp_path, seed=1)
    check(chains)
    kills = [kill for chain in chains for kill in chain.kills]
    assert len(kills) >= 30
    assert sum(kill.inside for kill in kills) >= 10
    assert sum(kill.writing for kill in kills) >= 5
