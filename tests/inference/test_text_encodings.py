"""A run knows what its table was encoded in, and asks other tables what they are."""

import json
from pathlib import Path

import pytest
from user_tables import Run, train

import dnnctl as library
from dnnctl.errors import DataError, UsageError

PLACES = ("서울", "부산", "대구", "인천")
TABLE = "지역,인구,등급\n" + "".join(
    f"{PLACES[i % 4]},{i * 7 % 40},{'높음' if i % 4 < 2 else '낮음'}\n" for i in range(60)
)
NEW = "지역,인구\n부산,12\n인천,30\n"


def answers(dnnctl: Run, *arguments: str) -> tuple[list[str], list[str]]:
    status, out, err = dnnctl("predict", "latest", *arguments, "--format", "json")
    assert status == 0, err
    told = json.loads(out)
    return [row["prediction"] for row in told["predictions"]], told["notes"]


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("trained", ["cp949", "utf-8"])
def test_new_tables_are_read_whatever_they_are_encoded_in(dnnctl: Run, trained: str) -> None:
    Path("t.csv").write_bytes(TABLE.encode(trained))
    train(dnnctl, "{path: t.csv, target: 등급}", "--set", "training.epochs=40")
    for encoding in ("cp949", "utf-8", "utf-8-sig", "utf-16"):
        Path("new.csv").write_bytes(NEW.encode(encoding))
        said, notes = answers(dnnctl, "new.csv")
        assert said == ["높음", "낮음"]
        assert notes == (["new.csv: is read as cp949"] if encoding == "cp949" != trained else [])
        Path("more.csv").write_bytes(TABLE.encode(encoding))
        status, out, _ = dnnctl("evaluate", "latest", "--data", "more.csv", "--json")
        assert status == 0
        assert json.loads(out)["metrics"]["accuracy"] == 1


@pytest.mark.usefixtures("no_plots")
def test_an_encoding_can_be_named_and_is_doubted_where_no_word_is_known(dnnctl: Run) -> None:
    Path("t.csv").write_bytes(TABLE.replace("지역,인구,등급", "place,people,grade").encode("cp949"))
    train(dnnctl, "{path: t.csv, target: grade}", "--set", "training.epochs=40")
    new = NEW.replace("지역,인구", "place,people")
    Path("new.csv").write_bytes(new.encode("cp949"))
    assert answers(dnnctl, "new.csv", "--encoding", "cp949") == (["높음", "낮음"], [])
    _, notes = answers(dnnctl, "new.csv", "--encoding", "cp1252")
    assert notes == [
        "new.csv: column 'place': taken as (unknown): 'ºÎ»ê', 'ÀÎÃµ'; none is known: is this the right encoding? "
        "--encoding names another"
    ]
    told = dnnctl("predict", "latest", "new.csv", "--encoding", "utf-8")
    assert told[0] == 1
    assert "new.csv: is not utf-8 text; name another --encoding, or leave it at auto" in told[2]
    assert "is no encoding; expected one as utf-8" in dnnctl("predict", "latest", "new.csv", "--encoding", "klingon")[2]
    assert dnnctl("predict", "latest", "--value", "부산,3", "--encoding", "cp949")[0] == 2
    assert dnnctl("evaluate", "latest", "--encoding", "cp949")[0] == 2

    run = library.load("latest")
    assert list(run.predict("new.csv", encoding="cp949").labels) == ["높음", "낮음"]
    with pytest.raises(UsageError, match="`encoding`=cp949 is for files; received rows"):
        run.predict({"place": "부산", "people": 1}, encoding="cp949")
    with pytest.raises(DataError, match="which no training row has"):
        run.evaluate(data=moved(), encoding="cp1252")


def moved() -> str:
    """Return a table that is not the one of the training, as a file."""
    table = TABLE.replace("지역,인구,등급", "place,people,grade").replace("서울,0", "서울,1")
    Path("moved.csv").write_bytes(table.encode("cp949"))
    return "moved.csv"


@pytest.mark.usefixtures("no_plots")
def test_a_run_that_does_not_say_its_encoding_still_answers(dnnctl: Run) -> None:
    Path("t.csv").write_bytes(TABLE.encode("cp949"))
    run = Path(train(dnnctl, "{path: t.csv, target: 등급}", "--set", "training.epochs=40")["run"])
    stored = json.loads((run / "preprocessing.json").read_text("utf-8"))
    assert stored["table"].pop("text_encoding") == "cp949"
    (run / "preprocessing.json").write_text(json.dumps(stored), encoding="utf-8")
    Path("new.csv").write_bytes(NEW.encode("cp949"))
    assert answers(dnnctl, "new.csv")[0] == ["높음", "낮음"]


@pytest.mark.usefixtures("no_plots")
def test_what_the_configuration_says_goes_for_other_tables_of_the_run(dnnctl: Run) -> None:
    words = "město,počet,cíl\n" + "".join(f"{('Plzeň', 'Liberec')[i % 2]},{i % 7},{'ab'[i % 2]}\n" for i in range(60))
    Path("t.csv").write_bytes(words.encode("iso8859_2"))
    train(dnnctl, "{path: t.csv, target: cíl, encoding: iso-8859-2}", "--set", "training.epochs=40")
    Path("new.csv").write_bytes("město,počet\nPlzeň,3\n".encode("iso8859_2"))
    assert answers(dnnctl, "new.csv") == (["a"], [])
    Path("more.csv").write_bytes(words.replace("Plzeň,6", "Plzeň,5").encode("iso8859_2"))
    status, out, _ = dnnctl("evaluate", "latest", "--data", "more.csv", "--json")
    assert (status, json.loads(out)["metrics"]["accuracy"]) == (0, 1)


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("stream", ["false", "true"])
def test_classes_of_pixel_tables_are_known_whatever_they_are_written_in(
    dnnctl: Run, stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    header = ",".join(["c", *(f"pixel{i}" for i in range(36))])
    rows = [",".join([("prospěl", "kůň")[i % 2], *(str((i * k) % 256) for k in range(36))]) for i in range(60)]
    Path("t.csv").write_bytes("\n".join([header, *rows]).encode("cp1250"))
    train(dnnctl, f"{{path: t.csv, target: c, encoding: cp1250, stream: {stream}}}", "--set", "training.epochs=2")
    Path("more.csv").write_bytes("\n".join([header, *rows[:40]]).encode("cp1250"))
    status, out, err = dnnctl("evaluate", "latest", "--data", "more.csv", "--json")
    assert status == 0, err
    assert json.loads(out)["rows"] == 40
