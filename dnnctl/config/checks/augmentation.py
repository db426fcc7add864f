"""Checks of augmentation: there must be pictures to change, and a change."""

from collections.abc import Iterator

from dnnctl.config.checks.finding import Finding
from dnnctl.config.schema import Config
from dnnctl.config.yaml_reader import KeyPath
from dnnctl.datasets.base import DatasetInfo

HERE: KeyPath = ("data", "augment")


def check_augmentation(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    """Yield what is wrong with `data.augment`.

    Args:
        config: A configuration whose keys and types are right.
        info: What is known about its data set.
    """
    augment = config.data.augment
    if augment is None:
        return
    if not info.is_image:
        yield Finding(HERE, "only pictures can be augmented, and these rows are numbers. Take this key out")
        return
    if not (augment.moves or augment.noise or augment.erase):
        yield Finding(HERE, "no change is asked for; expected one at least, as {shift: 0.1, rotate: 10}")
    if augment.elastic is not None and augment.elastic.sigma > max(info.input_shape[:2]):
        problem = (
            f"a field smoothed over {augment.elastic.sigma:g} pixels moves a picture of "
            f"{'x'.join(map(str, info.input_shape[:2]))} as a whole, which is what shift does"
        )
        yield Finding((*HERE, "elastic"), problem, code="elastic_moves_whole")
