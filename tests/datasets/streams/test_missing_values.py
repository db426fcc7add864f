"""Empty cells of rows that stay in their files: refused, dropped or filled as in memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnctl.config.schema import DataConfig
from dnnctl.data.encoding import fit_encoding
from dnnctl.data.fitting import encode, fit, split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.samples import held
from dnnctl.errors import DataError

ROWS = 2000
DRAW = np.random.default_rng(8)


def table(target_gaps: bool = False) -> pa.Table:
    number = DRAW.normal(50, 9, ROWS).astype(np.float32)
    kind = DRAW.choice(["a", "b", "c"], ROWS)
    gap = DRAW.random((3, ROWS)) < 0.05
    label = np.array(["n", "y"])[(number > 50).astype(int)]
    return pa.table(
        {
            "number": pa.array(number, mask=gap[0]),
            "kind": pa.array(kind, mask=gap[1]),
            "flag": pa.array(DRAW.random(ROWS) < 0.5, mask=gap[2]),
            "y": pa.array(label, mask=(DRAW.random(ROWS) < 0.1) & target_gaps),
        }
    )


def parquet(folder: Path, rows: pa.Table) -> dict[str, Any]:
    pq.write_table(rows, folder / "t.parquet", row_group_size=300)
    return {"parquet": {"path": str(folder / "t.parquet")}}


def csv(folder: Path, rows: pa.Table) -> dict[str, Any]:
    rows.to_pandas().to_csv(folder / "t.csv", index=False)
    return {"csv": {"path": str(folder / "t.csv")}}


@pytest.fixture(params=[parquet, csv])
def write(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[pa.Table], Any]:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("dnnctl.datasets.streams.text.PIECE", 5_000)
    return lambda rows: request.param(tmp_path, rows)


def read(written: dict[str, Any], missing: str, *, stream: bool) -> tuple[Dataset, DataConfig]:
    ((key, options),) = written.items()
    config = DataConfig.model_validate({key: {**options, "target": "y", "missing": missing, "stream": stream}})
    return reading.read(config.source, Places()), config


def encoded(dataset: Dataset, config: DataConfig) -> Any:
    return encode(dataset, split_as(dataset, config))


@pytest.mark.parametrize("missing", ["drop", "impute"])
@pytest.mark.parametrize("target_gaps", [False, True])
def test_rows_left_and_fillings_are_those_in_memory(
    write: Callable[[pa.Table], Any], missing: str, target_gaps: bool
) -> None:
    written = write(table(target_gaps))
    held_, _ = read(written, missing, stream=False)
    streamed, config = read(written, missing, stream=True)
    ready, splits, encoding = encoded(streamed, config)
    fitted = fit(ready.info, splits.train, encoding)
    parts = [part for part in (splits.train, splits.validation, splits.test) if part is not None]

    assert sum(map(len, parts)) == len(held_.train)
    rows = held(held_.train)
    every = np.concatenate([np.concatenate([block.x for block in part.blocks(100)]) for part in parts])
    assert encoding is not None
    assert held_.table is not None
    assert not np.isnan(every).any()
    ours = {tuple(row) for row in every.tolist()}
    theirs = {tuple(row) for row in encoding.apply(Cells(held_.table.columns, rows.x)).tolist()}
    assert ours == theirs
    train = np.concatenate([block.x for block in splits.train.blocks(100)])
    scaled = encoding.scaled
    np.testing.assert_allclose(np.array(fitted.mean)[scaled], train[:, scaled].mean(axis=0, dtype=float), rtol=1e-6)
    np.testing.assert_allclose(np.array(fitted.std)[scaled], train[:, scaled].std(axis=0, dtype=float), rtol=1e-6)
    if missing == "impute":
        whole = fit_encoding(held_.table, rows.x)
        number = whole.columns[0].fill
        assert encoding.columns[0].fill == pytest.approx(number, abs=1)
        assert encoding.columns[1].fill == pytest.approx(whole.columns[1].fill, abs=0.02)


def test_an_empty_cell_is_an_error_that_names_column_and_place(write: Callable[[pa.Table], Any]) -> None:
    written = write(table())
    with pytest.raises(DataError, match=r"cells are empty: .*'number' \d+.*the first in .*`missing: impute`"):
        encoded(*read(written, "error", stream=True))


def test_a_target_that_is_empty_is_an_error(write: Callable[[pa.Table], Any]) -> None:
    rows = table(True)
    full = rows.drop(["number", "kind", "flag"]).append_column("x", pa.array(np.arange(ROWS)))
    with pytest.raises(DataError, match=r"cells are empty: 'y' \d+; the first in"):
        read(write(full), "error", stream=True)
