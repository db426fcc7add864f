"""What a column is said to hold, and what it holds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.own.csv import Options, load, load_more
from dnnctl.errors import DataError

Read = Callable[..., Dataset]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def _read(contents: bytes | str, **options: object) -> Dataset:
        path = tmp_path / "t.csv"
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return load(Options.model_validate({"path": str(path), "target": "c", **options}), Places())

    return _read


def kinds(dataset: Dataset) -> list[str]:
    assert dataset.table is not None
    return [column.kind for column in dataset.table.columns]


def test_a_type_that_is_said_leaves_the_others_to_be_found_out(read: Read) -> None:
    late = "".join(f"{i % 7},{'pq'[i % 2] if i >= 1500 else i % 5},{'xy'[i % 2]}\n" for i in range(3000))

    assert kinds(read("a,b,c\n" + late, types={"a": "number"})) == ["number", "category"]
    with pytest.raises(DataError, match=r"t.csv:1502: column 'b': expected a number; received 'p'"):
        read("a,b,c\n" + late, types={"b": "number"})


def test_a_column_said_to_be_yes_or_no_may_be_empty(read: Read, tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},,{'xy'[i % 2]}\n" for i in range(30))
    dataset = read("a,b,c\n" + rows, types={"b": "boolean"}, missing="impute")
    assert kinds(dataset) == ["number", "boolean"]
    assert np.isnan(dataset.train.x[:, 1]).all()

    whole = read("a,b,c\n" + rows.replace(",,", ",no,", 15).replace(",,", ",yes,"), missing="impute")
    (tmp_path / "more.csv").write_text("a,b,c\n" + rows)
    options = Options(path=str(tmp_path / "more.csv"), target=["c"], missing="impute")
    more = load_more(options, whole.info, whole.table)
    assert kinds(more) == ["number", "boolean"]


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "is not utf-8 text"), ("klingon", "no encoding"), ("utf-32", "is not utf-32 text")]
)
def test_an_encoding_that_does_not_fit_is_told(read: Read, encoding: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read("a,b,c\né,ü,x\nö,ß,y\n".encode("cp1252"), encoding=encoding)
