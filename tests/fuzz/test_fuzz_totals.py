"""Whether the long form tried as many inputs as it should, and got far enough with them. Runs after all others."""

import os

import pytest
from ledger import COMMANDS, LONG, Ledger


@pytest.mark.slow
def test_the_long_form_is_long_and_deep(ledger: Ledger) -> None:
    wanted = int(os.environ.get("FUZZ_INPUTS", LONG))
    if len(ledger.kinds) < 7:
        pytest.skip("a part of the fuzzing only was asked for")
    inputs = sum(counts.inputs for counts in ledger.kinds.values())
    past = sum(counts.past for counts in ledger.kinds.values())
    assert inputs >= wanted
    assert past >= 0.3 * inputs
    assert ledger.kinds["command line"].inputs >= COMMANDS["long"]
