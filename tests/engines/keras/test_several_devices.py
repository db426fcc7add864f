"""On 2 and 4 devices a network learns what it learns on one, but for the order in which numbers are added up."""

import json
import os
import subprocess
import sys

import device_cases
import pytest

pytestmark = pytest.mark.slow
# Half precision rounds each device's part by itself.
TOLERANCE = {"float16": 0.02}


@pytest.fixture(scope="module")
def distances() -> dict[str, dict[str, float]]:
    """How far each case is from one device, by its name and the number of devices."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, device_cases.__file__], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("devices", device_cases.DEVICES)
@pytest.mark.parametrize("case", [name for name, _ in device_cases.cases()])
def test_several_devices_learn_what_one_learns(case: str, devices: int, distances: dict[str, dict[str, float]]) -> None:
    assert distances[case][str(devices)] <= TOLERANCE.get(case, 1e-9)


def test_the_comparison_sees_a_difference() -> None:
    one = device_cases.taken(1)
    assert device_cases.apart(one, device_cases.taken(1)) == 0
    assert device_cases.apart(one, device_cases.taken(1, optimizer={"sgd": {"clipvalue": 0.01}})) > 1e-6
