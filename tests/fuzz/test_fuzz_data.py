"""Tables, IDX files and arrays of every kind of damage: rows, or one error that names the place."""

import gzip
import io
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from ledger import LENGTHS, Ledger, count
from mutations import EDITS, NUMBERS, WORDS, Edit, hold, spoiled, watch
from specs import FEW, NUMERIC, SPECS, sound

from dnnctl import archives
from dnnctl.datasets.published import idx, keras_npz
from dnnctl.datasets.sources import sign_language_mnist
from dnnctl.datasets.tables.decoding import text_of
from dnnctl.errors import DataError
from dnnctl.inference.inputs import npy, npz, table
from dnnctl.inference.inputs.base import InputSpec

CELLS = st.one_of(
    st.floats(0, 200).map(repr),
    st.integers(0, 16).map(str),
    st.sampled_from(
        [*WORDS, "weight", "age", "label", '"', '"a\nb"', "1,5", "1_000", " 3 ", "٣", "\U0010ffff", "0x10"]
    ),
    st.text(max_size=5),
)


@pytest.mark.parametrize("length", LENGTHS)
def test_tables(ledger: Ledger, length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    watch(monkeypatch, table, "number_columns", seen)

    def check(
        header: list[str],
        good: list[Any],
        bad: list[tuple[int, str]],
        mark: str,
        end: str,
        lead: bytes,
        edits: list[Edit],
    ) -> None:
        cells = [*header, *map(repr, np.ravel(good).tolist())]
        for at, cell in bad:
            cells[at % len(cells)] = cell
        lines = [mark.join(cells[i : i + 2]) for i in range(0, len(cells), 2)]
        contents = lead + spoiled(end.join(lines).encode("utf-8", "surrogatepass"), edits)
        seen.clear()
        with ledger.trying("tables") as counts:
            try:
                sound(table.read(io.BytesIO(contents), "t.csv", NUMERIC, None), NUMERIC)
            finally:
                counts.past += bool(seen)
        if not (bad or edits or mark == "|" or end == "\r" or lead[:1] == b"\xff"):
            again = table.read(io.BytesIO(contents), "t.csv", NUMERIC, None)
            assert np.array_equal(again.x, np.array(good, "float32"))

    rows = st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=2), min_size=1, max_size=6)
    hold(
        count("tables", length) // 2,
        check,
        header=st.sampled_from([[], [], ["weight", "age"], ["a", "b"]]),
        good=rows,
        bad=st.lists(st.tuples(st.integers(0, 20), CELLS), max_size=2),
        mark=st.sampled_from([",", ",", ";", "\t", "|"]),
        end=st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"]),
        lead=st.sampled_from([b"", b"", b"", "\ufeff".encode(), b"\xff\xfe", b"\n\n"]),
        edits=st.one_of(st.just([]), FEW),
    )


