"""Downloading one file: several mirrors, time-outs, a limit, and no name for it until it is verified."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from dnnctl.datasets.base import Progress
from dnnctl.datasets.sources.damage import DamagedError
from dnnctl.errors import DataError
from dnnctl.files import write_with

# Seconds to connect, and to wait for the next bytes.
TIMEOUT = (10.0, 30.0)
# A mirror that drips is given up after this many seconds, unless it keeps to the speed below.
PATIENCE, SLOWEST = 60.0, 10_000
CHUNK = 16_384


def fetch(
    target: Path,
    urls: Sequence[str],
    check: Callable[[Path], None],
    limit: int,
    progress: Progress,
) -> str:
    """Download a file from the first mirror that has the true one.

    It is written under a temporary name next to `target`, checked, and only then renamed.

    Args:
        target: The file to create.
        urls: Where it is published, best first.
        check: Given the temporary file, raises DamagedError if its contents are not the published ones.
        limit: Bytes; a longer response is cut off.
        progress: Called with the file's name, bytes done and bytes in all (0 if unknown).

    Returns:
        The URL that it came from.

    Raises:
        DataError: If no mirror has it; the message has a line for each.
    """
    failures: list[str] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for url in urls:
            failure = _try(target, url, check, limit, progress)
            if not failure:
                return url
            failures.append(f"{url}: {failure}")
    except OSError as fault:
        raise DataError(
            f"{target}: expected to keep a download here, received {fault}; "
            "set DNNCTL_CACHE_DIR to a folder that can be written"
        ) from None
    raise DataError("\n".join(failures))


def _try(
    target: Path,
    url: str,
    check: Callable[[Path], None],
    limit: int,
    progress: Progress,
) -> str:
    """Download from one mirror; return what went wrong, or nothing."""
    import pooch
    import requests

    def write(temporary: Path) -> None:
        with temporary.open("wb") as stream:
            sink = _Sink(stream, limit, lambda done, total: progress(target.name, done, total))
            # Redirects are followed by requests, which knows http and https only.
            pooch.HTTPDownloader(
                progressbar=sink, chunk_size=CHUNK, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}
            )(url, sink, None)
        check(temporary)

    try:
        write_with(target, write)
    except requests.HTTPError as fault:
        return f"the server answered {str(fault).partition(' for url')[0]}"
    except requests.Timeout:
        return f"no answer within {max(TIMEOUT):g} seconds"
    except requests.RequestException as fault:
        return _reason(fault)
    except DamagedError as fault:
        return str(fault)
    return ""


def _reason(fault: BaseException) -> str:
    """Return the innermost reason of an error in one line, without the objects that libraries print."""
    inner = fault.args[0] if fault.args else fault
    reason = getattr(inner, "reason", inner)
    if isinstance(reason, BaseException) and reason.args and isinstance(reason.args[0], str):
        reason = reason.args[0]
    text = str(reason)
    # urllib3 opens with the connection's name, as `HTTPSConnection(host='...', port=443): `.
    return " ".join(text.rpartition("): ")[2].split()) or type(fault).__name__


class _Sink:
    """What pooch writes to and reports to: refuses web pages and anything too long or too slow.

    Args:
        stream: Where the bytes go.
        limit: Bytes that may be written.
        progress: Called with bytes done and bytes in all.
    """

    def __init__(self, stream: IO[bytes], limit: int, progress: Callable[[int, int], None]) -> None:
        self.stream = stream
        self.limit = limit
        self.progress = progress
        self.done = 0
        self.begun = time.monotonic()
        self._total = 0

    @property
    def total(self) -> int:
        """Bytes in all; 0 if unknown."""
        return self._total

    @total.setter
    def total(self, size: int) -> None:
        """Take what the response's header says from pooch, or raise DamagedError."""
        self._refuse_beyond_limit(size)
        self._total = size

    def write(self, chunk: bytes) -> None:
        """Write a chunk, or raise DamagedError."""
        if self.done == 0 and chunk.lstrip()[:1] == b"<":
            raise DamagedError("expected data, received a web page")
        self.done += len(chunk)
        self._refuse_beyond_limit(self.done)
        seconds = time.monotonic() - self.begun
        if seconds > PATIENCE and self.done < seconds * SLOWEST:
            raise DamagedError(f"too slow: {self.done:,} bytes in {seconds:.0f} seconds")
        self.stream.write(chunk)
        self.progress(self.done, self.total)

    def _refuse_beyond_limit(self, size: int) -> None:
        if size > self.limit:
            raise DamagedError(f"expected at most {self.limit:,} bytes, received more")

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is closed."""

    # What pooch calls on a progress bar; `write` has reported already.
    def update(self, *_: Any) -> None:
        """Do nothing."""

    reset = close = update
