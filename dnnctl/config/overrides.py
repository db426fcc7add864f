"""Overrides of single keys: `training.epochs=5`, `model.layers[0].dense=64`; and where what is wrong came from."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from dnnctl.config.mapping import plain_value
from dnnctl.config.yaml_reader import MAX_DEPTH, MAX_KEY, KeyPath, Positions, dotted, parse
from dnnctl.errors import ConfigError, Fault
from dnnctl.spec import MAIN

# Under these keys, and at each position of a list, stands one named thing; naming another there replaces it.
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
    ("checkpoint", "every"): ("checkpoint", "seconds"),
    ("checkpoint", "seconds"): ("checkpoint", "every"),
}
REQUIRE = "require."
# As many digits as any list has positions; so that no number of thousands of digits is read.
_POSITION = re.compile(r"[0-9]{1,6}")
_PART = re.compile(r"([^.\[\]]+)|\[([0-9]{1,6})\]")

# Values of single keys: texts as `training.epochs=5`, or values by their key paths.
Overrides = Sequence[str] | Mapping[str, Any]


def apply_all(document: dict[str, Any], overrides: Overrides) -> tuple[dict[KeyPath, str], list[Fault]]:
    """Apply overrides.

    Args:
        document: The configuration as plain values; changed in place.
        overrides: What to change.

    Returns:
        What to call each key path that they changed, and what is wrong with them.

    Raises:
        ConfigError: If they are no overrides at all.
    """
    changed: dict[KeyPath, str] = {}
    faults: list[Fault] = []
    if not isinstance(overrides, Iterable):
        raise ConfigError([Fault("", "expected a dict of key paths, or a list of key=value", "`overrides`")])
    values = overrides if isinstance(overrides, Mapping) else None
    overrides = [overrides] if isinstance(overrides, str) else overrides
    for each in overrides:
        try:
            path, value = split(str(each)) if values is None else given(each, values[each])
            apply(document, path, value)
            changed[path] = f"`overrides` {dotted(path)}"
        except ConfigError as error:
            faults.extend(error.faults)
    return changed, faults


def split(assignment: str) -> tuple[KeyPath, Any]:
    """Read one override.

    Args:
        assignment: `key.path=value`, the value in YAML; below `require` it is text.

    Returns:
        The key path and the value.

    Raises:
        ConfigError: If it has no `=`, no key, or a value that is not YAML.
    """
    name, equals, text = assignment.partition("=")
    source = f"`overrides` {assignment[:80]}{'...' * (len(assignment) > 80)}"
    path = key_path(name) if equals else ()
    if not path:
        raise ConfigError([Fault("", "expected key=value, as training.epochs=5 or model.layers[0].dense=64", source)])
    if name.strip().startswith(REQUIRE):
        # `>=` would begin a block of text in YAML.
        return path, text.strip()
    try:
        value, _, faults = parse(text, source)
    except ConfigError as error:
        faults = list(error.faults)
    if faults:
        raise ConfigError([Fault(dotted(path), f.problem, source) for f in faults])
    return path, value


def given(name: str, value: Any) -> tuple[KeyPath, Any]:
    """Read one override that was made in Python; returns and raises as `split`.

    Args:
        name: The key path.
        value: The value, as a YAML file would be read.
    """
    path = key_path(str(name))
    if not path:
        problem = "expected a key path, as training.epochs or model.layers[0].dense"
        raise ConfigError([Fault("", problem, f"`overrides` {str(name)[:80]}")])
    return path, plain_value(value, path)


def written(name: str, value: Any) -> str:
    """Return an override as text, which `split` reads as the same key path and value.

    Args:
        name: The key path, as `training.early_stopping`.
        value: The value, in dicts, lists, text and numbers.
    """
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=math.inf)
    # Behind a plain number or word YAML writes that the document ends.
    return f"{name}={text.strip().removesuffix('...').strip()}"


def key_path(name: str) -> KeyPath:
    """Return the key path of an override; an empty one if it is none.

    Args:
        name: As `model.layers[0].dense`; what follows `require.` is one key, as `test.accuracy`.
    """
    rest = name.strip()
    if rest.startswith(REQUIRE):
        return "require", rest.removeprefix(REQUIRE)
    found = (match[1] or match[2] for match in _PART.finditer(rest))
    parts: list[str | int] = [int(part) if _POSITION.fullmatch(part) else part for part in found]
    as_read = dotted(tuple(parts)) == re.sub(r"\.([0-9]{1,6})(?=\.|\[|$)", r"[\1]", rest)
    bounded = len(parts) <= MAX_DEPTH and all(len(str(part)) <= MAX_KEY for part in parts)
    return tuple(parts) if as_read and bounded else ()


def apply(document: dict[str, Any], path: KeyPath, value: Any) -> None:
    """Put a value into a document, opening short forms on the way.

    `optimizer: adam` opened for `optimizer.adam.beta_1` becomes `optimizer: {adam: {beta_1: ...}}`, `dense: 64`
    opened for `dense.use_bias` keeps the 64 as the main option, `npz: rows.npz` opened for `npz.task` its path. A
    plain value for something that is written with its options is its main option, and the others stay.

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
    if isinstance(holder, list):
        holder[int(path[-1])] = value
        return
    names_a_choice = len(path) > 1 and _is_choice(path[-2])
    if names_a_choice and path[-1] not in holder:
        holder.clear()
    # What is set last is written last, which counts where the main option stands there under both its names.
    before = holder.pop(path[-1], None)
    if names_a_choice and isinstance(before, dict) and not isinstance(value, dict | list | None):
        before.pop(MAIN, None)
        value = {**before, MAIN: value}
    holder[path[-1]] = value


