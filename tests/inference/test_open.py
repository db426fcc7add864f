"""Opening a run that is damaged, incomplete or hostile: one `RunError`, and nothing in it is executed."""

import io
import json
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hostile import Trap

from dnnctl.config.loading import load
from dnnctl.errors import RunError
from dnnctl.inference.open import open_run, read_weights
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunDirectory]:
    out = tmp_path_factory.mktemp("outputs")
    quick = ["engine=numpy", "training.epochs=1"]
    return {name: train(load(name, quick), out=out).run for name in ("digits", "height_weight")}


@pytest.fixture
def run(finished: dict[str, RunDirectory], tmp_path: Path) -> RunDirectory:
    """A copy of a run on height_weight, to be damaged."""
    return RunDirectory(Path(shutil.copytree(finished["height_weight"].path, tmp_path / "run")))


def failure(run: RunDirectory) -> str:
    with pytest.raises(RunError) as raised:
        read_weights(run, open_run(run).plan)
    return str(raised.value)


def weights(run: RunDirectory) -> dict[str, Any]:
    with np.load(run.weights) as stored:
        return dict(stored)


def test_a_whole_run_opens(run: RunDirectory) -> None:
    opened = open_run(run)
    stored = weights(run)
    read = read_weights(run, opened.plan)
    assert {name: array.shape for name, array in read.items()} == opened.plan.shapes
    assert all(np.array_equal(read[name], stored[name]) for name in stored)
    assert opened.network().scores(np.array([[75.0]])).shape == (1, 1)


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.9])
def test_cut_short(run: RunDirectory, kept: float) -> None:
    whole = run.weights.read_bytes()
    run.weights.write_bytes(whole[: int(len(whole) * kept) if kept < 1 else int(kept)])
    assert failure(run).startswith(f"{run.weights}: cannot be read as arrays")


@pytest.mark.parametrize("contents", [b"no archive\n", pickle.dumps([1]), b"\x93NUMPY\x01\x00"])
def test_no_archive(run: RunDirectory, contents: bytes) -> None:
    run.weights.write_bytes(contents)
    assert "cannot be read as arrays" in failure(run)


def test_a_single_array(run: RunDirectory) -> None:
    with run.weights.open("wb") as stream:
        np.save(stream, np.zeros(3))
    assert "cannot be read as arrays" in failure(run)


def test_a_damaged_byte(run: RunDirectory) -> None:
    whole = bytearray(run.weights.read_bytes())
    with zipfile.ZipFile(run.weights) as archive:
        first = archive.infolist()[0]
    whole[first.header_offset + 30 + len(first.filename) + 20 + first.file_size - 2] ^= 0xFF
    run.weights.write_bytes(whole)
    message = failure(run)
    assert message.startswith(f"{run.weights}: ")
    assert "damaged" in message


def test_pickled_objects_are_not_loaded(run: RunDirectory, tmp_path: Path) -> None:
    stored = weights(run)
    name = next(iter(stored))
    stored[name] = np.array([Trap(tmp_path / "sprung")], dtype=object)
    with run.weights.open("wb") as stream:
        np.savez(stream, **stored)
    assert f"{name}: holds Python objects, which are never loaded" in failure(run)
    assert not (tmp_path / "sprung").exists()


def test_names_of_another_network(run: RunDirectory) -> None:
    stored = weights(run)
    stored["dense_9/kernel"] = stored.pop("output/kernel")
    with run.weights.open("wb") as stream:
        np.savez(stream, **stored)
    assert "not in both: dense_9/kernel, output/kernel" in failure(run)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((2, 1), "float32"), np.zeros((1, 1), "int64"), np.zeros((1, 1), "complex64"), np.array([["x"]])],
)
def test_wrong_shape_or_type(run: RunDirectory, wrong: Any) -> None:
    stored = weights(run)
    with run.weights.open("wb") as stream:
        np.savez(stream, **{**stored, "output/kernel": wrong})
    message = failure(run)
    assert f"output/kernel: expected floating point numbers of shape (1, 1); received {wrong.dtype}" in message


