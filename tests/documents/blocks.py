"""The commands of a page: fenced blocks whose commands run, and what is shown of their output.

A block of `sh` holds commands; one of `console` commands behind `$ ` and the output of each. What cannot run here is
`text`.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Set-up, which `.ci/run` does by running the same commands.
SET_UP = ("make ", "pip ", "python3 -m venv", "python -m pytest", "eval ", "source ", "export ", "cd ")


@dataclass
class Command:
    """A command of a page.

    Args:
        line: Its line in the page.
        words: What stands behind `dnnctl`.
        shown: The output that the page shows; None if it shows none.
    """

    line: int
    words: list[str]
    shown: list[str] | None = None


def commands(page: str) -> Iterator[Command]:
    """Yield the commands of a page in the order in which they stand."""
    for block in FENCE.finditer(page):
        first = page.count("\n", 0, block.start(2)) + 1
        if block[1] == "sh":
            yield from _plain(block[2], first)
        elif block[1] == "console":
            yield from _with_output(block[2], first)


def _plain(block: str, first: int) -> Iterator[Command]:
    for number, line in enumerate(block.replace("\\\n", "  ").splitlines(), first):
        for part in _parts(line):
            yield Command(number, part)


def _with_output(block: str, first: int) -> Iterator[Command]:
    command: Command | None = None
    for number, line in enumerate(block.splitlines(), first):
        if line.startswith("$ "):
            if command is not None:
                yield command
            (words,) = _parts(line[2:])
            command = Command(number, words, [])
        elif command is not None and command.shown is not None:
            command.shown.append(line)
    if command is not None:
        yield command


def _parts(line: str) -> Iterator[list[str]]:
    """Yield the words of each command of dnnctl in a line."""
    if line.startswith(SET_UP):
        return
    words: list[str] = []
    for word in [*shlex.split(line, comments=True), "&&"]:
        if word != "&&":
            words.append(word)
        elif words:
            assert words[0] == "dnnctl", f"{line}: expected a command of dnnctl; what cannot run here is `text`"
            yield words[1:]
            words = []


def form(line: str) -> str:
    """Return a line without what depends on sizes and times, numbers, bars and widths, and on the engine."""
    line = re.sub(r"[<>]?\d[\d.,:+-]*(?:e[+-]?\d+)?%?", "#", line)
    line = line.replace("numpy", "keras")
    line = re.sub(r"[─━╌▁▂▃▄▅▆▇█]+", "-", line)
    return " ".join(re.sub(r"[-+−±]?\s*#", "#", line).split())
