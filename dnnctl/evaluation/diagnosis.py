"""A verdict on the fit: does the network learn too little, or does it learn its rows by heart?

The rules are rules of thumb. Each verdict carries the metrics it rests on, so that a reader can disagree.

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 5.2 and 11.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

from dnnctl.datasets.base import Task
from dnnctl.evaluation.baselines import Baseline

Kind = Literal["overfitting", "underfitting", "good fit", "no verdict"]

SHARE_OF_TRIVIAL_ERROR = 0.4  # Wrong on more of the training rows than this share of the trivial errors.
LOW_R2 = 0.5
LINEAR_MARGIN = {"accuracy": 0.01, "mse": 1.1}  # So much worse than a linear model is worse.
NEARLY_PERFECT = {"accuracy": 0.95, "r2": 0.95}  # From here on no comparison with a linear model matters.
ACCURACY_GAP = 0.03
ERROR_RATIO = 1.5  # Validation error over training error.
LOSS_RISE = 1.15  # Last validation loss over the best one.
CLEARLY_BETTER = {"accuracy": 0.01, "mse": 1.2}
FEW_ROWS = 30
MOST_OF_ONE_CLASS = 0.9

MOST_FREQUENT: dict[Task, str] = {"multilabel": "the most frequent value of each label"}
MORE_CAPACITY = "add layers or units, train longer, or raise the learning rate"
LESS_VARIANCE = "add dropout, weight decay or data, or stop earlier"


@dataclass(frozen=True)
class Verdict:
    """What the metrics of a run say about its fit.

    Args:
        kind: `overfitting`, `underfitting`, `good fit`, or `no verdict`.
        sentence: The verdict, the metrics it rests on, and what to do.
        metrics: Those metrics by name.
    """

    kind: Kind
    sentence: str
    metrics: dict[str, float]


@dataclass(frozen=True)
class _Evidence:
    """Everything the rules look at; `error` is 1 - accuracy, or the mean squared error.

    Where classes were weighed, a network gives accuracy away on purpose, and the mean recall of the classes, in
    which each counts the same, takes its place.
    """

    task: Task
    train: Mapping[str, float]
    validation: Mapping[str, float]
    trivial: Mapping[str, float]
    linear: Mapping[str, float]
    validation_rows: int
    class_rows: Sequence[int] | None = None

    @property
    def name(self) -> str:
        return _measure(self.task, self.class_rows)

    def error(self, metrics: Mapping[str, float]) -> float:
        return metrics["mse"] if self.task == "regression" else 1 - metrics[self.name]

    def said(self, metrics: Mapping[str, float]) -> str:
        return f"{metrics['mse']:.4g}" if self.task == "regression" else f"{metrics[self.name]:.3f}"

    @property
    def measured(self) -> str:
        return {"mse": "mean squared error", "recall": "mean recall of the classes"}.get(self.name, self.name)

    @property
    def counted_rows(self) -> float:
        """How many validation rows have the same chance in their accuracy as these have in the metric looked at."""
        if self.class_rows is None:
            return self.validation_rows
        present = [rows for rows in self.class_rows if rows]
        return len(present) ** 2 / sum(1 / rows for rows in present) if present else 0

    def metrics(self) -> dict[str, float]:
        parts = {"train": self.train, "validation": self.validation, "linear": self.linear}
        values = {f"{part}_{self.name}": m[self.name] for part, m in parts.items() if self.name in m}
        if self.name in self.trivial:
            values[f"trivial_{self.name}"] = self.trivial[self.name]
        if self.task == "regression" and "r2" in self.train:
            values["train_r2"] = self.train["r2"]
        return values


def _measure(task: Task, class_rows: Sequence[int] | None) -> str:
    """Return the metric that is judged."""
    return "mse" if task == "regression" else "accuracy" if class_rows is None else "recall"


def diagnose(
    task: Task,
    *,
    history: Sequence[Mapping[str, float]],
    train: Mapping[str, float],
    validation: Mapping[str, float],
    baselines: Sequence[Baseline],
    validation_rows: int | Sequence[int],
    best_epoch: int | None = None,
    shared_rows: bool = False,
) -> Verdict:
    """Say whether a network underfits, overfits or fits well.

    Args:
        task: What is predicted.
        history: The rows of `history.csv`; `val_loss` is looked at.
        train: Metrics on the training rows, dropout and the like switched off; `accuracy` or `mse` and `r2`.
        validation: The same on the validation rows; empty where there are none.
        baselines: Out of `evaluation.baselines`, with the same metrics.
        validation_rows: Number of validation rows. Where classes were weighed in the loss, that of each class: then the
            mean `recall` of the classes is judged instead of accuracy.
        best_epoch: Epoch whose weights were kept, counted from 1; None if the last one's were.
        shared_rows: Whether training and test are the same few rows.

    Returns:
        The verdict.
    """
    by_kind = {baseline.kind: baseline for baseline in baselines}
    class_rows = None if isinstance(validation_rows, int) else tuple(validation_rows)
    seen = _Evidence(
        task,
        train,
        {} if shared_rows else validation,
        by_kind["trivial"].train if "trivial" in by_kind else {},
        _comparable_linear(_measure(task, class_rows), by_kind.get("linear"), validation),
        validation_rows if isinstance(validation_rows, int) else sum(validation_rows),
        class_rows,
    )
    if seen.name not in train:
        return Verdict("no verdict", f"no verdict: no {seen.measured} on the training rows is known", {})
    losses = [row.get("val_loss", float("nan")) for row in history]
    gap = _wide_gap(seen)
    if gap is not None and gap.kind == "overfitting":
        return gap
    found = _too_little(seen) or _rising_loss(seen, losses, best_epoch) or gap
    return found or _neither(seen, losses, best_epoch, shared_rows)


def _comparable_linear(name: str, linear: Baseline | None, validation: Mapping[str, float]) -> Mapping[str, float]:
    """Return the linear model's metrics on training rows, unless it only learned those rows by heart.

    With more columns than rows a linear model is perfect on its training rows and means nothing.
    """
    if linear is None:
        return {}
    if name in validation and name in linear.test:
        ahead = linear.test[name] - validation[name]
        if (ahead > 0) if name == "mse" else (ahead < 0):
            return {}
    return linear.train


def _too_little(seen: _Evidence) -> Verdict | None:
    """Find underfitting."""
    behind = _behind_linear(seen)
    if behind:
        sentence = (
            f"underfitting: training {seen.measured} {seen.said(seen.train)}, where a linear model reaches "
            f"{seen.said(seen.linear)}; {MORE_CAPACITY}"
        )
        return Verdict("underfitting", sentence, seen.metrics())
    if seen.task == "regression":
        explained = seen.train.get("r2")
        if explained is None or explained >= LOW_R2:
            return None
        basis = f"training R² {explained:.3f}, mean squared error {seen.said(seen.train)}"
        if "mse" in seen.trivial:
            basis += f" against {seen.said(seen.trivial)} for always answering the mean"
    else:
        if seen.name not in seen.trivial:
            return None
        if seen.error(seen.train) <= SHARE_OF_TRIVIAL_ERROR * seen.error(seen.trivial):
            return None
        basis = (
            f"training {seen.measured} {seen.said(seen.train)} against {seen.said(seen.trivial)} "
            f"for always answering {MOST_FREQUENT.get(seen.task, 'the most frequent class')}"
        )
    sentence = f"underfitting: {basis}; {MORE_CAPACITY}, unless the inputs say no more about the target"
    if seen.task == "multilabel" and seen.trivial["accuracy"] >= MOST_OF_ONE_CLASS:
        sentence += ". Nearly all labels are the same in most rows: look at macro_f1"
    elif seen.name == "accuracy" and seen.trivial["accuracy"] >= MOST_OF_ONE_CLASS:
        sentence += ". Nearly all rows are of one class: look at f1, and try training.class_weights: balanced"
    return Verdict("underfitting", sentence, seen.metrics())


def _behind_linear(seen: _Evidence) -> bool:
    """Tell whether a linear model fits the training rows clearly better, and there is much left to learn."""
    if seen.name not in seen.linear:
        return False
    if seen.task == "regression":
        worse = seen.train["mse"] > LINEAR_MARGIN["mse"] * seen.linear["mse"]
        return worse and seen.train.get("r2", 1.0) < NEARLY_PERFECT["r2"]
    worse = seen.train[seen.name] < seen.linear[seen.name] - LINEAR_MARGIN["accuracy"]
    return worse and seen.train[seen.name] < NEARLY_PERFECT["accuracy"]


def _wide_gap(seen: _Evidence) -> Verdict | None:
    """Find overfitting, or too few rows to tell, by what the kept network does on the two sets of rows."""
    if seen.name not in seen.validation:
        return None
    trained, unseen = seen.error(seen.train), seen.error(seen.validation)
    if unseen <= ERROR_RATIO * trained:
        return None
    if seen.task != "regression":
        if unseen - trained < ACCURACY_GAP:
            return None
        few = _within_chance(seen)
    else:
        few = seen.validation_rows < FEW_ROWS
    basis = f"training {seen.measured} {seen.said(seen.train)} against {seen.said(seen.validation)}"
    if few:
        sentence = (
            f"no verdict: {basis} on {seen.validation_rows} validation rows, too few to tell overfitting "
            "from chance; cross-validation uses every row"
        )
        return Verdict("no verdict", sentence, seen.metrics())
    sentence = f"overfitting: {basis} on validation rows; {LESS_VARIANCE}"
    return Verdict("overfitting", sentence, seen.metrics())


def _within_chance(seen: _Evidence) -> bool:
    """Tell whether the gap lies within two standard errors: one that a few rows make by chance is no finding.

    Nor is one that is gone with two rows more that are right and two that are wrong, which keep the interval honest
    where there are few.

    Source: Agresti and Coull, Approximate is better than "exact" for interval estimation of binomial proportions, The
    American Statistician 52, 1998.
    """
    trained, unseen, rows = seen.error(seen.train), seen.error(seen.validation), seen.counted_rows
    wary = (unseen * rows + 2) / (rows + 4)
    found = ((unseen, max(rows, 1)), (wary, rows + 4))
    return any(share - trained <= 2 * sqrt(share * (1 - share) / count) for share, count in found)


def _rising_loss(seen: _Evidence, losses: Sequence[float], best_epoch: int | None) -> Verdict | None:
    """Find overfitting by a validation loss that rose again, if the last epoch's weights were kept."""
    if seen.name not in seen.validation or best_epoch not in (None, len(losses)):
        return None
    epoch, best, last = _turn(losses)
    if not last > LOSS_RISE * best > 0:
        return None
    if seen.task == "regression":
        better = seen.validation["mse"] > CLEARLY_BETTER["mse"] * seen.train["mse"]
        better = better and seen.validation_rows >= FEW_ROWS
    else:
        gap = seen.train[seen.name] - seen.validation[seen.name]
        better = gap >= CLEARLY_BETTER["accuracy"] and not _within_chance(seen)
    if not better:
        return None
    sentence = (
        f"overfitting: validation loss rose from {best:.3g} at epoch {epoch} to {last:.3g} at epoch "
        f"{len(losses)}, with training {seen.measured} {seen.said(seen.train)} against "
        f"{seen.said(seen.validation)} on validation rows; {LESS_VARIANCE}"
    )
    return Verdict("overfitting", sentence, seen.metrics() | {"best_val_loss": best, "last_val_loss": last})


