"""An ensemble on disk: which runs it consists of, and how they vote.

An ensemble is a run without weights of its own: `ensemble.json` names its members, which are complete runs in
`members/01`, `members/02`, ... It is written once all of them are there.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dnnctl.errors import RunError
from dnnctl.files import write_json
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.reading import read_json

FEWEST, MOST = 2, 99
NUMBER = re.compile(r"[0-9]{2}")

# `mean` is the one way for numbers, the other two are for classes.
Vote = Literal["soft", "hard", "mean"]
VOTES: Mapping[str, Vote] = {"soft": "soft", "hard": "hard", "mean": "mean"}


@dataclass(frozen=True)
class EnsembleFile:
    """What `ensemble.json` says.

    Args:
        vote: `soft`, `hard` or `mean`.
        members: The names of the members' folders, as `01`.
    """

    vote: Vote
    members: tuple[str, ...]


def write_ensemble(run: RunDirectory, vote: Vote, members: Sequence[RunDirectory]) -> None:
    """Write `ensemble.json`.

    Args:
        run: The ensemble.
        vote: How its members vote.
        members: Their folders, in its `members`.
    """
    write_json(run.ensemble, {"vote": vote, "members": [member.path.name for member in members]})


def read_ensemble(run: RunDirectory) -> EnsembleFile:
    """Read `ensemble.json`.

    Raises:
        RunError: If it is damaged, or names anything but 2 to 99 different folders `01` to `99`.
        FileNotFoundError: If there is none.
    """
    stored = read_json(run.ensemble, run.path, "the members of an ensemble")
    fields: dict[str, Any] = stored if isinstance(stored, dict) else {}
    vote, members = fields.get("vote"), fields.get("members")
    if (
        not isinstance(vote, str)
        or vote not in VOTES
        or not isinstance(members, list)
        or not FEWEST <= len(members) <= MOST
        or not all(isinstance(name, str) and NUMBER.fullmatch(name) for name in members)
        or len(set(members)) < len(members)
    ):
        raise RunError(
            f"{run.ensemble}: expected a vote (soft, hard or mean) and the names of {FEWEST} to {MOST} different "
            "members, as 01; received something else. Restore it, or make the ensemble again"
        )
    return EnsembleFile(VOTES[vote], tuple(members))


def member_folder(run: RunDirectory, name: str) -> RunDirectory:
    """Return the folder of a member of an ensemble that may come from a stranger.

    Args:
        run: The ensemble.
        name: The member's name, as `01`.

    Raises:
        RunError: If it leads out of the ensemble through a symbolic link.
    """
    path = run.members / name
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(Path(os.path.realpath(run.path)) / run.members.name):
        raise RunError(
            f"{path}: expected a folder in the ensemble's; received a symbolic link to {real}, which is outside. "
            "Copy the run here if you trust it"
        )
    return RunDirectory(path)
