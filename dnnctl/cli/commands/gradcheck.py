"""`dnnctl gradcheck`: whether the gradients of a network are right."""

import json

import click

from dnnctl.cli.completion import configurations
from dnnctl.cli.options import json_option, set_option


@click.command()
@click.argument("config", shell_complete=configurations)
@set_option
@click.option(
    "--rows",
    type=click.IntRange(min=1, max=1024),
    default=16,
    show_default=True,
    help="Training rows to check on, as --rows 8; more make it slower, not more exact.",
)
@click.option(
    "--no-keras", is_flag=True, help="Compare with differences only, without TensorFlow: gradcheck xor --no-keras."
)
@json_option
def command(config: str, overrides: tuple[str, ...], rows: int, no_keras: bool, as_json: bool) -> int:
    """Check the NumPy engine's gradients of CONFIG's network.

    Each array's gradient is compared with differences of the loss and, where Keras is installed, with
    TensorFlow's, in float64 on a few training rows, from the initial weights.

    \b
    Examples:
      dnnctl gradcheck digits
      dnnctl gradcheck my.yaml --set seed=1 --no-keras

    Exit status: 0 if all agree, 1 if one does not, 2 faulty configuration.
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.cli.screen import gradcheck as screen
    from dnnctl.config.loading import load
    from dnnctl.experiments.explain.gradcheck import gradcheck

    loaded = load(config, overrides)
    with shown() as progress:
        result = gradcheck(loaded, rows=rows, keras=not no_keras, progress=progress)
    click.echo(json.dumps(screen.for_programs(result)) if as_json else screen.report(result, asked=not no_keras))
    return 0 if result.passed else 1
