"""Tables as they are found in the wild."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.tables import decoding
from dnnctl.datasets.tables import text as texts
from dnnctl.errors import DataError, DnnctlError
from dnnctl.inference.inputs import table
from dnnctl.inference.inputs.base import Inputs, InputSpec

NUMBERS = InputSpec(DatasetInfo("t", "regression", (2,), feature_names=("weight", "age"), target="height"))
ONE = InputSpec(DatasetInfo("t", "regression", (1,), feature_names=("weight",), target="height"))
PICTURES = InputSpec(DatasetInfo("t", "multiclass", (2, 2), input_range=(0.0, 255.0)), 0.0)


def read(text: str | bytes, spec: InputSpec = NUMBERS) -> Inputs:
    content = text.encode() if isinstance(text, str) else text
    return table.read(io.BytesIO(content), "p.csv", spec, None)


@pytest.mark.parametrize(
    "text",
    [
        "75,30\n80,40\n",
        "75,30\r\n80,40",
        "75;30\n80;40\n",
        "75\t30\n80\t40\n",
        '"75","30"\n"80","40"\n',
        "\n\n75, 30\n\n80 ,40\n\n",
        "\ufeff75,30\n80,40\n",
        "weight,age\n75,30\n80,40\n",
        "age,weight\n30,75\n40,80\n",
        "\ufeffAge;WEIGHT\r\n30;75\r\n40;80\r\n",
        'name,age,height,weight\nAnna,30,170,75\n"B, C",40,,80\n',
        "7.5e1,3e+1\n80.0,40\n",
        "75,30\r80,40\r",
        "75 30\n80 40\n",
        "75|30\n80|40\n",
        "  75   30\n   80 40\n",
        "weight     age\n    75      30\n    80      40\n",
        "weight;age\n75,0;3,0e1\n80,0;40,0\n",
        "75,0;30,0\n80,0;40,0\n",
        "75,30\n80,40\n".encode("utf-16"),
        "weight,age\n75,30\n80,40\n".encode("utf-16-le"),
        "weight,age\n75,30\n80,40\n".encode("utf-16-be"),
        "größe,age,weight\n1,30,75\n2,40,80\n".encode("cp1252"),
    ],
)
def test_numbers(text: str | bytes) -> None:
    inputs = read(text)
    assert inputs.x.dtype == np.float64
    assert inputs.x.tolist() == [[75, 30], [80, 40]]


def test_a_file_is_read_from_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("remarks\n75,30\n80,40\n")
    with (tmp_path / "p.csv").open("rb") as stream:
        stream.readline()
        assert table.read(stream, "p.csv", NUMBERS, None).x.tolist() == [[75, 30], [80, 40]]


def test_names_are_lines_of_the_file() -> None:
    assert read("weight,age\n\n75,30\n80,40\n").names == ("p.csv:3", "p.csv:4")
    assert read('\nname,weight,age\n"two\nlines",75,30\nx,80,40\n').names == ("p.csv:4", "p.csv:5")


def test_what_is_left_out_is_said() -> None:
    assert read("age,weight,height\n30,75,170\n").notes == ("p.csv: columns ignored: 'height'",)
    assert read("mass,years\n75,30\n").notes == ("p.csv: columns taken by position: mass, years",)
    assert read("weight,age\n75,30\n").notes == ()


def test_one_column() -> None:
    assert read("75\n80\n", ONE).x.tolist() == [[75], [80]]
    assert read("height\tweight\n170\t75\n", ONE).x.tolist() == [[75]]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("1,2,3,4\n", ""),
        ("p1,p2,p3,p4\n1,2,3,4\n", ""),
        ("9,1,2,3,4\n", "first column ignored"),
        ("label,0,1,2,3\n9,1,2,3,4\n", "first column 'label' ignored"),
        (",0,1,2,3\ndog,1,2,3,4\n", "first column '' ignored"),
        ("p1,p2,p3,p4,class\n1,2,3,4,9\n", "last column 'class' ignored"),
    ],
)
def test_pictures(text: str, label: str) -> None:
    inputs = read(text, PICTURES)
    assert inputs.x.dtype == np.uint8
    assert inputs.x.tolist() == [[[1, 2], [3, 4]]]
    assert any(label in note for note in inputs.notes) == bool(label)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "p.csv: is empty"),
        ("\n \n", "p.csv: holds no rows"),
        ("weight,age\n", "p.csv: holds a header and no rows"),
        ("75,30\n80\n", "p.csv:2: expected 2 cells as in the first row; received 1"),
        ("75,30\n80,40,1\n", "p.csv:2: expected 2 cells"),
        ("weight,age\n75,old\n", "p.csv:2: column 'age': expected a number; received 'old'"),
        ("75,\n", "p.csv:1: column 'age': expected a number; received ''"),
        ("75;1,5\n70.5;2\n80.5;3\n", "p.csv:1: column 'age': .*'1,5'; write decimals with a point"),
        ("75,1_0\n", "received '1_0'"),
        ("75,nan\n", "p.csv:1: column 'age': expected a finite"),
        ("75,1e99\n", "32 bits"),
        ("weight,height\n75,170\n", "missing column 'age'"),
        ("weight,age,age\n75,1,2\n", "more than one column 'age'"),
        ("a,b,c\n1,2,3\n", r"received 3 columns \(a, b, c\)"),
        ("1,2,3\n", "received 3 columns; a first row with names"),
        ('"75,30\n', "is not CSV|expected"),
        ("75,\x1b[2J\n", r"received '\\x1b\[2J'"),
        (b"\xff\xfe7\x005\x00,\x001\x00\n", "p.csv:1: is not utf-16 text"),
        (b"75,30\n\xe9,1\n", "p.csv:2: column 'weight': expected a number; received 'é'"),
        (b"75,30\x00\n", "p.csv: holds zero bytes"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(text)


def test_pixels_out_of_range_are_named() -> None:
    with pytest.raises(DataError, match=r"p.csv:3: column 'p2': expected a pixel from 0 to 255; received 300"):
        read("label,p1,p2,p3,p4\n1,1,2,3,4\n1,1,300,3,4\n", PICTURES)
    with pytest.raises(DataError, match="expected 4 columns, or 5 with a label first; received 3"):
        read("1,2,3\n", PICTURES)
    with pytest.raises(DataError, match=r"p.csv:2: column 'pixel3': expected a pixel from 0 to 255; received 300"):
        read("1,2,3,4\n1,2,300,4\n", PICTURES)


def test_endless_rows_and_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MAX_ROW", 100)
    monkeypatch.setattr(texts, "SAMPLE", 50)
    monkeypatch.setattr(decoding, "MAX_PIPED", 1000)
    monkeypatch.setattr(table, "MAX_ROWS", 200)
    for text, told in (
        ("1," * 100, "longer than"),
        (f'1,"{"1" * 200}"\n', "longer than|field larger than"),
        ("1,2\n" * 249, "more than 200 lines"),
        ("1,2\n" * 400, "longer than"),
    ):
        with pytest.raises(DataError, match=told):
            read(text)


def test_many_rows() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (500, 4))
    text = "label,a,b,c,d\n" + "".join(f"3,{','.join(map(str, row))}\n" for row in x)
    assert np.array_equal(read(text, PICTURES).x.reshape(500, 4), x)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text('01.,;\t"\n\r -eage_', max_size=60)))
@pytest.mark.parametrize("spec", [NUMBERS, ONE, PICTURES])
def test_no_text_escapes(spec: InputSpec, text: str | bytes) -> None:
    try:
        inputs = read(text, spec)
    except DnnctlError:
        return
    assert inputs.x.shape == (len(inputs.names), *spec.info.input_shape)
    assert np.isfinite(inputs.x).all()
