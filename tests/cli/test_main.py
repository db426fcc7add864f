"""The `dnnctl` command as a whole: help, versions, mistakes, and what is imported."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from dnnctl import __version__, plugins
from dnnctl.cli.main import COMMANDS, cli

Run = Callable[..., Any]
HEAVY = ("tensorflow", "keras", "numpy", "matplotlib", "sklearn", "pydantic", "scipy", "requests", "rich")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand with its whole name."""
    for key in plugins.names(COMMANDS):
        command: click.Command = plugins.load(COMMANDS, key).command
        name = key.replace("_", "-")
        yield name, command
        if isinstance(command, click.Group):
            for inner, subcommand in command.commands.items():
                yield f"{name} {inner}", subcommand


ALL = dict(commands())


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command_and_how_to_start(dnnctl: Run, option: str) -> None:
    done = dnnctl(option)
    assert done.status == 0
    for name in plugins.names(COMMANDS):
        assert re.search(rf"^  {name} +\S", done.out, re.MULTILINE)
    assert "dnnctl train digits" in done.out
    assert "..." not in done.out.partition("Commands:")[2], "a command's summary is too long for one line"


def test_version(dnnctl: Run) -> None:
    assert dnnctl("--version").out == f"dnnctl, version {__version__}\n"


def test_no_command_shows_the_help(dnnctl: Run) -> None:
    done = dnnctl()
    assert (done.status, done.out) == (2, "")
    assert "Usage: dnnctl" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian"], "no such command 'trian'; did you mean 'train'?"),
        (["--verion"], "--verion"),
        (["train", "digits", "--dryrun"], "--dry-run"),
        (["train"], "expected a configuration, as 'dnnctl train digits', or --resume RUN"),
        (["train", "digits", "--set"], "requires an argument. Try 'dnnctl train --help'"),
        (["train", "digits", "more"], "(more). Try 'dnnctl train --help'"),
        (["evaluate", "latest", "--split", "tset"], "'tset' is not one of 'test', 'validation', 'train'"),
        (["predict", "latest", "--top", "0"], "0 is not in the range x>=1"),
        (["config", "chek"], "chek"),
        (["\x1b[31mred"], "no such command '\\x1b[31mred'"),
    ],
)
def test_a_usage_mistake_is_told_in_one_line(dnnctl: Run, arguments: list[str], said: str) -> None:
    done = dnnctl(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert said in done.err
    assert "--help'" in done.err


def test_help_imports_nothing_heavy() -> None:
    code = f"""
import json, sys
from dnnctl.cli.main import cli
seen = {{}}
for words in {[name.split() for name in ALL] + [[]]!r}:
    try:
        cli.main([*words, "--help"], prog_name="dnnctl", standalone_mode=False)
    finally:
        seen[" ".join(words)] = [module for module in {HEAVY!r} if module in sys.modules]
print("\\n" + json.dumps(seen))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    assert len(seen) == len(ALL) + 1
    assert not any(seen.values()), seen


def test_python_m_dnnctl_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "dnnctl", "trian"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: no such command 'trian'; did you mean 'train'? Try 'dnnctl --help'.\n"


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = ALL[name]
    shown = command.get_help(click.Context(command, info_name=f"dnnctl {name}"))
    assert command.help
    assert f"dnnctl {name}" in shown.replace(f"Usage: dnnctl {name}", "")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
        else:
            # click has no help for arguments: the command's own text has to speak of them.
            metavar = parameter.make_metavar(click.Context(command)).strip("[].")
            assert metavar.removesuffix("]...") in command.help, parameter.name


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_documented(name: str, clone: Path) -> None:
    pages = [clone / "README.md", *(clone / "docs").rglob("*.md")]
    assert any(f"dnnctl {name}" in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("name", ALL)
def test_every_command_that_has_exit_statuses_tells_them(name: str) -> None:
    command = ALL[name]
    if isinstance(command, click.Group):
        return
    # All that is not 0 is told where a command returns a status of its own.
    told = re.findall(r"\b(\d+)\b", (command.help or "").partition("Exit status:")[2])
    if inspect.signature(command.callback).return_annotation is int:
        assert len(told) > 1
    assert set(told) <= {"0", "1", "2", "3", "130", "143"}


@pytest.mark.parametrize("name", ALL)
def test_every_command_refuses_what_is_not_there_in_one_line(dnnctl: Run, name: str) -> None:
    command = ALL[name]
    if isinstance(command, click.Group):
        return
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    given = ["nowhere"] * sum(max(parameter.nargs, 1) for parameter in arguments)
    done = dnnctl(*name.split(), *given)
    if not arguments:
        assert done.status == 0
        return
    # A run is missing; a configuration or a data set of that name is a mistake of who asks for it.
    missing = arguments[0].name in {"run", "first"}
    assert (done.status, done.out) == (1 if missing else 2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert "nowhere" in done.err


def test_a_full_disk_is_no_traceback(dnnctl: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr(cli, "invoke", full)
    done = dnnctl("config", "list")
    assert (done.status, done.err) == (1, "error: somewhere: No space left on device\n")


def test_ctrl_c_outside_of_a_training(dnnctl: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "invoke", interrupted)
    done = dnnctl("config", "list")
    assert done.status == 130
    assert done.err.strip() == "interrupted"


def test_a_closed_pipe_is_no_traceback(start: Run) -> None:
    process = start("config", "list")
    process.stdout.close()
    _, said = process.communicate(timeout=60)
    assert said == ""


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("trian",), "error: no such command 'trian'; did you mean 'train'? Try 'dnnctl --help'."),
        (("data", "pipline"), "error: no such command 'pipline'; did you mean 'pipeline'? Try 'dnnctl data --help'."),
        (("runs", "verfy"), "error: no such command 'verfy'; did you mean 'verify'? Try 'dnnctl runs --help'."),
        (
            ("config", "x"),
            "error: no such command 'x'; expected one of: check, list, show. Try 'dnnctl config --help'.",
        ),
    ],
)
def test_a_command_that_is_none_is_answered_with_the_nearest(dnnctl: Run, command: tuple[str, ...], told: str) -> None:
    done = dnnctl(*command)
    assert (done.status, done.err) == (2, f"{told}\n")
