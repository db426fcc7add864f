"""Overrides from the command line: `--set training.epochs=5`, `--set model.layers[0].dense=64`."""

import re
from typing import Any

from dnnctl.config.yaml_reader import KeyPath, dotted, parse
from dnnctl.errors import ConfigError, Fault
from dnnctl.spec import MAIN

# Under these keys stands one named thing; naming another there replaces it.
CHOICES = frozenset(
    {
        "dataset",
        "optimizer",
        "loss",
        "learning_rate",
        "output",
        "activation",
        "kernel_initializer",
        "bias_initializer",
    }
)
# Giving the one by override takes the other out, which the file may have.
INSTEAD_OF = {
    ("training", "epochs"): ("training", "iterations"),
    ("training", "iterations"): ("training", "epochs"),
}
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def split(assignment: str) -> tuple[KeyPath, Any]:
    """Read one override.

    Args:
        assignment: `key.path=value`, the value in YAML.

    Returns:
        The key path and the value.

    Raises:
        ConfigError: If it has no `=`, no key, or a value that is not YAML.
    """
    name, equals, text = assignment.partition("=")
    source = f"--set {assignment}"
    rest = name.strip()
    found = (match[1] or match[2] for match in _PART.finditer(rest))
    parts: list[str | int] = [int(part) if part.isdigit() else part for part in found]
    if not equals or not parts or dotted(tuple(parts)) != re.sub(r"\.(\d+)(?=\.|\[|$)", r"[\1]", rest):
        problem = "expected key=value, as --set training.epochs=5 or --set model.layers[0].dense=64"
        raise ConfigError([Fault("", problem, source)])
    try:
        value, _ = parse(text, source)
    except ConfigError as error:
        raise ConfigError([Fault(dotted(tuple(parts)), f.problem, source) for f in error.faults]) from None
    return tuple(parts), value


def apply(document: dict[str, Any], path: KeyPath, value: Any) -> None:
    """Put a value into a document, opening short forms on the way.

    `optimizer: adam` opened for `optimizer.adam.beta_1` becomes `optimizer: {adam: {beta_1: ...}}`, and
    `dense: 64` opened for `dense.use_bias` keeps the 64 as the main option.

    Args:
        document: The configuration as plain values; changed in place.
        path: Where to put it.
        value: What to put there.

    Raises:
        ConfigError: If the path leads through a list that is not there or not that long.
    """
    instead = INSTEAD_OF.get(tuple(map(str, path)))  # type: ignore[arg-type]
    if instead and isinstance(document.get(instead[0]), dict):
        document[instead[0]].pop(instead[1], None)
    holder: Any = document
    for depth, part in enumerate(path[:-1]):
        holder = _open(holder, part, path, depth)
    _check(holder, path[-1], path)
    chosen = isinstance(holder, dict) and len(path) > 1 and path[-2] in CHOICES and path[-1] not in holder
    if chosen and not _is_options(path):
        holder.clear()
    holder[path[-1]] = value


def _is_options(path: KeyPath) -> bool:
    """Tell whether the last part of a path is an option rather than the name of the thing chosen."""
    return len(path) > 2 and path[-3] in CHOICES and path[-2] not in CHOICES


def _open(holder: Any, part: str | int, path: KeyPath, depth: int) -> Any:
    """Return what stands at `holder[part]` as something that can be written into."""
    _check(holder, part, path)
    following = path[depth + 1]
    inner = holder[part] if isinstance(part, int) else holder.get(part)
    if isinstance(inner, dict):
        if part in CHOICES and following not in inner and len(path) > depth + 2:
            inner.clear()
        return inner
    if isinstance(inner, list) and isinstance(following, int):
        return inner
    opened: dict[Any, Any] = {}
    if isinstance(inner, str) and inner == following:
        opened = {inner: {}}
    elif inner is not None and not isinstance(inner, list | str):
        opened = {MAIN: inner}
    holder[part] = opened
    return opened


def _check(holder: Any, part: str | int, path: KeyPath) -> None:
    fits = isinstance(holder, dict) if isinstance(part, str) else isinstance(holder, list)
    if fits and isinstance(part, int) and part >= len(holder):
        problem = f"expected a position from 0 to {len(holder) - 1}; received {part}"
    elif fits:
        return
    else:
        problem = f"{'a key' if isinstance(part, str) else 'a position'} does not fit here; is the path right?"
    raise ConfigError([Fault(dotted(path), problem, f"--set {dotted(path)}")])
