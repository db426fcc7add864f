"""What a check finds."""

from dataclasses import dataclass

from dnnctl.config.yaml_reader import KeyPath


@dataclass(frozen=True)
class Finding:
    """One thing a check noticed.

    Args:
        path: Key path it is about.
        problem: What is wrong, why, and what to write instead.
        warning: Whether training can go on all the same.
    """

    path: KeyPath
    problem: str
    warning: bool = False
