"""The only registry: a plugin is a file in a package, and its file name is its key.

Nothing is registered by importing it, and no name from a configuration is ever imported without
having been found in `names()` first, so YAML cannot name arbitrary code.
"""

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Collection
from functools import cache
from types import ModuleType

from dnnctl.errors import UsageError

# A plugin package keeps what its plugins share in `base` and in sub-packages, which are no plugins.
RESERVED = frozenset({"base"})

# What other tools call things; only used to say what was probably meant.
SYNONYMS = {
    "batchnorm": "batch_normalization",
    "bn": "batch_normalization",
    "fc": "dense",
    "linear_layer": "dense",
    "identity": "linear",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "l1_loss": "mean_absolute_error",
    "cross_entropy": "sparse_categorical_crossentropy",
    "crossentropy": "sparse_categorical_crossentropy",
    "bce": "binary_crossentropy",
    "xavier": "glorot_uniform",
    "kaiming": "he_normal",
    "lr": "learning_rate",
    "ema": "weight_averaging",
    "use_ema": "weight_averaging",
    "ema_decay": "weight_averaging",
    "ema_momentum": "weight_averaging",
    "kernel_constraint": "max_norm",
    "acc": "accuracy",
    "momentum_sgd": "sgd",
    "silu": "swish",
    "logcosh": "log_cosh",
    "fmnist": "fashion_mnist",
    "sep": "separator",
    "delimiter": "separator",
    "features": "columns",
    "drop": "exclude",
}


@cache
def names(package: str) -> tuple[str, ...]:
    """Return the keys of a package's plugins, sorted, without importing any of them.

    Args:
        package: Dotted name of a package of dnnctl, as `dnnctl.network.layers`.

    Returns:
        File names without their ending; packages, names with a leading underscore and `RESERVED` are
        left out.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"no package {package}")
    found = pkgutil.iter_modules(spec.submodule_search_locations)
    return tuple(sorted(m.name for m in found if not m.ispkg and m.name not in RESERVED and not m.name.startswith("_")))


def load(package: str, name: str) -> ModuleType:
    """Import one plugin.

    Args:
        package: Dotted name of a package of dnnctl, as `dnnctl.network.layers`.
        name: A key out of `names(package)`.

    Returns:
        The plugin's module.

    Raises:
        UsageError: If the package has no such plugin; the message names the nearest one.
    """
    if name not in names(package):
        kind = package.rsplit(".", 1)[-1]
        raise UsageError(f"unknown name in {kind}: {name!r}{suggestion(name, names(package))}")
    return importlib.import_module(f"{package}.{name}")


def suggestion(received: str, known: tuple[str, ...] | list[str]) -> str:
    """Return how to say what was probably meant.

    Args:
        received: What was written.
        known: What could have been written.

    Returns:
        `; did you mean 'relu'?` where something is near, else `; expected one of: ...`.
    """
    if near := nearest(received, known):
        return f"; did you mean '{near}'?"
    return f"; expected one of: {', '.join(known)}" if known else ""


def nearest(received: str, known: Collection[str]) -> str | None:
    """Return what was probably meant, None if nothing is near.

    Args:
        received: What was written.
        known: What could have been written.
    """
    folded = str(received).lower().replace("-", "_").replace(" ", "_")
    if (meant := SYNONYMS.get(folded)) in known:
        return meant
    near = difflib.get_close_matches(folded, known, n=1, cutoff=0.6)
    if not near:
        squeezed = {name.replace("_", ""): name for name in known}
        near = [squeezed[key] for key in difflib.get_close_matches(folded.replace("_", ""), squeezed, n=1)]
    return near[0] if near else None
