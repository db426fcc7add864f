"""What tables are encoded in: found out from few words among many numbers, and said where it is not sure."""

import re
from collections.abc import Callable

import pytest

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.tables.decoding import text_of
from dnnctl.datasets.tables.detection import PART, usual
from dnnctl.datasets.tables.guessing import Clues
from dnnctl.errors import DataError

Read = Callable[..., Dataset]
WORDS = {
    "cp949": ("서울특별시 부산 전라남도", "높음 낮음"),
    "euc_kr": ("학교 병원 시장", "남 여"),
    "cp932": ("北海道 神奈川県 カナダ", "あり なし"),
    "euc_jp": ("ひらがな カタカナ 東京都", "はい いいえ"),
    "gb18030": ("湖南省 广东省 黑龙江", "已婚 未婚"),
    "big5": ("臺北市 新竹縣 馬祖", "已婚 未婚"),
    "cp1251": ("Иркутск Пенза Тверь", "холост женат"),
    "koi8_r": ("Магадан Сочи Курск", "холост женат"),
    "cp1252": ("Genève Liège Nîmes", "mariée célibataire"),
    "latin_1": ("Füssen Göppingen Nördlingen", "ledig geschieden verwitwet für"),
    "cp1250": ("Częstochowa Łomża Gdynia", "żonaty kawaler"),
    "cp1254": ("Ağrı Şırnak Bingöl", "evli bekâr boşanmış"),
    "cp1253": ("Κοζάνη Φλώρινα Βέροια", "έγγαμος άγαμος"),
}


def table(places: str, answers: str, names: str = "a,b,c", rows: int = 30) -> str:
    some, ends = places.split(), answers.split()
    lines = [f"{some[i % len(some)]},{i * 7 % 50},{ends[i % len(ends)]}" for i in range(rows)]
    return "\n".join([names, *lines, ""])


@pytest.mark.parametrize("encoding", WORDS)
def test_the_encoding_of_few_words_is_found_out_and_named(read: Read, encoding: str) -> None:
    dataset = read(table(*WORDS[encoding]).encode(encoding))
    assert dataset.table is not None
    assert set(dataset.table.columns[0].words) == set(WORDS[encoding][0].split())
    assert set(dataset.info.class_names) == set(WORDS[encoding][1].split())
    named = dataset.table.text_encoding
    assert any(note.endswith(f"a header, {named}") for note in dataset.notes)
    assert "ü가".encode("utf-8" if named.startswith("utf") else named, "ignore").decode(named) in {"ü", "가", "ü가", ""}


@pytest.mark.parametrize("encoding", ["cp949", "cp932", "gb18030", "cp1251"])
def test_words_in_the_header_alone_are_enough(read: Read, encoding: str) -> None:
    first, second, third = WORDS[encoding][0].split()
    dataset = read(table("1 2 3", "x y", f"{first},{second},{third}").encode(encoding), target=third)
    assert dataset.info.feature_names == (first, second)


