"""From a file and overrides to a checked configuration, or to every fault in it at once."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dnnctl import plugins
from dnnctl.config import messages, overrides
from dnnctl.config.checks.finding import Finding
from dnnctl.config.checks.network import check_network
from dnnctl.config.checks.training import check_training
from dnnctl.config.resolve import resolve
from dnnctl.config.schema import NAME, Config
from dnnctl.config.shipped import find
from dnnctl.config.yaml_reader import KeyPath, Positions, dotted, parse, read_text
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import ConfigError, Fault


@dataclass(frozen=True)
class LoadedConfig:
    """A configuration that can be trained.

    Args:
        config: With nothing left to `auto` that the data set decides.
        info: What is known about its data set.
        path: The file it came from.
        warnings: Things that are probably not meant, each with its place.
    """

    config: Config
    info: DatasetInfo
    path: Path
    warnings: tuple[str, ...]


def load(
    config: str | Path, settings: Sequence[str] = (), options: Mapping[str, str | None] | None = None
) -> LoadedConfig:
    """Read and check a configuration.

    Args:
        config: A path, or a shipped configuration's name, as `digits`.
        settings: Overrides, as `training.epochs=5`.
        options: Values of top-level keys that have a command line option of their own; None is no value.

    Raises:
        ConfigError: With everything that is wrong, in the order of the file.
    """
    path = find(str(config))
    document, positions = parse(read_text(path, str(path)), str(path))
    if document is None:
        raise ConfigError([Fault("", "the file is empty; expected at least data.dataset", str(path))])
    if not isinstance(document, dict):
        received = messages.show(document)
        raise ConfigError([Fault("", f"expected `key: value` lines; received {received}", f"{path}:1:1")])
    changed, faults = _override(document, settings)
    for key, value in (options or {}).items():
        if value is not None:
            document[key], changed[(key,)] = value, f"--{key}"
    if not document.get("name") and NAME.fullmatch(path.stem):
        document["name"] = path.stem
    checked, more, findings = check(document)
    where = _Locator(positions, changed)
    faults.extend(where.fault(at, problem, key=key) for at, problem, key in more)
    faults.extend(where.fault(f.path, f.problem, key=False) for f in findings if not f.warning)
    if faults or checked is None:
        raise ConfigError(sorted(faults, key=where.order))
    warnings = tuple(str(where.fault(f.path, f.problem, key=False)) for f in findings if f.warning)
    info = describe(checked)
    return LoadedConfig(_absolute(resolve(checked, info), path), info, path, warnings)


def describe(config: Config) -> DatasetInfo:
    """Return what is known about a configuration's data set before any of it is read."""
    options = config.data.dataset
    info: DatasetInfo = plugins.load("dnnctl.datasets", options.key).describe(options)
    return info


def check(document: dict[str, Any]) -> tuple[Config | None, list[tuple[KeyPath, str, bool]], list[Finding]]:
    """Check a document's keys and types and, as far as these are right, what it means.

    Returns:
        The configuration (None if it cannot be used), its faults as (path, problem, whether the key
        rather than the value is meant), and the findings about its meaning.
    """
    faults: list[tuple[KeyPath, str, bool]] = []
    rest = deepcopy(document)
    config: Config | None = None
    # What is wrong is taken out and the rest checked again, so that one run finds everything.
    for _ in range(8):
        try:
            config = Config.model_validate(rest)
            break
        except ValidationError as error:
            found = error.errors(include_url=False)
            if not faults:
                faults = [(_path(f), messages.problem(Config, f), f["type"] == "extra_forbidden") for f in found]
            removed = [_take_out(rest, _path(f)) for f in found]
            if not all(removed):
                return None, faults, []
    if config is None:
        return None, faults, []
    wrong = {path for path, _, _ in faults}
    info = describe(config)
    findings = [*check_network(config, info), *check_training(config, info)]
    kept = [f for f in findings if not any(f.path[: len(p)] == p or p[: len(f.path)] == f.path for p in wrong)]
    return (None if faults else config), faults, kept


def _path(fault: Any) -> KeyPath:
    return tuple(fault["loc"])


def _take_out(document: dict[str, Any], path: KeyPath) -> bool:
    """Remove what is wrong, so that its default stands in; False if there is no default for it."""
    if path[:2] == ("data", "dataset") or path == ("data",):
        return False
    if path[:2] == ("model", "layers") and len(path) > 2:
        document["model"]["layers"][path[2]] = "linear"
        return True
    holder: Any = document
    for part in path[:-1]:
        inner = holder.get(part) if isinstance(holder, dict) else None
        if not isinstance(inner, dict):
            holder.pop(part, None)
            return True
        holder = inner
    if path[-1] in holder:
        del holder[path[-1]]
        return True
    # A key is missing inside: what should hold it goes.
    return len(path) > 1 and _take_out(document, path[:-1])


def _override(document: dict[str, Any], settings: Sequence[str]) -> tuple[dict[KeyPath, str], list[Fault]]:
    """Apply overrides; return what to call each key path that they changed, and what is wrong with them."""
    changed: dict[KeyPath, str] = {}
    faults: list[Fault] = []
    for setting in settings:
        try:
            path, value = overrides.split(setting)
            overrides.apply(document, path, value)
            changed[path] = f"--set {dotted(path)}"
        except ConfigError as error:
            faults.extend(error.faults)
    return changed, faults


class _Locator:
    """Says where a key path stands: in the file, or in which override."""

    def __init__(self, positions: Positions, changed: dict[KeyPath, str]) -> None:
        self._positions = positions
        self._changed = changed

    def fault(self, path: KeyPath, problem: str, *, key: bool) -> Fault:
        for override, option in self._changed.items():
            if path[: len(override)] == override:
                return Fault(dotted(path), problem, option)
        return Fault(dotted(path), problem, self._positions.of(path, key=key))

    def order(self, fault: Fault) -> tuple[int, int]:
        numbers = fault.where.rsplit(":", 2)[1:]
        return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 and numbers[0].isdigit() else (1 << 30, 0)


def _absolute(config: Config, path: Path) -> Config:
    """Return the configuration with its paths absolute, starting from the file's folder."""
    if config.data.path is None:
        return config
    absolute = str((path.parent / Path(config.data.path).expanduser()).resolve())
    return config.model_copy(update={"data": config.data.model_copy(update={"path": absolute})})


def as_yaml(config: Config) -> str:
    """Return a configuration as YAML, with every default written out."""
    written = config.model_dump(mode="json")
    if written["training"]["metrics"] is None:
        written["training"]["metrics"] = "auto"
    text: str = yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100)
    return text
