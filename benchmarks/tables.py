"""Tables in Markdown from a measurement's JSON file: for the screen, and for docs/performance.md."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.interleaving import threads_text
from benchmarks.targets import TARGETS
from benchmarks.timings import fastest, ratio, seconds, summary

# Between these, docs/performance.md has the tables.
MARKS = ("<!-- tables of `make bench` -->", "<!-- end of the tables -->")


def document(record: Mapping[str, Any]) -> str:
    """Return everything that is to be said of a measurement."""
    parts = [heading(record)]
    if set(record["sections"]) != {"gpu"}:
        parts.append(targets(record["sections"], judged=not record["options"].get("quick")))
    # Above its own imports of this module.
    from benchmarks.gpu_table import gpu

    makers = {"training": training, "commands": commands, "rates": rates, "rows": rows, "gpu": gpu}
    for key, section in record["sections"].items():
        title = f"({key}) {section['title']}" if len(key) == 1 else section["title"][0].upper() + section["title"][1:]
        parts.append(f"### {title}\n\n{makers[section['kind']](section)}")
    return "\n\n".join(parts) + "\n"


def insert(page: str, text: str) -> str:
    """Return a page with the text between its two marks replaced.

    Args:
        page: Markdown with a line `MARKS[0]` and, below it, a line `MARKS[1]`.
        text: What is to stand there.

    Raises:
        ValueError: If the page has not each mark once, in this order.
    """
    before, begin, rest = page.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not (begin and end) or any(mark in before + after for mark in MARKS):
        raise ValueError(f"expected {MARKS[0]} and below it {MARKS[1]}, once each")
    return f"{before}{begin}\n\n{text}\n{end}{after}"


def heading(record: Mapping[str, Any]) -> str:
    """Return when, where and with what it was measured."""
    machine, versions = record["machine"], dict(record["versions"])
    for section in record["sections"].values():
        for entry in section["entries"] if section["kind"] == "training" else ():
            facts = section["entries"][entry]["facts"]
            versions |= {
                name: value
                for name, value in facts.items()
                if isinstance(value, str) and name in {"torch", "jax", "optax"}
            }
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    memory = f"{machine['memory_bytes'] / 2**30:.0f} GB, " if machine["memory_bytes"] else ""
    quick = " A quick run of few rows: not to be quoted." if record["options"].get("quick") else ""
    busy = " The machine was busy with other work." if (machine["load_before"] or [0])[0] > 1 else ""
    load = f" Load before: {machine['load_before'][0]:.1f}." if machine["load_before"] else ""
    return (
        f"{record['started'][:10]}, commit {record['commit']}: {machine['processor']}, {machine['cores']} cores, "
        f"{memory}{machine['system']}, Python {machine['python']}; {named}.{load}{busy}{quick}\n\n"
        f"    {' '.join(record['command'])}"
    )


def targets(sections: Mapping[str, Any], *, judged: bool) -> str:
    """Return the table of targets: met, missed, or not measured; a quick run is not judged."""
    lines = []
    for target in TARGETS:
        value = target.value(sections)
        limit = f"{'at least' if target.at_least else 'at most'} {_trimmed(target.limit)}"
        if value is None:
            lines.append((target.text, limit, "", "not measured"))
        else:
            verdict = "met" if target.met(value) else "**missed**"
            lines.append((target.text, limit, format(value, target.form), verdict if judged else "quick run"))
    return table(("what", "target", "measured", ""), lines)


def training(section: Mapping[str, Any]) -> str:
    """Return the table of one work."""
    entries = section["entries"]
    others = (
        "keras-fit",
        fastest(entries, "peer", "torch-"),
        fastest(entries, "peer", "jax-"),
        fastest(entries, "floor"),
    )
    lines = []
    for key, entry in entries.items():
        taken = summary(seconds(entry))
        shares = [_share(ratio(entries, key, other)) if other else "" for other in others]
        quality = "" if entry["quality"] is None else f"{entry['quality']:.4f}"
        title = f"**{entry['title']}**" if entry["kind"] == "dnnctl" else entry["title"]
        lines.append((title, threads_text(entry["threads"]), _seconds(taken), *shares, f"{entry['steps']:,}", quality))
    names = (
        "",
        "threads",
        f"seconds, {_times(section['epochs'], 'epoch')}",
        "of Keras fit",
        "of PyTorch",
        "of JAX",
        "of the floor",
    )
    text = table((*names, "steps in all", section["quality"]), lines)
    text += f"\n\n{section['rows']:,} rows, {section['steps']:,} steps a round, {_times(_rounds(entries), 'round')}."
    total = sum(sum(seconds(entry)) for entry in entries.values())
    rest = sum(entry["idle_processor_seconds"] for entry in entries.values())
    text += f" While others ran, those that waited used {rest:.2f} s of processor time in {total:.0f} s, all together."
    for key, reason in section["skipped"].items():
        text += f" Left out: {key}, {reason}"
    return text


def commands(section: Mapping[str, Any]) -> str:
    """Return the table of whole commands."""
    lines = []
    for entry in section["entries"].values():
        did = f"{entry['steps']:,} steps, test accuracy {entry['quality']:.4f}" if "steps" in entry else ""
        lines.append((entry["title"], _seconds(summary(seconds(entry))), did))
    return table(("command", "seconds", ""), lines)


def rates(section: Mapping[str, Any]) -> str:
    """Return the table of rows a second."""
    lines = []
    for entry in section["entries"].values():
        taken = summary([each["rows_a_second"] for each in entry["rounds"]])
        lines.append((entry["title"], f"{taken['median']:,.0f} ({taken['low']:,.0f} to {taken['high']:,.0f})"))
    return table(("", "rows a second"), lines)


def rows(section: Mapping[str, Any]) -> str:
    """Return the table of time and memory against rows."""
    lines = []
    for entry in section["entries"]:
        epoch = statistics.median(entry["epoch_seconds"][1:])
        lines.append(
            (
                f"{entry['rows']:,}",
                f"{epoch:.3f}",
                f"{epoch / entry['rows'] * 1e6:.1f}",
                *(f"{entry[name] / 1e6:,.0f}" for name in ("data_bytes", "peak_bytes_training", "peak_bytes")),
                f"{entry['share']:.2f}" if entry["rows"] >= 100_000 else "",
                f"{entry['quality']:.4f}",
            )
        )
    names = ("rows", "seconds an epoch", "µs a row", "data, MB", "peak while training, MB", "peak in all, MB")
    text = table((*names, "beyond TensorFlow, in data", "test accuracy"), lines)
    own = section["tensorflow_bytes"] / 1e6
    return f"{text}\n\nTensorFlow's own peak (import, the same network, 1,000 rows): {own:,.0f} MB."


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    every = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in every)


def _seconds(taken: Mapping[str, float]) -> str:
    digits = 2 if taken["median"] >= 1 else 3
    return f"{taken['median']:.{digits}f} ({taken['low']:.{digits}f} to {taken['high']:.{digits}f})"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _rounds(entries: Mapping[str, Any]) -> int:
    return len(next(iter(entries.values()))["rounds"])


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}" if count != 1 else f"an {what}" if what[0] in "aeiou" else f"1 {what}"


def _trimmed(limit: float) -> str:
    return f"{limit:,.0f}" if limit >= 1000 else f"{limit:g}"
