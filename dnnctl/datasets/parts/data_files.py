"""Files of data: found by a path, a folder or a pattern, and looked after while they are read."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dnnctl.datasets.parts.faults import NoSuchFileError, WrongOptionError
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_file

# Rows of more bytes than this are not held in memory, unless that is asked for.
LARGE = 512 << 20
# Bytes of a file that its digest looks at: at its ends, and in pieces between.
END, PIECE, PIECES = 1 << 16, 1 << 12, 62


@dataclass(frozen=True)
class DataFile:
    """A file as it was when it was opened.

    Args:
        path: Where it is.
        name: What to call it: its path below the folder that was named, or its name.
        size: Bytes.
        changed: When it was last changed, in nanoseconds.
    """

    path: Path
    name: str
    size: int
    changed: int

    def check(self) -> None:
        """Raise `DataError` if it is not what it was."""
        try:
            now = self.path.stat()
        except OSError as fault:
            raise self.lost(f"is gone: {fault.strerror}") from None
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed):
            received = f"; had {self.size:,} bytes, now {now.st_size:,}" if now.st_size != self.size else ""
            raise self.lost(f"was changed while it was read{received}")

    def lost(self, problem: str, group: str = "") -> DataError:
        """Return the error of a file that can no longer be read.

        Args:
            problem: What is wrong.
            group: The group of rows that was wanted, as `row group 7`; empty if it does not matter.
        """
        where = f"{self.path}, {group}" if group else str(self.path)
        return DataError(
            f"{where}: {problem}. Bring the file back as it was; a training that this has stopped can then be resumed"
        )


def find_files(path: str, endings: Sequence[str], expected: str, option: str = "path") -> tuple[DataFile, ...]:
    """Return the files that a path means, in the order of their names.

    Args:
        path: A file, a folder with such files below it, or a pattern, as `data/*.parquet`.
        endings: What their names end in, where they are looked for in a folder.
        expected: What they should be, as `Parquet files`.
        option: The option that names them.

    Raises:
        NoSuchFileError: If there is nothing.
        WrongOptionError: If a folder has no such files, or no file fits the pattern.
        DataError: If one cannot be looked at.
    """
    root = Path(path)
    try:
        if root.is_dir():
            paths = sorted(_below(root, endings))
            if not paths:
                raise WrongOptionError(option, f"{path}: expected {expected} ({', '.join(endings)}) below this folder")
        elif any(mark in path for mark in "*?[") and not root.exists():
            anchor, pattern = _pattern(root)
            paths = sorted(each for each in anchor.glob(pattern) if each.is_file())
            root = anchor
            if not paths:
                raise WrongOptionError(option, f"{path}: no file fits this pattern")
        elif root.is_file():
            paths, root = [root], root.parent
        elif root.exists():
            raise WrongOptionError(option, f"{path}: expected {expected}; received a pipe or device")
        else:
            raise NoSuchFileError(path, option)
        return tuple(_looked_at(each, root) for each in paths)
    except OSError as fault:
        raise DataError(f"{fault.filename or path}: cannot be read: {fault.strerror}") from None


def _below(root: Path, endings: Sequence[str]) -> Iterator[Path]:
    """Yield files below a folder; what begins with `_` or `.` is left by the programs that write tables."""
    for path in root.rglob("*"):
        hidden = any(part.startswith(("_", ".")) for part in path.relative_to(root).parts)
        if not hidden and path.name.lower().endswith(tuple(endings)) and path.is_file():
            yield path


def _pattern(path: Path) -> tuple[Path, str]:
    """Return the folder before the first part of a path that is a pattern, and what is behind it."""
    parts = path.parts
    first = next(i for i, part in enumerate(parts) if any(mark in part for mark in "*?["))
    return Path(*parts[:first]), "/".join(parts[first:])


def _looked_at(path: Path, root: Path) -> DataFile:
    found = path.stat()
    return DataFile(path, path.relative_to(root).as_posix(), found.st_size, found.st_mtime_ns)


def digest(files: Sequence[DataFile]) -> str:
    """Return a SHA-256 of files' names, sizes, ends and pieces between: of 10 GB, a few hundred kB are read.

    Whoever changes single cells within a file of the same length can deceive it; the footer of a Parquet file, which
    has the statistics of all its columns, is at its end.

    Raises:
        DataError: If a file cannot be read.
    """
    summed = hashlib.sha256()
    for file in files:
        summed.update(f"{file.name}\n{file.size}\n".encode())
        try:
            with file.path.open("rb") as stream:
                summed.update(stream.read(END))
                for i in range(1, PIECES + 1):
                    stream.seek(file.size * i // (PIECES + 1))
                    summed.update(stream.read(PIECE))
                stream.seek(max(0, file.size - END))
                summed.update(stream.read(END))
        except OSError as fault:
            raise file.lost(f"cannot be read: {fault.strerror}") from None
    return summed.hexdigest()


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file; of one larger than `LARGE` what `digest` returns.

    Raises:
        DataError: If it cannot be read.
    """
    try:
        found = path.stat()
        if found.st_size <= LARGE:
            return sha256_of_file(path)
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
    return digest([DataFile(path, path.name, found.st_size, found.st_mtime_ns)])


def digests_of(paths: Mapping[str, str | None], endings: Sequence[str], expected: str) -> dict[str, str]:
    """Return the digests of the files that options name.

    Args:
        paths: What options name; None for nothing.
        endings: What names of files end in, in a folder.
        expected: What they should be.
    """
    names = {"path": "files", "test_path": "test-files"}
    return {
        names.get(option, option): digest(find_files(path, endings, expected, option))
        for option, path in paths.items()
        if path is not None
    }
