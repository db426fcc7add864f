"""The library names arguments and calls; the command line says them as flags and commands."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from dnnctl import plugins
from dnnctl.cli.flags import COMMANDS, as_command, command_at, told, with_flags
from dnnctl.errors import Call, UsageError


@pytest.mark.parametrize(
    ("command", "text", "said"),
    [
        ("predict", "`top`: expected at least 1; received 0", "--top: expected at least 1; received 0"),
        ("predict", "`top`=3 names the best; leave `top` out.", "--top 3 names the best; leave --top out."),
        ("predict", "inverted; `invert`=False keeps it", "inverted; --no-invert keeps it"),
        ("predict", "`invert` turns it round", "--invert turns it round"),
        ("predict", "`values`:2: column 'b'", "--value:2: column 'b'"),
        ("predict", "expected either `sample` or `inputs`", "expected either --sample or INPUT"),
        ("train", "`overrides` seed: seed: expected 1", "--set seed: seed: expected 1"),
        ("train", "or with `overrides`=data.limit=5.", "or with --set data.limit=5."),
        ("train", "`times`: expected 2", "--repeat: expected 2"),
        ("reproduce", "say where it is: `init_from`=RUN", "say where it is: --init-from RUN"),
        ("ensemble", "`vote`='hard': numbers", "--vote hard: numbers"),
        ("data show", "`overrides`=seed=1", "--set seed=1"),
        ("data list", "under `data`, `key: value`, `top`", "under `data`, `key: value`, `top`"),
    ],
)
def test_an_argument_is_said_as_its_flag(command: str, text: str, said: str) -> None:
    assert with_flags(text, command_at(command.split())) == said


@pytest.mark.parametrize(
    ("call", "python", "shell"),
    [
        (Call("train", ("digits",)), "dnnctl.train('digits')", "dnnctl train digits"),
        (Call("resume", ("a b; $HOME",)), "dnnctl.resume('a b; $HOME')", "dnnctl train --resume 'a b; $HOME'"),
        (
            Call("resume", ("x",), {"overrides": ["training.epochs=N"]}),
            "dnnctl.resume('x', overrides=['training.epochs=N'])",
            "dnnctl train --resume x --set training.epochs=N",
        ),
        (Call("resume", ("x",), series="crossval"), "dnnctl.resume('x')", "dnnctl crossval --resume x"),
        (Call("resume", ("x",), series="repeat"), "dnnctl.resume('x')", "dnnctl train --resume x"),
        (Call("resume", ("x",), series="ensemble"), "dnnctl.resume('x')", "dnnctl ensemble --resume x"),
        (
            Call("repeat", ("CONFIG",), {"times": 5}),
            "dnnctl.repeat('CONFIG', times=5)",
            "dnnctl train CONFIG --repeat 5",
        ),
        (Call("ensemble", ("a", "b")), "dnnctl.ensemble('a', 'b')", "dnnctl ensemble a b"),
    ],
)
def test_a_call_is_said_as_a_command(call: Call, python: str, shell: str) -> None:
    assert str(call) == python
    assert as_command(call) == shell
    error = UsageError("`name`: taken; go on with: ", call)
    assert str(error) == f"`name`: taken; go on with: {python}"
    assert told(error, command_at(["train"])) == f"--name: taken; go on with: {shell}"


def test_what_is_heard_while_a_command_runs_is_in_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    @click.option("--top", type=int)
    def command(top: int) -> None:
        click.echo(with_flags("`top` and `other`"))

    command.main(["--top", "1"], standalone_mode=False)
    assert capsys.readouterr().out == "--top and `other`\n"
    assert with_flags("`top`") == "`top`"


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every string in a module, docstrings too, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_only_the_command_line_names_flags_and_commands(clone: Path) -> None:
    names = "|".join(name for name in plugins.names(COMMANDS) if name != "data")
    ours = re.compile(rf"(?<!\w)--[a-z]|'dnnctl ({names}) |: dnnctl ({names})\b")
    found = [
        f"{path.relative_to(clone)}:{line}: {text}"
        for path in sorted((clone / "dnnctl").rglob("*.py"))
        if path.relative_to(clone).parts[1] != "cli"
        for line, text in texts(path)
        if ours.search(text) and "pip install" not in text
    ]
    assert found == []


def test_every_call_that_the_library_names_is_a_command(clone: Path) -> None:
    functions = set()
    for path in (clone / "dnnctl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Call" and node.args:
                functions.add(ast.literal_eval(node.args[0]))
    assert functions >= {"train", "resume", "ensemble", "repeat"}
    for function in functions:
        assert as_command(Call(function, ("x",))).startswith("dnnctl ")


def test_a_missing_run_is_told_with_the_command_that_makes_one(dnnctl: Callable[..., Any]) -> None:
    assert "Train one first: dnnctl train digits" in dnnctl("evaluate", "latest").err


def test_every_flag_in_the_documents_is_one_of_its_command(clone: Path) -> None:
    wrong, seen = [], 0
    for page in [clone / "README.md", *(clone / "docs").rglob("*.md"), *(clone / "configs").rglob("*.yaml")]:
        # A command ends with its line, its quotes, a comment, or where another one begins.
        for found in re.finditer(r"dnnctl ([a-z]+(?: [^`#;|&\n]*)?)", page.read_text(encoding="utf-8")):
            words = found[1].split()
            command = command_at(words)
            if command is None:
                continue
            known = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
            flags = re.findall(r"(?<!\S)(--[a-z][a-z-]*)", found[1])
            seen += len(flags)
            wrong += [f"{page.name}: {found[0]}: {flag}" for flag in flags if flag not in {*known, "--help"}]
    assert wrong == []
    assert seen > 30
