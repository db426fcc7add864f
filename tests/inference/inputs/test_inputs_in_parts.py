"""Inputs larger than memory are read in parts: the same rows with the same names, whatever is in them."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dnnctl.data.encoding import Encoding
from dnnctl.data.fitted_column import FittedColumn
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError
from dnnctl.inference import read_inputs
from dnnctl.inference.inputs import npy, table
from dnnctl.inference.inputs.base import Inputs, InputSpec, joined
from dnnctl.inference.inputs.parts import arrays

NUMBERS = InputSpec(DatasetInfo("t", "regression", (2,), feature_names=("weight", "age"), target="height"))
PICTURES = InputSpec(DatasetInfo("t", "multiclass", (2, 2), input_range=(0.0, 255.0)), 0.0)
COLUMNS = (FittedColumn("size", "number"), FittedColumn("kind", "category", ("a", "b, c"), 0.0, (0.5, 0.5, 0.0)))
MIXED = InputSpec(
    DatasetInfo("t", "binary", (4,), ("no", "yes"), feature_names=("size", "kind=a", "kind=b, c", "kind=(unknown)")),
    table=Encoding(COLUMNS, (), "drop"),
)


@pytest.fixture(autouse=True)
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_inputs, "LARGE", 0)
    monkeypatch.setattr(read_inputs, "ROWS", 2)
    monkeypatch.setattr(table, "PIECE", 64)
    monkeypatch.setattr(arrays, "BLOCK_BYTES", 64)


def both(path: Path, spec: InputSpec) -> tuple[Inputs, list[Inputs]]:
    """Return what is read of a file at once, and in parts."""
    reader = read_inputs.readers()[path.suffix]
    with path.open("rb") as stream:
        whole = reader.read(stream, str(path), spec, None)
    return whole, list(read_inputs.read_parts([str(path)], spec))


def rows() -> Iterator[str]:
    yield "weight,age,name"
    for i in range(200):
        yield f'{i}.5,{i % 7},"an odd, {"long " * (i % 9)}name"'
        if i % 11 == 0:
            yield ""
        if i % 13 == 0:
            yield f'{i},1,"two\nlines"'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_in_parts_as_it_is_at_once(end: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(end.join(rows()).encode())
    whole, parts = both(path, NUMBERS)
    assert len(parts) > 20
    assert np.array_equal(joined(parts).x, whole.x)
    assert list(joined(parts).names) == list(whole.names)
    assert joined(parts).notes == whole.notes


def test_categories_and_empty_cells_are_told_once(tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    path.write_text("kind,size\n" + '"b, c",1.5\na,2\nnew,\n' * 60)
    whole, parts = both(path, MIXED)
    assert len(parts) > 5
    assert len(whole) == 120
    assert np.array_equal(joined(parts).x, whole.x)
    assert list(joined(parts).names) == list(whole.names)


def test_pictures_in_a_table_without_names(tmp_path: Path) -> None:
    path = tmp_path / "pictures.csv"
    path.write_text("".join(f"{i % 3},{i},255,0,{i}\n" for i in range(100)))
    whole, parts = both(path, PICTURES)
    assert np.array_equal(joined(parts).x, whole.x)
    assert joined(parts).notes == whole.notes == (f"{path}: first column ignored; it is taken for a label",)


def test_a_quote_that_is_a_letter_cuts_no_row_in_two(tmp_path: Path) -> None:
    path = tmp_path / "inches.csv"
    path.write_text("weight,age,name\n" + "".join(f'{i},2,10" pipe\n' for i in range(100)))
    whole, parts = both(path, NUMBERS)
    assert np.array_equal(joined(parts).x, whole.x)
    assert list(joined(parts).names) == list(whole.names)


def test_a_damaged_row_is_named_by_its_line_and_what_was_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("weight,age\n" + "75,30\n" * 50 + "75,old\n" + "75,30\n" * 50)
    read = read_inputs.read_parts([str(path)], NUMBERS)
    assert len(next(read)) == 8
    with pytest.raises(DataError, match=r"people\.csv:52: column 'age': expected a number; received 'old'"):
        list(read)


@pytest.mark.parametrize("dtype", ["u1", ">f4", "<f8"])
@pytest.mark.parametrize("scale", [1, 1 / 255])
def test_an_array_is_read_in_parts_as_it_is_at_once(dtype: str, scale: float, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (50, 2, 2)) * float(scale)
    pictures[:20] *= 1 / 255 if scale == 1 else 1
    path = tmp_path / "pictures.npy"
    np.save(path, pictures.astype(dtype))
    whole, parts = both(path, PICTURES)
    assert len(parts) > 3
    assert np.allclose(joined(parts).x, whole.x, atol=1e-5)
    assert list(joined(parts).names) == list(whole.names)
    assert joined(parts).notes == whole.notes


@pytest.mark.parametrize("array", [np.asfortranarray(np.ones((9, 2))), np.ones(2)])
def test_arrays_that_cannot_be_read_in_parts_are_read_at_once(array: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "rows.npy"
    np.save(path, array)
    whole, parts = both(path, NUMBERS)
    assert len(parts) == 1
    assert np.array_equal(parts[0].x, whole.x)
    assert list(parts[0].names) == list(whole.names)


def test_a_bad_value_and_an_array_that_is_cut_short_are_named(tmp_path: Path) -> None:
    numbers = np.ones((50, 2))
    numbers[33, 1] = np.nan
    path = tmp_path / "rows.npy"
    np.save(path, numbers)
    with pytest.raises(DataError, match=r"rows\.npy\[33\]: element 1: expected a finite number"):
        list(read_inputs.read_parts([str(path)], NUMBERS))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DataError, match="is cut short"):
        next(read_inputs.read_parts([str(path)], NUMBERS))
    with path.open("rb") as stream, pytest.raises(DataError, match="is cut short"):
        next(npy.parts(stream, "rows.npy", NUMBERS, None))


def test_small_inputs_come_together_and_large_ones_apart(tmp_path: Path) -> None:
    for name, count in (("a", 1), ("b", 1), ("c", 9), ("d", 1)):
        np.save(tmp_path / f"{name}.npy", np.full((count, 2), count))
    sources = [str(tmp_path / f"{name}.npy") for name in "abcd"]
    sizes = [len(part) for part in read_inputs.read_parts(sources, NUMBERS, values=["3,4"])]
    assert sizes == [2, 4, 4, 2, 1][: len(sizes)] or sum(sizes) == 13
    assert len(read_inputs.read_all(sources, NUMBERS, values=["3,4"])) == 13


def test_more_rows_than_can_be_held_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_inputs, "MAX_ROWS", 20)
    np.save(tmp_path / "rows.npy", np.ones((50, 2)))
    with pytest.raises(DataError, match="more than 20 rows"):
        read_inputs.read_all([str(tmp_path / "rows.npy")], NUMBERS)


def test_pieces_of_a_text_are_the_text() -> None:
    text = Text("t", b'a,b\n1,"x\ny"\n\n2,3\r\n4,5', "utf-8", 3)
    pieces = list(text.pieces(",", 10))
    assert b"".join(bytes(piece.data) for piece in pieces) == text.data
    assert len(pieces) > 2
    assert np.concatenate([piece.lines(",") for piece in pieces]).tolist() == text.lines(",").tolist()
    assert io.BytesIO(text.data).read() == text.data


def test_a_part_may_have_no_whole_row(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("size,kind\n" + ",a\n" * 60 + "1.5,a\n" * 60)
    whole, parts = both(path, MIXED)
    assert len(whole) == 60
    assert np.array_equal(joined(parts).x, whole.x)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_whether_pixels_are_fractions_is_one_thing_for_all_parts(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"pictures{ending}"
    pixels = np.array([[0, 1, 0, 1]] * 40 + [[0, 255, 3, 7]] * 40, np.float32)
    names = [f"p{i}" for i in range(4)]
    if ending == ".csv":
        np.savetxt(path, pixels, "%g", ",", header=",".join(names), comments="")
    else:
        parquet.write_table(pa.table({name: pixels[:, i] for i, name in enumerate(names)}), path, row_group_size=10)
    whole, parts = both(path, PICTURES)
    assert len(parts) > 1
    assert joined(parts).x.max() == 255
    assert np.array_equal(joined(parts).x.reshape(80, 4), pixels)
    assert np.array_equal(whole.x, joined(parts).x)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_rows_after_a_part_that_is_left_out_whole_cannot_be_counted(tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{name}{ending}" for name in ("a", "b")]
    sizes = [1.0] * 8 + [None] * 24, [2.0] * 8
    for path, own in zip(paths, sizes, strict=True):
        if ending == ".csv":
            path.write_text("kind,size\n" + "".join(f"a,{'' if size is None else size}\n" for size in own), "utf-8")
        else:
            parquet.write_table(pa.table({"kind": ["a"] * len(own), "size": own}), path, row_group_size=4)
    parts = list(read_inputs.read_parts(list(map(str, paths)), MIXED))
    assert [part.x[0, 0] for part in parts if part.gaps][-1] == 2
    assert sum(map(len, parts)) == 16
    assert all(map(len, parts))
    last = list(read_inputs.read_parts([str(paths[0])], MIXED))[-1]
    assert (len(last), last.gaps) == (0, True)
