"""The arrays that peers train on: the very rows that dnnctl reads, written out once."""

from pathlib import Path

import numpy as np

from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.read import options_for, read
from dnnctl.datasets.samples import held


def write(name: str, folder: Path) -> None:
    """Write a data set's arrays below a folder, as `mnist/x.npy`.

    Raises:
        DataError: If the data set is nowhere; the message says what to do.
    """
    own = folder / name
    if own.is_dir():
        return
    dataset = read(options_for(name), default_places())
    train, test = held(dataset.train), held(dataset.test or dataset.train)
    own.mkdir(parents=True)
    for stem, array in {"x": train.x, "y": train.y, "x_test": test.x, "y_test": test.y}.items():
        np.save(own / f"{stem}.npy", array)
