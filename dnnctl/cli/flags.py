"""What the library says, in the words of the command line: an argument by its flag, a call as a command.

A message of the library names an argument in backticks, as `top` or `invert`=False. Where the running command has a
parameter of that name, its flag takes that place: --top, --no-invert. Other words in backticks stay as they are.
"""

import re
import shlex
from collections.abc import Iterable, Sequence

import click

from dnnctl import plugins
from dnnctl.errors import Call, DnnctlError

COMMANDS = "dnnctl.cli.commands"

# An argument of a Python function, and the value that may stand behind it.
ARGUMENT = re.compile(r"`([a-z_]+)`(?:=('[^']*'|[\w.=-]*[\w-]))?")
# Functions of the Python API whose command has another name.
NAMED_OTHERWISE = {"repeat": "train"}


def command_at(words: Sequence[str]) -> click.Command | None:
    """Return the command that a command line begins with, as `data show`; None if it begins with none.

    Args:
        words: What stands behind `dnnctl`.
    """
    name = words[0].replace("-", "_") if words else ""
    if name not in plugins.names(COMMANDS):
        return None
    command: click.Command = plugins.load(COMMANDS, name).command
    inner = command.commands.get(words[1]) if isinstance(command, click.Group) and len(words) > 1 else None
    return inner or command


def with_flags(text: str, command: click.Command | None = None) -> str:
    """Return a text of the library with the flags of a command in place of arguments.

    Args:
        text: The text.
        command: The command; None for the one that is running.
    """
    if command is None:
        context = click.get_current_context(silent=True)
        command = context.command if context else None
    parameters = {parameter.name: parameter for parameter in command.params} if command else {}

    def said(found: re.Match[str]) -> str:
        parameter = parameters.get(found[1])
        return found[0] if parameter is None else _flag(parameter, (found[2] or "").strip("'"))

    return ARGUMENT.sub(said, text)


def told(error: DnnctlError, command: click.Command | None = None) -> str:
    """Return the message of an error as the command line says it; arguments as in `with_flags`."""
    return "".join(as_command(part) if isinstance(part, Call) else with_flags(part, command) for part in error.parts)


def as_command(call: Call) -> str:
    """Return the command that does what a call of the Python API does."""
    if call.function == "resume":
        name = call.series if call.series in plugins.names(COMMANDS) else "train"
        options = [("resume", call.arguments[0]), *_options(call)]
        words: tuple[str, ...] = ()
    else:
        name, options, words = NAMED_OTHERWISE.get(call.function, call.function), _options(call), call.arguments
    command = command_at([name])
    assert command is not None
    parameters = {parameter.name: parameter for parameter in command.params}
    flags = [_flag(parameters[option], shlex.quote(value)) for option, value in options]
    return " ".join(["dnnctl", name, *map(shlex.quote, words), *flags])


def _options(call: Call) -> list[tuple[str, str]]:
    """Return what a call is given by name, an option that is given several times once for each."""
    given: list[tuple[str, str]] = []
    for name, value in call.options.items():
        values: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
        given += [(name, str(each)) for each in values]
    return given


def _flag(parameter: click.Parameter, value: str) -> str:
    """Return how a parameter is written with a value; an argument is named as in the help."""
    if isinstance(parameter, click.Argument):
        return (parameter.metavar or str(parameter.name).upper()).strip("[].")
    flag = next(option for option in parameter.opts if option.startswith("--"))
    if getattr(parameter, "is_flag", False):
        return parameter.secondary_opts[0] if value == "False" and parameter.secondary_opts else flag
    return f"{flag} {value}" if value else flag
