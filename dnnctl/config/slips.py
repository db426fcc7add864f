"""Keys of Keras, scikit-learn and PyTorch, and how dnnctl writes the same.

Each slip leads to a line of YAML that trains as it stands: `{}` in it is what the user wrote or, where that is no
single value, what follows the bar, and `{*}` is a layer for each number. Some lead to a sentence alone.
"""

from typing import Any

_RATE = "training: {optimizer: {adam: {learning_rate: {}}}}|0.001"
_HIDDEN = "model: {layers: [{*}]}|64"
_CLIPPED = "training: {optimizer: {adam: {global_clipnorm: {}}}}|1.0"
_SHAPE = "take it out: the size of the inputs and the number of classes come from the data"
_SCALED = "take it out: numbers are standardized and pixels divided by the largest value by themselves"
_STOPPED = "training: {early_stopping: {monitor: val_loss, patience: 5}}"
_TEXT_TARGET = "data: {csv: {path: people.csv, target: {}}}|weight"

# Layers that an answer has at most.
MOST = 8

SLIPS: dict[str, str] = {
    # How it learns.
    "learning_rate": _RATE,
    "learning_rate_init": _RATE,
    "eta0": _RATE,
    "lr": _RATE,
    "optim": "training: {optimizer: {}}|adam",
    "optimiser": "training: {optimizer: {}}|adam",
    "solver": "training: {optimizer: {}}|adam",
    "criterion": "training: {loss: {}}|auto",
    "loss_fn": "training: {loss: {}}|auto",
    "loss_function": "training: {loss: {}}|auto",
    "objective": "training: {loss: {}}|auto",
    "scoring": "training: {metrics: [{}]}|accuracy",
    "momentum": "training: {optimizer: {sgd: {learning_rate: 0.01, momentum: {}}}}|0.9",
    "nesterov": "training: {optimizer: {sgd: {learning_rate: 0.01, momentum: 0.9, nesterov: true}}}",
    "nesterovs_momentum": "training: {optimizer: {sgd: {learning_rate: 0.01, momentum: 0.9, nesterov: true}}}",
    "beta_1": "training: {optimizer: {adam: {beta_1: {}}}}|0.9",
    "beta_2": "training: {optimizer: {adam: {beta_2: {}}}}|0.999",
    "epsilon": "training: {optimizer: {adam: {epsilon: {}}}}|1.0e-7",
    "weight_decay": "training: {optimizer: {adamw: {weight_decay: {}}}}|0.01",
    "clipnorm": _CLIPPED,
    "clip_norm": _CLIPPED,
    "max_grad_norm": _CLIPPED,
    "gradient_clip": _CLIPPED,
    "gradient_clip_val": _CLIPPED,
    "clipvalue": "training: {optimizer: {adam: {clipvalue: {}}}}|0.5",
    "scheduler": "training: {optimizer: {adam: {learning_rate: {cosine: {peak: 0.001}}}}}",
    "lr_scheduler": "training: {optimizer: {adam: {learning_rate: {cosine: {peak: 0.001}}}}}",
    "lr_schedule": "training: {optimizer: {adam: {learning_rate: {cosine: {peak: 0.001}}}}}",
    "decay": "training: {optimizer: {adam: {learning_rate: {cosine: {peak: 0.001}}}}}",
    "epoch": "training: {epochs: {}}|10",
    "n_epochs": "training: {epochs: {}}|10",
    "num_epochs": "training: {epochs: {}}|10",
    "nb_epoch": "training: {epochs: {}}|10",
    "max_epochs": "training: {epochs: {}}|10",
    "max_iter": "training: {epochs: {}}|10",
    "max_steps": "training: {iterations: {}}|500",
    "num_steps": "training: {iterations: {}}|500",
    "steps": "training: {iterations: {}}|500",
    "steps_per_epoch": "training: {iterations: 500}",
    "class_weight": "training: {class_weights: balanced}",
    "patience": "training: {early_stopping: {monitor: val_loss, patience: {}}}|5",
    "n_iter_no_change": "training: {early_stopping: {monitor: val_loss, patience: {}}}|5",
    "restore_best_weights": _STOPPED,
    "callbacks": _STOPPED,
    "callback": _STOPPED,
    "mixed_precision": "training: {precision: mixed_bfloat16}",
    "fp16": "training: {precision: mixed_float16}",
    "amp": "training: {precision: mixed_float16}",
    "dtype": "training: {precision: {}}|float32",
    "label_smoothing": "training: {loss: {categorical_crossentropy: {label_smoothing: {}}}}|0.1",
    "mixup": "training: {mix_up: {}}|0.2",
    "num_workers": "training: {threads: {}}|2",
    "n_jobs": "training: {threads: auto}",
    "workers": "training: {threads: {}}|2",
    # Which network.
    "dropout": "model: {layers: [{dense: 64}, relu, {dropout: {}}]}|0.2",
    "dropout_rate": "model: {layers: [{dense: 64}, relu, {dropout: {}}]}|0.2",
    "hidden_layer_sizes": _HIDDEN,
    "hidden_layers": _HIDDEN,
    "hidden_sizes": _HIDDEN,
    "hidden_dims": _HIDDEN,
    "hidden_units": _HIDDEN,
    "hidden_size": _HIDDEN,
    "hidden_dim": _HIDDEN,
    "n_hidden": _HIDDEN,
    "hidden": _HIDDEN,
    "neurons": _HIDDEN,
    "units": _HIDDEN,
    "dense": _HIDDEN,
    "fc": _HIDDEN,
    "activation": "model: {layers: [{dense: 64}, {}]}|relu",
    "activations": "model: {layers: [{dense: 64}, relu]}",
    "nonlinearity": "model: {layers: [{dense: 64}, {}]}|relu",
    "output_activation": "model: {output: {}}|auto",
    "final_activation": "model: {output: {}}|auto",
    "output_layer": "model: {output: auto}",
    "batch_norm": "model: {layers: [{dense: 64}, batch_normalization, relu]}",
    "batchnorm": "model: {layers: [{dense: 64}, batch_normalization, relu]}",
    "batch_normalization": "model: {layers: [{dense: 64}, batch_normalization, relu]}",
    "kernel_initializer": "model: {layers: [{dense: {units: 64, kernel_initializer: {}}}, relu]}|he_normal",
    "initializer": "model: {layers: [{dense: {units: 64, kernel_initializer: {}}}, relu]}|he_normal",
    "weight_init": "model: {layers: [{dense: {units: 64, kernel_initializer: {}}}, relu]}|he_normal",
    "kernel_regularizer": "model: {layers: [{dense: {units: 64, kernel_regularizer: {l2: 1.0e-4}}}, relu]}",
    "regularizer": "model: {layers: [{dense: {units: 64, kernel_regularizer: {l2: 1.0e-4}}}, relu]}",
    "regularization": "model: {layers: [{dense: {units: 64, kernel_regularizer: {l2: 1.0e-4}}}, relu]}",
    "l2": "model: {layers: [{dense: {units: 64, kernel_regularizer: {l2: {}}}}, relu]}|1.0e-4",
    "l1": "model: {layers: [{dense: {units: 64, kernel_regularizer: {l1: {}}}}, relu]}|1.0e-4",
    "alpha": "model: {layers: [{dense: {units: 64, kernel_regularizer: {l2: {}}}}, relu]}|1.0e-4",
    "use_bias": "model: {layers: [{dense: {units: 64, use_bias: {}}}, relu]}|false",
    **dict.fromkeys(
        ("input_shape", "input_dim", "input_size", "n_inputs", "in_features", "inputs", "n_features", "num_features"),
        _SHAPE,
    ),
    **dict.fromkeys(
        ("num_classes", "n_classes", "output_dim", "output_size", "out_features", "n_outputs", "outputs", "classes"),
        _SHAPE,
    ),
    # Which rows.
    "validation_data": "data: {validation_split: 0.1}",
    "val_data": "data: {validation_split: 0.1}",
    "val_split": "data: {validation_split: {}}|0.1",
    "val_size": "data: {validation_split: {}}|0.1",
    "validation_size": "data: {validation_split: {}}|0.1",
    "validation_fraction": "data: {validation_split: {}}|0.1",
    "test_size": "data: {test_split: {}}|0.2",
    "test_fraction": "data: {test_split: {}}|0.2",
    "batch": "data: {batch_size: {}}|32",
    "batchsize": "data: {batch_size: {}}|32",
    "train_batch_size": "data: {batch_size: {}}|32",
    "augmentation": "data: {augment: {shift: 0.1, rotate: 10}}",
    "data_augmentation": "data: {augment: {shift: 0.1, rotate: 10}}",
    "transforms": "data: {augment: {shift: 0.1, rotate: 10}}",
    "cv": "data: {fold: {index: 1, of: 5}}",
    "label": _TEXT_TARGET,
    "labels": _TEXT_TARGET,
    "label_column": _TEXT_TARGET,
    "target_column": _TEXT_TARGET,
    "target": _TEXT_TARGET,
    "csv_file": "data: {csv: {path: {}, target: weight}}|people.csv",
    "train_file": "data: {csv: {path: {}, target: weight}}|people.csv",
    "train_path": "data: {csv: {path: {}, target: weight}}|people.csv",
    "file": "data: {csv: {path: {}, target: weight}}|people.csv",
    "test_file": "data: {csv: {path: people.csv, target: weight, test_path: {}}}|test.csv",
    **dict.fromkeys(
        ("normalize", "normalization", "scaler", "standardize", "rescale", "scale", "preprocessing"), _SCALED
    ),
    # The rest.
    "random_state": "seed: {}|42",
    "random_seed": "seed: {}|42",
    "backend": "engine: {}|keras",
    "framework": "engine: keras",
    "gpu": "device: gpu",
    "cuda": "device: gpu",
    "save_best_only": _STOPPED,
    "model_checkpoint": "checkpoint: {every: {}}|1",
    "save_every": "checkpoint: {every: {}}|1",
    "experiment_name": "name: {}|first-try",
    "run_name": "name: {}|first-try",
    "shuffle": "take it out: training rows are shuffled anew for each epoch",
    "verbose": "take it out: the screen shows each epoch, and history.csv keeps it",
}


def answer(name: str, written: Any) -> str | None:
    """Return how dnnctl writes what another tool has a key for; None if the key is not known.

    Args:
        name: The key.
        written: Its value, which the answer has where it is a single one.

    Returns:
        As `training: {epochs: 5}` in backticks after "write", or what to do instead.
    """
    known = SLIPS.get(name.lower().replace("-", "_"))
    if known is None:
        return None
    if known.startswith("take it out"):
        return known
    line, _, usual = known.partition("|")
    own = written if isinstance(written, str | int | float) else usual
    return f"write `{line.replace('{*}', _layers(written, usual)).replace('{}', _scalar(own))}`"


def _layers(written: Any, usual: str) -> str:
    """Return a layer and its activation for each of the numbers that were written."""
    numbers = written if isinstance(written, list | tuple) else [written]
    fits = 0 < len(numbers) <= MOST and all(type(each) is int for each in numbers)
    return ", ".join(f"{{dense: {each}}}, relu" for each in (numbers if fits else [usual]))


def _scalar(value: str | float) -> str:
    """Return a value as YAML has it within a line."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)[:40]
    return text if text.replace("_", "").replace(".", "").replace("-", "").isalnum() else repr(text)
