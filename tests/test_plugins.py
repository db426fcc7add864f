"""Plugins are found by their file names, and nothing else can be loaded."""

import sys
from pathlib import Path

import pytest

from dnnctl import plugins
from dnnctl.errors import UsageError
from dnnctl.network.initializers import INITIALIZERS
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.losses.base import LOSSES
from dnnctl.network.optimizers.base import OPTIMIZERS


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "plugged_in"
    (folder / "parts").mkdir(parents=True)
    for name in ("__init__", "base", "_hidden", "relu", "leaky_relu", "broken", "parts/__init__", "parts/inner"):
        (folder / f"{name}.py").write_text("raise RuntimeError('imported')" if name == "broken" else "value = 1\n")
    (folder / "notes.txt").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield "plugged_in"
    for name in [name for name in sys.modules if name.partition(".")[0] == "plugged_in"]:
        del sys.modules[name]
    plugins.names.cache_clear()


def test_names_are_files_and_none_is_imported(package: str) -> None:
    assert plugins.names(package) == ("broken", "leaky_relu", "relu")
    assert f"{package}.broken" not in sys.modules
    assert plugins.load(package, "relu").value == 1


@pytest.mark.parametrize(
    "name", ["base", "_hidden", "parts", "parts.inner", "__init__", "..plugins", "os", "", "notes"]
)
def test_nothing_else_can_be_loaded(package: str, name: str) -> None:
    before = set(sys.modules)
    with pytest.raises(UsageError, match="unknown name in plugged_in"):
        plugins.load(package, name)
    assert set(sys.modules) == before


def test_the_nearest_name_is_told(package: str) -> None:
    with pytest.raises(UsageError, match=r"unknown name in plugged_in: 'leakyrelu'; did you mean 'leaky_relu'\?"):
        plugins.load(package, "leakyrelu")


@pytest.mark.parametrize("package", ["dnnctl.nothing", "dnnctl.plugins"])
def test_what_is_no_package(package: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        plugins.names(package)


@pytest.mark.parametrize(
    ("received", "hint"),
    [
        ("Batch-Normalization", "; did you mean 'batch_normalization'?"),
        ("batchnormalization", "; did you mean 'batch_normalization'?"),
        ("RELU", "; did you mean 'relu'?"),
        ("zzz", "; expected one of: relu, batch_normalization"),
    ],
)
def test_suggestions(received: str, hint: str) -> None:
    assert plugins.suggestion(received, ("relu", "batch_normalization")) == hint


def test_nothing_to_suggest() -> None:
    assert plugins.suggestion("relu", ()) == ""


def test_other_tools_words_lead_to_a_name_and_are_none_themselves() -> None:
    known = {name for catalog in (LAYERS, LOSSES, OPTIMIZERS, INITIALIZERS) for name in catalog.names()}
    assert not known & plugins.SYNONYMS.keys()
    for word, meant in (("silu", "swish"), ("mse", "mean_squared_error"), ("xavier", "glorot_uniform")):
        assert plugins.nearest(word, known) == meant


@pytest.mark.parametrize(
    ("received", "meant"),
    [
        ("Heigth", "Height"),
        ("wieght", "Weight"),
        ("Gendr", "Gender"),
        ("hegiht", "Height"),
        ("HEIGHT", "Height"),
        ("Wight", "Weight"),
        ("nothing alike", None),
    ],
)
def test_letters_that_changed_places_are_one_slip(received: str, meant: str | None) -> None:
    assert plugins.nearest(received, ("Gender", "Weight", "Height")) == meant


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("ca", "abc", 3), ("kitten", "sitting", 3)],
)
def test_slips_of_the_fingers_are_counted(first: str, second: str, count: int) -> None:
    assert plugins.slips(first, second) == plugins.slips(second, first) == count
