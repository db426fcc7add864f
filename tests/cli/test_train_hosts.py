"""Several machines on the command line: what cannot be is refused before anything is read, waited for or written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hosts", "localhost:1,localhost:2"], "say which one this process is by --worker, 0 to 1"),
        (["--hosts", "203.0.113.1:1,203.0.113.2:1"], "--hosts: none of them is this machine"),
        (["--hosts", "localhost:1"], "--hosts: expected two addresses or more"),
        (["--hosts", "localhost:1,b"], "--hosts: expected addresses as host:port"),
        (["--hosts", "localhost:1,b:1", "--worker", "2"], "--worker: expected 0 to 1"),
        (["--worker", "1"], "expected --hosts beside it"),
        (["--hosts", "localhost:1,b", "--dry-run"], "--hosts: expected addresses as host:port"),
        (["--repeat", "2", "--hosts", "localhost:1,b:1"], "expected no --hosts beside it"),
    ],
    ids=" ".join,
)
def test_hosts_that_cannot_be_are_refused(
    dnnctl: Callable[..., Any], tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = dnnctl("train", "digits", *arguments)
    assert done.status == 2
    assert message in done.err
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("worker", ["0", "1"])
def test_what_goes_with_one_machine_alone_is_refused(dnnctl: Callable[..., Any], tmp_path: Path, worker: str) -> None:
    several = ["--hosts", "localhost:1,b:1", "--worker", worker]
    done = dnnctl("train", "digits", "--engine", "numpy", *several)
    assert done.status == 1
    assert "the NumPy engine trains on one machine; expected no --hosts, or engine: keras" in done.err
    done = dnnctl("train", "digits", "--set", "device.cpus=2", *several)
    assert "of several machines each is one device of its processor, or its GPUs" in done.err
    assert "received {cpus: 2}" in done.err
    done = dnnctl("train", "digits", "--set", "training.jit_compile=true", *several)
    assert "several machines take steps that are not compiled; expected auto or false; received true" in done.err
    assert not (tmp_path / "outputs").exists()


def test_the_environment_may_describe_the_machines(dnnctl: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", "{")
    done = dnnctl("train", "digits")
    assert done.status == 2
    assert 'TF_CONFIG: expected {"cluster"' in done.err
