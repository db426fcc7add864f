"""Sizes, names and folders that a training cannot have, each through the real command line."""

from pathlib import Path

import pytest
from hostile import CommandLine, assert_refused

GOOD = "data: {dataset: digits}\n"

HUGE = {
    "one layer beyond its range": "{dense: 2000000000}",
    "two huge layers": "{dense: 10000000}, {dense: 10000000}",
    "many big layers": ", ".join(["{dense: 100000}"] * 200),
}


@pytest.mark.parametrize("command", ["train", "train --dry-run", "gradcheck", "trace"])
@pytest.mark.parametrize("kind", HUGE)
def test_a_network_that_cannot_fit_is_refused(commands: CommandLine, tmp_path: Path, kind: str, command: str) -> None:
    (tmp_path / "hostile.yaml").write_text(f"{GOOD}engine: numpy\nmodel: {{layers: [{HUGE[kind]}]}}\n")
    outcome = commands.run(*command.split(), "hostile.yaml", cwd=tmp_path)
    if kind == "one layer beyond its range":
        assert_refused(outcome, 2, "units: expected a number at most 10,000,000; received 2000000000")
    else:
        assert_refused(outcome, 2, "model.layers: expected a training that fits into", "would need about", "parameters")
    assert not (tmp_path / "outputs").exists()


def test_the_limit_of_the_process_counts(commands: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "hostile.yaml").write_text(f"{GOOD}engine: numpy\nmodel: {{layers: [{{dense: 1000000}}]}}\n")
    outcome = commands.run("train", "hostile.yaml", cwd=tmp_path)
    assert_refused(outcome, 2, "fits into 3.2 GB, the limit of this process", "75,000,010 parameters")
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("out", "status"),
    [("/dev/null/x", 1), ("/proc/x", 1), ("x" * 300, 1), ("x/" * 3_000, 1), ("file", 2), ("file/x", 1), ("loop", 1)],
)
def test_an_output_folder_that_cannot_be_is_refused(
    commands: CommandLine, tmp_path: Path, out: str, status: int
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    outcome = commands.run("train", "height_weight", "--engine", "numpy", "--out", out, "--quiet", cwd=tmp_path)
    assert_refused(outcome, status)


@pytest.mark.parametrize("name", ["..", "a/b", "x" * 300, "con", "\x1b[31m", "latest", "-"])
def test_a_hostile_name_by_option_is_refused(commands: CommandLine, tmp_path: Path, name: str) -> None:
    outcome = commands.run("train", "height_weight", "--name", name, cwd=tmp_path)
    assert_refused(outcome, 2, "--name: name: expected")
    assert not (tmp_path / "outputs").exists()
