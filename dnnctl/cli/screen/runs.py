"""What `dnnctl runs` shows: what became of a run's files, and two repeated trainings beside each other."""

from typing import TYPE_CHECKING

from dnnctl.cli.screen.output import shown
from dnnctl.cli.screen.text import grid, plain, rounded

if TYPE_CHECKING:
    from dnnctl.evaluation.confidence_interval import MeanInterval
    from dnnctl.experiments.series.significance import SeriesComparison
    from dnnctl.runs.verifying import Verification


def verification(result: "Verification") -> str:
    """Return what became of a run's files as text."""
    rows = [
        *((plain(name), "whole", "") for name in result.whole),
        *((plain(name), "DAMAGED", plain(reason)) for name, reason in result.damaged),
        *((plain(name), "MISSING", "") for name in result.missing),
        *((plain(name), "extra", "the manifest has no hash of it") for name in result.extra),
    ]
    run = plain(shown(result.run.path))
    bad = len(result.damaged) + len(result.missing)
    listed = len(result.whole) + bad
    verdict = (
        f"{run}: {len(result.whole)} of {listed} files are as they were written"
        if result.passed
        else f"{run}: {bad} of {listed} files are damaged or missing. Restore them, or train again"
    )
    unfinished = [f"  note  this run is not finished: it is {plain(result.state)!r}"] if result.state != "done" else []
    return "\n".join([grid(rows, ["file", "", ""]), "", *unfinished, verdict])


def comparison(result: "SeriesComparison") -> str:
    """Return two repeated trainings beside each other as text."""
    rows = []
    for each in result.metrics:
        said = {None: "not shown to differ", 1: "different: the first is better", 2: "different: the second is better"}
        rows.append([each.name, _with_interval(each.first), _with_interval(each.second), said[each.better]])
    first, second = (plain(shown(run.path)) for run in (result.first, result.second))
    lines = [
        f"  first     {first}",
        f"  second    {second}",
        "",
        grid(rows, ["test rows", "first: mean [95% interval]", "second: mean [95% interval]", ""]),
        "",
        "  different: the intervals do not overlap; where they do, more repetitions may still tell",
    ]
    return "\n".join(lines)


def _with_interval(value: "MeanInterval") -> str:
    low, high = value.interval
    return f"{rounded(value.mean)} [{rounded(low)}, {rounded(high)}]"
