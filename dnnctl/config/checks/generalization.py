"""Checks of what makes a network generalize: class weights and mix-up against the data set."""

from collections.abc import Iterator

from dnnctl import plugins
from dnnctl.config.checks.finding import Finding
from dnnctl.config.schema import Config
from dnnctl.datasets.base import DatasetInfo


def check_generalization(config: Config, info: DatasetInfo | None) -> Iterator[Finding]:
    """Yield what is wrong with class weights and mix-up.

    Args:
        config: A configuration whose keys and types are right.
        info: What is known about its data set; None if it is unknown, and all that rests on it is left out.
    """
    if config.training.mix_up is not None and config.data.batch_size == 1:
        yield Finding(
            ("training", "mix_up"),
            "a row is blended with another of its batch, and data.batch_size is 1; expected a larger one, or no mix-up",
        )
    if info is not None and config.training.class_weights is not None:
        yield from _class_weights(config, info)


def _class_weights(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    written, path = config.training.class_weights, ("training", "class_weights")
    if info.task == "regression":
        yield Finding(path, f"{info.target!r} is a number and has no classes; take this key out")
        return
    if not isinstance(written, dict):
        return
    for name in written:
        if name not in info.class_names:
            problem = f"there is no class {name[:60]!r}{plugins.suggestion(name, info.class_names)}"
            yield Finding((*path, name), problem)
    if not any(written.get(name, 1.0) for name in info.class_names):
        yield Finding(path, "every class has a weight of 0, so that no row counts; expected one above 0")
