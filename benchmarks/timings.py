"""What is made of rounds: medians, ranges, ratios, and the check that all did the same."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any


class UnequalWorkError(Exception):
    """Contenders did not take the same steps, so their times cannot be compared."""


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return median, smallest and largest value, and how many there are."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values), "rounds": len(values)}


def paired_ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios of rounds that were run one after the other.

    What slows the machine for a while slows both halves of such a pair, so this is steadier than the ratio of
    two medians.

    Args:
        values: A figure of each round.
        others: What it is divided by, of the same rounds.
    """
    return statistics.median(value / other for value, other in zip(values, others, strict=True))


def seconds(entry: Mapping[str, Any]) -> list[float]:
    """Return the seconds of an entry's rounds."""
    return [each["seconds"] for each in entry["rounds"]]


def ratio(entries: Mapping[str, Any], key: str, other: str) -> float | None:
    """Return how many times as long one entry takes as another; None if either was not measured."""
    if key not in entries or other not in entries:
        return None
    return paired_ratio(seconds(entries[key]), seconds(entries[other]))


def fastest(entries: Mapping[str, Any], kind: str, starting: str = "") -> str | None:
    """Return the key of the entry of a kind with the smallest median; None if there is none."""
    found = [key for key, entry in entries.items() if entry["kind"] == kind and key.startswith(starting)]
    return min(found, key=lambda key: statistics.median(seconds(entries[key])), default=None)


def check_steps(entries: Mapping[str, Any], due: int, total: int) -> None:
    """Make sure that every entry took the steps that are due.

    Args:
        entries: Entries by key, each with `rounds` and its own count of all `steps`.
        due: Steps a round.
        total: Steps in all, those of the warm-up included.

    Raises:
        UnequalWorkError: If one did not; the message names each.
    """
    wrong = []
    for key, entry in entries.items():
        each = [done["steps"] for done in entry["rounds"]]
        if any(steps != due for steps in each):
            wrong.append(f"{key}: expected {due:,} steps a round, received {', '.join(f'{n:,}' for n in each)}")
        if entry["steps"] != total:
            wrong.append(f"{key}: expected {total:,} steps in all, received {entry['steps']:,}")
    if wrong:
        raise UnequalWorkError("; ".join(wrong))