def test_words_far_behind_the_beginning_decide() -> None:
    numbers = b"1.5,2.5,x\n" * (3 * PART // 10)
    text = text_of(b"a,b,c\n" + numbers + "대전,광주,울산\n".encode("cp949") + numbers, "t.csv")
    assert text.encoding == "cp949"


def test_few_words_in_many_rows_are_cut_nowhere() -> None:
    rows = "".join(f"{('서울', '부산', '대구')[i % 3]},{'x' * (i % 7)}\n" for i in range(200_000))
    assert len(rows) > 5 * PART
    text = text_of(f"a,b\n{rows}".encode("cp949"), "t.csv")
    assert (text.encoding, text.doubts) == ("cp949", ())


def test_what_does_not_decode_all_of_a_file_is_not_taken() -> None:
    words = "".join(f"stra\xdfe {i}\n" for i in range(3000)).encode("cp1252")
    text = text_of(b"c\n" + words + "м\n".encode("cp1251") + words, "t.csv")
    assert "straße 5" in bytes(text.data).decode()


def test_a_guess_between_two_names_both_and_the_line_that_settles_it(read: Read) -> None:
    contents = table("1 2 3", "prospěl neprospěl").encode("cp1250")
    told = [str(warning) for warning in read(contents).warnings if warning.code == "uncertain_encoding"]
    assert re.search(
        r"guess between two: in cp125\d, '(ne)?prosp.l' would be '(ne)?prosp.l'; write `encoding: ", told[0]
    )
    assert not any(warning.code == "uncertain_encoding" for warning in read(contents, encoding="cp1250").warnings)


def test_names_in_the_configuration_decide(read: Read) -> None:
    dataset = read(table("1 2 3", "x y", "a,b,počet").encode("cp1250"), target="počet")
    assert dataset.table is not None
    assert dataset.table.text_encoding == "cp1250"
    assert read(table("1 2 3", "x y", "a,b,poèet").encode("cp1252"), target="poèet").info.target == "poèet"


def test_what_is_known_of_another_table_decides() -> None:
    contents = "a\nprospěl\n".encode("cp1250")
    assert text_of(contents, "t.csv", clues=Clues("cp1250")).encoding == "cp1250"
    assert text_of(contents, "t.csv", clues=Clues("", ("a", "prospěl"))).encoding == "cp1250"
    # What it was the last time does not make Korean Western.
    assert text_of(table(*WORDS["cp949"]).encode("cp949"), "t.csv", clues=Clues("cp1252")).encoding == "cp949"


@pytest.mark.parametrize(
    ("likely", "encoding"),
    [
        ("ISO-8859-2", "iso8859_2"),
        ("latin-1", "cp1252"),
        ("euc-kr", "cp949"),
        ("shift_jis", "cp932"),
        ("gbk", "gb18030"),
    ],
)
def test_an_encoding_is_known_by_each_of_its_names(likely: str, encoding: str) -> None:
    assert usual(likely) == encoding
    assert [usual(none) for none in ("auto", "", "base64", "a\0b", "utf-16")] == [""] * 5


def test_another_encoding_than_those_that_are_tried_is_tried_where_it_is_likely() -> None:
    contents = table("1 2 3", "naïf élève ½ ∞ Ω").encode("cp437")
    assert text_of(contents, "t.csv").encoding != "cp437"
    assert text_of(contents, "t.csv", clues=Clues("cp437")).encoding == "cp437"
    assert text_of("a\n가족\n나무\n".encode("johab"), "t.csv", clues=Clues("johab")).encoding == "johab"


def test_what_the_configuration_says_is_taken_where_it_decodes_and_doubted_where_words_say_otherwise() -> None:
    contents = "a\nprospěl\n".encode("iso8859_2")
    text = text_of(contents, "t.csv", clues=Clues("iso-8859-2", said=True))
    assert ("prospěl" in bytes(text.data).decode(), text.doubts) == (True, ())
    korean = table(*WORDS["cp949"]).encode("cp949")
    text = text_of(korean, "t.csv", clues=Clues("latin-1", said=True))
    assert text.encoding == "latin-1"
    assert "as the training table was said to be; in cp949, " in text.doubts[0].message
    assert text_of(korean, "t.csv", clues=Clues("ascii", said=True)).encoding == "cp949"


@pytest.mark.parametrize(("encoding", "mark"), [("cp949", b""), ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf")])
def test_a_broken_letter_is_told_with_its_line_and_the_rest_is_read(read: Read, encoding: str, mark: bytes) -> None:
    good = table("서울특별시 부산광역시 전라남도 경상북도 제주도", "높음 낮음", rows=60).encode(encoding).split(b"\n")
    good[41] = good[41].replace(b",", b"\xff,", 1)
    dataset = read(mark + b"\n".join(good))
    assert dataset.table is not None
    assert {"서울특별시", "부산광역시"} < set(dataset.table.columns[0].words)
    told = [warning for warning in dataset.warnings if warning.code == "broken_characters"]
    assert f"is read as {encoding}, but for places that are none, the first in line 42" in told[0].message


def test_an_encoding_that_was_named_is_not_guessed(read: Read) -> None:
    with pytest.raises(DataError, match=r"t.csv:2: is not euc_jp text, at byte 0x\w\w; save it as UTF-8, or name"):
        read(table(*WORDS["cp1252"]).encode("cp1252"), encoding="euc_jp")


def test_signs_among_plain_letters_do_not_make_them_foreign(read: Read) -> None:
    dataset = read("temperature °C,area m²,c\n" + "20,1.5,x\n21,2.5,y\n" * 10)
    for encoding in ("cp1252", "latin_1"):
        contents = ("temperature °C,area m²,c\n" + "20,1.5,x\n21,2.5,y\n" * 10).encode(encoding)
        assert read(contents).info.feature_names == dataset.info.feature_names
