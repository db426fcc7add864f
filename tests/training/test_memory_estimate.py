"""The estimate of a training's memory, and what is refused by it before anything is built."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError
from dnnctl.training import memory_estimate as memory
from dnnctl.training.memory_estimate import estimate
from dnnctl.training.preparation import prepare

Write = Callable[..., Path]


def network(*units: int, optimizer: str = "adam", extra: str = "") -> str:
    layers = ", ".join(f"{{dense: {n}}}" for n in units)
    return f"data: {{dataset: mnist}}\nmodel: {{layers: [{layers}]}}\ntraining: {{optimizer: {optimizer}{extra}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        network(10_000_000, 10_000_000),
        network(*[60_000] * 50),
        network(*[500_000] * 2, optimizer="sgd", extra=", precision: float64"),
    ],
    ids=["two huge layers", "many big layers", "double precision"],
)
def test_a_network_that_cannot_fit_is_refused_before_any_data_is_looked_for(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("DNNCTL_DATA_DIR", str(tmp_path / "nothing"))
    monkeypatch.setattr(memory, "available", lambda: (64 * 10**9, "the memory of this machine"))
    loaded = load(write(text))
    with pytest.raises(ConfigError, match=r"model\.layers: expected a training that fits into 64\.0 GB") as raised:
        prepare(loaded)
    assert "would need about" in str(raised.value)
    assert "parameters" in str(raised.value)


def test_data_and_batches_count_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load("digits", ["data.batch_size=full"])
    needed = prepare(loaded).memory
    assert needed > prepare(load("digits", ["data.batch_size=1", "data.limit=10"])).memory
    monkeypatch.setattr(memory, "available", lambda: (needed, "a test"))
    assert prepare(loaded).memory == needed
    monkeypatch.setattr(memory, "available", lambda: (needed - 1, "a test"))
    with pytest.raises(ConfigError, match="a test"):
        prepare(loaded)


def test_the_rows_that_an_engine_is_asked_at_once_count(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    real = estimate
    monkeypatch.setattr("dnnctl.training.preparation.ASKED_AT_ONCE", {"keras": 500, "numpy": 300})
    monkeypatch.setattr(
        "dnnctl.training.preparation.estimate", lambda *a, rows=1, **k: counted.append(rows) or real(*a, rows=rows, **k)
    )
    for engine in ("keras", "numpy"):
        prepare(load("digits", [f"engine={engine}"]))
    assert [rows for rows in counted if rows > 1] == [500, 300]


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        ("sgd", 0),
        ("{sgd: {momentum: 0.9}}", 1),
        ("adamw", 2),
        ("{rmsprop: {momentum: 0.9, centered: true}}", 3),
        ("adagrad", 1),
    ],
)
def test_each_running_value_of_an_optimizer_takes_its_memory(optimizer: str, slots: int) -> None:
    plans = [prepare(load("digits", [f"training.optimizer={written}"])) for written in ("sgd", optimizer)]
    plain, other = (estimate(prepared.config, prepared.plan) for prepared in plans)
    assert other - plain == 4 * memory.SLOT_COPIES * slots * plans[0].plan.parameters
