"""Writing a file whole or not at all, and hashing.

A reader never sees half a file: the contents go to a temporary file in the same directory, are
flushed to the disk, and take the name in one step.
"""

import contextlib
import hashlib
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a binary file that takes the place of `path` only when the block ends without an error.

    Args:
        path: The file to create or replace; its directory must exist.

    Yields:
        A writable, seekable binary file.

    Raises:
        OSError: If the directory cannot be written; `path` is then as it was.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the process's file mode mask (which can only be read by setting it)."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_bytes(path: Path, contents: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as stream:
        stream.write(contents)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, indented and with a final newline, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def json_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON can hold them: it has no word for what is infinite or not a number, so that is None."""
    return {name: _finite(value) for name, value in values.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return json_numbers(value)
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as an uncompressed `.npz` file, whole or not at all.

    Raises:
        ValueError: If an array holds Python objects, which could only be stored by pickling.
    """
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"array {name!r} holds Python objects; expected numbers or text")
    with replacing(path) as stream:
        archive = zipfile.ZipFile(stream, "w")
        try:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            archive.close()
        except BaseException:
            # Ctrl-C in the middle of a member: to close the archive would be an error in place of the interruption.
            archive.fp = None
            raise


def write_with(path: Path, writer: Callable[[Path], None]) -> None:
    """Let a library that wants a file name write a file, whole or not at all.

    Args:
        path: The file to create or replace.
        writer: Called with a temporary path that has the same ending as `path`.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.", suffix=".part") as folder:
        temporary = Path(folder) / path.name
        writer(temporary)
        temporary.replace(path)


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's contents in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_array(array: NDArray[Any]) -> str:
    """Return the SHA-256 of an array's elements in C order, without any header, in hexadecimal."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
