"""Finding a run by its path, its name, or as the latest."""

import json
import unicodedata
from pathlib import Path

import pytest

from dnnctl.errors import RunError
from dnnctl.runs.finding import find_answering, find_run

STAMP = "20260102-030405"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "outputs"
    for name in (
        f"digits/{STAMP}",
        f"digits/{STAMP}-2",
        f"digits/{STAMP}-10",
        f"digits/{STAMP}-9",
        "xor/20260102-030406",
        "xor/20251231-235959",
        "and/20240101-000000",
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "manifest.json").write_text("{}")
    (folder / "digits" / "20990101-000000").mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("digits", f"digits/{STAMP}-10"),
        ("digits/", f"digits/{STAMP}-10"),
        ("xor", "xor/20260102-030406"),
        ("latest", "xor/20260102-030406"),
        (f"digits/{STAMP}-2", f"digits/{STAMP}-2"),
        (f"digits/{STAMP}/", f"digits/{STAMP}"),
    ],
)
def test_a_name(out: Path, name: str, found: str) -> None:
    assert find_run(name, out).path == out / found


def test_a_path(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = tmp_path / "nowhere"
    assert find_run(str(out / "and/20240101-000000"), nowhere).path == out / "and/20240101-000000"
    assert find_run(str(out / "digits"), nowhere).path == out / f"digits/{STAMP}-10"
    monkeypatch.chdir(out / "xor")
    assert find_run("20251231-235959", nowhere).path.samefile(out / "xor/20251231-235959")
    assert find_run(".", nowhere).path.samefile(out / "xor/20260102-030406")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("digit", "did you mean 'digits'"),
        ("lates", "did you mean 'latest'"),
        ("nothing-like-it", "expected one of: and, digits, latest, xor"),
        ("digits/20990101-000000", "no run 'digits/20990101-000000'"),
        ("", "no run ''"),
        ("a" * 5000, "no run 'aaa"),
        ("../xor", "no run '../xor'"),
    ],
)
def test_no_such_run(out: Path, name: str, said: str) -> None:
    with pytest.raises(RunError) as raised:
        find_run(name, out)
    assert said in str(raised.value)


def test_a_folder_that_is_no_run(out: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"this folder is no run: expected manifest\.json in it"):
        find_run(str(tmp_path), out)


def test_no_runs_at_all(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"there are no runs in .*gone\. Train one first: dnnctl\.train\('digits'\)"):
        find_run("latest", tmp_path / "gone")


def test_a_raised_digit_is_no_number(out: Path) -> None:
    for name in ("20260102-030405-²", "20260102-030405-٣"):
        (out / "digits" / name).mkdir()
        (out / "digits" / name / "manifest.json").write_text("{}")
    assert find_run("digits", out).path.name == f"{STAMP}-10"


def _series(out: Path, name: str, kind: str, folder: str, answering: int) -> Path:
    series = out / name
    for number in (1, 2, 3):
        inner = series / folder / f"{number:02}"
        inner.mkdir(parents=True)
        (inner / "manifest.json").write_text("{}")
        if number <= answering:
            (inner / "weights.npz").touch()
    (series / "manifest.json").write_text(json.dumps({"format": 1, "kind": kind}))
    return series


@pytest.mark.parametrize(("kind", "folder"), [("repeat", "members"), ("crossval", "folds")])
@pytest.mark.parametrize("name", ["digits", "latest", "digits/20270101-000000"])
def test_of_a_series_the_newest_run_that_can_answer_is_asked(out: Path, kind: str, folder: str, name: str) -> None:
    series = _series(out, "digits/20270101-000000", kind, folder, answering=2)
    run, notes = find_answering(name, out)
    assert run.path == series / folder / "02"
    assert len(notes) == 1
    assert f"asked is the newest of them, {folder}/02" in notes[0]


def test_a_series_without_answers_is_older_than_a_run_that_has_some(out: Path) -> None:
    series = _series(out, "digits/20270101-000000", "repeat", "members", answering=0)
    (out / "digits" / STAMP / "weights.npz").touch()
    assert find_answering("digits", out)[0].path == out / "digits" / STAMP
    assert find_answering("digits/20270101-000000", out) == (find_run("digits/20270101-000000", out), ())
    assert find_run("digits", out).path == series


def test_a_single_run_is_asked_without_a_word(out: Path) -> None:
    assert find_answering("xor", out) == (find_run("xor", out), ())


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_a_name_is_found_however_its_letters_are_stored(out: Path, stored: str, asked: str) -> None:
    folder = out / unicodedata.normalize(stored, "실험é") / STAMP
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    name = unicodedata.normalize(asked, "실험é")
    assert find_run(name, out).path == folder
    assert find_run(f"{name}/{STAMP}", out).path == folder
    assert find_run(str(out / name), out).path == folder
