"""The time of a training is told stage by stage and adds up."""

import subprocess
import sys

import pytest

from dnnctl.training.profile import process_age, profile, rest


def test_stages_add_up_to_the_whole() -> None:
    seconds = {"start-up": 0.5, "data": 1.0, "training": 4.0, "first steps": 1.5, "plots": 0.5}
    seconds["rest"] = rest(seconds, whole=10.0)
    assert seconds["rest"] == pytest.approx(4.0)
    rows = {stage: (taken, share) for stage, _, taken, share in profile(seconds)}
    assert rows["epochs"] == (pytest.approx(2.5), pytest.approx(0.25))
    assert sum(taken for taken, _ in rows.values()) == pytest.approx(10.0)
    assert sum(share for _, share in rows.values()) == pytest.approx(1.0)
    assert list(rows) == ["start-up", "data", "first steps", "epochs", "plots", "rest"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say when a process started")
def test_the_age_counts_from_the_start_of_the_process() -> None:
    code = "import time; time.sleep(0.3); from dnnctl.training.profile import process_age; print(process_age())"
    age = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert age >= 0.3
    assert process_age() > age - 0.3
