"""Finding a configuration by a path or a name, and what is said where there is none."""

from pathlib import Path

import pytest

from dnnctl.config.shipped import find
from dnnctl.errors import ConfigError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for name in ("flowers.yaml", "Houses.yml", "notes.txt", "sub/flowers.yaml"):
        Path(name).touch()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("flowers.ymal", "flowers.yaml"),
        ("flower.yaml", "flowers.yaml"),
        ("flowers", "flowers.yaml"),
        ("houses.yaml", "Houses.yml"),
        ("sub/flowres.yaml", str(Path("sub/flowers.yaml"))),
        ("mnits", "mnist"),
        ("configs/digit.yaml", "digits"),
    ],
)
def test_a_slip_in_a_name_is_told(written: str, meant: str) -> None:
    with pytest.raises(ConfigError) as raised:
        find(written)
    told = f"{written}: no such file, and no shipped configuration of that name; did you mean '{meant}'?"
    assert str(raised.value) == told


@pytest.mark.parametrize("written", ["note.txt", "gone/flowers.yaml", "", "a\0b", "x" * 5000])
def test_where_nothing_is_near_all_shipped_ones_are_named(written: str) -> None:
    with pytest.raises(ConfigError, match="expected one of: and, deep_sigmoid, digits"):
        find(written)


def test_a_file_goes_before_a_shipped_name() -> None:
    Path("mnist").touch()
    assert find("mnist") == Path("mnist")
    assert find("digits").name == "digits.yaml"
