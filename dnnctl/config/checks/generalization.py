"""Checks of what makes a network generalize: class weights, mix-up and augmentation against the data set."""

from collections.abc import Iterator

from dnnctl import plugins
from dnnctl.config.checks import Finding
from dnnctl.config.schema import Config
from dnnctl.config.yaml_reader import KeyPath
from dnnctl.datasets.base import DatasetInfo

AUGMENT: KeyPath = ("data", "augment")


def check_generalization(config: Config, info: DatasetInfo | None) -> Iterator[Finding]:
    """Yield what is wrong with class weights, mix-up and augmentation.

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
    if info is not None:
        yield from _augmentation(config, info)


def _class_weights(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    written, path = config.training.class_weights, ("training", "class_weights")
    if not info.class_names:
        labels = "are labels of 0 and 1, which all count the same: only classes can be weighed"
        what = labels if info.judged else "is a number and has no classes"
        yield Finding(path, f"{info.target!r} {what}; take this key out")
        return
    if not isinstance(written, dict):
        return
    for name in written:
        if name not in info.class_names:
            problem = f"there is no class {name[:60]!r}{plugins.suggestion(name, info.class_names)}"
            yield Finding((*path, name), problem)
    if not any(written.get(name, 1.0) for name in info.class_names):
        yield Finding(path, "every class has a weight of 0, so that no row counts; expected one above 0")


def _augmentation(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    """Find augmentation without pictures to change, or without a change."""
    augment = config.data.augment
    if augment is None:
        return
    if not info.is_image:
        yield Finding(AUGMENT, "only pictures can be augmented, and these rows are numbers. Take this key out")
        return
    if not (augment.moves or augment.noise or augment.erase):
        yield Finding(AUGMENT, "no change is asked for; expected one at least, as {shift: 0.1, rotate: 10}")
    if augment.elastic is not None and augment.elastic.sigma > max(info.input_shape[:2]):
        problem = (
            f"a field smoothed over {augment.elastic.sigma:g} pixels moves a picture of "
            f"{'x'.join(map(str, info.input_shape[:2]))} as a whole, which is what shift does"
        )
        yield Finding((*AUGMENT, "elastic"), problem, code="elastic_moves_whole")
