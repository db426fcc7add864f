"""Several target columns: labels, classes a column each, or numbers; and what cannot be any of them."""

import numpy as np
import pytest

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import WrongOptionError
from dnnctl.datasets.parts.several_targets import Flags, labels_of_one_hot
from dnnctl.datasets.parts.target import Asked, Target, decide, encode_targets
from dnnctl.errors import DataError

LABELS = np.array([[1, 0, 1], [0, 0, 1], [0, 1, 0], [0, 0, 0]])
ONE_HOT = np.eye(3)[[0, 2, 1, 1, 0]]


def cells(values: np.ndarray, *kinds: str) -> Cells:
    names = "abcdef"[: values.shape[1]]
    given = kinds or ("number",) * values.shape[1]
    columns = (
        Column(n, k, ("no", "yes") if k == "boolean" else ())
        for n, k in zip(names, given, strict=True)  # type: ignore[arg-type]
    )
    return Cells(tuple(columns), values.astype(np.float32))


def decided(values: np.ndarray, said: str = "auto", *kinds: str) -> Target:
    return decide(cells(values, *kinds), Asked(said, "t.csv", "data.csv"))


@pytest.mark.parametrize("kinds", [(), ("boolean", "number", "boolean")])
def test_columns_of_0_and_1_are_labels(kinds: tuple[str, ...]) -> None:
    target = decided(LABELS, "auto", *kinds)
    assert (target.task, target.classes) == ("multilabel", ())
    assert target.reason == (
        "as each of the 3 targets is 0 or 1; `task: regression` below data.csv takes them for amounts"
    )

    assert decided(LABELS, "multilabel").reason == "as data.csv.task says"
    assert decided(LABELS, "classification").task == "multilabel"
    numbers = decided(LABELS, "regression", *kinds)
    assert numbers.task == "regression"
    assert numbers.reason == "as data.csv.task says; `task: multilabel` takes the 0 and 1 of each for a label"


def test_columns_of_which_one_is_1_are_the_classes_of_one_target() -> None:
    target = decided(ONE_HOT)
    assert (target.task, target.classes) == ("multiclass", ("a", "b", "c"))
    assert "exactly one of the 3 targets is 1 in each row" in target.reason
    assert "`task: multilabel` below data.csv" in target.reason
    two = decided(np.eye(2)[[0, 1, 1]])
    assert (two.task, two.classes) == ("binary", ("a", "b"))
    assert encode_targets(cells(ONE_HOT), target.classes, "t.csv").tolist() == [0, 2, 1, 1, 0]
    labels = decided(ONE_HOT, "multilabel")
    assert labels.task == "multilabel"
    assert "`task: classification` takes them for the classes of one target" in labels.reason
    assert "`task: classification`" in decided(ONE_HOT, "regression").reason


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        (LABELS + 0.5, ""),
        (LABELS * 300, ""),
        (LABELS + np.array([0, 0, 1]), "; 'a', 'b' are 0 or 1 in each row: labels need a run of their own"),
        (LABELS * 2 - 1, "; if these whole numbers are labels, write them as 0 and 1; if they are classes, predict"),
        (LABELS + 1, "; if these whole numbers are labels"),
    ],
)
def test_other_numbers_are_numbers_and_what_else_they_may_be_is_said(values: np.ndarray, doubt: str) -> None:
    target = decided(values)
    assert (target.task, target.classes) == ("regression", ())
    assert target.reason.startswith(f"as there are 3 targets{doubt}")
    assert bool(doubt) == (";" in target.reason)


@pytest.mark.parametrize(
    ("values", "said", "kinds", "told"),
    [
        (
            LABELS,
            "auto",
            ("number", "category", "number"),
            "target: .*'b' hold text. Write it as 0 and 1, or name one target",
        ),
        (2 * LABELS, "multilabel", (), "task: 'a', 'b', 'c' hold other numbers than 0 and 1"),
        (2 * LABELS, "classification", (), "task: 'a', 'b', 'c' hold other numbers than 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(values: np.ndarray, said: str, kinds: tuple[str, ...], told: str) -> None:
    with pytest.raises(WrongOptionError) as caught:
        decided(values, said, *kinds)
    option, _, expected = told.partition(": ")
    assert caught.value.option == option
    assert caught.match(expected)


def test_nothing_is_learned_of_what_never_varies() -> None:
    for values in (np.ones((4, 2)), np.array([[0, 1]] * 4)):
        with pytest.raises(DataError, match="none of 'a', 'b' ever varies"):
            decided(values)
    assert decided(np.array([[0, 1], [0, 0], [0, 1]])).task == "multilabel"


def test_flags_of_parts_are_those_of_all_rows() -> None:
    rows = np.vstack([ONE_HOT, LABELS])
    whole, parts = Flags.of(rows), Flags.of(rows[:5]).merged(Flags.of(rows[5:]))
    assert (whole.rows, whole.one_hot, whole.ones.tolist()) == (parts.rows, parts.one_hot, parts.ones.tolist())
    assert whole.binary.all()
    assert not Flags.of(rows[:5]).merged(Flags.of(2 * rows[5:])).binary.any()


def test_rows_of_another_table_are_one_hot_too() -> None:
    with pytest.raises(DataError, match="received 1, 0, 1 in row 1, and the like in 2 of 4 rows"):
        labels_of_one_hot(cells(LABELS), ("a", "b", "c"), "other.csv")
    with pytest.raises(DataError, match="a column for each of the 2 classes; received 3 columns"):
        labels_of_one_hot(cells(LABELS), ("a", "b"), "other.csv")
