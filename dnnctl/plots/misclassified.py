"""The most confident mistakes: pictures that the network was most sure of, wrongly."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.evaluation import classification
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.mosaic import captioned
from dnnctl.plots.style.text import cut

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 24
# Rows, a row for each mistake; how sure the network was of it; and two lines for one of them, by its number.
Mistakes = tuple[NDArray[np.int64], NDArray[Any], Callable[[int], tuple[str, str]]]


def draw(context: PlotContext) -> "Figure | None":
    """Draw the mistakes among the test rows with the highest probability for the wrong class.

    Returns:
        A grid of pictures, of several labels one for each that is wrong; None for numbers, for regression, or if there
        are no mistakes.
    """
    info = context.info
    if not info.judged or not info.is_image or not len(context.test):
        return None
    wrong, confidence, captions = (_wrong_labels if info.task == "multilabel" else _wrong_classes)(context)
    if not len(wrong):
        return None
    order = np.argsort(-confidence, kind="stable")[:MOST]
    what = "what is true of a label" if info.task == "multilabel" else "true class"
    subtitle = (
        f"{context.title} · {len(np.unique(wrong)):,} of {context.test_rows} wrong · below: "
        f"{what}, then prediction and its probability"
    )
    images = context.test.x[wrong[order]]
    value_range = info.input_range or (float(images.min()), float(images.max()))
    return captioned("Most confident mistakes", subtitle, list(images), [captions(i) for i in order], value_range)


def _wrong_classes(context: PlotContext) -> Mistakes:
    """Return the rows given a wrong class, the probability of that class, and what to say of each."""
    truth = context.test.y.reshape(-1)
    predicted = classification.predicted_labels(context.scores)
    wrong = np.flatnonzero(predicted != truth)
    confidence = classification.columns(context.scores)[wrong, predicted[wrong]]
    names = [cut(name, 18) for name in context.info.class_names]

    def caption(number: int) -> tuple[str, str]:
        row = wrong[number]
        return f"is {names[truth[row]]}", f"said {names[predicted[row]]} {_share(confidence[number])}"

    return wrong, confidence, caption


def _wrong_labels(context: PlotContext) -> Mistakes:
    """Return the rows with a wrong label, once for each, the probability of what was said, and what to say of each."""
    said = context.scores > 0.5
    wrong, labels = np.nonzero(said != (context.test.y > 0.5))
    chances = context.scores[wrong, labels]
    confidence = np.where(chances > 0.5, chances, 1 - chances)
    names = [cut(name, 18) for name in context.info.targets]

    def caption(number: int) -> tuple[str, str]:
        name, has = names[labels[number]], said[wrong[number], labels[number]]
        is_so, said_so = (f"not {name}", name) if has else (name, f"not {name}")
        return f"is {is_so}", f"said {said_so} {_share(confidence[number])}"

    return wrong, confidence, caption


def _share(probability: float) -> str:
    """Return a probability in two digits, without rounding a mistake up to certainty."""
    return ">0.99" if probability >= 0.995 else f"{probability:.2f}"
