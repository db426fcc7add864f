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
    "mseloss": "mean_squared_error",
    "squared_error": "mean_squared_error",
    "l1loss": "mean_absolute_error",
    "absolute_error": "mean_absolute_error",
    "smoothl1loss": "huber",
    "huberloss": "huber",
    "crossentropyloss": "sparse_categorical_crossentropy",
    "nllloss": "sparse_categorical_crossentropy",
    "log_loss": "sparse_categorical_crossentropy",
    "bceloss": "binary_crossentropy",
    "bcewithlogitsloss": "binary_crossentropy",
    "logistic": "sigmoid",
    "prelu": "leaky_relu",
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

# Names that are compared letter by letter.
MOST_ALIKE = 5


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
    folded = _folded(received)
    if (meant := SYNONYMS.get(folded)) in known:
        return meant
    written = {_folded(name): name for name in reversed(list(known))}
    near = difflib.get_close_matches(folded, written, n=MOST_ALIKE, cutoff=0.6)
    if not near:
        written = {name.replace("_", ""): original for name, original in written.items()}
        folded = folded.replace("_", "")
        near = difflib.get_close_matches(folded, written, n=MOST_ALIKE)
    # Of those that are alike the one with the fewest slips of the fingers, and of equal ones the most alike.
    return written[min(near, key=lambda name: slips(folded, name))] if near else None


def _folded(name: object) -> str:
    return str(name).lower().replace("-", "_").replace(" ", "_")


def slips(first: str, second: str) -> int:
    """Return how many letters were left out, added, changed, or exchanged with the next one, between two words.

    Args:
        first: A word.
        second: Another one.

    Source: F. J. Damerau, "A technique for computer detection and correction of spelling errors" (1964), in the form
    that changes no part of a word twice (optimal string alignment).
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        above, row, older = row, [i], before
        before = above
        for j, other in enumerate(second, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other)))
            if i > 1 and j > 1 and letter == second[j - 2] and other == first[i - 2]:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]