def test_a_header_that_claims_more_than_there_is(run: RunDirectory) -> None:
    with zipfile.ZipFile(run.weights, "w") as archive:
        for name, claimed in (("output/kernel", 10**12), ("output/bias", 1)):
            header = io.BytesIO()
            shape = (claimed, 1) if name == "output/kernel" else (1,)
            np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
            archive.writestr(f"{name}.npy", header.getvalue())
    assert "expected floating point numbers of shape (1, 1)" in failure(run)


@pytest.mark.parametrize("name", ["manifest.json", "config.yaml", "preprocessing.json", "weights.npz"])
def test_a_missing_file(run: RunDirectory, name: str) -> None:
    (run.path / name).unlink()
    assert str(run.path) in failure(run)


def test_a_finished_run_without_weights_is_no_longer_whole(run: RunDirectory) -> None:
    run.weights.unlink()
    assert failure(run) == f"{run.weights}: no such file, although the training is done. Restore it, or train again"


def test_a_run_that_failed_has_no_weights(run: RunDirectory) -> None:
    run.weights.unlink()
    manifest = json.loads(run.manifest.read_text())
    run.manifest.write_text(json.dumps({**manifest, "state": "failed"}))
    assert f"it is 'failed'. Go on with: dnnctl.resume('{run.path}')" in failure(run)


@pytest.mark.parametrize("network", [{"architecture": "0" * 64}, {}, None, []])
def test_manifest_and_configuration_disagree(run: RunDirectory, network: Any) -> None:
    manifest = json.loads(run.manifest.read_text())
    run.manifest.write_text(json.dumps({**manifest, "network": network}))
    assert "manifest.json and config.yaml describe different networks" in failure(run)


def test_another_network_in_the_configuration(run: RunDirectory) -> None:
    config = yaml.safe_load(run.config.read_text())
    config["model"]["layers"] = [{"dense": 2_000_000_000}]
    run.config.write_text(yaml.safe_dump(config))
    assert str(run.path) in failure(run)


@pytest.mark.parametrize(
    "text", ["", "nonsense: [", "data: {dataset: nothing}", "- 1", "!!python/object/apply:os.getcwd []"]
)
def test_an_unusable_configuration(run: RunDirectory, text: str) -> None:
    run.config.write_text(text)
    assert "its configuration cannot be used" in failure(run)


@pytest.mark.parametrize(
    "change",
    [
        {"mean": ["1"]},
        {"mean": []},
        {"mean": 3},
        {"std": [0.0]},
        {"std": [True]},
        {"target_mean": [1.0, 2.0]},
        {"target_std": [1e400]},
        {"input_shape": [2]},
        {"divisor": 255.0},
        {"ground": 0.5},
        {"unheard_of": 1},
    ],
)
def test_statistics_that_do_not_fit(run: RunDirectory, change: dict[str, Any]) -> None:
    stored = json.loads(run.preprocessing.read_text())
    run.preprocessing.write_text(json.dumps({**stored, **change}))
    assert "preprocessing.json" in failure(run)


@pytest.mark.parametrize("name", ["manifest.json", "preprocessing.json"])
@pytest.mark.parametrize("contents", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_json_that_is_none(run: RunDirectory, name: str, contents: bytes) -> None:
    (run.path / name).write_bytes(contents)
    assert name in failure(run)


def test_statistics_of_images(finished: dict[str, RunDirectory], tmp_path: Path) -> None:
    run = RunDirectory(Path(shutil.copytree(finished["digits"].path, tmp_path / "images")))
    stored = json.loads(run.preprocessing.read_text())
    assert open_run(run).preprocessing.divisor == 16
    for change in ({"divisor": None}, {"divisor": 0}, {"mean": [0.0] * 64, "std": [1.0] * 64}, {"ground": "x"}):
        run.preprocessing.write_text(json.dumps({**stored, **change}))
        assert "preprocessing.json" in failure(run)
