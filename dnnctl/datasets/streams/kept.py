"""Rows that are gone through again and again, as those of the validation split after each epoch: written down once.

They are few out of every group, so that without this each epoch would read all files once more for them.
"""

import contextlib
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.streams.cache import cache_folder

# Rows read back at a time.
TOGETHER = 1 << 14
Spec = tuple[tuple[int, ...], np.dtype[Any]]
Parts = tuple[NDArray[Any], NDArray[Any]]


class KeptRows:
    """Rows in files of the cache that have no names and are gone when the process is.

    Args:
        x: Shape of one row, and type, of the inputs.
        y: Shape of one row, and type, of the targets.
    """

    def __init__(self, x: Spec, y: Spec) -> None:
        self._specs = x, y
        self._files: tuple[IO[bytes], IO[bytes]] | None = None
        self._rows = 0

    @property
    def complete(self) -> bool:
        """Whether all rows are there."""
        return self._files is not None

    def through(self, parts: Iterable[Parts]) -> Iterator[Parts]:
        """Yield rows as they come, and keep them once all have; where there is no room, they are not kept."""
        with contextlib.ExitStack() as opened:
            files: tuple[IO[bytes], IO[bytes]] | None = None
            with contextlib.suppress(OSError):
                folder = cache_folder("kept").parent
                folder.mkdir(parents=True, exist_ok=True)
                # Nothing waits in a buffer, of which a full disk would be told later.
                first, second = (
                    opened.enter_context(tempfile.TemporaryFile(dir=folder, buffering=0)) for _ in range(2)
                )
                files = first, second
            rows = 0
            for x, y in parts:
                if files is not None:
                    try:
                        for file, array in zip(files, (x, y), strict=True):
                            _write(file, array)
                    except OSError:
                        files = None
                rows += len(x)
                yield x, y
            if files is not None:
                self._files, self._rows = files, rows
                weakref.finalize(self, opened.pop_all().close)

    def again(self) -> Iterator[Parts]:
        """Yield the rows that were kept."""
        assert self._files is not None
        for start in range(0, self._rows, TOGETHER):
            count = min(TOGETHER, self._rows - start)
            x, y = (self._read(i, start, count) for i in range(2))
            yield x, y

    def _read(self, part: int, start: int, count: int) -> NDArray[Any]:
        assert self._files is not None
        shape, dtype = self._specs[part]
        array: NDArray[Any] = np.empty((count, *shape), dtype)
        size = array.nbytes // count
        file = self._files[part]
        file.seek(start * size)
        file.readinto(array.reshape(-1).view(np.uint8).data)  # type: ignore[attr-defined]
        return array


def _write(file: IO[bytes], array: NDArray[Any]) -> None:
    """Write all bytes of an array; without a buffer a call may take fewer."""
    left = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    while len(left):
        left = left[file.write(left) :]
