"""What tests of whole trainings share."""

import pytest


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest and is not under test."""
    monkeypatch.setattr("dnnctl.training.job.draw_all", lambda *_: [])
