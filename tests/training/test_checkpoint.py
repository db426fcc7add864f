"""The file that a resume starts from: read back exactly, and never believed if it is damaged or forged."""

import io
import json
import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.errors import RunError
from dnnctl.training import checkpoint as module
from dnnctl.training.checkpoint import Checkpoint, CheckpointMeta, read_checkpoint, write_checkpoint
from dnnctl.training.early_stopping import BestState, PlateauState


def example(**changes: Any) -> Checkpoint:
    values: dict[str, Any] = {
        "config": {"seed": 1},
        "optimizer_steps": 7,
        "epoch": 1,
        "done": 2,
        "seconds": 0.25,
        "early_stopping": BestState(value=math.nan, epoch=0, waited=1),
        "plateau": PlateauState(best=None, cooling=0, factor=0.1),
        "history": [{"epoch": 1, "loss": 0.1 + 0.2}],
        "layers": [{"epoch": 1, "layer": "dense_1", "mean": 1e-300}],
    }
    arrays = {
        "engine/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
        "engine/steps": np.array(7, np.int64),
        "best/kernel": np.full((2, 3), np.float32(1) / 3),
    }
    return Checkpoint(CheckpointMeta(**{**values, **changes}), arrays)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.npz"
    write_checkpoint(path, example())
    return path


def test_it_is_read_back_to_the_last_bit(path: Path) -> None:
    written, read = example(), read_checkpoint(path)
    assert list(read.arrays) == list(written.arrays)
    for name, array in written.arrays.items():
        assert (read.arrays[name].dtype, read.arrays[name].tobytes()) == (array.dtype, array.tobytes())
    assert list(read.under("engine")) == ["kernel", "steps"]
    before, after = written.meta.model_dump(), read.meta.model_dump()
    assert math.isnan(before["early_stopping"].pop("value"))
    assert math.isnan(after["early_stopping"].pop("value"))
    assert before == after
    assert type(read.meta.history[0]["epoch"]) is int


def test_the_same_state_is_the_same_file(path: Path) -> None:
    before = path.read_bytes()
    write_checkpoint(path, example())
    assert path.read_bytes() == before


def test_no_byte_of_it_can_change_unseen(path: Path) -> None:
    whole, expected = path.read_bytes(), read_checkpoint(path)
    found = 0
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x40]) + whole[position + 1 :])
        try:
            read = read_checkpoint(path)
        except RunError:
            found += 1
        else:
            # Times and attributes of the archive's members carry nothing.
            assert all(np.array_equal(read.arrays[name], array) for name, array in expected.arrays.items())
            assert read.meta.history == expected.meta.history
    assert found > len(whole) / 7 / 2


@pytest.mark.parametrize("length", [0, 1, 100, 1000, -1])
def test_it_cannot_be_cut_short_unseen(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(RunError, match="the checkpoint is damaged"):
        read_checkpoint(path)


def forged(path: Path, **members: Any) -> None:
    """Write a file whose digest is right."""
    arrays = {name: np.asarray(value) for name, value in members.items()}
    np.savez(path, **{module.DIGEST: module._digest(arrays), **arrays})


def meta(**changes: Any) -> Any:
    values = {**example().meta.model_dump(by_alias=True), **changes}
    return np.frombuffer(json.dumps(values).encode(), np.uint8)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 1}, "expected a checkpoint of format 2; received '1'"),
        ({"format": None}, "expected a checkpoint of format 2"),
        ({"epoch": -1}, "not one that dnnctl wrote"),
        ({"epoch": "1"}, "not one that dnnctl wrote"),
        ({"history": [["epoch"]]}, "not one that dnnctl wrote"),
        ({"more": 1}, "not one that dnnctl wrote"),
        ({"reduce_on_plateau": {"best": None, "cooldown_left": 0, "factor": 2}}, "not one that dnnctl wrote"),
    ],
)
def test_values_that_do_not_fit_are_refused(path: Path, changes: dict[str, Any], said: str) -> None:
    forged(path, meta=meta(**changes))
    with pytest.raises(RunError, match=said):
        read_checkpoint(path)


def test_what_is_no_checkpoint_is_refused(path: Path, tmp_path: Path) -> None:
    for text in (b"[]", b"{", b"\xff", b"[" * 100_000):
        forged(path, meta=np.frombuffer(text, np.uint8))
        with pytest.raises(RunError, match="not one that dnnctl wrote"):
            read_checkpoint(path)
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(RunError, match="the checkpoint is damaged"):
        read_checkpoint(path)
    with pytest.raises(RunError, match="no such file"):
        read_checkpoint(tmp_path / "gone.npz")


def test_nothing_is_unpickled_or_inflated(path: Path) -> None:
    np.savez(path, meta=np.array([{"a": 1}], dtype=object))
    with pytest.raises(RunError, match="Python objects"):
        read_checkpoint(path)
    np.savez_compressed(path, meta=np.zeros(1_000_000, np.uint8))
    with pytest.raises(RunError, match="is damaged: "):
        read_checkpoint(path)
    claims = io.BytesIO()
    np.lib.format.write_array_header_1_0(claims, {"descr": "<f4", "fortran_order": False, "shape": (1 << 28,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("meta.npy", claims.getvalue())
    with pytest.raises(RunError, match="is cut short"):
        read_checkpoint(path)


@pytest.mark.parametrize("wrong", ["U3", "S3", "M8[s]", "m8[s]", "c8", "?", [("a", "<f4")]])
def test_what_is_no_real_number_is_refused(path: Path, wrong: Any) -> None:
    np.savez(path, digest=np.zeros(32, np.uint8), meta=meta(), more=np.zeros(3, wrong))
    with pytest.raises(RunError, match="is damaged: expected real numbers; received "):
        read_checkpoint(path)


def test_it_is_a_regular_file_inside_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "checkpoint"
    folder.mkdir(parents=True)
    write_checkpoint(tmp_path / "other.npz", example())
    path = folder / "state.npz"
    path.symlink_to(tmp_path / "other.npz")
    with pytest.raises(RunError, match=r"received a symbolic link to .*other\.npz, which is outside"):
        read_checkpoint(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunError, match="expected a regular file; received a directory, pipe or device"):
        read_checkpoint(path)
