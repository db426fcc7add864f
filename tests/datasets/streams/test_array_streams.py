"""Arrays that stay in their files are those that would be in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dnnctl.config.schema import DataConfig
from dnnctl.data.fitting import encode, fit, split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.errors import DataError

DRAW = np.random.default_rng(3)
ROWS = 1500
BYTES = DRAW.integers(0, 256, (ROWS, 6, 5), dtype=np.uint8)
FORMS: dict[str, dict[str, NDArray[Any]]] = {
    "numbers": {"x": DRAW.normal(size=(ROWS, 7)), "y": DRAW.integers(0, 3, ROWS)},
    "one number": {"x": DRAW.normal(size=ROWS).astype(np.float32), "y": DRAW.normal(size=ROWS)},
    "targets": {"x": DRAW.integers(0, 9, (ROWS, 3)), "y": DRAW.normal(size=(ROWS, 2))},
    "pictures": {"x": BYTES, "y": np.array(["cat", "dog"])[DRAW.integers(0, 2, ROWS)]},
    "shares": {"x": (BYTES / 255).astype(np.float32)[..., None], "y": DRAW.integers(0, 2, ROWS).astype(bool)},
    "whole pixels": {"x": BYTES.astype(np.float64), "y": DRAW.integers(0, 2, ROWS)},
    "test": {"x": BYTES, "y": DRAW.integers(0, 4, ROWS), "x_test": BYTES[:90], "y_test": DRAW.integers(0, 4, 90)},
}


@pytest.fixture(params=["npz", "npy"])
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(key: str, folder: Path, arrays: dict[str, NDArray[Any]]) -> Path:
    if key == "npz":
        np.savez(folder / "rows.npz", **arrays)
        return folder / "rows.npz"
    (folder / "rows").mkdir(exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / "rows" / f"{name}.npy", array)
    return folder / "rows"


def read(key: str, path: Path, *, stream: bool, **settings: Any) -> tuple[Dataset, DataConfig]:
    config = DataConfig.model_validate({key: {"path": str(path), "stream": stream}, **settings})
    return reading.read(config.source, Places()), config


@pytest.mark.parametrize("form", FORMS)
def test_rows_targets_and_what_is_known_are_those_in_memory(key: str, form: str, tmp_path: Path) -> None:
    path = write(key, tmp_path, FORMS[form])
    held, _ = read(key, path, stream=False)
    streamed, config = read(key, path, stream=True)
    assert isinstance(held.train, Samples)
    assert isinstance(streamed.train, StreamedSamples)
    blocks = list(streamed.train.blocks(400))
    x, y = (np.concatenate([getattr(block, part) for block in blocks]) for part in "xy")

    assert streamed.info == held.info
    assert streamed.digests == held.digests
    for received, expected in ((x, held.train.x), (y, held.train.y)):
        np.testing.assert_array_equal(received, expected)
        assert received.dtype == expected.dtype
    splits = split_as(streamed, config)
    ready, splits, _ = encode(streamed, splits)
    train = Samples(*(np.concatenate([getattr(b, part) for b in splits.train.blocks()]) for part in "xy"))
    assert isinstance(splits.train, StreamedSamples)
    fitted, expected = fit(ready.info, splits.train), fit(ready.info, train)
    for part in ("mean", "std", "target_mean", "target_std"):
        np.testing.assert_allclose(getattr(fitted, part), getattr(expected, part), rtol=1e-12)
    assert fitted.ground == (None if expected.ground is None else pytest.approx(expected.ground, rel=1e-12))
    assert len(splits.test) == 90 if form == "test" else abs(len(splits.test) - 300) < 70
    order = splits.train.order(1, 0, 32, 600)
    np.testing.assert_array_equal(splits.train.rows.take(order[200:900]), train.x[order[200:900]])
    np.testing.assert_array_equal(splits.train.targets.take(order[200:900]), train.y[order[200:900]])


def test_other_arrays_are_read_as_those_of_the_run(key: str, tmp_path: Path) -> None:
    path = write(key, tmp_path, FORMS["pictures"])
    dataset, config = read(key, path, stream=True)
    more = reading.read_more(config.source, dataset.info, None)
    assert isinstance(more.train, StreamedSamples)
    assert len(more.train) == ROWS
    other = write(key, tmp_path, FORMS["shares"])
    source = config.source.model_copy(update={"path": str(other)})
    with pytest.raises(DataError, match="pixels are of the scale 0 to 1; the network takes 0 to 255"):
        reading.read_more(source, dataset.info, None)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x": BYTES, "y": np.zeros(7)}, "expected a target for each of 1,500 rows; received 7"),
        ({"x": BYTES.astype(np.int16) - 9, "y": np.arange(ROWS) % 2}, "pixels go from -9 to 246"),
        ({"x": np.array(["a"] * 4), "y": np.arange(4)}, "expected numbers; received <U1"),
        ({"x": BYTES[:2], "y": np.array([1, 1])}, "is 1 in every row"),
        ({"x": BYTES[:4], "y": np.ones((4, 2))}, "none of 'y1', 'y2' ever varies"),
        ({"x": np.asfortranarray(FORMS["numbers"]["x"]), "y": FORMS["numbers"]["y"]}, "save it in C order"),
        ({"y": np.arange(4)}, "has no array called 'x_train'"),
    ],
)
def test_arrays_that_cannot_be_are_refused(key: str, arrays: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        read(key, write(key, tmp_path, arrays), stream=True)


def test_numbers_that_are_none_are_refused_where_they_are(key: str, tmp_path: Path) -> None:
    x = FORMS["numbers"]["x"].copy()
    x[700, 2] = np.nan
    dataset, config = read(key, write(key, tmp_path, {**FORMS["numbers"], "x": x}), stream=True, validation_split=0)
    splits = split_as(dataset, config.model_copy(update={"split_seed": 3}))
    with pytest.raises(DataError, match=r"rows 0 to 1,500: hold NaN"):
        fit(dataset.info, splits.train)


def test_what_is_cut_short_is_told_before_and_while_it_is_read(tmp_path: Path) -> None:
    path = write("npy", tmp_path, FORMS["pictures"])
    dataset, _ = read("npy", path, stream=True)
    with (path / "x.npy").open("r+b") as stream:
        stream.truncate(5000)
    with pytest.raises(DataError, match=r"x\.npy: was changed while it was read; had 45,128 bytes, now 5,000"):
        dataset.train.rows.take(np.array([1400]))
    with pytest.raises(DataError, match=r"x\.npy: is cut short"):
        read("npy", path, stream=True)


def test_a_compressed_archive_cannot_stay_where_it_is(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "rows.npz", **FORMS["numbers"])
    with pytest.raises(DataError, match=r"stream: rows\.npz: is compressed"):
        read("npz", tmp_path / "rows.npz", stream=True)


@pytest.mark.parametrize("size", [3000, 7000, 12_000])
def test_rows_are_counted_by_the_blocks_that_they_are_read_in(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Coarse blocks whose bytes are no whole number of fine ones.
    monkeypatch.setattr("dnnctl.datasets.streams.arrays.BYTES", size)
    pictures = np.zeros((5000, 2, 5), np.uint8)
    path = write("npy", tmp_path, {"x": pictures, "y": np.arange(5000) % 3})
    streamed, config = read("npy", path, stream=True)
    splits = split_as(streamed, config)
    parts = [splits.train, splits.named("validation"), splits.test]
    for part in parts:
        assert isinstance(part, StreamedSamples)
        assert part.stream.coarse().sizes[0] % part.stream.sizes[0] == 0
        assert sum(len(block) for block in part.blocks()) == len(part)
    assert sum(map(len, parts)) == 5000
