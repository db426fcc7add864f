"""The ledger of all fuzzing in this session, and the table of it at the end."""

from collections.abc import Iterator
from typing import Any

import pytest
from ledger import Ledger, bounded_memory

LEDGER = Ledger()


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return LEDGER


@pytest.fixture(autouse=True)
def within_a_gigabyte() -> Iterator[None]:
    with bounded_memory():
        yield


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not LEDGER.kinds:
        return
    terminalreporter.section("inputs tried")
    rows = [(name, c.inputs, c.past, c.accepted, f"{c.slowest:.2f} s") for name, c in LEDGER.kinds.items()]
    total = [sum(row[i] for row in rows) for i in (1, 2, 3)]
    for row in (("kind", "inputs", "past header", "accepted", "slowest"), *rows, ("all", *total, "")):
        terminalreporter.write_line("{:<14}{:>10}{:>13}{:>10}{:>10}".format(*row))
