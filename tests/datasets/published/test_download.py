"""Downloads from a server on this machine: good ones, and every kind of bad one."""

import dataclasses
import gzip
import http.server
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_set import ARRAYS, FILES, TINY, assert_true, packed, plant_idx, plant_npz

from dnnctl.datasets.base import Places
from dnnctl.datasets.published import download, image_set
from dnnctl.datasets.published.image_set import ImageSet
from dnnctl.datasets.sources import mnist
from dnnctl.errors import DataError

# Downloads. `routes` maps a path to what the server does.
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


def sends(
    contents: bytes, promised: int | None = None, status: int = 200, reason: str | None = None, **headers: str
) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status, reason)
        handler.send_header("Content-Length", str(len(contents) if promised is None else promised))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(contents)

    return answer


def stalls(handler: http.server.BaseHTTPRequestHandler) -> None:
    time.sleep(1.0)


def halts(handler: http.server.BaseHTTPRequestHandler) -> None:
    sends(FILES["train-images-idx3-ubyte.gz"][:30], promised=1000)(handler)
    handler.wfile.flush()
    time.sleep(1.0)


def drop_by_drop(handler: http.server.BaseHTTPRequestHandler, contents: bytes) -> None:
    """Send a byte at a time, each well within the time-out of a socket."""
    try:
        for byte in contents:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


def drips(handler: http.server.BaseHTTPRequestHandler) -> None:
    sends(b"", promised=1000)(handler)
    drop_by_drop(handler, bytes(40))


def drips_a_header(handler: http.server.BaseHTTPRequestHandler) -> None:
    drop_by_drop(handler, b"HTTP/1.1 200 OK\r\nX-Slow: and slower\r\n\r\n")


