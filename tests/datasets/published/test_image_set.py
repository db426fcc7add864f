"""Image sets in MNIST's form: every container, every place, downloads from a server on this machine."""

import gzip
from pathlib import Path

import pytest
from tiny_set import ARRAYS, TINY, assert_true, packed, plant_idx, plant_npz

from dnnctl.datasets.base import Places
from dnnctl.datasets.published import image_set
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array


@pytest.mark.parametrize("form", ["plain", "gzip", "dotted", "dotted gzip"])
def test_idx_files_in_every_spelling(tmp_path: Path, form: str) -> None:
    plant_idx(tmp_path / "tiny-set", form)

    assert_true(image_set.load(TINY, Places(data_dir=tmp_path, cache=tmp_path / "none", download=False)))


@pytest.mark.parametrize("given", ["", "tiny-set.npz", "tiny_set.npz"])
def test_an_npz_file_by_its_folder_or_by_its_name(tmp_path: Path, given: str) -> None:
    plant_npz(tmp_path / (given or "tiny-set.npz"))
    dataset = image_set.load(TINY, Places(path=tmp_path / given))

    assert_true(dataset)
    assert dataset.found == str(tmp_path / given)


def test_a_path_can_be_one_of_the_files_but_no_other(tmp_path: Path) -> None:
    plant_idx(tmp_path)
    (tmp_path / "notes.txt").touch()

    assert_true(image_set.load(TINY, Places(path=tmp_path / "t10k-labels-idx1-ubyte.gz")))
    with pytest.raises(DataError, match="not named like an IDX file"):
        image_set.load(TINY, Places(path=tmp_path / "notes.txt"))


def test_what_keras_has_downloaded_is_used(tmp_path: Path) -> None:
    plant_npz(tmp_path / "keras/tiny.npz")
    places = Places(cache=tmp_path / "cache", keras=tmp_path / "keras", download=False)

    assert_true(image_set.load(TINY, places))
    assert image_set.find(TINY, places) == str(tmp_path / "keras/tiny.npz")


def test_damage_is_told_and_not_passed_over(tmp_path: Path) -> None:
    plant_idx(tmp_path / "data/tiny-set")
    plant_idx(tmp_path / "cache/tiny-set")
    file = tmp_path / "data/tiny-set/train-labels-idx1-ubyte.gz"
    other = 1 - ARRAYS["train-labels"]
    file.write_bytes(gzip.compress(packed(other)))
    with pytest.raises(DataError) as caught:
        image_set.load(TINY, Places(data_dir=tmp_path / "data", cache=tmp_path / "cache"))

    message = str(caught.value)
    assert str(file) in message
    assert f"expected SHA-256 {TINY.digests['train-labels']}" in message
    assert f"received {sha256_of_array(other)}" in message
    assert "take it away" in message
    assert "dnnctl data fetch tiny_set" in message


def test_missing_files_are_named(tmp_path: Path) -> None:
    plant_idx(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"has 3 of the 4 files; missing t10k-labels-idx1-ubyte.gz"):
        image_set.load(TINY, Places(path=tmp_path))
