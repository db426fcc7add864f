"""What fuzzing came to: how many inputs of each kind, how far they got, and the limits that each must keep."""

import contextlib
import os
import random
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dnnctl.errors import DnnctlError

SECONDS = 5.0
BYTES = 1 << 30
SHORT = 40
LONG = 20_000
# A limit below what the process already has would fail whatever is done next.
STATUS = Path("/proc/self/status")

# Each kind of input with its share of the long form; the command line has a number of its own.
SHARES = {"configs": 0.3, "tables": 0.15, "idx": 0.1, "arrays": 0.15, "images": 0.1, "runs": 0.2}
COMMANDS = {"short": 6, "long": 240}
LENGTHS = ["short", pytest.param("long", marks=pytest.mark.slow)]


def count(kind: str, length: str) -> int:
    """Return how many inputs of a kind are tried; `FUZZ_INPUTS` sets the sum of the long form."""
    wanted = int(os.environ.get("FUZZ_INPUTS", LONG))
    return SHORT if length == "short" else -int(-wanted * SHARES[kind] // 1)


def seed() -> int:
    """Return the seed of all inputs, so that a finding comes again; `FUZZ_SEED` sets another one."""
    return int(os.environ.get("FUZZ_SEED", "0"))


def chance(kind: str) -> random.Random:
    """Return random numbers of a kind of input."""
    return random.Random(f"{kind} {seed()}")


class HangError(BaseException):
    """An input took longer than `SECONDS`; no handler of ordinary errors swallows this."""


@dataclass
class Counts:
    """How far the inputs of a kind got.

    Args:
        inputs: How many there were.
        past: How many got past the header or the parser.
        accepted: How many ended without any error.
        slowest: Seconds that the slowest one took.
    """

    inputs: int = 0
    past: int = 0
    accepted: int = 0
    slowest: float = 0.0


@dataclass
class Ledger:
    """Counts by kind of input.

    Args:
        kinds: The counts.
    """

    kinds: dict[str, Counts] = field(default_factory=dict)

    def kind(self, name: str) -> Counts:
        """Return the counts of a kind."""
        return self.kinds.setdefault(name, Counts())

    @contextlib.contextmanager
    def trying(self, name: str) -> Iterator[Counts]:
        """Try one input: a `DnnctlError` is as good as none, anything else is a fault, as is a hang.

        Yields:
            The counts, in which the block counts `past` itself.
        """
        counts = self.kind(name)
        counts.inputs += 1
        before = signal.signal(signal.SIGALRM, _hang)
        start = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            yield counts
            counts.accepted += 1
        except DnnctlError as error:
            _check_told(str(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            counts.slowest = max(counts.slowest, time.perf_counter() - start)


def _check_told(message: str) -> None:
    """Check that an error says something, and does not hide that memory ran out, as a reader's own error may."""
    assert message.strip()
    assert "MemoryError" not in message
    assert "Unable to allocate" not in message


def _hang(*_: object) -> None:
    raise HangError(f"more than {SECONDS} seconds")


@contextlib.contextmanager
def bounded_memory() -> Iterator[None]:
    """Let the block allocate 1 GiB more than there is, where the system can tell how much that is."""
    limits = resource.getrlimit(resource.RLIMIT_DATA)
    if STATUS.is_file():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmData:"))
        resource.setrlimit(resource.RLIMIT_DATA, (int(line.split()[1]) * 1024 + BYTES, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, limits)
