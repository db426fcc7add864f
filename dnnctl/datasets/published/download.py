"""Downloading one file: several mirrors, time-outs, a limit, and no name for it until it is verified."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import IO

from dnnctl.datasets.base import DownloadProgress
from dnnctl.datasets.parts.faults import DamagedError
from dnnctl.errors import DataError
from dnnctl.files import write_with

# Seconds to connect, and to wait for the next bytes.
TIMEOUT = (10.0, 30.0)
# A mirror that drips is given up after this many seconds, unless it keeps to the speed below.
PATIENCE, SLOWEST = 60.0, 10_000
CHUNK = 16_384
# Characters of a server's own words that are passed on.
LONGEST = 200


def fetch(
    target: Path,
    urls: Sequence[str],
    check: Callable[[Path], None],
    limit: int,
    progress: DownloadProgress,
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
    progress: DownloadProgress,
) -> str:
    """Download from one mirror; return what went wrong, or nothing."""
    import requests
    import urllib3

    def write(temporary: Path) -> None:
        with temporary.open("wb") as stream, contextlib.closing(_received(url)) as received:
            sink = _Sink(stream, limit, lambda done, total: progress(target.name, done, total))
            sink.expect(int(next(received)))
            for chunk in received:
                sink.write(chunk)
        check(temporary)

    try:
        write_with(target, write)
    except requests.HTTPError as fault:
        return f"the server answered {str(fault).partition(' for url')[0]}"[:LONGEST]
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        return f"no answer within {max(TIMEOUT):g} seconds"
    except requests.exceptions.InvalidSchema as fault:
        return f"expected to stay with http or https; {_reason(fault)}"[:LONGEST]
    except (requests.RequestException, urllib3.exceptions.HTTPError) as fault:
        return _reason(fault)[:LONGEST]
    except DamagedError as fault:
        return str(fault)
    return ""


def _received(url: str) -> Generator[bytes, None, None]:
    """Yield the length that the server announces, in digits (0 if unknown), then what it sends.

    A time-out of a socket begins anew with each byte, and looking up a name has none at all. So another thread
    waits for the server, and this one gives up on it.

    Raises:
        DamagedError: If the next chunk takes too long.
        RequestException: If the connection or the request failed.
    """
    inbox: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=8)
    given_up = threading.Event()
    threading.Thread(target=_receive, args=(url, inbox, given_up), daemon=True).start()
    patience = sum(TIMEOUT)
    try:
        while True:
            try:
                item = inbox.get(timeout=patience)
            except queue.Empty:
                raise DamagedError(f"too slow: fewer than {CHUNK:,} bytes in {patience:g} seconds") from None
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        given_up.set()


def _receive(url: str, inbox: "queue.Queue[bytes | BaseException | None]", given_up: threading.Event) -> None:
    """Put into `inbox` what `_received` yields, then None, or the error that ended it."""
    import requests

    def put(item: bytes | BaseException | None) -> None:
        while not given_up.is_set():
            with contextlib.suppress(queue.Full):
                inbox.put(item, timeout=0.1)
                return

    try:
        # Redirects are followed by requests, which knows http and https only.
        asked = {"Accept-Encoding": "identity"}
        with requests.get(url, stream=True, timeout=TIMEOUT, headers=asked) as response:
            response.raise_for_status()
            length = response.headers.get("Content-Length", "")
            put(length.encode() if length.isdecimal() and len(length) < 20 else b"0")
            # Not decoded, whatever the server says of its encoding: compressed bytes can expand without end.
            for chunk in response.raw.stream(CHUNK, decode_content=False):
                if given_up.is_set():
                    return
                put(chunk)
        put(None)
    except BaseException as fault:
        put(fault)


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
    """Where a download is written to: refuses web pages and anything too long or too slow.

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
        self.total = 0

    def expect(self, size: int) -> None:
        """Take how many bytes the server announces, 0 if unknown, or raise DamagedError."""
        self._refuse_beyond_limit(size)
        self.total = size

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
