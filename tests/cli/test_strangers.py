"""Runs from strangers, through every command that reads one: one clear error, nothing is executed, nothing hangs."""

import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import Trap
from stored import arrays, rewrite

from dnnctl.config.loading import load
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train

Run = Callable[..., Any]
Attack = Callable[[RunDirectory, Path], None]
CONTROL = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    loaded = load("height_weight", ["engine=numpy", "training.epochs=1"])
    return train(loaded, out=tmp_path_factory.mktemp("outputs")).run.path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> RunDirectory:
    return RunDirectory(Path(shutil.copytree(finished, tmp_path / "run")))


def save(run: RunDirectory, **changed: Any) -> None:
    stored = {**arrays(run.weights), **changed}
    with run.weights.open("wb") as stream:
        np.savez(stream, **stored)


def a_pickled_array(run: RunDirectory, sprung: Path) -> None:
    save(run, **{"output/kernel": np.array([[Trap(sprung)]], dtype=object)})


def a_pickle(run: RunDirectory, sprung: Path) -> None:
    run.weights.write_bytes(pickle.dumps(Trap(sprung)))


def hdf5_with_an_external_link(run: RunDirectory, sprung: Path) -> None:
    import h5py

    secret = run.path.parent / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["kernel"] = np.ones((1, 1), "float32")
    run.weights.unlink()
    with h5py.File(run.weights, "w") as file:
        file["output/kernel"] = h5py.ExternalLink(str(secret), "kernel")


def weights_of_other_names(run: RunDirectory, sprung: Path) -> None:
    save(run, **{"output/\x1b[31mkernel": np.ones((1, 1), "float32")})


def a_weight_that_stands_there_twice(run: RunDirectory, sprung: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(run.weights, "a") as archive:
        archive.writestr("output/kernel.npy", archive.read("output/kernel.npy"))


def a_weight_of_another_shape(run: RunDirectory, sprung: Path) -> None:
    save(run, **{"output/kernel": np.ones((7, 1), "float32")})


def whole_numbers(run: RunDirectory, sprung: Path) -> None:
    save(run, **{"output/kernel": np.ones((1, 1), "int64")})


def a_weight_that_is_no_number(run: RunDirectory, sprung: Path) -> None:
    save(run, **{"output/kernel": np.full((1, 1), np.nan, "float32")})


def a_weight_too_large_for_32_bits(run: RunDirectory, sprung: Path) -> None:
    save(run, **{"output/kernel": np.full((1, 1), 1e300)})


def a_zip_bomb(run: RunDirectory, sprung: Path) -> None:
    with zipfile.ZipFile(run.weights, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("output/kernel", "output/bias"):
            with archive.open(f"{name}.npy", "w") as stream:
                np.lib.format.write_array_header_1_0(
                    stream, {"descr": "<f4", "fortran_order": False, "shape": (1, 1) if "kernel" in name else (1,)}
                )
                stream.write(bytes(1 << 22))


def an_archive_larger_than_the_network(run: RunDirectory, sprung: Path) -> None:
    with run.weights.open("r+b") as stream:
        stream.truncate(16 * 1024**2)


def another_network_in_the_manifest(run: RunDirectory, sprung: Path) -> None:
    rewrite(run, network={"architecture": "\u202e" + "0" * 63})


def another_network_in_the_configuration(run: RunDirectory, sprung: Path) -> None:
    run.config.write_text(run.config.read_text().replace("layers: []", "layers: [{dense: 3}]"))


def code_in_the_configuration(run: RunDirectory, sprung: Path) -> None:
    run.config.write_text(f"name: !!python/object/apply:os.mknod ['{sprung}']\n{run.config.read_text()}")


def escape_codes_in_the_configuration(run: RunDirectory, sprung: Path) -> None:
    run.config.write_text('name: "\\e]0;owned\\a\\u202e"\n"\\e[2J": 1\n' + run.config.read_text())


def huge_json(run: RunDirectory, sprung: Path) -> None:
    run.manifest.write_text("[" + "[]," * 6_000_000 + "[]]")


def deep_json(run: RunDirectory, sprung: Path) -> None:
    run.preprocessing.write_text("[" * 200_000)


def a_statistic_with_400_digits(run: RunDirectory, sprung: Path) -> None:
    stored = json.loads(run.preprocessing.read_text())
    run.preprocessing.write_text(json.dumps({**stored, "mean": [10**400]}))


def a_link_out(name: str) -> Attack:
    def attack(run: RunDirectory, sprung: Path) -> None:
        shutil.move(run.path / name, run.path.parent / name)
        (run.path / name).symlink_to(run.path.parent / name)

    attack.__name__ = f"{name}_is_a_link_out"
    return attack


def a_pipe(name: str) -> Attack:
    def attack(run: RunDirectory, sprung: Path) -> None:
        (run.path / name).unlink()
        os.mkfifo(run.path / name)

    attack.__name__ = f"{name}_is_a_pipe"
    return attack


def missing(name: str) -> Attack:
    def attack(run: RunDirectory, sprung: Path) -> None:
        (run.path / name).unlink()

    attack.__name__ = f"{name}_is_missing"
    return attack


PARTS = ("manifest.json", "config.yaml", "preprocessing.json", "weights.npz")
ATTACKS: list[Attack] = [
    a_pickled_array,
    a_pickle,
    hdf5_with_an_external_link,
    weights_of_other_names,
    a_weight_that_stands_there_twice,
    a_weight_of_another_shape,
    whole_numbers,
    a_weight_that_is_no_number,
    a_weight_too_large_for_32_bits,
    a_zip_bomb,
    an_archive_larger_than_the_network,
    another_network_in_the_manifest,
    another_network_in_the_configuration,
    code_in_the_configuration,
    escape_codes_in_the_configuration,
    huge_json,
    deep_json,
    a_statistic_with_400_digits,
    *(make(name) for name in PARTS for make in (a_link_out, a_pipe, missing)),
]
COMMANDS = {
    "predict": ("predict", "{run}", "--value", "75"),
    "evaluate": ("evaluate", "{run}"),
    "init-from": ("train", "height_weight", "--engine", "numpy", "--init-from", "{run}"),
    "reproduce": ("reproduce", "{run}"),
    "verify": ("runs", "verify", "{run}"),
}
# What a command has no reason to look at.
UNTOUCHED = {
    "init-from": {
        "another_network_in_the_manifest",
        "another_network_in_the_configuration",
        "code_in_the_configuration",
        "escape_codes_in_the_configuration",
        "huge_json",
        "deep_json",
        "a_statistic_with_400_digits",
        *(f"{name}_is_{what}" for name in PARTS[:3] for what in ("a_link_out", "a_pipe", "missing")),
    },
    "verify": {"another_network_in_the_manifest"},
}


CASES = [
    pytest.param(command, attack, id=f"{command}-{attack.__name__}")
    for command in COMMANDS
    for attack in ATTACKS
    if attack.__name__ not in UNTOUCHED.get(command, ())
]


@pytest.mark.parametrize(("command", "attack"), CASES)
def test_a_strangers_run(dnnctl: Run, run: RunDirectory, tmp_path: Path, command: str, attack: Attack) -> None:
    attack(run, tmp_path / "sprung")
    done = dnnctl(*(part.format(run=run.path) for part in COMMANDS[command]))
    assert done.status == 1, (done.out, done.err)
    if command != "verify":
        assert done.out == ""
        assert all(line.startswith("error: ") for line in done.err.splitlines())
    assert len(done.err.splitlines()) <= 3
    assert not CONTROL & set((done.out + done.err).replace("\n", ""))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("command", ["predict", "evaluate", "init-from", "reproduce"])
@pytest.mark.parametrize("kind", ["lambda", "pipe"])
def test_a_model_file_is_never_opened(dnnctl: Run, run: RunDirectory, tmp_path: Path, command: str, kind: str) -> None:
    if kind == "pipe":
        a_pipe("model.keras")(run, tmp_path)
    else:
        code = {"class_name": "__lambda__", "config": {"code": "import os; os.mknod('sprung')"}}
        layer = {"class_name": "Lambda", "module": "keras.layers", "config": {"function": code}}
        with zipfile.ZipFile(run.model, "w") as archive:
            archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}}))
    done = dnnctl(*(part.format(run=run.path) for part in COMMANDS[command]))
    assert done.status == 0, done.err
    assert not (tmp_path / "sprung").exists()


