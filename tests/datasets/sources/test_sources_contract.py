"""What holds for every data set, whichever file it comes from."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import DATASETS, Dataset, Places
from dnnctl.datasets.parts.places import default_places
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array

NAMES = plugins.names("dnnctl.datasets.sources")


def test_the_data_sets_are_the_files_of_the_package() -> None:
    assert DATASETS.names() == NAMES
    assert {"mnist", "fashion_mnist", "sign_language_mnist", "height_weight", "logic_gate", "digits"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_describe_needs_no_data(name: str) -> None:
    options = reading.options_for(name)
    info = reading.describe(options)

    assert options.key == name
    assert all((info.title, info.licence, info.source))
    assert info.rows[0] > 0
    assert (info.task == "regression") == (not info.class_names)
    assert (info.task == "binary") == (len(info.class_names) == 2)
    assert len(set(info.class_names)) == len(info.class_names)
    assert info.is_image == (info.input_range is not None)
    assert info.is_image or len(info.feature_names) == info.input_shape[0]
    assert len(info.feature_units) in {0, len(info.feature_names)}
    assert re.fullmatch(r"[a-z-]*", info.folder)


@pytest.fixture(scope="module", params=NAMES)
def dataset(request: pytest.FixtureRequest) -> Dataset:
    options = reading.options_for(request.param)
    places = default_places(download=False)
    if reading.find(options, places) is None:
        given = os.environ.get("DNNCTL_DATA_DIR")
        pytest.skip(f"{request.param} is in no usual place (DNNCTL_DATA_DIR is {given or 'not set'})")
    return reading.read(options, places)


def test_load_gives_what_was_described(dataset: Dataset) -> None:
    info = dataset.info

    assert info == reading.describe(reading.options_for(dataset.name))
    assert dataset.found == reading.find(reading.options_for(dataset.name), default_places(download=False))
    assert (dataset.test is None) == (info.rows[1] == 0)
    for samples, published in zip((dataset.train, dataset.test), info.rows, strict=True):
        if samples is None:
            continue
        assert samples.x.shape == (len(samples), *info.input_shape)
        assert samples.x.dtype == (np.uint8 if info.is_image else np.float32)
        assert len(samples.x) == len(samples.y)
        assert len(samples) == published or any(f"{len(samples):,} " in note for note in dataset.notes)
        assert np.isfinite(samples.x).all()


def test_values_and_labels_are_in_their_ranges(dataset: Dataset) -> None:
    info, parts = dataset.info, [part for part in (dataset.train, dataset.test) if part is not None]

    for samples in parts:
        if info.input_range:
            assert (samples.x.min(), samples.x.max()) == info.input_range
        if info.task == "regression":
            assert samples.y.dtype == np.float32
            assert samples.y.ndim == 2
            assert np.isfinite(samples.y).all()
        else:
            assert samples.y.dtype == np.int64
            assert set(np.unique(samples.y)) == set(range(len(info.class_names)))


def test_shared_rows_are_the_same_rows(dataset: Dataset) -> None:
    if dataset.test is None:
        assert not dataset.info.shared_rows
    else:
        assert np.array_equal(dataset.train.x, dataset.test.x) == dataset.info.shared_rows


def test_digests_are_those_of_the_arrays(dataset: Dataset) -> None:
    of_x = sha256_of_array(dataset.train.x)

    assert of_x in dataset.digests.values()
    parts = 1 if dataset.test is None or dataset.info.shared_rows else 2
    assert len(dataset.digests) == 2 * parts
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in dataset.digests.values())


@pytest.mark.parametrize("name", NAMES)
def test_without_data_the_message_says_where_and_what_and_what_works(name: str, tmp_path: Path) -> None:
    options, places = reading.options_for(name), Places(cache=tmp_path / "cache", download=False)
    if not reading.describe(options).folder:
        assert reading.find(options, places) is not None
        return
    with pytest.raises(DataError) as caught:
        reading.read(options, places)

    message = str(caught.value)
    assert str(tmp_path / "cache" / reading.describe(options).folder) in message
    assert "DNNCTL_DATA_DIR: not set" in message
    assert "dnnctl.train('digits')" in message
    assert reading.find(options, places) is None


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from dnnctl.datasets import read as reading\n"
        "from dnnctl.datasets.base import Places\n"
        "reading.read(reading.options_for('digits'), Places())\n"
        "print([m for m in ('sklearn', 'matplotlib', 'tensorflow', 'keras', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
