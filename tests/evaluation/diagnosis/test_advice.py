"""Every advice is a set of overrides that the configuration it is for can be loaded with."""

import itertools
from typing import get_args

import pytest

from dnnctl.config.loading import load
from dnnctl.config.overrides import given, split, written
from dnnctl.evaluation.diagnosis.advice import Advice, Cause, saturates, settings_for

LAYERS = {
    "none": "[]",
    "short": "[{dense: 16}, relu, {dropout: 0.2}]",
    "long": "[{dense: {units: 4, activation: tanh, kernel_regularizer: 1e-4}}, batch_normalization]",
    "wide": "[{dense: 1024}, relu]",
    "sigmoids": "[{dense: {units: 8, activation: sigmoid}}, {dense: 8}, sigmoid, {dense: 8}, tanh]",
}
TRAININGS = {
    "usual": (),
    "iterations": ("training.iterations=500",),
    "schedule": ("training.optimizer={adam: {learning_rate: {cosine: {peak: 0.002}}}}",),
    "stopping": ("training.early_stopping={monitor: val_loss, patience: 3}",),
    "keeps the last": ("training.early_stopping={monitor: val_loss, restore_best: false}",),
    "warm-up": ("training.optimizer={adam: {learning_rate: {constant: {value: 0.01, warmup_epochs: 1}}}}",),
    "other optimizer": ("training.optimizer={sgd: {learning_rate: 0.01, momentum: 0.9}}", "training.epochs=7"),
}


@pytest.mark.parametrize("cause", get_args(Cause))
@pytest.mark.parametrize(("layers", "training"), list(itertools.product(LAYERS, TRAININGS)))
def test_the_settings_of_every_cause_load(cause, layers, training):
    overrides = [f"model.layers={LAYERS[layers]}", "engine=numpy", *TRAININGS[training]]
    config = load("digits", overrides).config
    settings = settings_for(cause, config, validation_rows=200)
    lines = [written(*each) for each in settings]
    assert [split(line) for line in lines] == [given(*each) for each in settings]
    changed = load("digits", [*overrides, *lines]).config
    assert (changed != config) == bool(settings)
    # From Python they are overrides as they are.
    assert load("digits", [*overrides, *lines]).config == load(config, dict(settings)).config


def settings(cause, *overrides, rows=200):
    return dict(settings_for(cause, load("digits", ["engine=numpy", *overrides]).config, validation_rows=rows))


def test_what_is_there_already_is_not_advised():
    stopping = "training.early_stopping={monitor: val_loss, patience: 3}"
    assert settings("rose again", stopping) == {}
    assert settings("rose again", stopping[:-1] + ", restore_best: false}") == {
        "training.early_stopping.restore_best": True
    }
    assert settings("linear is better", "model.layers=[]") == {}
    assert settings("still falling", stopping, "training.epochs=10") == {"training.epochs": 30}


def test_few_validation_rows_stop_no_training():
    assert settings("still falling", "training.epochs=10", rows=20) == {"training.epochs": 30}
    assert set(settings("still falling", "training.epochs=10")) == {"training.epochs", "training.early_stopping"}


def test_three_saturating_layers_are_rectified():
    sigmoids = load("digits", [f"model.layers={LAYERS['sigmoids']}"]).config
    assert saturates(sigmoids)
    assert dict(settings_for("saturated", sigmoids, validation_rows=9)) == {
        "model.layers[0].dense.activation": "relu",
        "model.layers[2]": "relu",
        "model.layers[4]": "relu",
    }
    assert not saturates(load("digits").config)


def test_a_schedule_keeps_its_form_and_gets_another_height():
    found = settings("hardly moved", "training.optimizer={adam: {learning_rate: {cosine: {peak: 0.002}}}}")
    assert found["training.optimizer.adam.learning_rate.cosine.peak"] == 0.02


def test_advice_is_stored_by_names():
    advice = Advice("because", (("training.epochs", 9),), "accuracy")
    assert advice.to_json() == {"why": "because", "figure": "accuracy", "settings": {"training.epochs": 9}}
