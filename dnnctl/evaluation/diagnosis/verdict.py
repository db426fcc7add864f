"""A verdict on the fit: does the network learn too little, or does it learn its rows by heart?

The rules are rules of thumb, but none of them rests on what chance explains, and none gives advice without a sign
that it helps: a validation loss that fell or rose, or a simpler model that does better on rows neither has seen.
Where no model at hand does better than the network, the inputs may say no more about the target, and nothing is
advised. Each verdict carries the figures it rests on, so that a reader can disagree.

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 5.2 and 11.3.
"""

from dataclasses import dataclass
from typing import Literal

from dnnctl.config.schema import Config
from dnnctl.evaluation.diagnosis import findings
from dnnctl.evaluation.diagnosis.advice import Advice, Cause, saturates, settings_for
from dnnctl.evaluation.diagnosis.evidence import Evidence, Split
from dnnctl.evaluation.diagnosis.outcomes import Interval
from dnnctl.network.layers.dense import Layer as Dense

Kind = Literal["overfitting", "underfitting", "good fit", "no better than a linear model", "no verdict"]

FEWEST_ROWS = 15  # The loss of fewer rows falls, and rises, by chance.


@dataclass(frozen=True)
class Verdict:
    """What the metrics of a run say about its fit.

    Args:
        kind: `overfitting`, `underfitting`, `good fit`, `no better than a linear model`, or `no verdict`.
        sentence: The verdict and the figures it rests on.
        metrics: Those figures by name, each with the limits of its 95% interval.
        advice: What to train next; empty where nothing is known to help.
    """

    kind: Kind
    sentence: str
    metrics: dict[str, float]
    advice: tuple[Advice, ...] = ()


def diagnose(seen: Evidence, config: Config) -> Verdict:
    """Say whether a network underfits, overfits or fits well, and what is known to help.

    Args:
        seen: What the verdict rests on.
        config: The configuration that was trained, resolved.
    """
    kind, told, causes = _judge(seen, config)
    rows = 0 if seen.validation is None else seen.validation.count
    advice = []
    for cause, why in causes:
        settings = settings_for(cause, config, validation_rows=rows)
        if settings:
            advice.append(Advice(why, settings, seen.measure.name))
            break
    rare = findings.passed_over(seen)
    if rare is not None:
        why = (
            f"rows of class {rare!r} are hardly ever found; where every class matters as much, at the cost of accuracy"
        )
        advice.append(Advice(why, (("training.class_weights", "balanced"),), "recall"))
    return Verdict(kind, f"{kind}: {told}", _metrics(seen), tuple(advice))


Judged = tuple[Kind, str, list[tuple[Cause, str]]]


def _judge(seen: Evidence, config: Config) -> Judged:
    """Return the verdict, what it rests on, and the causes that advice could answer, the surest first."""
    risen = findings.rose_again(seen)
    if findings.overfits(seen, risen=risen):
        return _overfitting(seen)
    behind = findings.witness(seen)
    if behind is not None:
        where = "" if behind.split == "training" else f" on the same {behind.split} rows"
        told = f"{_both(seen)}, where {behind.label} reaches {seen.measure.written(behind.value)}{where}"
        return "underfitting", told, _causes(seen, config, behind)
    if seen.info.shared_rows:
        return _shared(seen)
    if findings.too_few_rows(seen):
        return _few(seen)
    perfect = findings.nearly_perfect(seen, seen.train.network, seen.train)
    if findings.still_falling(seen) and not perfect and seen.validation is not None:
        told = f"{_both(seen)}, and the validation loss was still falling at the end"
        return "underfitting", told, [("still falling", "the validation loss was still falling at the end")]
    if seen.validation is None:
        why = "there are no validation rows (see data.validation_split), so nothing can be said about overfitting"
        return "no verdict", f"{_both(seen)}; {why}", []
    return _good(seen)


def _few(seen: Evidence) -> Judged:
    """Say that rows are too few to tell, which does not keep anyone from going on while the loss falls."""
    told = f"{_both(seen)}: too few rows to tell; cross-validation uses every row"
    apart, rows = findings.gap(seen), 0 if seen.validation is None else seen.validation.count
    known = rows >= FEWEST_ROWS and findings.still_falling(seen)
    if not known or apart is None or apart.value >= findings.GAP[findings.is_error(seen)]:
        return "no verdict", told, []
    return "no verdict", told, [("still falling", "the validation loss was still falling at the end")]


