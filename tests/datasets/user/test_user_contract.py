"""What holds for every source of data of one's own: tables, arrays, folders of pictures."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from records import example, write_records

from dnnctl import plugins
from dnnctl.config import loading
from dnnctl.config.schema import SOURCES, DataConfig
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import DatasetOptions, Places
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.inputs.base import InputSpec
from dnnctl.inference.read_inputs import read_all
from dnnctl.training.preparation import prepare

NAMES = plugins.names("dnnctl.datasets.user")
DRAW = np.random.default_rng(7)
PIXELS = DRAW.integers(0, 256, (40, 6, 6), dtype=np.uint8)


def make(kind: str, folder: Path) -> DatasetOptions:
    """Write 40 rows of two classes and return the options that read them."""
    written: dict[str, Any] = {"path": str(folder / "data")}
    if kind == "csv":
        lines = "".join(f"{i % 9},{'ab'[i % 3 == 0]},{'xy'[i % 2]}\n" for i in range(40))
        (folder / "data").write_text("n,k,y\n" + lines)
        written["target"] = "y"
    elif kind == "parquet":
        columns = {"n": [i % 9 for i in range(40)], "k": ["ab"[i % 3 == 0] for i in range(40)], "y": ["x", "y"] * 20}
        pq.write_table(pa.table(columns), folder / "data")
        written["target"] = "y"
    elif kind == "tfrecord":
        rows = ({"n": i % 9, "k": "ab"[i % 3 == 0], "y": "xy"[i % 2]} for i in range(40))
        write_records(folder / "data", map(example, rows))
        written |= {"target": "y", "features": {"n": "int64", "k": "text", "y": "text"}}
    elif kind in {"npz", "npy"}:
        arrays = {"x": PIXELS.reshape(40, -1).astype(np.float32), "y": np.array(["x", "y"] * 20)}
        if kind == "npz":
            with (folder / "data").open("wb") as stream:
                np.savez(stream, **arrays)
        else:
            (folder / "data").mkdir()
            for name, array in arrays.items():
                np.save(folder / "data" / name, array)
    else:
        for i, pixels in enumerate(PIXELS):
            (folder / "data" / "xy"[i % 2]).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / "data" / "xy"[i % 2] / f"{i}.png")
        written["size"] = 6
    source: DatasetOptions = DataConfig.model_validate({kind: written}).source
    return source


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture(params=NAMES)
def options(request: pytest.FixtureRequest, tmp_path: Path) -> DatasetOptions:
    return make(request.param, tmp_path)


def test_each_file_of_the_package_is_a_key_of_data() -> None:
    assert set(NAMES) == set(SOURCES) - {"dataset"}


def test_what_is_read_has_the_form_that_its_description_says(options: DatasetOptions) -> None:
    dataset = reading.read(options, Places())
    info = dataset.info

    assert dataset.name == options.key
    assert info.class_names == ("x", "y")
    assert info.rows == (40, 0)
    assert dataset.train.x.shape == (40, *info.input_shape)
    assert dataset.train.x.dtype == (np.uint8 if info.is_image else np.float32)
    assert dataset.train.y.dtype == np.int64
    assert np.bincount(dataset.train.y).tolist() == [20, 20]
    assert (dataset.table is not None) == (options.key in {"csv", "parquet", "tfrecord"})
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in dataset.digests.values())
    assert dataset.digests == reading.digests(options)


def test_it_is_read_once_for_the_configuration_and_its_training(
    options: DatasetOptions, tmp_path: Path, monkeypatch: Any
) -> None:
    module = plugins.load("dnnctl.datasets.user", options.key)
    counted: list[int] = []
    original: Callable[..., Any] = module.load
    monkeypatch.setattr(module, "load", lambda *given: counted.append(1) or original(*given))
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump({"data": {options.key: options.model_dump(mode="json")}}))
    loaded = loading.load(path)
    prepared = prepare(loaded)

    assert len(counted) == 1
    assert loaded.dataset.take() is None
    again = prepare(loaded)
    assert len(counted) == 2
    np.testing.assert_array_equal(again.splits.train.x, prepared.splits.train.x)


def test_other_data_of_the_same_form_can_be_read(options: DatasetOptions) -> None:
    dataset = reading.read(options, Places())
    more = reading.read_more(options, dataset.info, dataset.table)

    np.testing.assert_array_equal(more.train.y, dataset.train.y)
    assert more.train.x.shape == dataset.train.x.shape


@pytest.mark.parametrize("kind", NAMES)
def test_what_is_not_there_or_damaged_is_an_error(kind: str, tmp_path: Path) -> None:
    source = make(kind, tmp_path)
    with pytest.raises(DataError, match="no such file or folder"):
        reading.read(source.model_copy(update={"path": str(tmp_path / "gone")}), Places())
    if kind == "image_folder":
        broken = next((tmp_path / "data" / "x").iterdir())
        broken.write_bytes(broken.read_bytes()[:40])
    elif kind == "npy":
        (tmp_path / "data" / "x.npy").write_bytes(b"\x89PNG and so on")
    else:
        (tmp_path / "data").write_bytes(b"\x89PNG and so on")
    with pytest.raises(DataError):
        reading.read(source, Places())


@pytest.mark.parametrize("kind", NAMES)
def test_a_pipe_is_refused_before_anything_waits_for_it(kind: str, tmp_path: Path) -> None:
    source = make(kind, tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for option in source.paths:
        other = source.model_copy(update={option: str(pipe)})
        with pytest.raises(DataError, match=rf"^{option}: .*pipe: expected|^{option}: .*received a file: .*pipe"):
            reading.read(other, Places())
        if kind not in {"image_folder", "npy"}:
            with pytest.raises(DataError, match="received a pipe"):
                reading.digests(other)


def test_a_folder_of_pictures_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    source = make("image_folder", tmp_path)
    listed = Path.iterdir

    def refusing(path: Path) -> Any:
        if path.name == "y":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refusing)
    with pytest.raises(DataError, match=r"y: cannot be read: Permission denied"):
        reading.read(source, Places())


def test_no_second_path_is_taken(options: DatasetOptions, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected no other path"):
        reading.read(options, Places(path=tmp_path))


@pytest.mark.parametrize("mode", ["grey", "color"])
def test_a_picture_is_predicted_from_the_pixels_it_was_trained_on(mode: str, tmp_path: Path) -> None:
    for name, value in (("dim", 40), ("lit", 200)):
        (tmp_path / name).mkdir()
        for i in range(3):
            pixels = np.full((30 + i, 20, 3), value, np.uint8)
            pixels[5:20, 4:12] = DRAW.integers(0, 256, 3)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    source = DataConfig.model_validate({"image_folder": {"path": str(tmp_path), "size": 8, "mode": mode}}).source
    dataset = reading.read(source, Places())
    inputs = read_all([str(tmp_path / "lit" / "1.png")], InputSpec(dataset.info, 0.5))

    assert dataset.train.x.shape == ((6, 8, 8, 3) if mode == "color" else (6, 8, 8))
    np.testing.assert_array_equal(inputs.x[0], dataset.train.x[4])
    assert inputs.notes == ()


def test_folders_train_and_test_are_a_split(tmp_path: Path) -> None:
    for i, pixels in enumerate(PIXELS):
        folder = tmp_path / ("test" if i < 10 else "train") / "xy"[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{i}.bmp")
    (tmp_path / "train" / "x" / "notes.txt").write_text("of mine")
    source = DataConfig.model_validate({"image_folder": {"path": str(tmp_path), "size": 6}}).source
    dataset = reading.read(source, Places())

    assert dataset.info.rows == (30, 10)
    assert dataset.test is not None
    assert dataset.test.y.tolist() == [0] * 5 + [1] * 5
    assert any("what is no picture: 1 file" in note for note in dataset.notes)
    assert not any("beside 'train' and 'test'" in note for note in dataset.notes)
    (tmp_path / "val" / "x").mkdir(parents=True)
    shutil.copy(tmp_path / "train" / "x" / "10.bmp", tmp_path / "val" / "x")
    dataset = reading.read(source, Places())
    assert dataset.info.rows == (30, 10)
    assert any("'val' left alone, beside 'train' and 'test'" in note for note in dataset.notes)
