"""Checks of what a configuration means: of the network, of the training, and of the metrics it names.

Each check yields `Finding`s: faults that make training impossible or meaningless, and warnings.
"""

from dataclasses import dataclass

from dnnctl.config.yaml_reader import KeyPath
from dnnctl.errors import NoticeCode


@dataclass(frozen=True)
class Finding:
    """One thing a check noticed.

    Args:
        path: Key path it is about.
        problem: What is wrong, why, and what to write instead.
        code: What a warning is of; None for what makes training impossible or meaningless.
    """

    path: KeyPath
    problem: str
    code: NoticeCode | None = None
