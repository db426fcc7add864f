"""Records of `tf.train.Example`: tables and pictures, damage, and what TensorFlow itself writes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records import example, write_records

from dnnctl.config.loading import load
from dnnctl.config.schema import DataConfig
from dnnctl.data.fitting import encode, split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.samples import held
from dnnctl.datasets.streams.example import fields_of, values_of
from dnnctl.errors import ConfigError, DataError

DRAW = np.random.default_rng(4)
ROWS = 300
NUMBERS = DRAW.normal(size=(ROWS, 3)).astype(np.float32)
COUNTS = DRAW.integers(-(2**40), 2**40, ROWS) >> DRAW.integers(0, 40, ROWS)
TOWNS = np.array(["Ulm", "Köln", "Bad Homburg"])[DRAW.integers(0, 3, ROWS)]
LABELS = DRAW.integers(0, 2, ROWS)
PIXELS = DRAW.integers(0, 256, (ROWS, 5, 4), dtype=np.uint8)
FEATURES = {"numbers": "float[3]", "count": "int64", "town": "text", "label": "int64"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("dnnctl.datasets.streams.tfrecord.PIECE", 3_000)


def rows(count: int = ROWS) -> list[bytes]:
    """Return records, the features of every third one in another order."""
    made = []
    for i in range(count):
        features = {"numbers": NUMBERS[i], "count": COUNTS[i], "town": TOWNS[i], "label": LABELS[i]}
        made.append(example(dict(reversed(features.items())) if i % 3 == 0 else features))
    return made


def read(path: Path, **options: Any) -> tuple[Dataset, DataConfig]:
    written = {"path": str(path), "features": FEATURES, "target": "label", **options}
    config = DataConfig.model_validate({"tfrecord": written})
    return reading.read(config.source, Places()), config


@pytest.mark.parametrize("stream", [False, True])
def test_a_table_is_read_whatever_the_order_of_features(tmp_path: Path, stream: bool) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    write_records(folder / "a.tfrecord", rows()[:120])
    write_records(folder / "b.tfrecord", rows()[120:])
    dataset, _ = read(folder, stream=stream)
    samples = held(dataset.train) if not stream else next(dataset.train.blocks(ROWS))

    assert dataset.info.feature_names == ("numbers_1", "numbers_2", "numbers_3", "count", "town")
    assert dataset.info.class_names == ("0", "1")
    np.testing.assert_array_equal(samples.x[:, :3], NUMBERS)
    np.testing.assert_array_equal(samples.x[:, 3], COUNTS)
    assert dataset.table is not None
    words = dataset.table.columns[4].words
    assert [words[int(code)] for code in samples.x[:, 4]] == TOWNS.tolist()
    np.testing.assert_array_equal(samples.y, LABELS)


def test_records_of_hardly_two_alike_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.datasets.streams.tfrecord.LAYOUTS", 1)
    write_records(tmp_path / "t.tfrecord", rows(50))
    dataset, _ = read(tmp_path / "t.tfrecord")
    np.testing.assert_array_equal(held(dataset.train).x[:, :3], NUMBERS[:50])


def test_a_feature_that_is_absent_is_an_empty_cell(tmp_path: Path) -> None:
    made = rows(60)
    made[7] = example({"numbers": NUMBERS[7], "town": TOWNS[7], "label": 1})
    made[9] = example({"numbers": [], "count": 3, "town": "", "label": 0})
    write_records(tmp_path / "t.tfrecord", made)
    with pytest.raises(
        DataError, match=r"cells are empty: 'numbers_1' 1, .*'count' 1, 'town' 1; the first in .*records"
    ):
        read(tmp_path / "t.tfrecord")
    dataset, _ = read(tmp_path / "t.tfrecord", missing="drop")
    assert len(dataset.train) == 58


@pytest.mark.parametrize("stream", [False, True])
def test_pictures_are_read_with_their_targets(tmp_path: Path, stream: bool) -> None:
    made = [example({"image": PIXELS[i].tobytes(), "what": ["cat", "dog"][LABELS[i]]}) for i in range(ROWS)]
    write_records(tmp_path / "t.tfrecord", made)
    dataset, config = read(
        tmp_path / "t.tfrecord", features={"image": "uint8[5, 4]", "what": "text"}, target="what", stream=stream
    )
    samples = next(dataset.train.blocks(ROWS))

    np.testing.assert_array_equal(samples.x, PIXELS)
    np.testing.assert_array_equal(samples.y, LABELS)
    assert dataset.info.class_names == ("cat", "dog")
    assert dataset.info.input_range == (0.0, 255.0)
    _, splits, _ = encode(dataset, split_as(dataset, config))
    more = reading.read_more(config.source, dataset.info, None)
    assert len(more.train) == len(splits.train) + len(splits.validation or ()) + len(splits.test) == ROWS


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ({"numbers": "float[2]"}, "feature 'numbers' has 3 values; data.tfrecord.features says float[2]"),
        ({"numbers": "text"}, "feature 'numbers' holds no single text"),
        ({"town": "float"}, "feature 'town' holds bytes; data.tfrecord.features says float"),
    ],
)
def test_records_that_are_not_as_described_are_told(tmp_path: Path, features: dict[str, str], told: str) -> None:
    write_records(tmp_path / "t.tfrecord", rows(40))
    with pytest.raises(DataError) as refused:
        read(tmp_path / "t.tfrecord", features={**FEATURES, **features})
    assert told in str(refused.value)
    assert f"{tmp_path / 't.tfrecord'}, records 0 to " in str(refused.value)


def test_a_size_of_pictures_whose_pixels_are_columns_is_refused(tmp_path: Path) -> None:
    write_records(tmp_path / "a.tfrecord", rows()[:9])
    with pytest.raises(DataError, match=r"a picture in a record is a feature, as `uint8\[1, 3\]`"):
        read(tmp_path / "a.tfrecord", image={"height": 1, "width": 3})


def test_damage_is_told_with_file_and_record(tmp_path: Path) -> None:
    path = tmp_path / "t.tfrecord"
    write_records(path, rows(40))
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(DataError, match=r"t\.tfrecord, record 39: is cut off in the midst of a record"):
        read(path)
    path.write_bytes(b"\x07" + whole[1:])
    with pytest.raises(DataError, match=r"t\.tfrecord, record 0: is no TFRecord, or damaged: wrong length"):
        read(path)
    write_records(path, [*rows(3), b"\xff\xff\xff"])
    with pytest.raises(DataError, match=r"t\.tfrecord, record 3: is no tf\.train\.Example: a number that does not end"):
        read(path)
    write_records(path, [])
    with pytest.raises(DataError, match="holds no rows"):
        read(path)


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ("{x: double, y: int64}", "expected float, int64 or text"),
        ("{x: 'uint8[9]', y: int64}", "received 'uint8[9]'"),
        ("{x: 'text[2]', y: int64}", "received 'text[2]'"),
        ("{x: 'uint8[4, 4, 4]', y: int64}", "received 'uint8[4, 4, 4]'"),
        ("{x: float}", "at least 2"),
        ("{x: float, z: int64}", "has no column 'y'"),
        ("{x: 'uint8[5, 4]', z: float, y: int64}", "a picture is the only input; leave out 'z'"),
        ("{y: 'uint8[5, 4]', z: float}", "'y' is a picture"),
    ],
)
def test_a_description_that_cannot_be_is_a_fault_of_the_configuration(tmp_path: Path, features: str, told: str) -> None:
    write_records(tmp_path / "t.tfrecord", [example({"x": 1.0, "y": 1})])
    path = tmp_path / "c.yaml"
    path.write_text(f"data:\n  tfrecord: {{path: t.tfrecord, target: y, features: {features}}}\n")
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert told in str(refused.value)


@pytest.mark.slow
def test_what_tensorflow_writes_is_read(tmp_path: Path) -> None:
    import tensorflow as tf

    def listed(**lists: Any) -> Any:
        return tf.train.Feature(**lists)

    with tf.io.TFRecordWriter(str(tmp_path / "t.tfrecord")) as writer:
        for i in range(ROWS):
            features = {
                "numbers": listed(float_list=tf.train.FloatList(value=NUMBERS[i])),
                "count": listed(int64_list=tf.train.Int64List(value=[COUNTS[i]])),
                "town": listed(bytes_list=tf.train.BytesList(value=[TOWNS[i].encode()])),
                "label": listed(int64_list=tf.train.Int64List(value=[LABELS[i]])),
            }
            record = tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()
            writer.write(record)
    dataset, _ = read(tmp_path / "t.tfrecord")
    samples = held(dataset.train)
    np.testing.assert_array_equal(samples.x[:, :3], NUMBERS)
    np.testing.assert_array_equal(samples.x[:, 3], COUNTS)
    np.testing.assert_array_equal(samples.y, LABELS)


def test_values_of_a_record_are_those_that_were_written() -> None:
    written = [3, -1, 300, 2**62, 0]
    record = np.frombuffer(example({"a": written, "b": [1.5, -2.0]}), np.uint8)
    fields = fields_of(record.tobytes())
    assert values_of(record[None], fields["a"]).tolist() == [written]
    assert values_of(record[None], fields["b"]).tolist() == [[1.5, -2.0]]
