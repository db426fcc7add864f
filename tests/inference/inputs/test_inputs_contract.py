"""What holds for every kind of input, and for finding the right one."""

import io
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dnnctl import plugins
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import DataError, DnnctlError, UsageError
from dnnctl.inference.inputs import parquet, table
from dnnctl.inference.inputs.base import InputSpec
from dnnctl.inference.read_inputs import PACKAGE, read_all, readers

PICTURES = InputSpec(
    DatasetInfo("t", "multiclass", (28, 28), tuple("0123456789"), input_range=(0.0, 255.0), drawing=True), 0.0
)
SMALL = InputSpec(DatasetInfo("t", "multiclass", (8, 8), input_range=(0.0, 16.0), drawing=True), 0.0)
NUMBERS = InputSpec(DatasetInfo("t", "regression", (2,), feature_names=("weight", "age"), target="height"))


def picture() -> np.ndarray:
    x = np.zeros((28, 28), np.uint8)
    x[6:20, 10:18] = np.arange(112).reshape(14, 8) + 100
    return x


def write_picture(path: Path) -> None:
    x = picture()
    if path.suffix == ".npy":
        np.save(path, x)
    elif path.suffix == ".npz":
        np.savez(path, x=x)
    elif path.suffix in parquet.ENDINGS:
        pq.write_table(pa.table({f"pixel{i}": [value] for i, value in enumerate(x.ravel())}), path)
    elif path.suffix in table.ENDINGS:
        path.write_text(("\t" if path.suffix in {".tsv", ".tab"} else ",").join(map(str, x.ravel())) + "\n")
    else:
        Image.fromarray(x).save(path)


@pytest.mark.parametrize("ending", sorted(readers()))
def test_every_ending_gives_back_a_picture(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"p{ending.upper()}"
    write_picture(tmp_path / f"p{ending}")
    (tmp_path / f"p{ending}").rename(path)
    inputs = read_all([str(path)], PICTURES)
    assert inputs.x.shape == (1, 28, 28)
    assert inputs.x.dtype == np.uint8
    tolerance = 20 if ending in {".jpg", ".jpeg", ".jfif", ".webp"} else 0
    assert np.abs(inputs.x[0].astype(int) - picture()).max() <= tolerance
    assert len(inputs.names) == 1
    assert inputs.names[0].startswith(str(path))
    inverted = read_all([str(path)], PICTURES, invert=True)
    assert np.array_equal(inverted.x, 255 - inputs.x)
    assert any("inverted" in note for note in inverted.notes)


@pytest.mark.parametrize("ending", sorted(readers()))
@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe\x00garbage", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"])
@pytest.mark.parametrize("spec", [PICTURES, SMALL, NUMBERS], ids=["pictures", "small", "numbers"])
def test_every_ending_refuses_garbage(ending: str, content: bytes, spec: InputSpec, tmp_path: Path) -> None:
    path = tmp_path / f"p{ending}"
    path.write_bytes(content)
    with pytest.raises(DnnctlError, match=r"p\."):
        read_all([str(path)], spec)


@pytest.mark.parametrize("ending", sorted(readers()))
def test_every_ending_refuses_half_a_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"p{ending}"
    write_picture(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError):
        read_all([str(path)], PICTURES)


def test_every_plugin_has_endings() -> None:
    for name in plugins.names(PACKAGE):
        module = plugins.load(PACKAGE, name)
        assert module.ENDINGS
        assert all(ending == ending.lower() and ending.startswith(".") for ending in module.ENDINGS)


def test_several_inputs_keep_their_order(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    np.save(tmp_path / "b.npy", np.stack([picture() // 2, picture()]))
    inputs = read_all([str(tmp_path / "b.npy"), str(tmp_path / "a.png")], PICTURES)
    assert [Path(name).name for name in inputs.names] == ["b.npy[0]", "b.npy[1]", "a.png"]
    assert np.array_equal(inputs.x, [picture() // 2, picture(), picture()])


def test_standard_input_and_values() -> None:
    stdin = io.BytesIO(b"age,weight\n30,75\n")
    inputs = read_all(["-"], NUMBERS, stdin=stdin, values=["80,40"])
    assert np.array_equal(inputs.x, np.array([[75, 30], [80, 40]], np.float32))
    assert inputs.names == ("-:2", "80,40")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["75"], "1 number where"),
        (["75,x"], "'x'"),
        (["75,nan"], "finite"),
        (["75,1e99"], "finite"),
        (["1_0,2"], "1_0"),
    ],
)
def test_values_that_do_not_fit(values: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_all([], NUMBERS, values=values)


def test_what_cannot_be_asked_for(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    (tmp_path / "a.xyz").touch()
    for sources, spec, options, message in [
        ([], NUMBERS, {}, "nothing to predict"),
        (["-", "-"], NUMBERS, {"stdin": io.BytesIO()}, "once"),
        (["-"], NUMBERS, {}, "not available"),
        ([str(tmp_path / "a.xyz")], NUMBERS, {}, r"\.csv.*\.npy"),
        ([str(tmp_path / "a.png")], NUMBERS, {}, "numbers a row"),
        ([str(tmp_path / "a.png")], NUMBERS, {"invert": False}, "`invert` is for images"),
        ([], PICTURES, {"values": ["1"]}, "`values` is for numbers"),
    ]:
        with pytest.raises(UsageError, match=message):
            read_all(sources, spec, **options)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for source, message in [
        (str(tmp_path / "none.png"), "no such file"),
        (str(tmp_path), "is a directory"),
        ("a\0b.png", "no such file|cannot be read"),
        ("a" * 5000 + ".png", "cannot be read"),
    ]:
        with pytest.raises(DataError, match=message):
            read_all([source], PICTURES)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    (tmp_path / "a.png").chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        read_all([str(tmp_path / "a.png")], PICTURES)
