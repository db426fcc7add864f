"""Configurations of every kind of wrongness: faults are told, and what is accepted can be trained."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st
from ledger import LENGTHS, Ledger, count
from mutations import EDITS, JUNK, changes, hold, regrown, spoiled

from dnnctl import plugins
from dnnctl.config.loading import LoadedConfig, as_yaml, load
from dnnctl.config.metrics import DEFAULTS
from dnnctl.config.shipped import shipped
from dnnctl.config.yaml_reader import parse, read_text
from dnnctl.engines.choosing import build_engine
from dnnctl.inference.network import Network
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.optimizers.base import OPTIMIZERS
from dnnctl.training.preparation import prepare

DOCUMENTS = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in shipped().values()]
RICH = {
    "seed": 1,
    "engine": "numpy",
    "deterministic": True,
    "data": {"dataset": {"logic_gate": "xor"}, "batch_size": 2, "validation_split": 0.2, "limit": 4},
    "model": {
        "layers": [
            {"dense": {"units": 4, "kernel_regularizer": {"l2": 0.001}, "kernel_initializer": "he_normal"}},
            "batch_normalization",
            {"leaky_relu": 0.1},
            {"dropout": 0.5},
            {"dense": {"units": 3, "activation": "tanh", "use_bias": False}},
        ],
        "output": {"dense": {"units": 1, "activation": "sigmoid"}},
    },
    "training": {
        "epochs": 3,
        "optimizer": {
            "adamw": {"learning_rate": {"cosine": {"peak": 0.01, "warmup_epochs": 1}}, "global_clipnorm": 1.0}
        },
        "loss": "binary_crossentropy",
        "metrics": ["accuracy", "f1"],
        "early_stopping": {"monitor": "val_loss", "patience": 3},
        "reduce_on_plateau": {"monitor": "loss", "factor": 0.5},
        "precision": "float64",
        "threads": 1,
    },
    "require": {"test.accuracy": ">= 0.1"},
}
LAYERS = plugins.names("dnnctl.network.layers")
NAMES = st.sampled_from(
    [
        *LAYERS,
        *OPTIMIZERS.names(),
        *(name for names in DEFAULTS.values() for name in names),
        "digits",
        "logic_gate",
        "height_weight",
        "auto",
        "full",
    ]
)
NUMBERS = st.one_of(st.integers(-1, 40), st.floats(-1, 2), st.sampled_from([0, 1e-300, 1e300, 2**31, 10**12]))
# What could stand in a configuration, rightly or not.
LIKELY = st.one_of(
    NAMES,
    NUMBERS,
    st.lists(NAMES | st.dictionaries(st.sampled_from(LAYERS), NUMBERS, min_size=1, max_size=1), max_size=4),
    st.dictionaries(NAMES, NUMBERS, min_size=1, max_size=1),
    JUNK,
)
TINY = {"digits", "height_weight", "logic_gate"}


def train_briefly(loaded: LoadedConfig) -> None:
    """Take three steps with the NumPy engine and answer, where that is quick."""
    config = loaded.config.model_copy(update={"engine": "numpy", "device": "auto"})
    if config.data.source.key not in TINY:
        return
    prepared = prepare(LoadedConfig(config, loaded.info, loaded.path, ()))
    if prepared.plan.parameters > 20_000 or max(layer.outputs for layer in prepared.plan.layers) > 2000:
        return
    weights = initial_weights(prepared.plan, config.seed, config.training.precision)
    engine = build_engine(config, prepared.plan, prepared.preprocessing, weights)
    engine.set_training_rows(prepared.training_rows)
    engine.start_epoch(0)
    steps = range(min(3, prepared.length.steps_per_epoch, prepared.length.steps))
    losses = engine.run([config.training.optimizer.learning_rate.rate(step, prepared.length) for step in steps]).losses
    assert len(losses) == len(steps) == engine.optimizer_steps
    network = Network(engine, loaded.info, prepared.preprocessing, config.training.loss)
    assert len(network.scores(prepared.splits.test.x)) == len(prepared.splits.test)


@pytest.mark.parametrize("length", LENGTHS)
def test_configurations(ledger: Ledger, length: str, tmp_path: Path) -> None:
    path, again = tmp_path / "fuzzed.yaml", tmp_path / "again.yaml"

    def check(document: Any, altered: Any, edits: Any, by_bytes: int) -> None:
        text = yaml.safe_dump(regrown(document, altered), allow_unicode=True, sort_keys=False).encode(errors="replace")
        # Most keep their syntax, so that most get past the parser.
        path.write_bytes(spoiled(text, edits) if by_bytes == 0 else text)
        with ledger.trying("configs") as counts:
            parse(read_text(path, "fuzzed.yaml"), "fuzzed.yaml")
            counts.past += 1
            loaded = load(path)
            again.write_text(as_yaml(loaded.config), encoding="utf-8")
            assert load(again).config == loaded.config
            train_briefly(loaded)

    hold(
        count("configs", length),
        check,
        document=st.sampled_from([*DOCUMENTS, RICH, RICH]),
        altered=changes(LIKELY),
        edits=st.lists(EDITS, min_size=1, max_size=4),
        by_bytes=st.integers(0, 5),
    )


@pytest.mark.parametrize("length", LENGTHS)
def test_overrides(ledger: Ledger, length: str) -> None:
    def check(key: str, value: str) -> None:
        with ledger.trying("configs") as counts:
            # The configuration itself is sound.
            counts.past += 1
            loaded = load("xor", [f"{key}={value}"])
            train_briefly(loaded)

    keys = st.sampled_from(
        [
            "seed",
            "model.layers",
            "model.layers[0]",
            "model.layers[0].dense",
            "training.optimizer",
            "training",
            "data.limit",
        ]
    )
    values = st.one_of(JUNK.map(str), LIKELY.map(str), st.text(max_size=30))
    hold(count("configs", length) // 10, check, key=keys | st.text(max_size=20), value=values)
