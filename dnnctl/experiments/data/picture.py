"""A picture of data: of a published set, of a configuration's own, or of what augmentation does to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dnnctl.config.loading import LoadedConfig, load
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import DATASETS, DownloadProgress, silent
from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.samples import looked_at
from dnnctl.errors import UsageError
from dnnctl.plots.data import augmented, data_set
from dnnctl.training.preparation import split_and_plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(
    name: str,
    overrides: Sequence[str] = (),
    *,
    path: Path | None = None,
    changed: bool = False,
    progress: DownloadProgress = silent,
) -> tuple["Figure", str]:
    """Draw samples of a data set or of a configuration's data.

    Args:
        name: A data set, or a configuration's file; a shipped configuration's name too, with `overrides` or `changed`.
        overrides: Values of single keys of the configuration, as `data.limit=100`.
        path: Folder or file to read it from instead of the usual places.
        changed: Whether to draw training pictures before and after augmentation.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Returns:
        The picture, and what to call it.

    Raises:
        UsageError: If there is no such data set, or no augmentation is asked for.
        DnnctlError: If the configuration or the data is faulty.
    """
    file = name.replace("-", "_") not in DATASETS.names() and (Path(name).suffix in {".yaml", ".yml"} or "/" in name)
    if not (file or overrides or changed):
        dataset = reading.read(reading.options_for(name), default_places(path, progress))
        return data_set.draw(dataset), dataset.name
    loaded = load(name, overrides)
    title = loaded.config.name
    if not changed:
        return data_set.draw(loaded.read(progress, path)), title
    _check_augmented(loaded)
    prepared = split_and_plan(loaded, loaded.read(progress, path))
    assert prepared.augmenter is not None
    info, train = prepared.dataset.info, prepared.splits.train
    return augmented.draw(info, looked_at(train), prepared.augmenter, title), f"{title}-augmented"


def _check_augmented(loaded: LoadedConfig) -> None:
    """Raise `UsageError` unless a configuration asks for augmentation."""
    if loaded.config.data.augment is not None:
        return
    if not loaded.info.is_image:
        raise UsageError(f"{loaded.path}: only pictures can be augmented, and these rows are numbers")
    raise UsageError(
        f"{loaded.path}: asks for no augmentation; add it under `data`, as augment: {{shift: 0.1}}, or with "
        "`overrides`=data.augment.shift=0.1"
    )