def test_what_a_strangers_manifest_says_is_printed_harmlessly(dnnctl: Run, run: RunDirectory) -> None:
    bad = "\x1b[2J\u202etxt\x9b"
    stored = json.loads(run.manifest.read_text())
    rewrite(run, state=bad, dnnctl=bad, init_from=None, files={**stored["files"], bad: bad, "../" + bad: "0" * 64})
    for command in ("predict", "evaluate", "verify", "reproduce"):
        done = dnnctl(*(part.format(run=run.path) for part in COMMANDS[command]))
        assert "\\x1b[2J\\u202etxt\\x9b" in done.out + done.err
        assert not CONTROL & set((done.out + done.err).replace("\n", ""))
    rewrite(run, state="done", init_from=bad)
    done = dnnctl("reproduce", run.path)
    assert "was started from the weights of \\x1b[2J" in done.err


def test_a_run_that_is_itself_a_link_may_be_read(dnnctl: Run, run: RunDirectory, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(run.path)
    run.weights.rename(run.path / "kept.npz")
    run.weights.symlink_to("kept.npz")
    assert dnnctl("predict", tmp_path / "link", "--value", "75").status == 0
    assert dnnctl("runs", "verify", tmp_path / "link").status == 0


def test_answers_that_are_not_finite_are_one_error(dnnctl: Run, run: RunDirectory) -> None:
    save(run, **{"output/kernel": np.full((1, 1), 3e38, "float32"), "output/bias": np.full((1,), 3e38, "float32")})
    done = dnnctl("evaluate", run.path)
    assert (done.status, done.out) == (1, "")
    assert "expected finite scores; received NaN or infinity" in done.err
    done = dnnctl("predict", run.path, "--value", "75", "--value", "1e30", "--format", "json")
    assert done.status == 0
    assert json.loads(done.out)["predictions"][1]["prediction"] is None


def test_a_figure_too_large_for_its_type_is_null_in_json(dnnctl: Run, run: RunDirectory) -> None:
    save(run, **{"output/kernel": np.full((1, 1), 1e25, "float32")})
    done = dnnctl("evaluate", run.path, "--json")
    assert done.status == 0
    assert json.loads(done.out, parse_constant=pytest.fail)["metrics"]["loss"] is None
