"""Are a run's files the ones that the training wrote? Found by the hashes in its manifest.

It finds damage, not forgery: who changes a file can change its hash in the manifest as well.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from dnnctl.errors import RunError
from dnnctl.notebook import Shown, Tabular
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.reading import open_inside
from dnnctl.runs.series import ENSEMBLE, check_inside, count_in, kind_of

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, repr=False)
class Verification(Tabular):
    """What became of a run's files; names are relative to its folder.

    Args:
        run: The run.
        state: What the manifest says the training is, as `done`.
        whole: Files that are as they were written.
        damaged: Files with other contents, and why they count as damaged.
        missing: Files that the manifest has a hash of and that are not there.
        extra: Files of a kind that manifests keep hashes of, without one.
    """

    run: RunDirectory
    state: str
    whole: tuple[str, ...]
    damaged: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no file is damaged or missing."""
        return not (self.damaged or self.missing)

    def _shown(self) -> Shown:
        rows = [*(("damaged", *each) for each in self.damaged), *(("missing", name, "") for name in self.missing)]
        rows += [("extra", name, "") for name in self.extra]
        found = "passed" if self.passed else "failed"
        heading = f"Verification({str(self.run.path)!r}): {found}, {len(self.whole)} files as they were written"
        return heading, ("", "file", ""), rows, ()

    def with_member(self, member: "Verification") -> "Verification":
        """Return this and what became of the files of a run inside, named as seen from this run's folder."""
        inside = member.run.path.relative_to(self.run.path).as_posix()
        return replace(
            self,
            whole=(*self.whole, *(f"{inside}/{name}" for name in member.whole)),
            damaged=(*self.damaged, *((f"{inside}/{name}", reason) for name, reason in member.damaged)),
            missing=(*self.missing, *(f"{inside}/{name}" for name in member.missing)),
            extra=(*self.extra, *(f"{inside}/{name}" for name in member.extra)),
        )

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        return {
            "run": str(self.run.path),
            "state": self.state,
            "passed": self.passed,
            "whole": list(self.whole),
            "damaged": [{"file": name, "reason": reason} for name, reason in self.damaged],
            "missing": list(self.missing),
            "extra": list(self.extra),
        }


def verify(run: RunDirectory) -> Verification:
    """Compare a run's primary files (not plots and report) with the hashes in its manifest.

    Args:
        run: The run; of a cross-validation or a repeated training each of its runs is compared as well.

    Raises:
        RunError: If the manifest cannot be read, or has no hashes to compare with.
    """
    manifest = read_manifest(run.manifest)
    found = _compared(run, manifest)
    for member in _members(run, manifest):
        found = found.with_member(_compared_member(member, run))
    return found


def _compared(run: RunDirectory, manifest: Mapping[str, Any]) -> Verification:
    """Compare the files that one manifest has hashes of."""
    state = str(manifest.get("state", "unknown"))[:40]
    files = manifest.get("files")
    if not isinstance(files, dict) or not files:
        raise RunError(
            f"{run.manifest}: has no hashes of files to compare with; the training is {state!r}. "
            "They are written when it ends"
        )
    whole, damaged, missing = [], [], []
    for name, expected in files.items():
        try:
            reason = _wrong(run, name, expected)
        except FileNotFoundError:
            missing.append(name)
            continue
        if reason:
            damaged.append((name, reason))
        else:
            whole.append(name)
    present = (path.relative_to(run.path).as_posix() for path in run.primary_files())
    extra = tuple(name for name in present if name not in files)
    return Verification(run, state, tuple(whole), tuple(damaged), tuple(missing), extra)


def _members(series: RunDirectory, manifest: Mapping[str, Any]) -> list[RunDirectory]:
    """Return the runs whose hashes are in their own manifests; an ensemble's manifest has those of its members."""
    kind = kind_of(manifest)
    if kind is None or kind is ENSEMBLE:
        return []
    count = count_in(manifest, series)
    return [RunDirectory(kind.path(series, number, count)) for number in range(1, count + 1)]


def _compared_member(member: RunDirectory, series: RunDirectory) -> Verification:
    """Compare the files of a run of a series; one that cannot be read has a missing or damaged manifest."""
    try:
        check_inside(member, series)
        if not os.path.exists(member.manifest):  # noqa: PTH110 - never raises
            return Verification(member, "missing", (), (), (member.manifest.name,), ())
        return _compared(member, read_manifest(member.manifest))
    except RunError as error:
        reason = str(error).removeprefix(f"{member.manifest}: ")
        return Verification(member, "damaged", (), ((member.manifest.name, reason),), (), ())


def _wrong(run: RunDirectory, name: str, expected: object) -> str:
    """Return why a file is not the one that was written; nothing if it is."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\0" in name or len(name) > 255:
        return "this name is not one of a file in the run's folder"
    if not isinstance(expected, str) or not SHA256.fullmatch(expected):
        return "the manifest has no SHA-256 for it"
    path = run.path / name
    if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114 - never raise
        raise FileNotFoundError(name)
    try:
        received = _sha256(path, run.path)
    except RunError as error:
        return str(error).removeprefix(f"{path}: ")
    return "" if received == expected else f"expected SHA-256 {expected[:12]}..., received {received[:12]}..."


def _sha256(path: Path, folder: Path) -> str:
    with open_inside(path, folder) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
