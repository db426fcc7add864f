"""The most confident mistakes: pictures that the network was most sure of, wrongly."""

from typing import TYPE_CHECKING

import numpy as np

from dnnctl.evaluation import classification
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.mosaic import captioned
from dnnctl.plots.style.text import cut

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 24


def draw(context: PlotContext) -> "Figure | None":
    """Draw the mistakes among the test rows with the highest probability for the wrong class.

    Returns:
        A grid of pictures; None for numbers, for regression, or if there are no mistakes.
    """
    info = context.info
    if info.task == "regression" or not info.is_image or not len(context.test):
        return None
    truth = context.test.y.reshape(-1)
    predicted = classification.predicted_labels(context.scores)
    wrong = np.flatnonzero(predicted != truth)
    if not len(wrong):
        return None
    confidence = classification.columns(context.scores)[wrong, predicted[wrong]]
    order = np.argsort(-confidence, kind="stable")[:MOST]
    names = [cut(name, 18) for name in info.class_names]
    captions = [
        (f"is {names[truth[row]]}", f"said {names[predicted[row]]} {_share(share)}")
        for row, share in zip(wrong[order], confidence[order], strict=True)
    ]
    subtitle = (
        f"{context.title} · {len(wrong):,} of {context.test_rows} wrong · below: "
        "true class, then prediction and its probability"
    )
    images = context.test.x[wrong[order]]
    value_range = info.input_range or (float(images.min()), float(images.max()))
    return captioned("Most confident mistakes", subtitle, list(images), captions, value_range)


def _share(probability: float) -> str:
    """Return a probability in two digits, without rounding a mistake up to certainty."""
    return ">0.99" if probability >= 0.995 else f"{probability:.2f}"