def _overfitting(seen: Evidence) -> Judged:
    curve, causes = seen.curve, list[tuple[Cause, str]]()
    told = _both(seen)
    if seen.info.is_image:
        causes.append(("few pictures", "pictures that are changed a little in each epoch cannot be learned by heart"))
    if findings.rose_again(seen):
        told += (
            f"; the validation loss rose from {curve.losses[curve.best - 1]:.3g} at epoch {curve.best} to "
            f"{curve.losses[-1]:.3g} at epoch {curve.epochs}"
        )
        enough = seen.validation is not None and seen.validation.count >= FEWEST_ROWS
        if enough and curve.better_before(seen.measure.larger_is_better):
            causes.append(("rose again", f"the validation loss was lowest after epoch {curve.best}"))
    reference, behind = seen.reference, findings.linear_is_better(seen)
    if behind is not None and reference is not None:
        assert seen.validation is not None
        value = seen.measure.written(seen.validation.simple[reference.kind].mean)
        told += f"; {findings.name_of(reference)} reaches {value} on the same validation rows"
        causes.append(("linear is better", f"{findings.name_of(reference)} does better on rows that neither has seen"))
    causes.append(("wide gap", "a penalty on large weights leaves less room to learn rows by heart"))
    return "overfitting", told, causes


def _causes(seen: Evidence, config: Config, behind: findings.Witness) -> list[tuple[Cause, str]]:
    """Return why a network may have learned less than there is to learn."""
    if behind.curved and not any(isinstance(layer, Dense) for layer in config.model.layers):
        return [("too small", "without a hidden layer a network is a linear model")]
    if findings.still_falling(seen):
        if seen.curve.slow:
            return [("hardly moved", "the loss has hardly moved; the learning rate is low")]
        return [("still falling", "the loss was still falling at the end")]
    if saturates(config):
        return [("saturated", "layers of sigmoid or tanh behind each other pass hardly any gradient on")]
    return [("too small", "the loss no longer falls: more units can learn more")]


def _shared(seen: Evidence) -> Judged:
    """Judge a network on rows that are all there are: they are to be learned, and say nothing of others."""
    against = ""
    if "trivial" in seen.train.simple:
        against = f" against {seen.measure.written(seen.train.simple['trivial'].mean)} for the trivial answer"
    if findings.much_wrong(seen):
        return (
            "underfitting",
            _value(seen, seen.train, "training") + against,
            [("too small", "these rows can be learned")],
        )
    told = f"{_value(seen, seen.train, 'training')}{against}, so it does not underfit"
    why = "training and test are the same few rows, so nothing can be said about overfitting"
    return "no verdict", f"{told}; {why}", []


def _good(seen: Evidence) -> Judged:
    told, curve = _both(seen), seen.curve
    if not curve.lasted and curve.losses and curve.losses[-1] > findings.RISE * min(curve.losses) > 0:
        told += f"; training past epoch {curve.kept} began to overfit, and the weights of that epoch were kept"
    reference = seen.reference
    assert seen.validation is not None
    if reference is None or reference.kind not in seen.validation.simple:
        return "good fit", told, []
    beside = seen.measure.written(seen.validation.simple[reference.kind].mean)
    told += f"; {findings.name_of(reference)} reaches {beside} on the same validation rows"
    if findings.beats(seen, reference.kind) or findings.nearly_perfect(seen, seen.validation.network, seen.validation):
        return "good fit", told, []
    return "no better than a linear model", f"{told}, and the inputs may say no more", []


def _both(seen: Evidence) -> str:
    """Return the figure on training and on validation rows, as far as there are any."""
    trained = _value(seen, seen.train, "training")
    if seen.validation is None:
        return trained
    found = seen.measure.interval(seen.validation.network)
    limits = f"{seen.measure.written(found.low)} to {seen.measure.written(found.high)}"
    rows = f"{seen.validation.count:,} validation rows"
    return f"{trained} against {seen.measure.written(seen.validation.value)} (95%: {limits}) on {rows}"


def _value(seen: Evidence, split: Split, name: str) -> str:
    return f"{name} {seen.measure.words} {seen.measure.written(split.value)}"


def _metrics(seen: Evidence) -> dict[str, float]:
    """Return the figures by name, with their limits."""
    name, values = seen.measure.name, dict[str, float]()

    def add(key: str, found: Interval) -> None:
        values.update({key: found.value, f"{key}_low": found.low, f"{key}_high": found.high})

    for part, split in (("train", seen.train), ("validation", seen.validation)):
        if split is not None:
            add(f"{part}_{name}", seen.measure.interval(split.network))
            for kind, outcomes in split.simple.items():
                values[f"{kind}_{part}_{name}"] = outcomes.mean
    if seen.validation is not None:
        add("gap", findings.gap(seen) or Interval(0, 0, 0))
        if seen.reference is not None and seen.reference.kind in seen.validation.simple:
            add("ahead_of_linear", seen.ahead(seen.validation, seen.reference.kind))
    return values
