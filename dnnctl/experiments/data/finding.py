"""What a check of data finds."""

from dataclasses import dataclass
from typing import Literal

from dnnctl.notebook import Shown, Tabular

Status = Literal["passed", "warned", "failed"]
# What checks are called for people; warnings that the data came with are all about columns.
NAMES = {
    "unknown_categories": "categories",
    "split_sizes": "sizes",
    "target_range": "target",
    "class_balance": "classes",
    "rare_categories": "categories",
    "missing_values": "missing values",
    "value_range": "ranges",
    "constant_column": "constant columns",
    "duplicate_rows": "duplicates",
    "contradicting_rows": "contradictions",
    "train_test_overlap": "overlap",
}


@dataclass(frozen=True)
class Check:
    """What one check found.

    Args:
        code: What was looked at, for programs; of a warning that the data came with, its code.
        status: Whether training can go on (`warned`) or makes no sense (`failed`).
        finding: What was found, in words.
    """

    code: str
    status: Status
    finding: str

    @property
    def name(self) -> str:
        """What was looked at, for people."""
        return NAMES.get(self.code, "columns")

    def to_json(self) -> dict[str, str]:
        """Return this as plain values."""
        return {"code": self.code, "name": self.name, "status": self.status, "finding": self.finding}


class Checks(Tabular, tuple[Check, ...]):
    """What all checks found, in their order."""

    __slots__ = ()

    def _shown(self) -> Shown:
        rows = [(each.status, each.name, each.finding) for each in self]
        return f"{len(self)} checks", ("", "check", "finding"), rows, ()
