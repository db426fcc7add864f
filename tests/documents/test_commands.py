"""Every command of README and docs runs, in the order in which it stands, and says what the page shows."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from blocks import ANY_FENCE, Command, commands, form
from planted import BEFORE, NEEDS_DATA, plant

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
LONG = [pytest.param(page, marks=pytest.mark.slow) for page in PAGES[1:] if list(commands(TEXTS[page]))]
# Small enough to run all of them, by the engine that begins at once.
TINY = {"training.epochs": "2", "data.limit": "200"}
FRESH = ("train", "crossval", "ensemble")
# A network trained on so few rows may miss a figure of `require`.
STATUSES = {0, 3}


def tiny(words: list[str]) -> list[str]:
    """Return a command with few rows and epochs, where it begins a training; with the files that a pattern names."""
    words = [each for word in words for each in (sorted(map(str, Path().glob(word))) if "*" in word else [word])]
    if words[0] not in FRESH or {"--resume", "--help"} & {*words} or words[:2] == ["ensemble", "narrow"]:
        return words
    given = {word.partition("=")[0] for word in words}
    small = [part for key, value in TINY.items() if key not in given for part in ("--set", f"{key}={value}")]
    # Several devices are the Keras engine's.
    return [*words, *small, *([] if given & {"--engine", "device.cpus"} else ["--engine", "numpy"])]


def check(command: Command, out: str) -> None:
    """Compare what a command says with what the page shows, but for sizes and times."""
    said = iter([form(line) for line in out.splitlines()])
    for line in command.shown or []:
        if line.strip() and line.strip() not in {"...", "…"}:
            wanted = form(line)
            assert wanted in said, f"line {command.line}: {wanted!r} is not said where the page shows it, in\n{out}"


def in_a_process(words: list[str]) -> Any:
    """Run a command in a process of its own; returns its status and what it wrote."""
    done = subprocess.run([sys.executable, "-m", "dnnctl", *words], capture_output=True, text=True, check=False)
    return SimpleNamespace(status=done.returncode, out=done.stdout, err=done.stderr)


@pytest.mark.parametrize("page", [PAGES[0], *LONG])
def test_commands_of_a_page_run(page: str, dnnctl: Callable[..., Any], request: pytest.FixtureRequest) -> None:
    if page in NEEDS_DATA:
        request.getfixturevalue("data_dir")
    plant(Path.cwd(), TEXTS[page])
    for words in BEFORE.get(page, ()):
        assert dnnctl(*tiny(words.split())).status == 0
    for command in commands(TEXTS[page]):
        words = tiny(command.words)
        # Several devices are those of a process that has not computed yet.
        done = in_a_process(words) if "device.cpus=2" in words else dnnctl(*words)
        assert done.status in STATUSES, f"{page}:{command.line}: dnnctl {' '.join(command.words)}\n{done.err}"
        check(command, done.out)


def test_the_korean_readme_has_the_same_commands_and_links() -> None:
    korean = (ROOT / "README.ko.md").read_text(encoding="utf-8")
    here, there = (list(commands(text)) for text in (TEXTS["README.md"], korean))
    links = [set(re.findall(r"\]\(([^)]+)\)", text)) for text in (TEXTS["README.md"], korean)]

    assert len(here) > 8
    assert [command.words for command in there] == [command.words for command in here]
    assert links[0] - {"README.ko.md"} == links[1] - {"README.md"}


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    named = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", ANY_FENCE.sub("", TEXTS[page]))

    assert [link for link in named if "://" not in link and not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_command_stands_outside_a_fence(page: str) -> None:
    plain = ANY_FENCE.sub("", TEXTS[page])
    told = ("    dnnctl ", "    $ ", "    make ", "    pip ")

    assert [line for line in plain.splitlines() if line.startswith(told)] == []
