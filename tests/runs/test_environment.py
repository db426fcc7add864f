"""What a manifest says of the machine and of the environment."""

import os
import platform

import pytest

from dnnctl.runs.environment import VARIABLES, environment, machine


def test_the_machine() -> None:
    found = machine()
    assert found["processors"] == os.cpu_count()
    assert found["python"] == platform.python_version()
    assert all(isinstance(found[key], str) for key in ("system", "machine", "processor"))


def test_only_variables_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert environment() == {}
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("TF_XLA_FLAGS", "\udcff")
    assert environment() == {"OMP_NUM_THREADS": "2", "TF_XLA_FLAGS": "\\udcff"}
