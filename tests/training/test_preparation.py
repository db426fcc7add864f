"""Rules that watch a figure which the rows do not have are refused before they stop a training for nothing."""

from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError
from dnnctl.training.preparation import Prepared, prepare

STOPPING = "training.early_stopping={monitor: %s, patience: 3}"
METRICS = "training.metrics=[accuracy, auc]"


@pytest.fixture
def rare(tmp_path: Path) -> Path:
    """Write a table of 1,000 rows with 5 of a rare class, none of which is drawn for validation."""
    rows = "".join(f"{i % 37},{'rare' if i % 200 == 0 else 'usual'}\n" for i in range(1000))
    return written(tmp_path, f"x,y\n{rows}")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write a table of twelve rows with numbers to predict, of which one is for validation."""
    return written(tmp_path, "x,y\n" + "".join(f"{i},{i * i + 0.5}\n" for i in range(12)))


def written(folder: Path, table: str) -> Path:
    (folder / "t.csv").write_text(table)
    (folder / "t.yaml").write_text("data: {csv: {path: t.csv, target: y}}\nengine: numpy\n")
    return folder / "t.yaml"


def prepared(config: Path, *settings: str) -> Prepared:
    return prepare(load(config, settings))


def refusal(config: Path, *settings: str) -> str:
    with pytest.raises(ConfigError) as raised:
        prepared(config, *settings)
    assert raised.value.exit_status == 2
    return str(raised.value)


@pytest.mark.parametrize("rule", [STOPPING, "training.reduce_on_plateau={monitor: %s, factor: 0.1, patience: 1}"])
def test_a_figure_that_these_rows_do_not_have(rare: Path, rule: str) -> None:
    told = refusal(rare, METRICS, rule % "val_auc")
    assert "watches 'val_auc', which is not defined for these 80 validation rows: all are of one class" in told
    assert "watch val_loss" in told
    for monitor in ("val_loss", "val_accuracy", "auc"):
        training = prepared(rare, METRICS, rule % monitor).config.training
        watching = training.early_stopping or training.reduce_on_plateau
        assert watching is not None
        assert watching.monitor == monitor


def test_one_row_has_no_share_of_explained_variance(small: Path) -> None:
    assert "not defined for these 1 validation rows" in refusal(small, "training.metrics=[r2]", STOPPING % "val_r2")


def test_validation_rows_that_there_are_too_few_for(small: Path) -> None:
    few = ("data.limit=4", "data.validation_split=0.1")
    told = refusal(small, *few, STOPPING % "val_loss")
    assert "of 4 rows data.validation_split 0.1 leaves none for validation; raise it, or watch 'loss'" in told
    ready = prepared(small, *few)
    assert any(
        "no validation rows: 0.1 (data.validation_split) of 4 rows" in str(warning) for warning in ready.warnings
    )
    none_asked = prepared(small, "data.validation_split=0").warnings
    assert not any(warning.code == "no_validation_rows" for warning in none_asked)
