"""Folders of pictures as people have them: left-over files, other kinds, damage, a class that the test lacks."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.samples import held
from dnnctl.datasets.user import image_folder
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(60)


def write(root: Path, *folders: str, count: int = 3, ending: str = "png") -> None:
    draw = np.random.default_rng(3)
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            Image.fromarray(draw.integers(0, 256, (9, 7), dtype=np.uint8)).save(root / folder / f"{i}.{ending}")


def load(root: Path, **options: object) -> Dataset:
    return image_folder.load(image_folder.Options.model_validate({"path": str(root), "size": 8, **options}), Places())


def test_what_systems_leave_in_folders_is_left_alone_without_a_word(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    expected = load(tmp_path)
    for name in ("a/._0.png", "a/.DS_Store", "b/Thumbs.db", "b/desktop.ini", "a/Icon\r"):
        (tmp_path / name).write_bytes(b"\0\5\26\7 no picture")
    for name in ("__MACOSX", ".ipynb_checkpoints", "@eaDir", "a/.ipynb_checkpoints"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0-checkpoint.png").write_bytes(b"no picture")

    found = load(tmp_path)
    assert found.digests == expected.digests
    assert found.notes == expected.notes
    (tmp_path / "a" / "readme.txt").touch()
    assert "1 file" in load(tmp_path).notes[-1]


@pytest.mark.parametrize("ending", ["gif", "tif", "tiff", "jfif", "JPEG", "bmp", "webp"])
def test_all_kinds_that_predict_reads_are_read(ending: str, tmp_path: Path) -> None:
    write(tmp_path, "a", "b", ending=ending)

    assert len(load(tmp_path).train) == 6


def test_all_damaged_pictures_are_named_in_training_and_test_rows(tmp_path: Path) -> None:
    write(tmp_path, "train/a", "train/b", "test/a", "test/b")
    cut = tmp_path / "train" / "a" / "1.png"
    cut.write_bytes(cut.read_bytes()[:60])
    (tmp_path / "train" / "b" / "0.png").write_bytes(b"")
    (tmp_path / "train" / "b" / "2.png").write_bytes(HEIC)
    (tmp_path / "test" / "b" / "photo.HEIC").write_bytes(HEIC)
    (tmp_path / "test" / "a" / "2.png").write_bytes(b"<!DOCTYPE html><html>")

    with pytest.raises(DataError) as caught:
        load(tmp_path)
    lines = str(caught.value).splitlines()
    assert [Path(line.split(": ")[0]).name for line in lines[:5]] == ["1.png", "0.png", "2.png", "2.png", "photo.HEIC"]
    assert "empty file" in lines[1]
    assert "HEIC picture" in lines[2]
    assert "convert it to JPEG" in lines[4]
    assert "web page" in lines[3]
    assert "5 pictures cannot be read" in lines[5]


def test_a_test_folder_that_lacks_a_class_is_warned_about(tmp_path: Path) -> None:
    write(tmp_path, "train/a", "train/b", "train/c", "val/a", "val/c")
    found = load(tmp_path)

    assert found.test is not None
    assert found.test.y.tolist() == [0, 0, 0, 2, 2, 2]
    assert [notice.code for notice in found.warnings] == ["absent_class"]
    assert "'b'" in found.warnings[0].message
    (tmp_path / "val" / "b").mkdir()
    assert load(tmp_path).warnings == found.warnings
    options = image_folder.Options(path=str(tmp_path / "val"), size=8)
    more = image_folder.load_more(options, found.info, None)
    assert more.train.y.tolist() == [0, 0, 0, 2, 2, 2]
    assert more.warnings[0].code == "absent_class"


def test_a_class_of_the_test_folder_only_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "train/a", "train/b", "val/a", "val/c")

    with pytest.raises(DataError, match=r"no training picture is of class 'c'; expected 'a', 'b'"):
        load(tmp_path)


def test_a_training_folder_without_pictures_of_a_class_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    (tmp_path / "c").mkdir()

    with pytest.raises(DataError, match=r"no pictures .* of class 'c'"):
        load(tmp_path)


def test_a_folder_is_known_whatever_order_its_classes_are_in(tmp_path: Path) -> None:
    write(tmp_path, "1", "2", "10")
    found = load(tmp_path)
    assert found.info.class_names == ("1", "2", "10")
    options = image_folder.Options.model_validate({"path": str(tmp_path), "size": 8})
    of_then = replace(found.info, class_names=("1", "10", "2"))
    then = image_folder.load(options, Places(run=of_then))
    assert then.digests == image_folder.digests(options) == image_folder.load_more(options, of_then, None).digests
    # As version 0.1 wrote it: by pictures and labels in the order of texts.
    pair = sha256_of_array(held(then.train).x) + sha256_of_array(held(then.train).y)
    assert then.digests == {"train": sha256(pair.encode()).hexdigest()}
    # A picture in another class is another folder.
    (tmp_path / "2" / "0.png").rename(tmp_path / "10" / "9.png")
    assert image_folder.digests(options) != then.digests
