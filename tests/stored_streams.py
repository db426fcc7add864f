"""One table in every form in which rows stay in their files, read, split and prepared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dnnctl.config.schema import DataConfig
from dnnctl.data.fitting import encode, fit, split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places

ROWS = 3000
DRAW = np.random.default_rng(5)
NUMBER = DRAW.normal(size=ROWS).astype(np.float32)
COUNT = DRAW.integers(0, 50, ROWS)
KIND = np.array(["cat", "dog", "owl", "rare one"])[DRAW.choice(4, ROWS, p=[0.5, 0.3, 0.199, 0.001])]
FLAG = DRAW.random(ROWS) < 0.3
WHO = DRAW.integers(0, 200, ROWS)
LABEL = np.array(["no", "yes"])[((NUMBER + (KIND == "cat") + DRAW.normal(size=ROWS)) > 0.5).astype(int)]
SOURCES: dict[str, Callable[[Path], dict[str, Any]]] = {}


def source(make: Callable[[Path], dict[str, Any]]) -> Callable[[Path], dict[str, Any]]:
    SOURCES[make.__name__] = make
    return make


def table() -> pa.Table:
    return pa.table({"number": NUMBER, "count": COUNT, "kind": KIND, "flag": FLAG, "who": WHO, "y": LABEL})


@source
def parquet(folder: Path) -> dict[str, Any]:
    pq.write_table(table(), folder / "rows.parquet", row_group_size=500)
    return {"parquet": {"path": str(folder / "rows.parquet"), "target": "y"}}


@source
def parquet_partitions(folder: Path) -> dict[str, Any]:
    pq.write_to_dataset(table(), folder / "rows", partition_cols=["kind"])
    return {"parquet": {"path": str(folder / "rows"), "target": "y"}}


@source
def parquet_converted(folder: Path) -> dict[str, Any]:
    pq.write_table(table().sort_by("y"), folder / "rows.parquet", row_group_size=500)
    return {"parquet": {"path": str(folder / "rows.parquet"), "target": "y"}}


@source
def csv(folder: Path) -> dict[str, Any]:
    columns = map(np.ndarray.tolist, (NUMBER, COUNT, KIND, FLAG, WHO, LABEL))
    lines = (",".join(map(str, row)) for row in zip(*columns, strict=True))
    (folder / "rows.csv").write_text("number,count,kind,flag,who,y\n" + "\n".join(lines) + "\n")
    return {"csv": {"path": str(folder / "rows.csv"), "target": "y"}}


def read(written: dict[str, Any], *, stream: bool, **settings: Any) -> tuple[Dataset, DataConfig]:
    ((key, options),) = written.items()
    config = DataConfig.model_validate({key: {**options, "stream": stream}, **settings})
    return reading.read(config.source, Places()), config


def prepared(written: dict[str, Any], **settings: Any) -> tuple[Any, Any, Any]:
    dataset, config = read(written, stream=True, **settings)
    splits = split_as(dataset, config)
    ready, splits, encoding = encode(dataset, splits)
    return splits, encoding, fit(ready.info, splits.train, encoding)
