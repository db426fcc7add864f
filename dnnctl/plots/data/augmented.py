"""Training pictures before and after augmentation, as a training sees them epoch after epoch."""

from typing import TYPE_CHECKING

import numpy as np

from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.plots.style.mosaic import pin
from dnnctl.plots.style.sheet import EDGE, GREY, HEADING, INK, SMALL, TEXT, paper, sheet
from dnnctl.plots.style.text import plain, width_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Pictures, one of each class as far as these go, and epochs.
MOST, EPOCHS = 10, 9
SIZE, GAP, LINE = 0.62, 0.07, 0.24  # Inches.


def draw(info: DatasetInfo, train: Samples, augmenter: Augmenter, name: str) -> "Figure":
    """Draw some pictures as they are, and what the first epochs make of them.

    Args:
        info: What is known about the data set.
        train: The training rows; at least one.
        augmenter: What changes them.
        name: What the subtitle opens with.
    """
    rows = _one_of_each(info, train)
    names = [plain(info.class_names[int(train.y[row])], 20) if info.class_names else f"row {row}" for row in rows]
    shown = [
        train.x[rows],
        *(augmenter(train.x[rows], rows, augmenter.parameters(e, len(train))) for e in range(EPOCHS)),
    ]
    margin = max(width_of(text, TEXT) for text in names) + 0.12
    cell = SIZE + GAP
    # A gap more sets the pictures as they are apart.
    lefts = [EDGE + margin + i * cell + (i > 0) * 2 * GAP for i in range(EPOCHS + 1)]
    height = HEADING + LINE + len(rows) * cell + EDGE / 2
    subtitle = f"{name} · left: as it is; right of it: in epochs 1 to {EPOCHS}"
    figure = sheet(lefts[-1] + cell + EDGE, height, "Augmented training pictures", subtitle)
    axes = paper(figure)
    tops = [height - HEADING - LINE - i * cell for i in range(len(rows))]
    for epoch, left in enumerate(lefts):
        head = f"{epoch}" if epoch else "as it is"
        axes.text(left + SIZE / 2, tops[0] + 0.1, head, size=SMALL, color=GREY, ha="center", va="center")
    for text, top in zip(names, tops, strict=True):
        axes.text(lefts[0] - 0.08, top - SIZE / 2, text, size=TEXT, color=INK, ha="right", va="center")
    limits = info.input_range or (float(train.x[rows].min()), float(train.x[rows].max()))
    spots = [(left, top) for left in lefts for top in tops]
    pin(axes, [picture for column in shown for picture in column], limits, spots, SIZE)
    return figure


def _one_of_each(info: DatasetInfo, train: Samples) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the row of one picture of each class, or the first rows where there are no classes."""
    if not info.class_names:
        return np.arange(min(MOST, len(train)))
    found = np.unique(train.y, return_index=True)[1]
    return np.asarray(found[:MOST], np.int64)
