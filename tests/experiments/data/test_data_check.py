"""What is said of data before training on it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.datasets import read as reading
from dnnctl.datasets.parts.places import default_places
from dnnctl.experiments.data.check import check_data
from dnnctl.experiments.data.finding import Check

DRAW = np.random.default_rng(3)
Found = dict[str, Check]


@pytest.fixture
def checked(tmp_path: Path) -> Callable[..., Found]:
    """Check a table of rows `a, b, y` given as lines, or a named configuration."""

    def _checked(rows: Sequence[str] | str, *settings: str) -> Found:
        config: str | Path = rows if isinstance(rows, str) else tmp_path / "t.yaml"
        if not isinstance(rows, str):
            (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(f"{row}\n" for row in rows))
            (tmp_path / "t.yaml").write_text("data: {csv: {path: t.csv, target: y, missing: impute}}\n")
        loaded = load(config, settings)
        dataset = reading.read(loaded.config.data.source, default_places())
        return {check.name: check for check in check_data(loaded, dataset)}

    return _checked


def clean(rows: int = 400) -> list[str]:
    return [f"{a:.6f},{b:.6f},{'pq'[int(a + b + e > 0)]}" for a, b, e in DRAW.normal(size=(rows, 3))]


def test_a_clean_table_passes(checked: Callable[..., Found]) -> None:
    found = checked(clean())

    assert {check.status for check in found.values()} == {"passed"}
    assert found["sizes"].finding.startswith("288 training, 32 validation, 80 test rows")


@pytest.mark.parametrize(
    ("rows", "name", "told"),
    [
        (clean(40), "sizes", "fewer than 30 rows"),
        ([f"{i * 7 % 31},{i},{'p' if i % 20 else 'q'}" for i in range(2000)], "classes", "19 to 1"),
        ([f"{i * 7 % 31},{i},{'p' if i % 50 else 'q'}" for i in range(300)], "classes", "fewer than 10"),
        ([row if i % 9 else f",{row.split(',', 1)[1]}" for i, row in enumerate(clean())], "missing values", "a 45"),
        ([*clean(3000), "1000,0,p", "1000,1,q", "1000,2,p"], "ranges", "20 standard deviations"),
        (
            [f"{10**15 + i % 40},{row.split(',', 1)[1]}" for i, row in enumerate(clean())],
            "ranges",
            "subtract a constant",
        ),
        ([f"5,{row.split(',', 1)[1]}" for row in clean()], "constant columns", "'a'"),
        ([f"5,{'uv'[i % 2]},{'pq'[i % 3 == 0]}" for i in range(400)], "constant columns", "1 of 2 columns never vary"),
        (clean(200) * 2, "duplicates", "copies of another one"),
        (clean(200) * 2, "overlap", "are among the training rows too"),
        ([f"{i % 50},{i % 50},{'pq'[i % 3 == 0]}" for i in range(400)], "contradictions", "another target"),
    ],
)
def test_what_is_odd_is_warned_about(checked: Callable[..., Found], rows: list[str], name: str, told: str) -> None:
    found = checked(rows)[name]

    assert found.status == "warned"
    assert told in found.finding


def test_one_value_far_off_is_found_in_a_small_table_and_a_rare_yes_is_none(checked: Callable[..., Found]) -> None:
    rows = clean(100)
    # Of 100 rows 72 are for the training, so most of these are.
    far = [checked([*rows[:i], "1e9,0,p", *rows[i + 1 :]])["ranges"].status for i in range(0, 100, 20)]
    rare = checked([f"{int(i % 400 == 0)},{row.split(',', 1)[1]}" for i, row in enumerate(clean(4000))])

    assert far.count("warned") >= 2
    assert rare["ranges"].status == "passed"


def test_a_class_without_training_rows_and_a_target_that_never_varies_fail(checked: Callable[..., Found]) -> None:
    few = checked("digits", "data.limit=20", "data.validation_split=0")
    rows = [f"{i},{i % 7},{1 if i < 400 else i}" for i in range(440)]
    level = checked(rows, "data.csv.task=regression", "data.limit=100", "data.split_seed=1")

    assert few["classes"].status in {"warned", "failed"}
    assert level["target"].status == "failed"


def test_published_sets_and_those_of_shared_rows_are_checked_too(checked: Callable[..., Found]) -> None:
    digits, gate = checked("digits"), checked("xor")

    assert {check.status for check in digits.values()} == {"passed"}
    assert digits["ranges"].finding == "pixels 0 to 16 of 0 to 16"
    assert gate["overlap"].finding.startswith("training and test are the same rows")


def test_a_constant_column_is_told_once_and_others_whatever_they_are_called(tmp_path: Path) -> None:
    rows = "".join(f"5,{2 * b:.6f},{b:.6f}\n" for b in DRAW.normal(size=400))
    (tmp_path / "t.csv").write_text(f"a,it never varies,y\n{rows}")
    (tmp_path / "t.yaml").write_text("data: {csv: {path: t.csv, target: y}}\n")
    loaded = load(tmp_path / "t.yaml")
    dataset = reading.read(loaded.config.data.source, default_places())
    checks = check_data(loaded, dataset)
    told = [(check.code, check.finding) for check in checks if check.status == "warned"]

    assert [code for code, _ in told] == ["constant_column", "leakage"]
    assert told[1][1].startswith("column 'it never varies': gives 'y' away")
    assert checks[-1].to_json() == {"code": "leakage", "name": "columns", "status": "warned", "finding": told[1][1]}


def test_rows_are_compared_as_they_are_written(checked: Callable[..., Found]) -> None:
    # To the network every text but two is (unknown), and so the same.
    rows = [f"text {i},5,{i * 7 % 31}" for i in range(60)]
    found = checked(rows, "data.csv.task=regression")

    assert found["duplicates"].status == found["contradictions"].status == found["overlap"].status == "passed"
    assert "a: 43 of 43 categories have fewer than 2 training rows" in found["categories"].finding
    assert "100% of these rows are (unknown)" in found["categories"].finding


def test_each_row_that_contradicts_another_one_counts(checked: Callable[..., Found]) -> None:
    found = checked([f"{i % 2},1,{'pq'[i // 2 % 2]}" for i in range(200)])["contradictions"]

    assert found.finding.startswith("144 of 144 training rows (100.0%) have the inputs of another one")


def test_a_class_that_no_validation_row_has_is_named_beside_others_reasons(checked: Callable[..., Found]) -> None:
    found = checked([f"{i % 37},{i % 11},{'rare' if i % 200 == 0 else 'usual'}" for i in range(1000)])[
        "classes"
    ].finding

    assert "fewer than 10" in found
    assert "179 to 1" in found
    assert "no validation row is of class 'rare'" in found


def test_why_there_are_no_validation_rows_is_told(checked: Callable[..., Found]) -> None:
    found = checked([f"{i},{i % 3},{i + 0.5}" for i in range(5)])["sizes"].finding

    assert "without validation rows (data.validation_split 0.1 is less than one of so few)" in found


def test_a_rule_that_watches_nothing_does_not_hide_what_is_checked(checked: Callable[..., Found]) -> None:
    stopping = "training.early_stopping={monitor: val_loss, patience: 3}"
    assert "without validation rows" in checked([f"{i},{i % 3},{i + 0.5}" for i in range(5)], stopping)["sizes"].finding
