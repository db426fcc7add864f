"""What `dnnctl reproduce` shows: equal in every bit, or what differs, by how much, and what may be the reason."""

from typing import TYPE_CHECKING

from dnnctl.cli.screen.output import shown
from dnnctl.cli.screen.text import grid, plain

if TYPE_CHECKING:
    from dnnctl.experiments.reproduce.compare import Change
    from dnnctl.experiments.reproduce.train_again import Reproduction

# So many rows of a table are shown; --json has all of them.
ROWS = 20


def report(result: "Reproduction") -> str:
    """Return what came of training a run again as text."""
    run = plain(shown(result.run.path))
    if result.equal:
        lines = [f"{run}: reproduced: {result.numbers:,} weights, all figures and all epochs are equal in every bit"]
        if result.environment:
            lines += ["", "  although these differ:", "", _table(result.environment)]
        return "\n".join(lines)
    lines = [f"{run}: NOT reproduced", ""]
    if result.weights:
        rows = [(plain(w.name), f"{w.different:,} of {w.size:,}", f"{w.largest:.3g}") for w in result.weights[:ROWS]]
        lines += [grid(rows, ["weights", "different", "at most by"], right={1, 2}), ""]
    if result.metrics:
        lines += [_table(result.metrics, "figure"), ""]
    if result.first_epoch:
        lines += [f"  the histories differ from epoch {result.first_epoch} on", ""]
    return "\n".join([*lines, *_reasons(result)])


def _reasons(result: "Reproduction") -> list[str]:
    """Return what may be the reason of a difference."""
    lengthened = (
        [
            f"  the run was made longer on the way, and its {result.lengthened} learning rate depends on the length: "
            "trained in one go it comes to something else"
        ]
        if result.lengthened
        else []
    )
    if result.environment:
        return [*lengthened, "  what differs between then and now:", "", _table(result.environment)]
    if lengthened:
        return lengthened
    same = "  versions, platform, flags, threads and data are the same as then"
    if result.deterministic:
        return [f"{same}; was a file of the run changed? dnnctl runs verify {plain(shown(result.run.path))}"]
    return [f"{same}; the order in which threads add up may not be: train with deterministic: true"]


def _table(changed: "tuple[Change, ...]", title: str = "") -> str:
    rows = [(plain(change.name), plain(change.then), plain(change.now)) for change in changed[:ROWS]]
    if len(changed) > ROWS:
        rows.append((f"and {len(changed) - ROWS} more", "", ""))
    return grid(rows, [title, "then", "now"])
