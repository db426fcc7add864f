"""Sign Language MNIST: the CSV files, Kaggle's zip file, and what can be wrong with them."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.sources import sign_language_mnist
from dnnctl.errors import DataError

HEADER = ",".join(["label", *(f"pixel{i}" for i in range(1, 785))])
LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
# What is no ASCII digit is neither a number nor a crash.
SIGNS = ["\U0010ffff", "\U000e796a", "\u0663", "\u00b2", "\u3000", "\ufffd"]
LABELS = [label for label in range(25) if label != 9]


def row(label: object, pixel: object = 7) -> str:
    return ",".join([str(label), str(pixel), *["3"] * 783])


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


def read(path: Path) -> Dataset:
    return sign_language_mnist.load(sign_language_mnist.Options(), Places(path=path))


def plant(folder: Path, train: str, test: str = table(row(0))) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "sign_mnist_train.csv").write_text(train)
    (folder / "sign_mnist_test.csv").write_text(test)
    return folder


def test_labels_are_counted_through_without_j(tmp_path: Path) -> None:
    dataset = read(plant(tmp_path, table(*(row(label, pixel=label * 10) for label in LABELS))))

    assert dataset.info.class_names == tuple(LETTERS)
    assert dataset.train.y.tolist() == list(range(24))
    assert dataset.train.x.shape == (24, 28, 28)
    assert dataset.train.x[:, 0, 0].tolist() == [label * 10 for label in LABELS]
    assert dataset.train.x[0, 27, 27] == 3
    assert dataset.notes == (
        "24 training rows where 27,455 were published",
        "1 test rows where 7,172 were published",
    )


@pytest.mark.parametrize(
    "text", [table(row(1)).replace("\n", "\r\n"), "\ufeff" + table(row(1)), table(row(1), "", row(1))]
)
def test_windows_line_ends_byte_order_marks_and_blank_lines(tmp_path: Path, text: str) -> None:
    folder = plant(tmp_path, "")
    (folder / "sign_mnist_train.csv").write_bytes(text.encode())

    assert set(read(folder).train.y.tolist()) == {1}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([row(0), row(9)], r"train.csv:3: label: expected a label out of 0-8, 10-24, received '9' \(J and Z"),
        ([row(25)], "train.csv:2: label: .*received '25'"),
        ([row(26)], "train.csv:2: label: .*received '26'"),
        ([row(-1)], "train.csv:2: label: .*received '-1'"),
        ([row(0), "", row(0), row(0) + ",1"], "train.csv:5: expected 785 cells as in the first row; received 786"),
        ([row(0), row(0).rpartition(",")[0]], "train.csv:3: expected 785 cells as in the first row; received 784"),
        ([row(0, "x")], "train.csv:2: pixel1: expected a whole number 0 to 255, received 'x'"),
        ([row(0, "")], "train.csv:2: pixel1: .*received ''"),
        ([row(0, 256)], "train.csv:2: pixel1: .*received '256'"),
        ([row(0, -1)], "train.csv:2: pixel1: .*received '-1'"),
        ([row(0, "1.0")], "train.csv:2: pixel1: .*received '1.0'"),
        ([row(0, "nan")], "train.csv:2: pixel1: .*received 'nan'"),
        ([row(0, "#")], "train.csv:2: pixel1: .*received '#'"),
        ([row(0, "9" * 30)], "train.csv:2: pixel1: "),
        ([row(0), row(0, "0x10")], "train.csv:3: pixel1: .*received '0x10'"),
        *(([row(0), row(0, sign)], "train.csv:3: pixel1: expected a whole number 0 to 255") for sign in SIGNS),
        ([], "train.csv: holds a header and no rows"),
        (["0,1"], "train.csv:2: expected 785 cells as in the first row; received 2"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, rows: list[str], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        read(plant(tmp_path, table(*rows)))


@pytest.mark.parametrize("header", ["", "a,b", HEADER + ",pixel785", HEADER.replace("label", "class"), row(0)])
def test_another_header_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(DataError, match=r"train.csv:1: expected the header label,pixel1,...,pixel784"):
        read(plant(tmp_path, table(row(0), header=header)))


def test_text_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    folder = plant(tmp_path, "")
    for contents in (b"\xff\xfe" * 100, table(row(0)).encode() + b"\xff\xff\n"):
        (folder / "sign_mnist_train.csv").write_bytes(contents)
        with pytest.raises(DataError, match=r"sign_mnist_train.csv"):
            read(folder)


@pytest.mark.parametrize("inner", ["", "sign_mnist_{part}/"])
@pytest.mark.parametrize("name", ["archive.zip", "sign-language-mnist.zip"])
def test_kaggles_zip_file(tmp_path: Path, inner: str, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("amer_sign2.png", b"a picture")
        for part, label in (("train", 24), ("test", 10)):
            archive.writestr(f"{inner.format(part=part)}sign_mnist_{part}.csv", table(row(label)))

    for path in (tmp_path, tmp_path / name):
        dataset = read(path)
        assert dataset.train.y.tolist() == [23]
        assert dataset.test is not None
        assert dataset.test.y.tolist() == [9]


def test_the_unpacked_zip_file_and_one_of_its_files(tmp_path: Path) -> None:
    for part in ("train", "test"):
        (tmp_path / f"sign_mnist_{part}").mkdir()
        (tmp_path / f"sign_mnist_{part}/sign_mnist_{part}.csv").write_text(table(row(2)))
    assert read(tmp_path).train.y.tolist() == [2]

    folder = plant(tmp_path / "flat", table(row(3)))
    assert read(folder / "sign_mnist_test.csv").train.y.tolist() == [3]


def test_a_wrong_row_in_a_zip_file_is_named_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("sign_mnist_train.csv", table(row(0), row(0, "x")))
        archive.writestr("sign_mnist_test.csv", table(row(0)))
    with pytest.raises(DataError, match=r"archive.zip/sign_mnist_train.csv:3: pixel1"):
        read(tmp_path)


def test_a_damaged_or_incomplete_zip_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "archive.zip"
    file.write_bytes(b"PK no zip file")
    with pytest.raises(DataError, match="expected a zip file"):
        read(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("sign_mnist_train.csv", table(row(0)))
    with pytest.raises(DataError, match=r"a zip file without sign_mnist_test.csv"):
        read(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("sign_mnist_test.csv", table(row(0)))
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"0,7,3,3", b"0,7,3,4", 1))
    with pytest.raises(DataError, match=r"archive.zip/sign_mnist_train.csv: .*CRC.*kaggle.com"):
        read(file)
    file.write_bytes(whole)
    monkeypatch.setattr(sign_language_mnist, "LARGEST", 1000)
    with pytest.raises(DataError, match="expected at most 1,000 bytes"):
        read(file)


def test_the_way_to_kaggle_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        sign_language_mnist.load(sign_language_mnist.Options(), Places(cache=tmp_path))

    message = str(caught.value)
    assert "https://www.kaggle.com/datasets/datamunge/sign-language-mnist" in message
    assert f"into {tmp_path / 'sign-language-mnist'}" in message
    assert "missing" not in message


def test_digests_follow_the_values(tmp_path: Path) -> None:
    first = read(plant(tmp_path / "a", table(row(0), row(1)))).digests
    second = read(plant(tmp_path / "b", table(row(0), row(2)))).digests

    assert set(first) == {"train-images", "train-labels", "test-images", "test-labels"}
    assert {name for name in first if first[name] != second[name]} == {"train-labels"}


def test_values_are_those_numpy_reads_of_the_same_text(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 256, (20, 784))
    text = table(*(",".join(map(str, [4, *line])) for line in values.tolist()))

    assert np.array_equal(read(plant(tmp_path, text)).train.x.reshape(20, 784), values)
