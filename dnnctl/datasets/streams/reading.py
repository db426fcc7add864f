"""Reading groups one after the other, the next ones in threads while one is looked at."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dnnctl.memory import blocks

T = TypeVar("T")
# Rows of a table turned from columns into rows at a time, so that they stay in the cache.
TURNED = 4096


def ahead(read: Callable[[int], T], groups: Sequence[int], threads: int = 1) -> Iterator[T]:
    """Yield what `read` returns for each group, in their order, whatever thread is done first.

    Args:
        read: Reads a group.
        groups: Which, in this order.
        threads: How many groups are read at once; as many more wait to be looked at.
    """
    if len(groups) < 2:
        yield from map(read, groups)
        return
    with ThreadPoolExecutor(threads, "groups") as pool:
        coming: deque[Future[T]] = deque()
        try:
            for group in groups:
                coming.append(pool.submit(read, group))
                if len(coming) > threads:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:
                future.cancel()


def put(values: NDArray[Any], rows: NDArray[np.int64] | slice, out: NDArray[Any]) -> None:
    """Write some rows of an array, in whatever order its memory is, into a new one of rows that lie together.

    Args:
        values: (n, ...).
        rows: Which, (m,), or all.
        out: (m, ...).
    """
    if values.ndim != 2 or values.flags.c_contiguous:
        if isinstance(rows, slice):
            out[...] = values
        else:
            values.take(rows, axis=0, out=out, mode="clip")
        return
    columns = values.T
    for here in blocks(len(out), TURNED):
        out[here] = (columns[:, here] if isinstance(rows, slice) else columns.take(rows[here], axis=1)).T
