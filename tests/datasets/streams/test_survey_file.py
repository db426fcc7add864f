"""A survey is made once for the same files and splits, and again when anything of them has changed."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnctl.config.schema import DataConfig
from dnnctl.data.fitting import encode, fit, split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Places
from dnnctl.datasets.streams import surveyor


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[object]:
    """Count the passes over the rows."""
    made: list[object] = []
    original = surveyor.survey
    monkeypatch.setattr(surveyor, "survey", lambda *given: (made.append(given), original(*given))[1])
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    return made


def write(path: Path, seed: int = 0) -> None:
    draw = np.random.default_rng(seed)
    x, kind = draw.normal(size=900), draw.choice(["a", "b"], 900)
    pq.write_table(pa.table({"x": x, "kind": kind, "y": draw.normal(size=900)}), path, row_group_size=200)


def fitted(path: Path, **settings: Any) -> Any:
    config = DataConfig.model_validate({"parquet": {"path": str(path), "target": "y", "stream": True}, **settings})
    dataset = reading.read(config.source, Places())
    ready, splits, encoding = encode(dataset, split_as(dataset, config))
    return fit(ready.info, splits.train, encoding)


def test_the_same_files_and_splits_are_gone_through_once(passes: list[object], tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path)
    first = fitted(path)
    assert fitted(path) == first
    assert len(passes) == 1
    assert fitted(path, split_seed=1) != first
    assert len(passes) == 2
    os.utime(path, ns=(1, 1))
    assert fitted(path) == first
    assert len(passes) == 3
    write(path, seed=1)
    assert fitted(path) != first
    assert len(passes) == 4


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 and no more"])
def test_a_damaged_file_is_written_anew(passes: list[object], tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "t.parquet"
    write(path)
    first = fitted(path)
    (stored,) = (tmp_path / "cache" / "streams").glob("*.npz")
    stored.write_bytes(damage)
    assert fitted(path) == first
    assert len(passes) == 2


def test_where_nothing_can_be_kept_it_is_made_each_time(
    passes: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.parquet"
    write(path)
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert fitted(path) == fitted(path)
    assert len(passes) == 2