def _turn(losses: Sequence[float]) -> tuple[int, float, float]:
    """Return the epoch of the lowest loss, that loss and the last one; NaN where there is none."""
    finite = [(loss, epoch) for epoch, loss in enumerate(losses, 1) if isfinite(loss)]
    if not finite:
        return 0, float("nan"), float("nan")
    best, epoch = min(finite)
    return epoch, best, losses[-1]


def _neither(seen: _Evidence, losses: Sequence[float], best_epoch: int | None, shared_rows: bool) -> Verdict:
    """Say that nothing is wrong, or that nothing can be said."""
    metrics = seen.metrics()
    alone = f"no verdict: training {seen.measured} {seen.said(seen.train)}"
    if seen.name in seen.trivial:
        alone += f" against {seen.said(seen.trivial)} for the trivial answer, so it does not underfit"
    if shared_rows:
        sentence = f"{alone}; training and test are the same few rows, so nothing can be said about overfitting"
        return Verdict("no verdict", sentence, metrics)
    if seen.name not in seen.validation:
        why = "there are no validation rows (see data.validation_split)"
        sentence = f"{alone}; {why}, so nothing can be said about overfitting"
        return Verdict("no verdict", sentence, metrics)
    sentence = (
        f"good fit: training {seen.measured} {seen.said(seen.train)} against {seen.said(seen.validation)} on "
        "validation rows"
    )
    _, best, last = _turn(losses)
    if best_epoch not in (None, len(losses)) and last > LOSS_RISE * best > 0:
        sentence += f"; training past epoch {best_epoch} began to overfit, and the weights of that epoch were kept"
    return Verdict("good fit", sentence, metrics)
