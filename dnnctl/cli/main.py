"""The `dnnctl` command: finds the command's file, runs it, and turns errors into one line and a status."""

import atexit
import gc
import os
import sys
from typing import NoReturn

import click

from dnnctl import plugins
from dnnctl.cli.flags import COMMANDS, command_at, told
from dnnctl.cli.group import Group
from dnnctl.cli.screen.text import plain
from dnnctl.errors import DnnctlError, Interrupted
from dnnctl.version import __version__

# Shells set it while they ask for completions.
COMPLETING = "_DNNCTL_COMPLETE"
EXAMPLES = """\b
Start here (works offline):
  dnnctl train digits              train on real handwritten digits
  dnnctl evaluate latest           how good is it?
  dnnctl predict latest --sample 5 what does it say?
"""


class CommandFolder(Group):
    """A group whose commands are the files of a package, each imported only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [name.replace("_", "-") for name in plugins.names(COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command, or None if there is none of that name."""
        return command_at([cmd_name])


@click.command(cls=CommandFolder, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dnnctl")
def cli() -> None:
    """One YAML file in; a trained, evaluated, explained and reusable dense neural network out."""


def main() -> None:
    """Run the command line and exit with the status that the design gives each outcome."""
    _start_and_end_sooner()
    if COMPLETING in os.environ:
        import dnnctl.cli.shells  # noqa: F401 - it makes itself known to click
    try:
        status = cli.main(prog_name="dnnctl", complete_var=COMPLETING, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        message = " ".join(f"{error.format_message()} {_how_to_set(error)}".split())
        _fail(f"{message}{'' if message.endswith(('.', '?')) else '.'} Try '{_asked(error)} --help'.", 2)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except Interrupted as error:
        _fail(told(error, command_at(sys.argv[1:])), error.exit_status, prefix="")
    except DnnctlError as error:
        _fail(told(error, command_at(sys.argv[1:])), error.exit_status)
    except OSError as error:
        _fail(": ".join(map(str, filter(None, (error.filename, error.strerror or error)))), 1)
    except MemoryError:
        _fail("not enough memory", 1)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _start_and_end_sooner() -> None:
    # Python would look for garbage after every 700 objects, while imports make many that stay; and at its end once
    # more in all there is, though nothing need be given back any more.
    gc.set_threshold(10_000)
    atexit.register(gc.freeze)


def _fail(message: str, status: int, prefix: str = "error: ") -> NoReturn:
    """Say on standard error what went wrong, and exit."""
    for line in message.splitlines():
        click.echo(f"{prefix}{plain(line)}", err=True)
    sys.exit(status)


def _how_to_set(error: click.UsageError) -> str:
    """Return how to set a key of the configuration that was taken for an option; nothing for anything else."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return ""
    if not any(parameter.name == "overrides" for parameter in error.ctx.command.params):
        return ""
    from dnnctl.config.schema import paths_to

    paths = paths_to(error.option_name.strip("-").replace("-", "_"))
    return (
        f"Keys of the configuration are set by --set {' or '.join(f'{path}=VALUE' for path in paths)}" if paths else ""
    )


def _asked(error: click.UsageError) -> str:
    """Return the command whose help to read; click forgets it where an option lacks its value."""
    if error.ctx:
        return error.ctx.command_path
    return " ".join(["dnnctl", *(name for name in sys.argv[1:2] if not name.startswith("-"))])
