"""The tables of the GPU's section."""

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks.tables import table
from benchmarks.timings import paired_ratio, seconds


def gpu(section: Mapping[str, Any]) -> str:
    """Return the tables of one GPU."""
    lines: list[tuple[str, ...]] = []
    for text, found in section["compared"].items():
        if "refused" in found:
            lines.append((text, "does not run", found["refused"]))
        else:
            lines.append((text, f"{found['losses']:.1e}", f"{found['logits']:.1e}"))
    parts = [table(("against the processor, largest difference", "losses of 30 steps", "logits"), lines)]
    names = ("seconds an epoch", "of dnnctl", "busy, %", "peak of GPU memory, MB", "test accuracy")
    for key, work in section["works"].items():
        own = seconds(work["entries"]["dnnctl"])
        lines = []
        for entry in work["entries"].values():
            taken = seconds(entry)
            busy = [each["utilization"] for each in entry["rounds"] if "utilization" in each]
            used = entry["facts"].get("gpu_bytes")
            lines.append(
                (
                    entry["title"],
                    f"{statistics.median(taken) / work['epochs']:.3f}",
                    f"{paired_ratio(taken, own):.2f}",
                    f"{statistics.mean(busy):.0f}" if busy else "",
                    f"{used / 1e6:,.0f}" if used else "",
                    f"{entry['quality']:.4f}",
                )
            )
        parts.append(f"({key}) {work['title']}, {work['rows']:,} rows\n\n{table(('', *names), lines)}")
    return "\n\n".join([*parts, f"{section['seconds']:.0f} s in all."])
