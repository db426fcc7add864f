"""Writing a `.keras` file without Keras: a zip of a JSON description and an HDF5 file of weights.

The file holds built-in layers only, takes raw rows and gives answers in the target's unit, as the one
that Keras itself saves. Tests open it in plain Keras.

Source: Keras, saving/saving_lib.py (format of Keras 3).
"""

import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.files import write_bytes
from dnnctl.network.layers.base import KerasForm
from dnnctl.network.plan import NetworkPlan
from dnnctl.random_streams import layer_seed

KERAS_VERSION = "3.15.1"


@dataclass(frozen=True)
class _Stored:
    """A layer as it is stored: its Keras form, its name, its input's shape, and its arrays in order."""

    name: str
    form: KerasForm
    input_shape: tuple[int, ...]
    arrays: list[NDArray[Any]] = field(default_factory=list)

    def description(self, dtype: str) -> dict[str, Any]:
        return {
            "module": "keras.layers",
            "class_name": self.form.class_name,
            "config": {"name": self.name, "trainable": True, "dtype": dtype, **self.form.options},
            "registered_name": None,
            "build_config": {"input_shape": [None, *self.input_shape]},
        }


def write_keras_file(
    path: Path,
    plan: NetworkPlan,
    preprocessing: Preprocessing,
    weights: dict[str, NDArray[Any]],
    seed: int,
    dtype: str = "float32",
) -> None:
    """Write a network as a `.keras` file.

    Args:
        path: The file to create or replace.
        plan: The layers.
        preprocessing: From raw rows to the first layer, and back to the target's unit.
        weights: An array for each name of `plan.shapes`.
        seed: The configuration's seed; dropout layers carry one.
        dtype: `float32` or `float64`.
    """
    layers = _layers(plan, preprocessing, weights, seed)
    shape = [None, *preprocessing.input_shape]
    taken = "float64" if preprocessing.is_far else dtype
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": taken, "sparse": False, "name": "input_layer"},
        "registered_name": None,
    }
    description = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "network",
            "trainable": True,
            "dtype": dtype,
            "layers": [first, *(layer.description(dtype) for layer in layers)],
            "build_input_shape": shape,
        },
        "registered_name": None,
        "build_config": {"input_shape": shape},
        "compile_config": {},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # No time of day inside, so that equal networks give equal files.
        for name, contents in (
            ("metadata.json", json.dumps({"keras_version": KERAS_VERSION, "date_saved": "1980-01-01@00:00:00"})),
            ("config.json", json.dumps(description)),
            ("model.weights.h5", _weights_file(layers, dtype)),
        ):
            archive.writestr(zipfile.ZipInfo(name), contents)
    write_bytes(path, buffer.getvalue())


def _layers(
    plan: NetworkPlan, preprocessing: Preprocessing, weights: dict[str, NDArray[Any]], seed: int
) -> list[_Stored]:
    """Return the stored form of everything between raw rows and answers."""
    shape = preprocessing.input_shape
    flat = (plan.inputs,)
    stored = [_Stored("flatten", KerasForm("Flatten"), shape)] if len(shape) > 1 else []
    stored.extend(_Stored(name, form, flat) for name, form in preprocessing.keras_forms_before())
    for layer in plan.layers:
        form = layer.spec.keras_form(layer_seed(seed, layer.name))
        arrays = [weights[f"{layer.name}/{weight.name}"] for weight in layer.weights]
        stored.append(_Stored(layer.name, form, (layer.inputs,), arrays))
    stored.extend(_Stored(name, form, (plan.outputs,)) for name, form in preprocessing.keras_forms_after())
    return stored


def _weights_file(layers: list[_Stored], dtype: str) -> bytes:
    """Return an HDF5 file of `layers/<class>[_n]/vars/<i>`."""
    import h5py

    buffer = io.BytesIO()
    counts: Counter[str] = Counter()
    with h5py.File(buffer, "w") as file:
        file.create_group("vars").attrs["name"] = "network"
        for layer in layers:
            kind = _snake_case(layer.form.class_name)
            group = f"layers/{kind}" + (f"_{counts[kind]}" if counts[kind] else "")
            counts[kind] += 1
            variables = file.create_group(f"{group}/vars")
            variables.attrs["name"] = layer.name
            for i, array in enumerate(layer.arrays):
                variables.create_dataset(str(i), data=np.asarray(array, dtype))
    return buffer.getvalue()


def _snake_case(class_name: str) -> str:
    """Return a class's name as Keras writes it in the file: `ReLU` becomes `re_lu`."""
    split = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", split).lower()
