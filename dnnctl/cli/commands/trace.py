"""`dnnctl trace`: what a training step does."""

import json

import click

from dnnctl.cli.completion import configurations
from dnnctl.cli.options import json_option, set_option


@click.command()
@click.argument("config", shell_complete=configurations)
@set_option
@click.option(
    "--steps",
    type=click.IntRange(min=1, max=1_000_000),
    default=1,
    show_default=True,
    help="Take so many steps and show how the figures move, as --steps 20.",
)
@click.option(
    "--rows", type=click.IntRange(min=1), help="Rows a step, as --rows 4.  [default: the configuration's batch size]"
)
@json_option
def command(config: str, overrides: tuple[str, ...], steps: int, rows: int | None, as_json: bool) -> None:
    """Explain one training step, forward and backward.

    It is the first one of CONFIG's network. Nothing is written, and TensorFlow stays unused: the NumPy
    engine takes the step. Where the network and the batch are small, as in xor, the numbers themselves are
    shown.

    \b
    Examples:
      dnnctl trace xor
      dnnctl trace deep_sigmoid
      dnnctl trace digits --steps 100
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.cli.screen import trace as screen
    from dnnctl.config.loading import load
    from dnnctl.experiments.explain.trace import trace

    loaded = load(config, overrides)
    with shown() as progress:
        result = trace(loaded, steps=steps, rows=rows, progress=progress)
    click.echo(json.dumps(screen.for_programs(result)) if as_json else screen.report(result))