@pytest.mark.parametrize("length", LENGTHS)
def test_pixel_tables(ledger: Ledger, length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    watch(monkeypatch, sign_language_mnist, "_check_header", seen)

    def check(rows: list[list[int]], bad: list[tuple[int, str]], edits: list[Edit], end: str) -> None:
        cells = [str(value) for row in rows for value in row]
        for at, cell in bad:
            cells[at % len(cells)] = cell
        body = end.join(",".join(cells[i : i + 5]) for i in range(0, len(cells), 5))
        head = "label,pixel1,pixel2,pixel3,pixel4" + end
        # Damage is below the header, for headers are checked letter by letter.
        contents = spoiled((head + body).encode("utf-8", "surrogatepass"), edits, len(head))
        with ledger.trying("tables") as counts:
            counts.past += contents.startswith(head.encode()) and bool(body)
            table_rows = sign_language_mnist.rows_of(text_of(contents, "t.csv"), 4)
            assert table_rows.shape == (len(table_rows), 5)
            assert table_rows.dtype == np.uint8
            assert set(table_rows[:, 0].tolist()) <= set(sign_language_mnist.LABELS)
        if not bad and not edits:
            assert np.array_equal(table_rows, np.array(rows))

    row = st.tuples(st.integers(0, 3), *[st.integers(0, 255)] * 4).map(list)
    hold(
        count("tables", length) // 4,
        check,
        rows=st.lists(row, min_size=1, max_size=5),
        bad=st.lists(st.tuples(st.integers(0, 30), CELLS), max_size=1),
        edits=st.one_of(st.just([]), FEW),
        end=st.sampled_from(["\n", "\n", "\r\n"]),
    )


@pytest.mark.parametrize("length", LENGTHS)
def test_zipped_tables(ledger: Ledger, length: str, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem in sign_language_mnist.PARTS.values():
            archive.writestr(f"{stem}.csv", "label,pixel1,pixel2,pixel3,pixel4\n" + "3,0,10,200,255\n" * 4)
    whole = stream.getvalue()

    def check(edits: list[Edit]) -> None:
        path.write_bytes(spoiled(whole, edits))
        with ledger.trying("tables") as counts:
            found = sign_language_mnist.look(path)
            if isinstance(found, str):
                raise DataError(found)
            counts.past += 1
            for found_table in found.values():
                sign_language_mnist.read(found_table, (2, 2))

    hold(count("tables", length) // 4, check, edits=st.lists(EDITS, min_size=1, max_size=2))


@pytest.mark.parametrize("length", LENGTHS)
def test_idx(ledger: Ledger, length: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[int] = []
    watch(monkeypatch, idx, "read_exactly", seen)
    path = tmp_path / "t"

    def check(
        shape: list[int], claimed: list[int], values: bytes, packed: bool, edits: list[Edit], whole: bool
    ) -> None:
        size = math.prod(shape)
        body = (values * size)[:size]
        header = bytes([0, 0, 8, len(claimed)]) + b"".join(extent.to_bytes(4, "big") for extent in claimed)
        contents = spoiled(header + body, edits, 0 if whole else len(header))
        path.write_bytes(spoiled(gzip.compress(contents, 1), edits[:1], 10) if packed else contents)
        seen.clear()
        with ledger.trying("idx") as counts:
            try:
                assert idx.read(path, tuple(shape)).shape == tuple(shape)
            finally:
                counts.past += bool(seen)
        if not edits and shape == claimed:
            assert idx.read(path, tuple(shape)).tobytes() == body

    shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3)
    # Nine of ten headers claim what is expected, else nothing behind them would be read.
    pairs = st.tuples(shapes, st.integers(0, 9), st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4))
    hold(
        count("idx", length),
        lambda pair, **rest: check(pair[0], pair[2] if pair[1] == 0 else pair[0], **rest),
        pair=pairs,
        values=st.binary(min_size=1, max_size=8),
        packed=st.booleans(),
        edits=st.one_of(st.just([]), FEW),
        whole=st.booleans(),
    )


def packed_array(array: Any, header: str | None, entry: str, kind: str, compressed: bool) -> bytes:
    """Return an array as `.npy` or `.npz` contents, perhaps with a header of its own."""
    stream = io.BytesIO()
    if header is None:
        np.save(stream, array)
    else:
        text = header.encode("latin1", "replace")
        stream.write(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + array.tobytes())
    if kind == "npy":
        return stream.getvalue()
    whole = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(whole, "w", method) as archive:
        archive.writestr(f"{entry}.npy", stream.getvalue())
    return whole.getvalue()


TYPES = ("<f4", ">f8", "|u1", "<i8", "<f2", "|b1", "<c8", "<U3", "<M8[s]", "<u2")
HEADERS = st.one_of(
    st.builds(
        "{{'descr': {!r}, 'fortran_order': {}, 'shape': {}, }}\n".format,
        st.sampled_from([*TYPES, "|O", "|V8", "nonsense", "<f16"]),
        st.booleans(),
        st.lists(st.sampled_from([8, 28, 2, 1, 0, -1, 2**31, 2**63, 10**30, 10**45, True]), max_size=4).map(tuple),
    ),
    st.sampled_from(["(" * 200, "{'descr': __import__('os')}", "9" * 5000, "", "\0" * 20, "{" * 5000]),
)


@pytest.mark.parametrize("length", LENGTHS)
def test_arrays(ledger: Ledger, length: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[int] = []
    watch(monkeypatch, archives, "_exactly", seen)
    watch(monkeypatch, keras_npz, "read_exactly", seen)
    path = tmp_path / "t.npz"

    def check(
        spec: InputSpec,
        rows: int,
        kind: str,
        fill: float,
        dtype: str,
        header: str | None,
        entry: str,
        edits: list[Edit],
        wrong: str,
    ) -> None:
        # One thing is wrong at a time, else hardly any would get past the header.
        dtype = dtype if wrong in {"type", "all"} else "|u1"
        fill = fill if wrong == "all" or (wrong == "type" and dtype in TYPES[:2]) else 1.0
        header = header if wrong in {"header", "all"} else None
        entry = entry if wrong in {"entry", "all"} else "x"
        edits = edits if wrong in {"edits", "all"} else []
        shape = (rows, *spec.info.input_shape) if rows else spec.info.input_shape
        with np.errstate(invalid="ignore", over="ignore"):
            array = np.full(shape, fill).astype(dtype)
        contents = spoiled(packed_array(array, header, entry, kind, compressed=rows % 2 == 0), edits)
        seen.clear()
        with ledger.trying("arrays") as counts:
            try:
                if kind == "keras":
                    path.write_bytes(contents)
                    assert keras_npz.read(path, "x", shape).shape == shape
                else:
                    reader = npy if kind == "npy" else npz
                    sound(reader.read(io.BytesIO(contents), f"t.{kind}", spec, None), spec)
            finally:
                counts.past += bool(seen)

    hold(
        count("arrays", length),
        check,
        spec=SPECS,
        rows=st.integers(0, 3),
        kind=st.sampled_from(["npy", "npz", "keras"]),
        fill=st.one_of(st.integers(0, 16).map(float), st.floats(0, 1), st.floats()),
        dtype=st.sampled_from(TYPES),
        header=HEADERS,
        entry=st.sampled_from(["images", "y", "../x", "\x1b[2J"]),
        edits=FEW,
        wrong=st.sampled_from(["type", "type", "header", "entry", "edits", "edits", "all"]),
    )
