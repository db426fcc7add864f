"""The processes that train one network together, and what they tell each other besides sums of gradients.

Each worker keeps a connection to the chief. Over it they find out that they are about to train the same network on the
same rows; the chief hands out the state to begin with and its decisions (when to stop, when to keep a checkpoint, what
an epoch came to), so that all decide alike; and whoever ends early says why. A message is a line of JSON, which may
announce bytes that follow. Nothing that is received is executed.
"""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from dnnctl.engines.base import LostError
from dnnctl.engines.cluster import Cluster, address
from dnnctl.errors import DnnctlError, Interrupted, ModelError
from dnnctl.training.channel import PAUSE, Channel

T = TypeVar("T")
# How long the others are waited for in all, and how long for the reason of an end, in seconds.
PATIENCE, REASON = 600.0, 5.0


class Team:
    """This process and those that it is connected with: of the chief the workers, of a worker the chief.

    Args:
        cluster: The machines.
        channels: A connection to each of the others, by their address.
    """

    def __init__(self, cluster: Cluster, channels: Mapping[str, Channel]) -> None:
        self.cluster = cluster
        self._channels = dict(channels)

    def agree(self, find: Callable[[], T]) -> T:
        """Return what the chief finds; it is called there alone.

        Args:
            find: Returns a value that JSON can hold.

        Raises:
            LostError: If another process has stopped.
        """
        try:
            if self.cluster.chief:
                if any(channel.ended() is not None for channel in self._channels.values()):
                    raise ConnectionError("a worker has stopped")
                value = find()
                for channel in self._channels.values():
                    channel.send({"value": value})
                return value
            return self._hear()["value"]  # type: ignore[no-any-return]
        except OSError as error:
            raise LostError(str(error)) from None

    def hand_out(self, make: Callable[[], bytes]) -> bytes:
        """Return bytes that the chief makes; raises as `agree`."""
        try:
            if not self.cluster.chief:
                return self._only.read(self._hear()["bytes"])
            made = make()
            for channel in self._channels.values():
                channel.send({"bytes": len(made)}, made)
            return made
        except OSError as error:
            raise LostError(str(error)) from None

    def lost(self, error: LostError) -> str:
        """Return who has stopped, and why where that is known, after a sum or a message did not come about.

        Args:
            error: What was noticed first.
        """
        stopped = self._who_stopped() or dict.fromkeys(self.cluster.named_in(str(error)), "")
        if self.cluster.chief:
            for name in set(self._channels) - set(stopped):
                with contextlib.suppress(OSError):
                    self._channels[name].send({"lost": stopped})
        told = "; ".join(f"{name} has stopped{f' ({why})' if why else ''}" for name, why in sorted(stopped.items()))
        return told or f"the connection with the other machines broke ({str(error)[:300]})"

    def close(self, error: BaseException | None = None) -> None:
        """Part from the others; tell them why if it is too early."""
        for channel in self._channels.values():
            with contextlib.suppress(OSError):
                if error is not None:
                    channel.send({"failed": _reason(error)})
            channel.close()

    @property
    def _only(self) -> Channel:
        """A worker's connection, with the chief."""
        return self._channels[self.cluster.hosts[0]]

    def _hear(self) -> dict[str, Any]:
        """Return what the chief says next."""
        said = self._only.receive()
        if "failed" in said or "lost" in said:
            self._only.last = said
            raise ConnectionError("the chief has stopped")
        return said

    def _who_stopped(self) -> dict[str, str]:
        """Return who of the others has stopped, and why where that is known; wait a little for it to show."""
        stopped: dict[str, str] = {}
        until = time.monotonic() + REASON
        while not stopped and time.monotonic() < until:
            for name, channel in self._channels.items():
                last = channel.ended()
                if last is not None and "lost" in last:
                    stopped |= last["lost"]
                elif last is not None:
                    stopped[name] = str(last.get("failed", ""))
            time.sleep(PAUSE / 10)
        return stopped


def _reason(error: BaseException) -> str:
    """Return why somebody ends, without what is to be done next, which concerns that one alone."""
    if isinstance(error, Interrupted | KeyboardInterrupt):
        return "interrupted"
    parts = error.parts if isinstance(error, DnnctlError) and error.parts else (str(error),)
    return "".join(part for part in parts if isinstance(part, str))[:2000].removesuffix(", then go on with: ")


