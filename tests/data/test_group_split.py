"""Rows of one group, as the visits of one patient, are in one split and in one fold."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.config.schema import DataConfig
from dnnctl.data.fitting import split_as
from dnnctl.data.split import Splits
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Places
from dnnctl.datasets.samples import held
from dnnctl.errors import ConfigError, DataError

PATIENTS = np.repeat(np.arange(60), 7)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    draw = np.random.default_rng(1)
    path = tmp_path / "visits.csv"
    rows = (f"{p},{v:.3f},{'ab'[int(v > 0)]}" for p, v in zip(PATIENTS, draw.normal(size=len(PATIENTS)), strict=True))
    path.write_text("patient,value,y\n" + "\n".join(rows) + "\n")
    return path


def splits_of(path: Path, **settings: Any) -> Splits:
    options = {"path": str(path), "target": "y", **settings.pop("csv", {})}
    config = DataConfig.model_validate({"csv": options, "group": "patient", **settings})
    dataset = reading.read(config.source, Places())
    assert dataset.info.feature_names == ("value",)
    return split_as(dataset, config)


def test_each_patient_is_in_one_split(table: Path) -> None:
    splits = splits_of(table, validation_split=0.25, test_split=0.25)
    patients = {name: set(PATIENTS[rows].tolist()) for name, rows in splits.rows.items()}

    assert sum(map(len, patients.values())) == 60
    assert set().union(*patients.values()) == set(range(60))
    assert all(len(own) >= 5 for own in patients.values())
    assert sorted(np.concatenate(list(splits.rows.values())).tolist()) == list(range(420))
    for name, rows in splits.rows.items():
        assert len(held(splits.named(name))) == len(rows)


def test_each_patient_is_in_one_fold(table: Path) -> None:
    folds = [splits_of(table, validation_split=0, fold={"index": i, "of": 3}) for i in (1, 2, 3)]
    patients = [set(PATIENTS[fold.rows["test"]].tolist()) for fold in folds]
    trained = [set(PATIENTS[fold.rows["train"]].tolist()) for fold in folds]

    assert all(not own & others for own, others in zip(patients, trained, strict=True))
    assert sum(map(len, patients)) == len(set().union(*patients))


def test_rows_that_are_dropped_take_their_group_with_them(table: Path) -> None:
    lines = table.read_text().splitlines()
    lines[8] = "1,,a"
    table.write_text("\n".join(lines))
    splits = splits_of(table, csv={"missing": "drop"})
    patients = np.delete(PATIENTS, 7)

    parts = [set(patients[rows].tolist()) for rows in splits.rows.values()]
    assert sum(map(len, parts)) == 60


def test_a_table_of_one_patient_cannot_be_split(table: Path) -> None:
    lines = table.read_text().splitlines()[:8]
    table.write_text("\n".join(lines))
    with pytest.raises(DataError, match=r"'patient' \(data.group\) has 1 different values"):
        splits_of(table, test_split=0.1, validation_split=0)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("csv: {path: visits.csv, target: y}\n  group: patent", "no column 'patent'; did you mean 'patient'"),
        ("csv: {path: visits.csv, target: y}\n  group: y", "'y' is what is predicted"),
        ("csv: {path: visits.csv, target: y, columns: [patient]}\n  group: patient", "no column is left"),
        ("dataset: digits\n  group: patient", "rows of digits have no columns with names"),
    ],
)
def test_a_group_that_cannot_be_is_a_fault_of_its_key(table: Path, data: str, told: str) -> None:
    path = table.parent / "c.yaml"
    path.write_text(f"data:\n  {data}\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:3:\d+: data\.group: .*" + told.replace("(", r"\(")):
        load(path)
