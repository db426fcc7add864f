"""The table of `dnnctl train --profile`."""

from collections.abc import Mapping

from dnnctl.cli.screen.text_table import grid


def table(seconds: Mapping[str, float]) -> str:
    """Return where the wall time went, a row a stage.

    Args:
        seconds: Seconds by stage, as the manifest has them.
    """
    from dnnctl.training.timing import profile

    rows = [[stage, f"{taken:.2f}", f"{share:.0%}", what] for stage, what, taken, share in profile(seconds)]
    rows.append(["whole", f"{sum(taken for _, _, taken, _ in profile(seconds)):.2f}", "", ""])
    return grid(rows, ["stage", "seconds", "share", ""], right={1, 2})
