"""A table that stays in its files is checked as one in memory is."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnctl.config.loading import load
from dnnctl.datasets import read as reading
from dnnctl.datasets.parts.places import default_places
from dnnctl.experiments.data.check import check_data
from dnnctl.experiments.data.finding import Check


@pytest.fixture
def config(tmp_path: Path) -> Path:
    draw = np.random.default_rng(1)
    size, far = draw.normal(5, 1, 3000), draw.normal(size=3000)
    far[7] = 400.0
    kind = np.array([f"k{i}" for i in range(900)])[draw.integers(0, 900, 3000)]
    table = {"size": size, "far": far, "same": np.ones(3000), "kind": kind, "y": np.where(size > 5, "big", "small")}
    table = {name: np.concatenate([cells, cells[:600]]) for name, cells in table.items()}
    cells = {name: pa.array(column) for name, column in table.items()}
    cells["size"] = pa.array(table["size"], mask=draw.random(3600) < 0.1)
    pq.write_table(pa.table(cells), tmp_path / "t.parquet", row_group_size=250)
    (tmp_path / "t.yaml").write_text("data: {parquet: {path: t.parquet, target: y, missing: impute}}\n")
    return tmp_path / "t.yaml"


def checked(config: Path, *, stream: bool) -> dict[str, Check]:
    loaded = load(config, [f"data.parquet.stream={str(stream).lower()}", "data.parquet.min_count=10"])
    dataset = reading.read(loaded.config.data.source, default_places())
    return {check.code: check for check in check_data(loaded, dataset)}


def test_a_stream_is_found_fault_with_as_rows_in_memory(config: Path) -> None:
    one, other = checked(config, stream=False), checked(config, stream=True)
    assert {code: check.status for code, check in other.items()} == {code: check.status for code, check in one.items()}
    assert other["missing_values"].status == "warned"
    assert "'far' have values more than 20 standard deviations off" in other["value_range"].finding
    assert "same" in other["constant_column"].finding
    assert "training rows" in other["duplicate_rows"].finding
    assert other["train_test_overlap"].status == "warned"


def test_what_a_sample_lacks_is_found_in_the_pass_over_all_rows(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.datasets.samples.SAMPLE", 60)
    found = checked(config, stream=True)
    assert "'far' have values more than 20 standard deviations off" in found["value_range"].finding
    assert found["missing_values"].finding.startswith("of 2,5")
