"""Trainings whose pictures nobody looks at."""

import pytest


@pytest.fixture(autouse=True)
def _without_plots(no_plots: None) -> None:
    """Leave out the plots, which take longer than most trainings here."""
