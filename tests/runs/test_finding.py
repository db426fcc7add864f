"""Finding a run by its path, its name, or as the latest."""

from pathlib import Path

import pytest

from dnnctl.errors import RunError
from dnnctl.runs.finding import find_run

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