def _is_choice(part: str | int) -> bool:
    """Tell whether one named thing stands under a key or, as a layer does, at a position."""
    return isinstance(part, int) or part in CHOICES


def _open(holder: Any, part: str | int, path: KeyPath, depth: int) -> Any:
    """Return what stands at `holder[part]` as something that can be written into."""
    _check(holder, part, path)
    following = path[depth + 1]
    inner = holder[part] if isinstance(part, int) else holder.get(part)
    if isinstance(inner, dict):
        if _is_choice(part) and following not in inner and len(path) > depth + 2:
            inner.clear()
        return inner
    if isinstance(inner, list) and isinstance(following, int):
        return inner
    opened: dict[Any, Any] = {}
    if isinstance(inner, str) and path[:depth] == ("data",):
        # A source of one's own by its path alone, as `npz: rows.npz`.
        opened = {"path": inner}
    elif isinstance(inner, str) and inner == following:
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
    raise ConfigError([Fault(dotted(path), problem, f"`overrides` {dotted(path)}")])


class Locator:
    """Says where a key path stands: in the file, or in which override.

    Args:
        positions: Where each key and value stands in the file.
        changed: What to call each key path that an override changed.
    """

    def __init__(self, positions: Positions, changed: dict[KeyPath, str]) -> None:
        self._positions = positions
        self._changed = changed

    def fault(self, path: KeyPath, problem: str, *, key: bool) -> Fault:
        """Return what is wrong at a key path with its place; `key` says whether its key or its value is meant."""
        for override, option in self._changed.items():
            if path[: len(override)] == override or self._made(path, override):
                return Fault(dotted(path), problem, option)
        return Fault(dotted(path), problem, self._positions.of(path, key=key))

    def place(self, path: KeyPath) -> str:
        """Return where a key path stands, and the path."""
        fault = self.fault(path, "", key=False)
        return f"{fault.where}: {fault.key}"

    def _made(self, path: KeyPath, override: KeyPath) -> bool:
        """Tell whether what is wrong, or what it is missing in, is not in the file but came with an override."""
        around = next((n for n in range(len(path), 0, -1) if path[:n] in self._positions.values), 0)
        return around < len(path) and path[: around + 1] == override[: around + 1] and len(override) > around + 1

    def order(self, fault: Fault) -> tuple[int, int]:
        """Return line and column of a fault, to sort by; what came with an override comes last."""
        numbers = fault.where.rsplit(":", 2)[1:]
        placed = len(numbers) == 2 and all(number.isdecimal() and len(number) < 10 for number in numbers)
        return (int(numbers[0]), int(numbers[1])) if placed else (1 << 30, 0)