def speaks_otherwise(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 ftp.example.org ready\r\n")


class Server:
    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.routes.get(self.path, sends(b"gone", status=404))(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def mirror(self, name: str, **changed: Answer) -> str:
        """Publish all files below a name; `changed` gives another answer for some, by their stem's end."""
        for file, contents in FILES.items():
            self.routes[f"/{name}/{file}"] = changed.get(file.split("-")[1], sends(contents))
        return f"{self.url}/{name}/"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    running = Server()
    yield running
    running.close()


def with_mirrors(*mirrors: str, archives: tuple[str, ...] = ()) -> ImageSet:
    return dataclasses.replace(TINY, mirrors=mirrors, archives=archives)


def kept(cache: Path) -> list[str]:
    return sorted(file.name for file in cache.rglob("*") if file.is_file())


def test_a_good_mirror_fills_the_cache_once(tmp_path: Path, server: Server) -> None:
    images, seen = with_mirrors(server.mirror("good")), []
    places = Places(cache=tmp_path, progress=lambda *step: seen.append(step))

    assert_true(image_set.load(images, places))
    assert kept(tmp_path) == sorted(FILES)
    assert {name for name, _, _ in seen} == set(FILES)
    assert all(0 < done <= total == len(FILES[name]) for name, done, total in seen)
    asked = len(server.asked)
    assert_true(image_set.load(images, places))
    assert len(server.asked) == asked == len(FILES)


WRONG = gzip.compress(packed(ARRAYS["train-images"][::-1]))

BAD: dict[str, tuple[Answer, str]] = {
    "not found": (sends(b"gone", status=404), "the server answered 404"),
    "server error": (sends(b"", status=500), "the server answered 500"),
    "cut off": (
        sends(FILES["train-images-idx3-ubyte.gz"][:30], promised=len(FILES["train-images-idx3-ubyte.gz"])),
        "IncompleteRead|cut off|broken",
    ),
    "cut off without a length": (sends(FILES["train-images-idx3-ubyte.gz"][:30]), "cut off"),
    "web page": (sends(b"\n<!DOCTYPE html><html>Please log in</html>"), "received a web page"),
    "wrong contents": (sends(WRONG), "expected SHA-256"),
    "stalls half way": (halts, "no answer within 0.5 seconds|too slow"),
    "drips": (drips, "too slow: fewer than 16,384 bytes in 1 seconds"),
    "drips its header": (drips_a_header, "no answer|too slow|Connection"),
    "expands": (sends(gzip.compress(bytes(50_000_000)), **{"Content-Encoding": "gzip"}), "expected it to start with"),
    "no HTTP": (speaks_otherwise, "BadStatusLine|broken|aborted"),
    "an endless reason": (sends(b"", status=599, reason="x" * 50_000), "the server answered 599"),
    "a length that is none": (sends(b"", **{"X-Nothing": "1", "Content-Type": "a" * 10_000}), "an empty file"),
    "announced too long": (sends(b"\x1f\x8b", promised=1 << 40), "expected at most [0-9,]+ bytes"),
    "empty": (sends(b""), "an empty file"),
    "slow": (stalls, "no answer within 0.5 seconds"),
    "redirect to a file": (sends(b"", status=302, Location="file:///etc/hostname"), "No connection adapters"),
    "redirect to ftp": (sends(b"", status=302, Location="ftp://127.0.0.1/x"), "No connection adapters"),
    "redirect in a circle": (sends(b"", status=302, Location="/bad/train-images-idx3-ubyte.gz"), "redirects"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_mirror_is_told_and_the_next_one_tried(
    tmp_path: Path, server: Server, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT", (0.5, 0.5))
    answer, problem = BAD[kind]
    bad = server.mirror("bad", images=answer)
    with pytest.raises(DataError) as caught:
        image_set.load(with_mirrors(bad), Places(cache=tmp_path))
    told = [line for line in str(caught.value).splitlines() if line.startswith(f"  download: {bad}")]
    assert len(told) == 1
    assert re.search(problem, told[0])
    assert kept(tmp_path) == []

    assert_true(image_set.load(with_mirrors(bad, server.mirror("good")), Places(cache=tmp_path)))
    assert kept(tmp_path) == sorted(FILES)


def test_an_endless_answer_is_cut_off(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_set, "SLACK", 100)
    sent = 0

    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        try:
            while sent < 200_000_000:
                sent += handler.wfile.write(bytes(65_536))
        except OSError:
            pass

    bad = server.mirror("endless", images=endless)
    with pytest.raises(DataError, match="expected at most 136 bytes, received more"):
        image_set.load(with_mirrors(bad), Places(cache=tmp_path))
    assert sent < 100_000_000


def test_a_drip_is_given_up(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.0)
    monkeypatch.setattr(download, "SLOWEST", 1e12)
    with pytest.raises(DataError, match="too slow"):
        image_set.load(with_mirrors(server.mirror("drip")), Places(cache=tmp_path))


def test_a_mirror_that_works_goes_first_from_then_on(tmp_path: Path, server: Server) -> None:
    bad, good = f"{server.url}/bad/", server.mirror("good")

    assert_true(image_set.load(with_mirrors(bad, good), Places(cache=tmp_path)))
    assert len([path for path in server.asked if path.startswith("/bad/")]) == 1


def test_the_archive_is_tried_when_the_files_are_nowhere(tmp_path: Path, server: Server) -> None:
    plant_npz(tmp_path / "published.npz")
    server.routes["/set.npz"] = sends((tmp_path / "published.npz").read_bytes())
    images = with_mirrors(f"{server.url}/bad/", archives=(f"{server.url}/set.npz",))

    assert_true(image_set.load(images, Places(cache=tmp_path / "cache")))
    assert kept(tmp_path / "cache") == ["tiny-set.npz"]
    assert_true(image_set.load(TINY, Places(cache=tmp_path / "cache", download=False)))


def test_an_interrupted_fetch_goes_on_where_it_stopped(tmp_path: Path, server: Server) -> None:
    plant_idx(tmp_path / "tiny-set")
    (tmp_path / "tiny-set/t10k-labels-idx1-ubyte.gz").unlink()

    assert_true(image_set.load(with_mirrors(server.mirror("good")), Places(cache=tmp_path)))
    assert server.asked == ["/good/t10k-labels-idx1-ubyte.gz"]


def test_every_failure_is_listed_once_with_what_to_do(tmp_path: Path, server: Server) -> None:
    images = with_mirrors(f"{server.url}/a/", f"{server.url}/b/", archives=(f"{server.url}/c.npz",))
    with pytest.raises(DataError) as caught:
        image_set.load(images, Places(cache=tmp_path))

    message = str(caught.value)
    for address in ("/a/train-images-idx3-ubyte.gz", "/b/train-images-idx3-ubyte.gz", "/c.npz"):
        assert message.count(f"{server.url}{address}: the server answered 404") == 1
    assert f"into {tmp_path / 'tiny-set'}" in message
    assert "dnnctl.train('digits')" in message


def test_nothing_is_downloaded_for_a_given_path_or_when_told_not_to(tmp_path: Path, server: Server) -> None:
    images = with_mirrors(server.mirror("good"))
    for places in (Places(path=tmp_path, cache=tmp_path), Places(cache=tmp_path, download=False)):
        with pytest.raises(DataError, match="not found"):
            image_set.load(images, places)
    assert server.asked == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(DataError, match="set DNNCTL_CACHE_DIR"):
        image_set.load(with_mirrors(server.mirror("good")), Places(cache=tmp_path / "cache"))


def test_the_published_mirrors_are_of_the_web_and_end_in_a_slash() -> None:
    assert len(mnist.SET.mirrors) >= 2
    assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in mnist.SET.mirrors)
