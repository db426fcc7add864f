"""`dnnctl data`: what it prints, in which form, with which exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from dnnctl import plugins
from dnnctl.cli.commands.data import command
from dnnctl.errors import DnnctlError

NAMES = plugins.names("dnnctl.datasets.sources")


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DNNCTL_DATA_DIR", "DNNCTL_CACHE_DIR", "KERAS_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))


def data(*arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments)
    if isinstance(result.exception, DnnctlError):
        return result
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_list_has_a_line_a_data_set_and_says_how_to_get_them() -> None:
    result = data("list")
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert tuple(line.split()[0] for line in lines[1:]) == NAMES
    assert lines[0].split() == ["name", "task", "rows", "shape", "classes", "where"]
    assert any(line.startswith("fashion_mnist") and line.endswith("not here") for line in lines)
    assert any(line.startswith("logic_gate") and line.endswith("built in") for line in lines)
    assert "dnnctl data fetch NAME" in result.stderr


def test_list_never_breaks_a_line_in_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("long[red]" * 20)
    folder = long / "sign-language-mnist"
    folder.mkdir(parents=True)
    for part in ("train", "test"):
        (folder / f"sign_mnist_{part}.csv").touch()
    monkeypatch.setenv("DNNCTL_DATA_DIR", str(long))
    monkeypatch.setenv("COLUMNS", "40")
    lines = data("list").stdout.splitlines()

    assert len(lines) == 1 + len(NAMES)
    assert any(line.endswith(str(folder)) for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_list_as_json() -> None:
    entries = json.loads(data("list", "--json").stdout)

    assert tuple(entry["name"] for entry in entries) == NAMES
    assert {entry["name"]: entry["found"] for entry in entries}["mnist"] is None


def test_info_counts_classes_and_ranges() -> None:
    text = data("info", "digits").stdout

    assert "rows     train 1,797" in text
    assert "inputs   train 0 to 16" in text
    assert "CC BY 4.0" in text
    assert "    3  3        183" in text.splitlines()


def test_info_as_json() -> None:
    facts = json.loads(data("info", "height-weight", "--json").stdout)

    assert facts["rows"] == {"train": 10, "test": 10}
    assert facts["x_range"]["train"] == [61.0, 92.0]
    assert facts["y_range"]["test"] == [160.0, 192.0]
    assert facts["feature_units"] == ["kg"]
    assert len(facts["digests"]["inputs"]) == 64
    counts = json.loads(data("info", "logic_gate", "--json").stdout)["class_counts"]
    assert counts == {"train": {"0": 2, "1": 2}, "test": {"0": 2, "1": 2}}


def test_info_of_what_is_not_here_downloads_nothing_and_is_no_failure() -> None:
    result = data("info", "mnist")

    assert result.exit_code == 0
    assert "not here: dnnctl data fetch mnist" in result.stdout
    assert json.loads(data("info", "mnist", "--json").stdout)["found"] is None


def test_fetch_says_where_it_is_and_that_it_is_whole() -> None:
    assert data("fetch", "logic_gate").stdout == "logic_gate: whole, built in\n"


def test_fetch_of_what_needs_an_account_says_how() -> None:
    error = data("fetch", "sign_language_mnist").exception

    assert "https://www.kaggle.com/datasets/datamunge/sign-language-mnist" in str(error)


def test_fetch_downloads_into_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dnnctl.datasets.published import image_set

    def fetch(target: Path, urls, check, limit, progress) -> str:
        progress(target.name, 1, 2)
        progress(target.name, 2, 2)
        raise image_set.DataError("no network")

    monkeypatch.setattr(image_set, "fetch", fetch)
    result = data("fetch", "fashion_mnist")

    assert result.stderr == "downloading train-images-idx3-ubyte.gz\n"
    assert "download: no network" in str(result.exception)


@pytest.mark.parametrize("name", ["digits", "height_weight", "logic_gate"])
def test_show_draws_into_the_current_folder(name: str, tmp_path: Path) -> None:
    assert data("show", name).stdout == f"{name}.png\n"
    with Image.open(tmp_path / f"{name}.png") as picture:
        assert min(picture.size) > 400
        assert len(picture.convert("L").getcolors() or []) > 10


def test_show_draws_where_it_is_told(tmp_path: Path) -> None:
    data("show", "logic_gate", "--output", "gate.svg")

    assert "<svg" in (tmp_path / "gate.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("info", "mnsit"), "unknown data set 'mnsit'; did you mean 'mnist'?"),
        (("show", "fmnist"), "did you mean 'fashion_mnist'?"),
        (("info", "logic_gate", "--path", "."), "logic_gate reads no files of yours; expected no path"),
        (
            ("show", "digits", "-o", "digits.doc"),
            "digits.doc: expected a name that ends in one of .png, .svg",
        ),
        (("show", "digits", "-o", "no/such.png"), "no/such.png: cannot be written"),
        (("info", "mnist", "--path", "gone", "--json"), "gone (the path given): does not exist"),
        (("show", "mnist", "--path", "gone"), "gone (the path given): does not exist"),
    ],
)
def test_mistakes_are_told_in_one_message(arguments: tuple[str, ...], problem: str) -> None:
    error = data(*arguments).exception

    assert isinstance(error, DnnctlError)
    assert problem in str(error)


def test_the_real_command_has_the_status_of_the_design() -> None:
    run = [sys.executable, "-m", "dnnctl", "data"]
    unknown = subprocess.run([*run, "info", "mnsit"], capture_output=True, text=True, check=False)
    absent = subprocess.run([*run, "fetch", "sign_language_mnist"], capture_output=True, text=True, check=False)

    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr == "error: unknown data set 'mnsit'; did you mean 'mnist'?\n"
    assert absent.returncode == 1
    assert "Traceback" not in absent.stderr


def test_help_has_an_example_for_each_command_and_imports_nothing_heavy() -> None:
    for name, inner in command.commands.items():
        assert inner.epilog == f"Example: dnnctl data {name}" or f"dnnctl data {name} " in str(inner.epilog)
        assert inner.help
    code = (
        "import sys\nfrom dnnctl.cli.commands.data import command\n"
        "print([m for m in ('numpy', 'pydantic', 'rich', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"


def test_show_draws_what_augmentation_does(tmp_path: Path) -> None:
    settings = ("--set", "data.augment.rotate=20", "--set", "data.limit=50")
    assert data("show", "digits", "--augmented", *settings).stdout == "digits-augmented.png\n"
    first = (tmp_path / "digits-augmented.png").read_bytes()
    assert data("show", "digits", "--augmented", "-o", "other.png", *settings, "--set", "seed=3").exit_code == 0
    assert (tmp_path / "other.png").read_bytes() != first


def test_show_says_how_to_ask_for_augmentation() -> None:
    error = data("show", "digits", "--augmented").exception

    assert "digits.yaml: asks for no augmentation" in str(error)
    assert "`overrides`=data.augment.shift=0.1" in str(error)
    error = data("show", "height_weight", "--augmented").exception
    assert "only pictures can be augmented" in str(error)
    assert "overrides" not in str(error)


@pytest.mark.parametrize("engine", ["keras", "numpy"])
def test_pipeline_shows_stages_and_rates(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.experiments.data.pipeline.SECONDS", 0.05)
    settings = ("--set", f"engine={engine}", "--set", "data.limit=100", "--set", "data.augment.shift=0.1")
    told = data("pipeline", "digits", *settings).stdout
    assert told.startswith(f"digits, {engine} engine: 90 training rows in 3 batches of 32 an epoch\n")
    names = {line.split()[0] for line in told.splitlines() if line.startswith("  ") and "(" in line}
    assert names >= ({"Range", "Prefetch", "slice"} if engine == "keras" else {"gather", "prepare"})
    found = json.loads(data("pipeline", "digits", *settings, "--json").stdout)
    assert found["stages"][-1]["elements"]["y"] == "int32 (32,)"
    assert min(found["alone"], found["training"]) > 0
    assert 0 <= found["waiting"] <= 1
