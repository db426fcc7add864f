"""What the evidence shows, one question a function; none of them says what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from dnnctl.evaluation.baselines import Baseline
from dnnctl.evaluation.diagnosis.evidence import Evidence, Split
from dnnctl.evaluation.diagnosis.outcomes import Error, Interval, Outcomes

# Of shares in points, of errors as a share of the other's error.
BEHIND = {False: 0.01, True: 0.05}
GAP = {False: 0.03, True: log(1.25)}
RISEN_GAP = {False: 0.01, True: log(1.1)}
# A gap that is not known to be smaller than this is not known at all.
TELLING = {False: 0.1, True: log(1.5)}
LEAST_OF_TRIVIAL = 0.02  # An error that differs by less of the trivial one is a good one all the same.
NEARLY_PERFECT = 0.95  # Accuracy, or share of the trivial error that is gone: no model needs to be better.
WRONG_OF_TRIVIAL = 0.4
RISE = 1.1  # Last validation loss over the lowest one.
FALL = 0.03
COMMON, RARELY, GAIN = 0.8, 0.25, 0.1


@dataclass(frozen=True)
class Witness:
    """A model that shows that the inputs say more than the network has learned.

    Args:
        label: What it is.
        value: Its figure on the same rows.
        split: Which rows, in words.
        curved: Whether it shows more than a linear model can.
    """

    label: str
    value: float
    split: str
    curved: bool = False


def name_of(model: Baseline) -> str:
    """Return what a simple model is called in a sentence."""
    return model.label if model.kind == "logistic" else f"a {model.label}"


def is_error(seen: Evidence) -> bool:
    """Tell whether the figure is an error, which small is good."""
    return isinstance(seen.measure, Error)


def nearly_perfect(seen: Evidence, outcomes: Outcomes, split: Split) -> bool:
    """Tell whether there is little left to learn."""
    if not is_error(seen):
        return outcomes.mean >= NEARLY_PERFECT
    trivial = split.simple.get("trivial")
    return trivial is not None and outcomes.mean <= (1 - NEARLY_PERFECT) * trivial.mean


def gap(seen: Evidence) -> Interval | None:
    """Return by how much the network is better on the rows it was trained on; None without validation rows."""
    return None if seen.validation is None else seen.measure.gap(seen.train.network, seen.validation.network)


def overfits(seen: Evidence, *, risen: bool = False) -> bool:
    """Tell whether the network is clearly better on the rows it was trained on than chance explains, and by much.

    Args:
        seen: The evidence.
        risen: Whether the validation loss rose again, so that less is enough.
    """
    found = gap(seen)
    if found is None or seen.validation is None:
        return False
    least = (RISEN_GAP if risen else GAP)[is_error(seen)]
    # Of few rows one gap in twenty lies outside its limits, and many networks are judged.
    if found.low <= (GAP[is_error(seen)] if too_few_rows(seen) else 0) or found.value < least:
        return False
    trivial = seen.validation.simple.get("trivial")
    if not is_error(seen) or trivial is None:
        return True
    return seen.validation.network.mean - seen.train.network.mean > LEAST_OF_TRIVIAL * trivial.mean


def rose_again(seen: Evidence) -> bool:
    """Tell whether the validation loss rose clearly after its lowest epoch, and the last weights were kept."""
    return seen.validation is not None and seen.curve.lasted and seen.curve.rise > RISE


def still_falling(seen: Evidence) -> bool:
    """Tell whether the loss was still falling at the end."""
    return seen.curve.lasted and seen.curve.fall > FALL


def too_few_rows(seen: Evidence) -> bool:
    """Tell whether the validation rows are too few to know how far training and validation lie apart."""
    found = gap(seen)
    return found is not None and (found.high - found.low) / 2 > TELLING[is_error(seen)]


def witness(seen: Evidence) -> Witness | None:
    """Return a model that is clearly better than the network on validation rows, and on training rows too.

    A linear model is asked, and then the nearest training rows, which are no model of their own rows: these must do
    better on validation rows than the network does on its training rows.
    """
    return next(_witnesses(seen), None)


def _witnesses(seen: Evidence) -> Iterator[Witness]:
    reference, unseen = seen.reference, seen.validation
    if nearly_perfect(seen, seen.train.network, seen.train):
        return
    if reference is not None and reference.kind in seen.train.simple and _behind(seen, seen.train, reference.kind):
        if unseen is None:
            yield Witness(name_of(reference), seen.train.simple[reference.kind].mean, "training")
        elif _behind(seen, unseen, reference.kind):
            yield Witness(name_of(reference), unseen.simple[reference.kind].mean, "validation")
    if seen.neighbours is None:
        return
    network, near = seen.neighbours
    ahead = seen.measure.ahead(network, near)
    learned = near.mean - seen.train.network.mean
    if (-learned if is_error(seen) else learned) > 0 and _clearly_behind(seen, ahead):
        yield Witness("the mean of the nearest training rows", near.mean, "validation", curved=True)


def _behind(seen: Evidence, split: Split, kind: str) -> bool:
    return _clearly_behind(seen, seen.ahead(split, kind))


def _clearly_behind(seen: Evidence, ahead: Interval) -> bool:
    return ahead.high < 0 and ahead.value < -BEHIND[is_error(seen)]


def linear_is_better(seen: Evidence) -> Interval | None:
    """Return by how much the network is behind the linear model on validation rows; None where it is not, clearly."""
    reference, unseen = seen.reference, seen.validation
    if reference is None or unseen is None or reference.kind not in unseen.simple:
        return None
    ahead = seen.ahead(unseen, reference.kind)
    return ahead if _clearly_behind(seen, ahead) else None


def beats(seen: Evidence, kind: str) -> bool:
    """Tell whether the network is clearly better than a simple model on validation rows."""
    unseen = seen.validation
    return unseen is not None and kind in unseen.simple and seen.ahead(unseen, kind).low > 0


def much_wrong(seen: Evidence) -> bool:
    """Tell whether the network is wrong on its training rows nearly as often as one that looks at no input."""
    trivial = seen.train.simple.get("trivial")
    if trivial is None:
        return False
    wrong, whole = seen.train.network.mean, trivial.mean
    if is_error(seen):
        return wrong > 0.5 * whole
    return 1 - wrong > WRONG_OF_TRIVIAL * (1 - whole)


def passed_over(seen: Evidence) -> str | None:
    """Return the class that the network hardly ever names although its inputs tell it; None if there is none.

    A linear model that weighs all classes alike must find clearly more of the classes, in the mean.
    """
    unseen = seen.validation
    if unseen is None or not seen.info.class_names or seen.weights is not None:
        return None
    counts = [int((unseen.rows.y.reshape(-1) == label).sum()) for label in range(len(seen.info.class_names))]
    if max(counts) < COMMON * len(unseen.rows):
        return None
    right = unseen.network.values
    found = {label: float(right[unseen.rows.y.reshape(-1) == label].mean()) for label, n in enumerate(counts) if n}
    label = min(found, key=lambda each: found[each])
    if found[label] >= RARELY or seen.balanced is None:
        return None
    network, weighed = seen.balanced
    ahead = seen.measure.ahead(weighed, network)
    return seen.info.class_names[label] if ahead.low > 0 and ahead.value >= GAIN else None
