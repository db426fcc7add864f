"""`dnnctl config`: check and list configurations."""

import click

from dnnctl.cli.completion import configurations
from dnnctl.cli.flags import with_flags
from dnnctl.cli.group import Group
from dnnctl.cli.options import set_option


@click.group(cls=Group)
def command() -> None:
    """Check, show and list configurations.

    \b
    Examples:
      dnnctl config check my.yaml
      dnnctl config show digits
      dnnctl config list
    """


@command.command()
@click.argument("config", shell_complete=configurations)
@set_option
def check(config: str, overrides: tuple[str, ...]) -> None:
    """Report everything that is wrong with CONFIG.

    CONFIG is a YAML file, or the name of a shipped one. Each fault is a line: file:line:column: key: what is
    wrong.

    \b
    Example:
      dnnctl config check my.yaml --set training.epochs=5

    Exit status: 0 if it can be trained, 2 if not.
    """
    from dnnctl.cli.screen.text import plain
    from dnnctl.config.loading import load

    loaded = load(config, overrides)
    for warning in loaded.warnings:
        click.echo(f"warning: {plain(with_flags(str(warning)))}", err=True)
    click.echo(f"{plain(str(loaded.path))}: can be trained ({loaded.info.title})")


@command.command()
@click.argument("config", shell_complete=configurations)
@set_option
def show(config: str, overrides: tuple[str, ...]) -> None:
    """Print CONFIG with every default written out.

    The output is itself a configuration.

    \b
    Example:
      dnnctl config show digits > my.yaml
    """
    from dnnctl.config.loading import as_yaml, load

    click.echo(as_yaml(load(config, overrides).config), nl=False)


@command.command(name="list")
def list_() -> None:
    """List the configurations that come with dnnctl.

    \b
    Example:
      dnnctl config list
    """
    from dnnctl.config.shipped import shipped, title

    known = shipped()
    width = max(map(len, known), default=0)
    for name, path in known.items():
        click.echo(f"{name:<{width}}  {title(path)}")
