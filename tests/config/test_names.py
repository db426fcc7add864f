"""Names of runs, in letters of any script, and names after files."""

import unicodedata
from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.config.names import is_name, name_of
from dnnctl.errors import ConfigError


@pytest.mark.parametrize(
    "name",
    ["a", "7", "실험", "실험-2.b_c", "größe", "Проба", "试验", "テスト", "αβγ", "हिन्दी", "ไทย", "가" * 64, "𠀀" * 60],
)
def test_letters_of_any_script_are_names(name: str) -> None:
    assert is_name(name)
    assert load({"data": {"dataset": "digits"}, "name": name}).config.name == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name", ["", "가" * 65, "𠀀" * 61, "가 나", "가/나", "가.", "-가", "가\u200b", "가\u202e", "①", "nul", "latest"]
)
def test_other_texts_are_none(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ConfigError, match=r"expected 1 to 64 letters|meaning of its own"):
        load({"data": {"dataset": "digits"}, "name": name or "."})


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("이름", "이름"),
        ("my net", "my-net"),
        ("내 자료 (1)", "내-자료-1"),
        ("...", "run"),
        ("con", "run"),
        ("(가)", "가"),
        ("a" * 100, "a" * 64),
        ("𠀀" * 64, "𠀀" * 60),
        ("\udce9", "run"),
        (unicodedata.normalize("NFD", "실험é"), "실험é"),
    ],
)
def test_a_run_is_named_after_its_file(file: str, name: str) -> None:
    assert name_of(file) == name


def test_names_that_are_stored_apart_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = unicodedata.normalize("NFD", "실험")
    folder = tmp_path / unicodedata.normalize("NFD", "자료é")
    folder.mkdir()
    (folder / f"{apart}.csv").write_text("x,y\n" + "".join(f"{i},{i % 3}.5\n" for i in range(30)), encoding="utf-8")
    (tmp_path / f"{apart}.yaml").write_text("data: {csv: {path: 자료é/실험.csv, target: y}}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    loaded = load("실험.yaml")
    assert loaded.config.name == "실험"
    assert loaded.config.data.csv is not None
    assert loaded.config.data.csv.path == str(folder / f"{apart}.csv")
