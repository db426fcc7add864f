"""A connection between two machines: lines of JSON, which may announce bytes that follow. Nothing of it is executed."""

import json
import select
import socket
from collections.abc import Mapping
from typing import Any

# How often somebody who waits looks up, in seconds.
PAUSE = 0.5
# A machine that vanished is noticed after so many seconds: the first question, further ones, how many of them.
KEEPALIVE = (("TCP_KEEPIDLE", 6), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 4))
LONGEST_LINE = 1 << 26


class Channel:
    """One end of a connection.

    Args:
        connected: The socket.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(None)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in KEEPALIVE:
            if hasattr(socket, option):
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
        self._socket = connected
        self._stream = connected.makefile("rb")
        # The message with which the other side ended.
        self.last: dict[str, Any] | None = None

    def send(self, message: Mapping[str, Any], following: bytes = b"") -> None:
        """Send a message, and bytes behind it."""
        self._socket.sendall(json.dumps(message).encode() + b"\n" + following)

    def receive(self, patience: float | None = None) -> dict[str, Any]:
        """Return the next message.

        Args:
            patience: Seconds to wait for it; None waits for ever.

        Raises:
            OSError: If none comes, or what comes is none.
        """
        self._socket.settimeout(patience)
        try:
            line = self._stream.readline(LONGEST_LINE)
            message = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            message = None
        finally:
            self._socket.settimeout(None)
        if not isinstance(message, dict):
            raise ConnectionError("the connection was closed")
        return message

    def read(self, count: int) -> bytes:
        """Return the bytes behind a message."""
        found = self._stream.read(count)
        if len(found) < count:
            raise ConnectionError("the connection was closed")
        return found

    def ended(self) -> dict[str, Any] | None:
        """Return the message with which the other side ended, empty if it said nothing; None if it is there."""
        while self.last is None and self.readable():
            try:
                said = self.receive(PAUSE)
            except OSError:
                said = {"failed": ""}
            self.last = said if "failed" in said or "lost" in said else None
        return self.last

    def readable(self) -> bool:
        """Tell whether something came, or the other side is gone."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()
        self._socket.close()
