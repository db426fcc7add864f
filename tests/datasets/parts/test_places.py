"""Which places are looked in, in which order."""

from pathlib import Path

import pytest

from dnnctl.datasets.base import Places
from dnnctl.datasets.parts.places import default_places, search


def flag(path: Path) -> str | Path:
    return path / "flag" if (path / "flag").is_file() else "no flag"


def planted(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flag").touch()
    return folder


def test_default_places_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("DNNCTL_DATA_DIR", "DNNCTL_CACHE_DIR", "XDG_CACHE_HOME", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    bare = default_places()
    assert (bare.path, bare.data_dir, bare.download) == (None, None, True)
    assert bare.cache == tmp_path / "home/.cache/dnnctl/datasets"
    assert bare.keras == tmp_path / "home/.keras/datasets"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_places().cache == tmp_path / "xdg/dnnctl/datasets"
    monkeypatch.setenv("DNNCTL_CACHE_DIR", "own")
    monkeypatch.setenv("DNNCTL_DATA_DIR", "data")
    monkeypatch.setenv("KERAS_HOME", "~/k")
    set_ = default_places("there", download=False)
    assert set_.cache == tmp_path / "own/datasets"
    assert set_.data_dir == tmp_path / "data"
    assert set_.keras == tmp_path / "home/k/datasets"
    assert set_.path == tmp_path / "there"
    assert not set_.download


def test_the_first_place_that_has_it_wins(tmp_path: Path) -> None:
    places = Places(data_dir=tmp_path / "data", cache=tmp_path / "cache", keras=tmp_path / "keras")
    order = [tmp_path / "data/set", tmp_path / "cache/set", tmp_path / "keras/set"]
    for count, folder in enumerate(reversed(order)):
        planted(folder)
        found = search(places, "set", flag, keras="set")
        assert found.where == folder
        assert len(found.looked) == len(order) - 1 - count


def test_a_given_path_is_the_only_place(tmp_path: Path) -> None:
    planted(tmp_path / "data/set")
    (tmp_path / "given").mkdir()
    places = Places(path=tmp_path / "given", data_dir=tmp_path / "data", cache=tmp_path)

    found = search(places, "set", flag)
    assert found.files is None
    assert all(line.startswith(str(tmp_path / "given")) for line in found.looked)

    planted(tmp_path / "given/set")
    assert search(places, "set", flag).where == tmp_path / "given/set"
    planted(tmp_path / "given")
    assert search(places, "set", flag).where == tmp_path / "given"


def test_a_data_directory_that_does_not_exist_is_mentioned(tmp_path: Path) -> None:
    found = search(Places(data_dir=tmp_path / "gone", cache=tmp_path), "set", flag)

    assert f"DNNCTL_DATA_DIR names a folder that does not exist, {tmp_path / 'gone'}" in found.looked[0]


def test_a_place_that_cannot_be_read_is_said_and_passed(tmp_path: Path) -> None:
    def forbidden(path: Path) -> str | Path:
        if path == tmp_path / "data/set":
            raise PermissionError(13, "Permission denied")
        return flag(path)

    planted(tmp_path / "data/set")
    planted(tmp_path / "cache/set")
    found = search(Places(data_dir=tmp_path / "data", cache=tmp_path / "cache"), "set", forbidden)

    assert found.where == tmp_path / "cache/set"
    assert "cannot be read, Permission denied" in found.looked[0]
