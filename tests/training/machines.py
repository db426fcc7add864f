"""Trainings on several machines, each a process of this one that is reached over loopback."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 240


@dataclass
class Machines:
    """Processes that train together, the chief first.

    Args:
        processes: The processes.
        logs: What each of them writes.
    """

    processes: list[subprocess.Popen[bytes]]
    logs: list[Path]

    def wait(self) -> list[int]:
        """Wait for all of them and return their exit statuses."""
        return [process.wait(PATIENCE) for process in self.processes]

    def log(self, index: int) -> str:
        """Return what one of them wrote."""
        return self.logs[index].read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        """Wait until the chief writes something."""
        until = time.monotonic() + PATIENCE
        while not re.search(text, self.log(0)):
            assert time.monotonic() < until
            assert self.processes[0].poll() is None, self.log(0)
            time.sleep(0.05)

    def end(self) -> None:
        """Kill whoever is left."""
        for process in self.processes:
            process.kill()
            process.wait()


def free_addresses(count: int) -> str:
    """Return addresses of this machine that nobody listens on, separated by commas."""
    doors = [socket.create_server(("", 0)) for _ in range(count)]
    addresses = ",".join(f"localhost:{door.getsockname()[1]}" for door in doors)
    for door in doors:
        door.close()
    return addresses


def start(folder: Path, *each: Sequence[str]) -> Machines:
    """Start processes that train together, each with arguments of its own for `dnnctl train`; runs are in `runs`."""
    hosts = free_addresses(len(each))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DNNCTL_OUTPUT_DIR": str(folder / "runs")}
    processes, logs = [], []
    for index, arguments in enumerate(each):
        own = folder / f"machine-{index}"
        own.mkdir(parents=True, exist_ok=True)
        log = folder / f"machine-{index}-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "dnnctl", "train", *arguments, "--hosts", hosts, "--worker", str(index)]
        with log.open("wb") as stream:
            processes.append(
                subprocess.Popen(command, cwd=own, env=environment, stdout=stream, stderr=subprocess.STDOUT)
            )
        logs.append(log)
    return Machines(processes, logs)
