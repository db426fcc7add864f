"""What machines that train together tell each other, between threads that stand for them."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dnnctl.engines.base import LostError
from dnnctl.engines.cluster import Cluster
from dnnctl.errors import ModelError
from dnnctl.training import team as teams
from dnnctl.training.team import Channel, Team, joined

CARD = {"training.epochs": 3, "data.batch_size": 32}


@pytest.fixture
def hosts() -> tuple[str, ...]:
    """Addresses that nobody listens on."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    addresses = tuple(f"127.0.0.1:{door.getsockname()[1]}" for door in doors)
    for door in doors:
        door.close()
    return addresses


def together(hosts: tuple[str, ...], *each: Callable[[Team], Any], cards: list[Any] | None = None) -> list[Any]:
    """Let each machine do something with its team; return what came of it, errors included."""

    def run(index: int) -> Any:
        try:
            with joined(Cluster(hosts[: len(each)], index), (cards or [CARD] * 9)[index], lambda _: None) as team:
                return each[index](team)
        except (ModelError, LostError) as error:
            return error

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(run, range(len(each))))


def test_all_hear_what_the_chief_finds(hosts: tuple[str, ...]) -> None:
    asked: list[int] = []

    def decide(team: Team) -> list[Any]:
        def find(value: Any) -> Any:
            asked.append(team.cluster.index)
            return value

        first = team.agree(lambda: find({"val_loss": 0.1, "nan": None}))
        return [first, team.agree(lambda: find(True)), team.hand_out(lambda: b"\n{}" * 100_000)]

    found = together(hosts, decide, decide, decide)
    assert found == [[{"val_loss": 0.1, "nan": None}, True, b"\n{}" * 100_000]] * 3
    assert asked == [0, 0]


def test_who_is_about_to_do_something_else_is_named_everywhere(hosts: tuple[str, ...]) -> None:
    other = {**CARD, "data.batch_size": 64}
    found = together(hosts, *[lambda _: None] * 3, cards=[CARD, CARD, other])
    expected = f"{hosts[2]} is about to do something else: data.batch_size: 32, there 64"
    assert [str(error) for error in found] == [expected] * 3


def test_whoever_ends_early_says_why(hosts: tuple[str, ...]) -> None:
    def fail(team: Team) -> None:
        raise ModelError("the disk is full")

    def hear(team: Team) -> str:
        try:
            while True:
                team.agree(lambda: 1)
        except LostError as error:
            return team.lost(error)

    _, heard, other = together(hosts, fail, hear, hear)
    assert heard == other == f"{hosts[0]} has stopped (the disk is full)"
    found = together(hosts, hear, fail, hear)
    # The third one hears of it by way of the chief.
    assert found[0] == found[2] == f"{hosts[1]} has stopped (the disk is full)"


def test_a_machine_that_vanishes_is_named(hosts: tuple[str, ...]) -> None:
    def vanish(team: Team) -> None:
        for channel in team._channels.values():
            channel.close()
        team._channels.clear()

    def hear(team: Team) -> str:
        return team.lost(LostError("a sum failed"))

    assert together(hosts, hear, vanish)[0] == f"{hosts[1]} has stopped"
    assert together(hosts, vanish, hear)[1] == f"{hosts[0]} has stopped"


def test_what_tensorflow_says_is_taken_where_nobody_seems_to_be_missing(
    hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "REASON", 0.2)

    def hear(team: Team) -> str:
        said = team.lost(LostError("lost /job:worker/task:1" if team.cluster.chief else "something else"))
        team.agree(lambda: None)
        return said

    found = together(hosts, hear, lambda team: team.agree(lambda: None))
    assert found[0] == f"{hosts[1]} has stopped"


def test_strangers_at_the_door_are_sent_away(hosts: tuple[str, ...]) -> None:
    def knock(_: str) -> None:
        for said in (
            b"GET / HTTP/1.1\r\n\r\n",
            b"[]\n",
            b'{"index": 99}\n',
            b'{"index": "x"}\n',
            b'{"index": 0}\n',
            b'{"index": []}\n',
            b"\xff\n",
        ):
            try:
                with socket.create_connection(("127.0.0.1", int(hosts[0].split(":")[1])), 1) as stranger:
                    stranger.sendall(said)
            except OSError:
                return

    with ThreadPoolExecutor(1) as pool:
        chief = pool.submit(together, hosts, lambda team: team.agree(lambda: 7), lambda team: team.agree(lambda: 0))
        knock("")
        assert chief.result() == [7, 7]


def test_who_does_not_come_is_named(hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "PATIENCE", 0.5)
    waited: list[str] = []
    with (
        pytest.raises(ModelError, match=f"{hosts[1]} did not come within"),
        joined(Cluster(hosts[:2], 0), CARD, waited.append),
    ):
        pass
    assert waited[0] == f"waiting for {hosts[1]}"
    with (
        pytest.raises(ModelError, match=f"the chief, {hosts[0]}, cannot be reached"),
        joined(Cluster(hosts[:2], 1), CARD, waited.append),
    ):
        pass
    assert waited[-1] == f"waiting for the chief, {hosts[0]}"


def test_a_port_that_is_taken_is_refused_in_words(hosts: tuple[str, ...]) -> None:
    with (
        socket.create_server(("", int(hosts[0].split(":")[1]))),
        pytest.raises(ModelError, match=r"cannot listen there: .*Take another port"),
        joined(Cluster(hosts[:2], 0), CARD, lambda _: None),
    ):
        pass


def test_a_channel_notices_what_is_no_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as sender:
        channel = Channel(door.accept()[0])
        sender.sendall(b"[1, 2]\n")
        with pytest.raises(ConnectionError):
            channel.receive(1)
        assert channel.ended() is None
        sender.close()
        assert channel.ended() == {"failed": ""}
        channel.close()
