"""Looking inside the network while it learns: when, and on which rows."""

import math
from typing import Any

from numpy.typing import NDArray

from dnnctl.datasets.base import Samples
from dnnctl.engines.base import Engine, LayerStatistics
from dnnctl.training.preparation import Prepared

# Layers are looked at on so many training rows, at so many epochs at most.
ROWS = 256
INSPECTIONS = 50


class Inspector:
    """Looks at the layers on training rows.

    Args:
        prepared: The data, and the length.
        engine: Whose layers.
    """

    def __init__(self, prepared: Prepared, engine: Engine) -> None:
        self._prepared = prepared
        self._engine = engine

    def targets(self, samples: Samples) -> NDArray[Any]:
        """Return the targets of rows as the loss wants them."""
        return self._prepared.preprocessing.prepare_targets(samples.y, self._prepared.config.training.dtype)

    def at(self, taken: Samples) -> list[LayerStatistics]:
        """Return how each layer behaves on some rows.

        Args:
            taken: The rows.
        """
        return self._engine.inspect(taken.x, self.targets(taken))

    def wants(self, epoch: object) -> bool:
        """Tell whether the layers are looked at after an epoch, counted from 1.

        The stride is a power of 2, so that the epochs looked at in a long training are among those of a shorter one.
        """
        epochs = self._prepared.length.epochs
        stride = 2 ** math.ceil(math.log2(max(1.0, epochs / INSPECTIONS)))
        return isinstance(epoch, int) and ((epoch - 1) % stride == 0 or epoch == epochs)

    def after(self, epoch: int) -> list[dict[str, float | str]]:
        """Return a row a layer after an epoch, counted from 1; none if it is not one to look at."""
        first = self._prepared.splits.train.take(slice(ROWS))
        return [{"epoch": epoch, **vars(seen)} for seen in self.at(first)] if self.wants(epoch) else []
