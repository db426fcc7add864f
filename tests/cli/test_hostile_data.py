"""Damaged and hostile files of data sets, each through the real command line."""

import gzip
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hostile import CommandLine, Outcome, assert_refused, described, npy, zipped

ROWS, SIDE = 60_000, 28
STEMS = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


def header(*dims: int, magic: bytes = b"\0\0\x08") -> bytes:
    return magic + bytes([len(dims)]) + struct.pack(f">{len(dims)}I", *dims)


TRUE = header(ROWS, SIDE, SIDE)
VALUES = bytes(ROWS * SIDE * SIDE)


def bomb(begin: bytes, megabytes: int) -> bytes:
    """A gzip member that begins in a certain way and goes on with so many megabytes of zeros."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(begin) + packer.flush(zlib.Z_FULL_FLUSH)
    # What stands between two full flushes refers to nothing before it, so it can be repeated.
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + block * megabytes + packer.flush()


IMAGES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "an empty file"),
    "one byte": (lambda: b"\0", "received 00"),
    "text": (lambda: b"hello, world\n" * 10, "not an IDX file"),
    "floats": (lambda: header(ROWS, SIDE, SIDE, magic=b"\0\0\x0d") + VALUES, "00 00 0d 03"),
    "two dimensions": (lambda: header(ROWS, SIDE * SIDE) + VALUES, "00 00 08 02"),
    "255 dimensions": (lambda: header(*[1] * 255), "00 00 08 ff"),
    "cut off in its header": (lambda: TRUE[:9], "cut off in its header: expected 12 bytes, received 5"),
    "cut off": (lambda: TRUE + VALUES[:-1], "cut off: expected 47,040,000 bytes of values, received 47,039,999"),
    "extended": (lambda: TRUE + VALUES + b"\0", "too long: expected 47,040,000 bytes"),
    "absurd dimensions": (lambda: header(2**32 - 1, 2**32 - 1, 2**32 - 1), "expected 60000x28x28 values"),
    "no rows": (lambda: header(0, SIDE, SIDE), "received 0x28x28 in its header"),
    "rows and columns exchanged": (lambda: header(SIDE, SIDE, ROWS) + VALUES, "received 28x28x60000"),
    "wrong contents": (lambda: TRUE + VALUES, "expected SHA-256"),
    "gzip cut off": (lambda: gzip.compress(TRUE + VALUES, 1)[:-9], "cut off"),
    "gzip without its checksum": (lambda: gzip.compress(TRUE + VALUES, 1)[:-1], "cut off"),
    "gzip with a wrong checksum": (lambda: gzip.compress(TRUE + VALUES, 1)[:-5] + b"\0" * 5, "compression is damaged"),
    "gzip with bytes behind it": (lambda: gzip.compress(TRUE + VALUES, 1) + b"more", "too long"),
    "gzip of nothing": (lambda: gzip.compress(b""), "an empty file"),
    "a gzip header alone": (lambda: b"\x1f\x8b", "cut off"),
    "gzip of another method": (lambda: b"\x1f\x8b\x07" + bytes(100), "compression is damaged"),
    "gzip bomb": (lambda: bomb(b"", 4_000), "00 00 00 00"),
    "gzip in gzip": (lambda: gzip.compress(gzip.compress(TRUE)), "not an IDX file"),
    "gzip bomb behind a true header": (lambda: bomb(TRUE, 4_000), "too long: expected 47,040,000 bytes"),
    "a hundred thousand empty members": (lambda: gzip.compress(b"") * 100_000, "too long|empty file"),
    "a name without end": (lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 50_000_000, "cut off"),
}


@pytest.mark.parametrize("kind", IMAGES)
def test_a_damaged_idx_file_is_refused(data_info: Callable[..., Outcome], tmp_path: Path, kind: str) -> None:
    make, said = IMAGES[kind]
    for stem in STEMS:
        (tmp_path / f"{stem}-ubyte.gz").write_bytes(make() if stem == STEMS[0] else b"")
    outcome = data_info("mnist", tmp_path)
    assert_refused(outcome, 1, "train-images-idx3-ubyte.gz: ", "dnnctl data fetch mnist")
    assert any(part in outcome.err for part in said.split("|")), outcome.err
    assert outcome.peak < 400e6, "more was held than the values and what reads them"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (header(ROWS - 1) + bytes(ROWS - 1), "expected 60000 values, received 59999 in its header"),
        (header(ROWS) + bytes(ROWS - 1), "cut off: expected 60,000 bytes of values"),
        (header(ROWS) + b"\x0a" * ROWS, "these are not the published train-labels"),
        (header(10_000) + bytes(10_000), "received 10000 in its header"),
    ],
    ids=["a row less", "cut off", "out of range", "those of the test rows"],
)
def test_labels_that_do_not_belong_to_the_images_are_refused(
    data_info: Callable[..., Outcome], tmp_path: Path, data_dir: Path, labels: bytes, said: str
) -> None:
    for file in (data_dir / "mnist").iterdir():
        (tmp_path / file.name).symlink_to(file)
    for file in tmp_path.glob("train-labels*"):
        file.unlink()
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(labels)
    assert_refused(data_info("mnist", tmp_path), 1, "train-labels-idx1-ubyte: ", said)


def of_images(contents: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped(("x_train.npy", contents), method=method)


def pickled() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, x_train=np.array([print, {}], dtype=object))
    return stream.getvalue()


def bits_flipped(packed: bytes, where: int) -> bytes:
    return packed[:where] + bytes(b ^ 255 for b in packed[where : where + 8]) + packed[where + 8 :]


def linked(name: str, target: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, target)
    return stream.getvalue()


def endless_header() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + bytes(100 << 20))
    return stream.getvalue()


TRUE_NPY = npy(described("(60000, 28, 28)"), VALUES)
# Names of members with 300 bytes each make a directory that is larger than what is in them.
MANY = zipped(*((f"{i:0300}", b"") for i in range(3_000)))
ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "the end of a zip archive is missing"),
    "text": (lambda: b"hello" * 100, "the end of a zip archive is missing"),
    "cut off": (lambda: of_images(TRUE_NPY)[:-1], "zip archive"),
    "cut in half": (lambda: of_images(TRUE_NPY)[:20_000], "zip archive"),
    "no members": (zipped, "received none of that name"),
    "another member": (lambda: zipped(("y.npy", b"")), "received none of that name"),
    "an empty member": (lambda: of_images(b""), "not a .npy array"),
    "pickled": (pickled, "expected whole numbers"),
    "absurd shape": (lambda: of_images(npy(described("(99999999999, 28, 28)"))), "expected whole numbers of shape"),
    "a shape beyond numbers": (lambda: of_images(npy(described("(10**400,)"))), "not a .npy array"),
    "a negative shape": (lambda: of_images(npy(described("(-1, 28, 28)"))), "header claims the shape"),
    "wide elements": (lambda: of_images(npy(described("(60000, 28, 28)", "'V2000000000'"))), "expected whole numbers"),
    "structured elements": (lambda: of_images(npy(described("(60000,)", "[('a', '|u1')]"))), "expected whole numbers"),
    "code as a header": (lambda: of_images(npy(b"__import__('os').system('touch owned')\n")), "not a .npy array"),
    "a deep header": (lambda: of_images(npy(b"-" * 9_000 + b"1")), "not a .npy array"),
    "parentheses": (lambda: of_images(npy(b"(" * 9_000)), "not a .npy array"),
    "an unclosed header": (lambda: of_images(npy(b"{'descr': (")), "not a .npy array"),
    "a header without end": (endless_header, "a header of at most 10,000 bytes"),
    "another version": (lambda: of_images(npy(described("(1,)"), version=9)), "not a .npy array|is not known"),
    "cut off values": (lambda: of_images(TRUE_NPY[:-1]), "cut off: expected 47,040,000 bytes"),
    "a bomb behind true values": (lambda: of_images(TRUE_NPY + bytes(50 << 20)), "too long"),
    "wrong contents": (lambda: of_images(TRUE_NPY), "expected SHA-256"),
    "damaged values": (lambda: bits_flipped(of_images(TRUE_NPY), 5_000), "expected an .npz file with x_train"),
    "damaged bzip2": (lambda: bits_flipped(of_images(TRUE_NPY, zipfile.ZIP_BZIP2), 60), "x_train|Invalid data"),
    "damaged LZMA": (lambda: bits_flipped(of_images(TRUE_NPY, zipfile.ZIP_LZMA), 60), "x_train"),
    "an unknown compression": (lambda: of_images(TRUE_NPY[:99]).replace(b"\x08\0", b"\x63\0"), "x_train"),
    "encrypted": (
        lambda: of_images(TRUE_NPY[:99], 0).replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1"),
        "x_train",
    ),
    "a symbolic link": (lambda: linked("x_train.npy", b"/etc/passwd"), "a symbolic link"),
    "thousands of members": (lambda: MANY, "a directory of 1,038,000 bytes"),
    "an absurd directory": (lambda: of_images(b"")[:-10] + b"\xff" * 4 + of_images(b"")[-6:], "a directory of"),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_hostile_npz_file_is_refused(data_info: Callable[..., Outcome], tmp_path: Path, kind: str) -> None:
    make, said = ARCHIVES[kind]
    (tmp_path / "mnist.npz").write_bytes(make())
    outcome = data_info("mnist", tmp_path / "mnist.npz")
    assert_refused(outcome, 1, "mnist.npz: ")
    assert outcome.peak < 400e6, "more was held than the values and what reads them"
    assert any(part in outcome.err for part in said.split("|")), outcome.err
    assert not (tmp_path / "owned").exists()


def test_pipes_and_folders_in_the_place_of_files_are_no_files(
    data_info: Callable[..., Outcome], tmp_path: Path
) -> None:
    for stem in STEMS:
        os.mkfifo(tmp_path / f"{stem}-ubyte.gz")
    os.mkfifo(tmp_path / "mnist.npz")
    (tmp_path / "sign_mnist_train.csv").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    assert_refused(data_info("mnist", tmp_path), 1, "has none of the 4 files")
    assert_refused(data_info("mnist", tmp_path / "mnist.npz"), 1, "mnist.npz")
    assert_refused(data_info("mnist", Path("/dev/zero")), 1, "/dev/zero")
    assert_refused(data_info("mnist", tmp_path / "loop"), 1, "loop")
    assert_refused(data_info("mnist", Path("x" * 300)), 1, "File name too long")
    assert_refused(data_info("sign_language_mnist", tmp_path), 1, "missing sign_mnist_train.csv")


def test_every_dead_mirror_is_listed(commands: CommandLine, tmp_path: Path) -> None:
    # A proxy at a port where nobody listens: no name is looked up, and nothing leaves this machine.
    nobody = "http://127.0.0.1:9"
    env = {
        "DNNCTL_DATA_DIR": str(tmp_path), "DNNCTL_CACHE_DIR": str(tmp_path / "cache"), "KERAS_HOME": str(tmp_path),
        "HTTPS_PROXY": nobody, "https_proxy": nobody, "HTTP_PROXY": nobody, "http_proxy": nobody,
        "NO_PROXY": "", "no_proxy": "",
    }  # fmt: skip
    outcome = commands.run("data", "fetch", "mnist", cwd=tmp_path, env=env)
    assert_refused(outcome, 1, "offline, 'dnnctl train digits' works")
    assert outcome.err.count("Unable to connect to proxy") + outcome.err.count("Cannot connect to proxy") == 3, (
        outcome.err
    )
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
