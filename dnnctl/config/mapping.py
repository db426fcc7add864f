"""A configuration that was made in Python: the plain values that a YAML file with the same contents would give."""

import os
from collections.abc import Mapping
from typing import Any

from dnnctl.config.yaml_reader import MAX_DEPTH, MAX_KEY, MAX_NODES, UNUSABLE, KeyPath, Positions, dotted
from dnnctl.errors import ConfigError, Fault

# As many digits as a number in a file may have.
LARGEST = 10**40


def from_mapping(config: Mapping[str, Any]) -> tuple[dict[str, Any], Positions, list[Fault]]:
    """Read a configuration.

    Args:
        config: As a YAML file would be read, but tuples, paths and NumPy's numbers and arrays may stand in it too.

    Returns:
        A copy in dicts, lists, text and numbers; which key paths there are; and what no configuration can hold, for
        which nothing stands in.

    Raises:
        ConfigError: If it is too large or too deep, as one that holds itself is.
    """
    builder = _Builder()
    return builder.build(config, (), 0), builder.positions, builder.faults


def plain_value(value: Any, path: KeyPath) -> Any:
    """Return one value of a configuration as `from_mapping` does.

    Args:
        value: The value.
        path: Where it shall stand, for messages.

    Raises:
        ConfigError: If no configuration can hold it.
    """
    builder = _Builder()
    built = builder.build(value, path, 0)
    if builder.faults:
        raise ConfigError(builder.faults)
    return built


class _Builder:
    """Copies values and notes where each stands."""

    def __init__(self) -> None:
        self.positions = Positions("")
        self.faults: list[Fault] = []
        self._nodes = 0

    def build(self, value: Any, path: KeyPath, depth: int) -> Any:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            problem = f"expected at most {MAX_NODES:,} values, nested at most {MAX_DEPTH} deep; received more"
            raise ConfigError([Fault(dotted(path), problem)])
        # There is no file, so no line either.
        self.positions.values[path] = (0, 0)
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        elif hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, Mapping):
            return {key: self.build(value[key], (*path, key), depth + 1) for key in value if self._is_key(key, path)}
        if isinstance(value, list | tuple):
            return [self.build(inner, (*path, i), depth + 1) for i, inner in enumerate(value)]
        return self._scalar(value, path)

    def _is_key(self, key: object, path: KeyPath) -> bool:
        fits = isinstance(key, str) and len(key) <= MAX_KEY and not UNUSABLE.search(key)
        if not fits:
            problem = f"expected a key of at most {MAX_KEY} ordinary characters; received {key!r:.40}"
            self.faults.append(Fault(dotted(path), problem))
        return fits

    def _scalar(self, value: Any, path: KeyPath) -> Any:
        problem = ""
        if isinstance(value, str):
            if not UNUSABLE.search(value):
                return str(value)
            problem = "expected text of ordinary characters; received \\0 or a surrogate"
        elif value is None or isinstance(value, bool | float):
            return value
        elif isinstance(value, int):
            if abs(value) < LARGEST:
                return value
            problem = "expected a number of at most 40 digits; received more"
        else:
            problem = f"expected text, a number, True, False, None, a list or a dict; received {type(value).__name__}"
        self.faults.append(Fault(dotted(path), problem))
        return None
