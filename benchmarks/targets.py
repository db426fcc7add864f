"""What is to be reached, and whether a measurement reaches it."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.timings import fastest, ratio, seconds

Sections = Mapping[str, Any]
Value = Callable[[Sections], float | None]


@dataclass(frozen=True)
class Target:
    """A figure to reach.

    Args:
        text: What it is.
        limit: What it should be.
        value: Takes it out of the sections of a JSON file; None if it was not measured.
        at_least: Whether it should be at least the limit, not at most.
        form: How it is written.
    """

    text: str
    limit: float
    value: Value
    at_least: bool = False
    form: str = ".2f"

    def met(self, value: float) -> bool:
        """Tell whether a figure reaches it."""
        return value >= self.limit if self.at_least else value <= self.limit


def _entries(sections: Sections, key: str) -> Any:
    return sections[key]["entries"] if key in sections else {}


def _ratio(section: str, key: str | None, other: str | None) -> Value:
    """Return how to take one entry's time as a share of another's; None is the fastest of dnnctl, or of the floor."""

    def value(sections: Sections) -> float | None:
        entries = _entries(sections, section)
        own, base = key or fastest(entries, "dnnctl"), other or fastest(entries, "floor")
        return ratio(entries, own, base) if own and base else None

    return value


def _of_peer(section: str, key: str | None, starting: str) -> Value:
    """Return how to take one entry's time, or that of dnnctl's fastest, as a share of the fastest of some peers'."""

    def value(sections: Sections) -> float | None:
        entries = _entries(sections, section)
        own, best = key or fastest(entries, "dnnctl"), fastest(entries, "peer", starting)
        return ratio(entries, own, best) if own and best else None

    return value


def _lost_accuracy(sections: Sections) -> float | None:
    entries = _entries(sections, "a")
    if not {"dnnctl-keras", "dnnctl-keras-bf16"} <= set(entries):
        return None
    return float(entries["dnnctl-keras"]["quality"] - entries["dnnctl-keras-bf16"]["quality"])


def _command(key: str) -> Value:
    def value(sections: Sections) -> float | None:
        entries = _entries(sections, "e")
        return statistics.median(seconds(entries[key])) if key in entries else None

    return value


def _pipeline(sections: Sections) -> float | None:
    """Return rows a second of the pipeline alone, or with the least network around it where only that is known."""
    entries = _entries(sections, "rates")
    entry = entries.get("pipeline-alone") or entries.get("pipeline")
    return statistics.median(each["rows_a_second"] for each in entry["rounds"]) if entry else None


def _growth(sections: Sections) -> float | None:
    """Return seconds a row with the most rows, as a multiple of those with a tenth of them."""
    by_rows = {entry["rows"]: entry for entry in _entries(sections, "rows")}
    most: int = max(by_rows, default=0)
    if most < 100_000 or most // 10 not in by_rows:
        return None
    few, many = (statistics.median(by_rows[n]["epoch_seconds"][1:]) / n for n in (most // 10, most))
    return float(many / few)


def _memory(sections: Sections) -> float | None:
    """Return peak memory beyond TensorFlow's own, in sizes of the data, with the most rows."""
    entries = _entries(sections, "rows")
    most = max(entries, key=lambda entry: entry["rows"], default=None)
    return float(most["share"]) if most and most["rows"] >= 100_000 else None


TARGETS = (
    Target("(a) an epoch against plain Keras on NumPy arrays", 0.60, _ratio("a", "dnnctl-keras", "keras-fit")),
    Target("(a) against the fastest PyTorch loop", 0.70, _of_peer("a", "dnnctl-keras", "torch-")),
    Target("(a) against the faster of JAX's scans", 0.90, _of_peer("a", "dnnctl-keras", "jax-")),
    Target("(a) against the matrix products alone, float32", 1.6, _ratio("a", "dnnctl-keras", None)),
    Target("(a) with mixed_bfloat16 against the float32 products", 1.2, _ratio("a", "dnnctl-keras-bf16", None)),
    Target("(a) accuracy lost by mixed_bfloat16", 0.002, _lost_accuracy, form=".4f"),
    Target("(b) best engine against plain Keras", 0.35, _ratio("b", None, "keras-fit")),
    Target("(b) best engine against the textbook NumPy loop", 0.85, _ratio("b", None, "textbook")),
    Target("(b) best engine against the faster of JAX's scans", 0.85, _of_peer("b", None, "jax-")),
    Target("(c) against the fastest PyTorch loop", 1.00, _of_peer("c", "dnnctl-keras", "torch-")),
    Target("(c) against the matrix products alone", 1.25, _ratio("c", "dnnctl-keras", None)),
    Target("the input pipeline alone, rows a second", 500_000, _pipeline, at_least=True, form=",.0f"),
    Target("seconds a row, 1,000,000 rows against 100,000", 1.15, _growth),
    Target("peak memory beyond TensorFlow's own, in sizes of the uint8 data", 1.3, _memory),
    Target("`dnnctl --help`, seconds", 0.15, _command("help")),
    Target("a faulty configuration, seconds", 0.6, _command("faulty")),
    Target("`dnnctl predict --sample 5`, seconds", 0.5, _command("predict")),
    Target("`dnnctl train configs/digits.yaml` against a bare script", 1.6, _ratio("e", "train-digits", "bare-digits")),
)
