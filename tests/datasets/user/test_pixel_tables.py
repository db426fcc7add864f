"""Tables of pixels, from files of every kind and wherever their rows are, are the pictures that they hold."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dnnctl.config.loading import load
from dnnctl.config.schema import DataConfig
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.samples import looked_at
from dnnctl.errors import ConfigError, DataError

SIDE = 6
NAMES = [f"pixel{i}" for i in range(SIDE * SIDE)]


def _pictures(rows: int = 60, top: int = 255, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    x = draw.integers(0, top + 1, (rows, SIDE, SIDE))
    x[0, 0, 0] = top
    return x, np.arange(rows) % 3


def _written(path: Path, x: np.ndarray, y: np.ndarray, names: list[str] = NAMES, **beside: Any) -> Path:
    cells = x.reshape(len(x), -1)
    columns = {**beside, "label": y, **{name: cells[:, i] for i, name in enumerate(names)}}
    if path.suffix == ".parquet":
        parquet.write_table(pa.table(columns), path, row_group_size=25)
    else:
        rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
        path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    return path


def _read(path: Path, **options: Any) -> Dataset:
    key = "parquet" if path.suffix == ".parquet" else "csv"
    data = {key: {"path": str(path), "target": "label", **options}}
    loaded = load({"data": data, "model": {"layers": [{"dense": 4}, "relu"]}})
    dataset = loaded.read()
    assert loaded.info == dataset.info
    return dataset


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("stream", [False, True])
def test_pixels_become_the_same_pictures_wherever_their_rows_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, stream: bool
) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    x, y = _pictures()
    shuffled = np.random.default_rng(1).permutation(SIDE * SIDE)
    path = _written(tmp_path / name, x.reshape(len(x), -1)[:, shuffled], y, [NAMES[i] for i in shuffled])
    dataset = _read(path, stream=stream)
    rows = looked_at(dataset.train)
    assert rows.x.dtype == np.uint8
    assert np.array_equal(rows.x, x)
    assert rows.y.tolist() == y.tolist()
    info = dataset.info
    assert (info.input_shape, info.input_range, dataset.table) == ((SIDE, SIDE), (0.0, 255.0), None)
    assert info.class_names == ("0", "1", "2")
    assert any(f"pictures of {SIDE} x {SIDE}" in note and "image: false" in note for note in dataset.notes)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_numbers_stay_numbers_where_that_is_asked_for_and_it_is_said(tmp_path: Path, name: str) -> None:
    dataset = _read(_written(tmp_path / name, *_pictures()), image=False)
    assert dataset.info.input_shape == (SIDE * SIDE,)
    assert dataset.table is not None
    assert any(f"pictures of {SIDE} x {SIDE}" in note for note in dataset.notes)


@pytest.mark.parametrize(("top", "span", "kind"), [(1, 1.0, "f"), (16, 16.0, "u"), (200, 255.0, "u")])
def test_the_scale_is_that_of_the_values(tmp_path: Path, top: int, span: float, kind: str) -> None:
    x, y = _pictures(top=top)
    dataset = _read(_written(tmp_path / "t.csv", x, y))
    assert dataset.info.input_range == (0.0, span)
    rows = looked_at(dataset.train)
    assert rows.x.dtype.kind == kind
    assert np.array_equal(rows.x, x)


def test_values_that_are_no_pixels_are_numbers_unless_pictures_were_asked_for(tmp_path: Path) -> None:
    x, y = _pictures()
    path = _written(tmp_path / "t.csv", x / 100 - 1, y)
    dataset = _read(path)
    assert dataset.info.input_shape == (SIDE * SIDE,)
    assert any("called like the pixels" in note for note in dataset.notes)
    with pytest.raises(ConfigError, match=r"data\.csv\.image.*0 to 255"):
        _read(path, image={"height": SIDE, "width": SIDE})


def test_columns_of_any_names_are_pictures_where_that_is_said(tmp_path: Path) -> None:
    x, y = _pictures()
    path = _written(tmp_path / "t.csv", x, y, [f"v{i}" for i in range(36)])
    assert _read(path).info.input_shape == (36,)
    assert np.array_equal(looked_at(_read(path, image={"height": 4, "width": 9}).train).x, x.reshape(-1, 4, 9))
    colours = _read(path, image={"height": 3, "width": 4, "channels": 3})
    assert np.array_equal(looked_at(colours.train).x, x.reshape(-1, 3, 4, 3))


def test_sizes_that_do_not_fit_are_refused_with_the_columns_that_are_in_the_way(tmp_path: Path) -> None:
    path = _written(tmp_path / "t.csv", *_pictures(), who=np.arange(60))
    with pytest.raises(ConfigError, match=r"image: pictures of 6 x 6 have 36 pixels.*37 columns.*'who'"):
        _read(path, image={"height": SIDE, "width": SIDE})
    dataset = _read(path)
    assert dataset.info.input_shape == (37,)
    assert any("'who' stands beside them" in note and "id" in note for note in dataset.notes)
    assert _read(path, id="who").info.input_shape == (SIDE, SIDE)
    with pytest.raises(
        ConfigError, match=r"expected auto, false, or the size of pictures as \{height: 28, width: 28\}; received 28"
    ):
        _read(path, image=28)
    with pytest.raises(ConfigError, match=r"image\.hight: unknown key; did you mean 'height'"):
        _read(path, image={"hight": 28, "width": 28})


def test_test_rows_are_on_the_scale_of_the_training_rows(tmp_path: Path) -> None:
    train, test = _written(tmp_path / "t.csv", *_pictures(top=16)), _written(tmp_path / "e.csv", *_pictures(seed=2))
    with pytest.raises(DataError, match="the test rows: expected pixels from 0 to 16; received"):
        _read(train, test_path=str(test))
    dataset = _read(test, test_path=str(train))
    assert dataset.test is not None
    assert looked_at(dataset.test).x.shape == (60, SIDE, SIDE)


def test_rows_with_empty_pixels_are_left_out_where_that_is_asked_for(tmp_path: Path) -> None:
    path = _written(tmp_path / "t.csv", *_pictures())
    lines = path.read_text("utf-8").splitlines()
    lines[3] = ",".join(["2", "", *lines[3].split(",")[2:]])
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match="1 cell is empty"):
        _read(path)
    assert len(_read(path, missing="drop").train) == 59
    with pytest.raises(ConfigError, match="empty cells"):
        _read(path, missing="impute", image={"height": SIDE, "width": SIDE})


@pytest.mark.parametrize("stream", [False, True])
def test_pixels_that_are_stored_as_text_are_the_numbers_that_are_written(tmp_path: Path, stream: bool) -> None:
    x, y = _pictures()
    path = _written(tmp_path / "t.parquet", x.astype(str), y)
    dataset = _read(path, stream=stream)
    assert dataset.info.input_shape == (SIDE, SIDE)
    assert np.array_equal(looked_at(dataset.train).x, x)
    told = _read(path, stream=stream, image={"height": SIDE, "width": SIDE})
    assert np.array_equal(looked_at(told.train).x, x)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("said", [True, False])
def test_columns_that_are_no_numbers_are_no_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, stream: bool, said: bool
) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    x, y = _pictures()
    cells = x.astype(object if name == "t.csv" else str)
    if not said:
        cells[:, 0, 3] = np.array(["red", "blue"], object)[np.arange(60) % 2]
    path = _written(tmp_path / name, cells, y)
    options: dict[str, Any] = {"stream": stream, **({"types": {"pixel3": "category"}} if said else {})}
    dataset = _read(path, **options)
    assert dataset.info.input_shape != (SIDE, SIDE)
    assert dataset.table is not None
    assert dataset.table.columns[3].kind == "category"
    assert any("called like the pixels" in note and "'pixel3' (category)" in note for note in dataset.notes)
    with pytest.raises(ConfigError, match=r"image.*'pixel3' \(category\)"):
        _read(path, **options, image={"height": SIDE, "width": SIDE})


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("stream", [False, True])
def test_further_rows_need_no_column_that_nothing_is_predicted_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, stream: bool
) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    x, y = _pictures()
    who = [f"p{i // 2}" for i in range(60)]
    path = _written(tmp_path / name, x, y, row=np.arange(60), who=who, page=who)
    key = name.partition(".")[2]
    options = {"path": str(path), "target": "label", "stream": stream, "id": "row", "exclude": ["page"]}
    options |= {"types": {"page": "category"}, "image": {"height": SIDE, "width": SIDE}}
    source = DataConfig.model_validate({key: options, "group": "who"}).source
    trained = reading.read(source, Places())
    assert trained.info.input_shape == (SIDE, SIDE)
    for i, beside in enumerate(({}, {"row": np.arange(60)}, {"who": who, "page": who})):
        further = _written(tmp_path / f"{i}.{key}", x, y, **beside)
        more = source.model_copy(update={"path": str(further)})
        assert np.array_equal(looked_at(reading.read_more(more, trained.info, None).train).x, x)
    bare = _written(tmp_path / f"less.{key}", x[:, :, 1:], y, NAMES[1:31])
    with pytest.raises(DataError, match=r"6 x 6 have 36 pixels.*30 columns"):
        reading.read_more(source.model_copy(update={"path": str(bare)}), trained.info, None)
