"""What both ways to an ensemble share: how its members vote, and what it is called."""

from dnnctl.config.schema import is_name
from dnnctl.datasets.base import Task
from dnnctl.errors import UsageError
from dnnctl.runs.ensembles import Vote

ENDING = "-ensemble"
LONGEST_NAME = 64


def vote_for(task: Task, vote: str | None) -> Vote:
    """Return how members vote on a task.

    Args:
        task: What is predicted.
        vote: `soft`, `hard`, or None for what fits.

    Raises:
        UsageError: If the vote does not fit.
    """
    if task == "regression":
        if vote == "hard":
            raise UsageError("`vote`='hard': numbers cannot be voted on; their mean is taken. Leave out `vote`")
        return "mean"
    return "hard" if vote == "hard" else "soft"


def ensemble_name(name: str, wanted: str | None = None) -> str:
    """Return the name of an ensemble.

    Args:
        name: The name of its runs, or of its configuration.
        wanted: The name that it shall have; None for the same with `-ensemble`.

    Raises:
        UsageError: If it cannot have that name.
    """
    if wanted is not None:
        if not is_name(wanted):
            raise UsageError(
                "`name`: expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, and no word "
                f"that has a meaning of its own; received {wanted[:80]!r}"
            )
        return wanted
    return name if name.endswith(ENDING) else f"{name[: LONGEST_NAME - len(ENDING)]}{ENDING}"