@contextlib.contextmanager
def joined(cluster: Cluster, card: Mapping[str, Any], pause: Callable[[str], None]) -> Iterator[Team]:
    """Wait until all processes are there, make sure that they are to do the same, and part from them at the end.

    Args:
        cluster: The machines.
        card: What has to be the same everywhere, by names that a user understands.
        pause: Called while the others are waited for, with what is waited for; it may raise.

    Raises:
        ModelError: If somebody does not come, or is about to do something else.
    """
    own = json.loads(json.dumps({**card, "hosts": cluster.hosts}))
    team = Team(cluster, _receive_all(cluster, own, pause) if cluster.chief else _report(cluster, own, pause))
    try:
        yield team
    except BaseException as error:
        team.close(error)
        raise
    team.close()


def _receive_all(cluster: Cluster, own: dict[str, Any], pause: Callable[[str], None]) -> dict[str, Channel]:
    """Wait for the workers, as the chief; send them away if one is about to do something else."""
    there: dict[str, Channel] = {}
    cards: dict[str, dict[str, Any]] = {}
    until = time.monotonic() + PATIENCE
    try:
        with _listening(cluster) as door:
            while missing := ", ".join(host for host in cluster.others if host not in there):
                pause(f"waiting for {missing}")
                if time.monotonic() > until:
                    raise ModelError(f"{missing} did not come within {PATIENCE:.0f} seconds")
                with contextlib.suppress(TimeoutError):
                    _let_in(Channel(door.accept()[0]), cluster, there, cards)
        for name, card in cards.items():
            if card != own:
                raise ModelError(f"{name} is about to do something else: {_difference(own, card)}")
        for channel in there.values():
            channel.send({"go": True})
    except BaseException as error:
        for channel in there.values():
            with contextlib.suppress(OSError):
                channel.send({"refused": str(error) or "interrupted"})
            channel.close()
        raise
    return there


def _let_in(channel: Channel, cluster: Cluster, there: dict[str, Channel], cards: dict[str, dict[str, Any]]) -> None:
    """Read the card of whoever came; close the door to whoever has none."""
    try:
        card = channel.receive(REASON)
        name = dict(enumerate(cluster.others, start=1))[card.pop("index")]
    except (OSError, LookupError, ValueError, TypeError):
        channel.close()
        return
    if name in there:
        there[name].close()
    there[name], cards[name] = channel, card


def _listening(cluster: Cluster) -> socket.socket:
    port = address(cluster.here)[1]
    try:
        door = socket.create_server(("", port))
    except OSError as error:
        raise ModelError(f"{cluster.here}: cannot listen there: {error.strerror}. Take another port") from None
    door.settimeout(PAUSE)
    return door


def _difference(own: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return what the first parts are that two cards differ in."""
    names = [name for name in dict.fromkeys([*own, *other]) if own.get(name) != other.get(name)]
    return "; ".join(f"{name}: {str(own.get(name))[:80]}, there {str(other.get(name))[:80]}" for name in names[:5])


def _report(cluster: Cluster, own: dict[str, Any], pause: Callable[[str], None]) -> dict[str, Channel]:
    """Come to the chief, as a worker, and wait for its word."""
    chief = cluster.hosts[0]
    # TensorFlow listens there later, when nobody waits any more for whoever cannot.
    _listening(cluster).close()
    until = time.monotonic() + PATIENCE
    while True:
        pause(f"waiting for the chief, {chief}")
        try:
            channel = Channel(socket.create_connection(address(chief), REASON))
            channel.send({**own, "index": cluster.index})
            break
        except OSError as error:
            if time.monotonic() > until:
                raise ModelError(f"the chief, {chief}, cannot be reached: {error.strerror or error}") from None
            time.sleep(PAUSE)
    try:
        while not channel.readable():
            pause("waiting for the others")
            time.sleep(PAUSE)
        said = channel.receive(REASON)
    except OSError:
        channel.close()
        raise ModelError(f"the chief, {chief}, has stopped") from None
    except BaseException:
        channel.close()
        raise
    if "refused" in said:
        channel.close()
        raise ModelError(str(said["refused"]))
    return {chief: channel}
