"""Options that several commands share, and the check that none stands beside another that it does not go with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from dnnctl.cli.completion import keys, runs

Function = TypeVar("Function", bound=Callable[..., Any])


def output_folder() -> Path:
    """Return the folder of all runs where none is given."""
    from dnnctl.runs.layout import output_folder as usual

    return usual()


# The folder of all runs.
out_option = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=output_folder,
    show_default="outputs, or $DNNCTL_OUTPUT_DIR",
    metavar="DIR",
    help="Folder that runs are kept in, as --out experiments.",
)
# Values of single keys of a configuration.
set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=keys,
    help="Override one key, as --set training.epochs=5. May be repeated.",
)
# For commands that answer.
engine_option = click.option(
    "--engine",
    type=click.Choice(["auto", "numpy", "keras"]),
    default="auto",
    show_default=True,
    help="What computes, as --engine keras; auto takes NumPy where training found that both say the same.",
)
# For commands that read the data set of a run again.
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Read the data set from this folder or file instead, as --data ~/mnist.",
)
# For commands that read other tables.
encoding_option = click.option(
    "--encoding",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="What tables of text are encoded in, as --encoding cp949; auto finds it out.",
)
# For commands that train a configuration.
name_option = click.option(
    "--name", metavar="NAME", help="Name of the run instead of the configuration's, as --name first-try."
)
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object on standard output, the rest on standard error: --json | jq .metrics.",
)


def training_options(function: Function) -> Function:
    """Add what every command has that trains, from `--set` to `--json`."""
    for option in (
        json_option,
        out_option,
        click.option(
            "--quiet",
            is_flag=True,
            help="Print the folder of the result only, for scripts: RUN=$(dnnctl ... --quiet).",
        ),
        click.option(
            "--resume",
            metavar="RUN",
            shell_complete=runs,
            help="Go on with a run (a path, a name, or latest) from its last checkpoint, as --resume latest.",
        ),
        click.option(
            "--jobs",
            type=int,
            default=1,
            show_default=True,
            metavar="N",
            help="Train N networks at a time, each in a process of its own; results are the same: --jobs 2.",
        ),
        click.option(
            "--engine",
            type=click.Choice(["keras", "numpy"]),
            help="Train with this engine instead of the one named, as --engine numpy.",
        ),
        set_option,
    ):
        function = option(function)
    return function


def expect_no(others: Mapping[str, object], reason: str, instead: str = "") -> None:
    """Check that nothing was given that does not apply.

    Args:
        others: What does not apply, by name; None where it was not given.
        reason: Why it does not, for the message.
        instead: What to do instead.

    Raises:
        UsageError: If something was given.
    """
    from dnnctl.errors import UsageError

    given = [name for name, value in others.items() if value is not None]
    if given:
        hint = f" ({instead})" if instead else ""
        raise UsageError(f"{reason}; expected no {' and no '.join(given)} beside it{hint}")
