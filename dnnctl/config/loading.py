"""From a file and overrides to a checked configuration, or to every fault in it at once."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dnnctl.config import messages
from dnnctl.config.checks import Finding
from dnnctl.config.checks.generalization import check_generalization
from dnnctl.config.checks.network import check_layers, check_output
from dnnctl.config.checks.training import check_training
from dnnctl.config.mapping import from_mapping, plain_value
from dnnctl.config.names import name_of
from dnnctl.config.overrides import Locator, Overrides, apply_all
from dnnctl.config.paths import anchor
from dnnctl.config.resolve import as_used, resolve
from dnnctl.config.schema import SOURCES, Config
from dnnctl.config.shipped import find
from dnnctl.config.yaml_reader import KeyPath, Positions, parse, read_text
from dnnctl.datasets.base import Dataset, DatasetInfo, DownloadProgress, Places, silent
from dnnctl.datasets.parts.faults import WrongOptionError
from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.read import describe, read
from dnnctl.errors import ConfigError, DataError, Fault, Notice

# Takes the place of a data set that is not known, so that the rest can be checked.
STAND_IN = "digits"

# What messages call a configuration that was made in Python; its path starts where relative paths in it do.
MADE_IN_PYTHON = "config"
# Characters; no system takes longer ones.
LONGEST_PATH = 4096
# Faults of one kind that are looked into; nobody puts right more at once.
MANY = 50

# A key path, what is wrong there, and whether the key is unknown.
_Wrong = tuple[KeyPath, str, bool]
# What is known about a data set, and the data set itself where it had to be read for that.
_Described = tuple[DatasetInfo, Dataset | None]


class Handover:
    """A data set of the user's own on its way from the configuration that it was read with to whoever takes it.

    It is handed over once and then forgotten here, since a training moves its rows.
    """

    def __init__(self, dataset: Dataset | None = None) -> None:
        self._dataset = dataset

    def take(self) -> Dataset | None:
        """Return the data set the first time, and None from then on."""
        dataset, self._dataset = self._dataset, None
        return dataset


@dataclass(frozen=True)
class LoadedConfig:
    """A configuration that can be trained.

    Args:
        config: With nothing left to `auto` that the data set decides.
        info: What is known about its data set.
        path: The file it came from; `config` if it was made in Python.
        warnings: Things that are probably not meant.
        dataset: Data of the user's own, which had to be read to check the configuration; empty for named data sets.
    """

    config: Config
    info: DatasetInfo
    path: Path
    warnings: tuple[Notice, ...]
    dataset: Handover = field(default_factory=Handover, compare=False)

    def read(self, progress: DownloadProgress = silent, path: Path | None = None) -> Dataset:
        """Return the data set: the one that the configuration was checked with, or else one that is read now.

        Args:
            progress: Called with a file's name, bytes done and bytes in all during a download.
            path: Folder or file to read a named data set from, instead of what the configuration says.

        Raises:
            DataError: If it is missing or damaged.
            UsageError: If a path is given for a data set that reads no files, or one of the user's own.
        """
        data = self.config.data
        dataset = None if path else self.dataset.take()
        return read(data.source, default_places(path or data.path, progress)) if dataset is None else dataset


def load(
    config: str | Path | Mapping[str, Any] | Config,
    overrides: Overrides = (),
    options: Mapping[str, str | int | None] | None = None,
    info: DatasetInfo | None = None,
) -> LoadedConfig:
    """Read and check a configuration.

    Args:
        config: A path, a shipped configuration's name, as `digits`, or a configuration made in Python, whose relative
            paths start at the current directory.
        overrides: Values of single keys, as `training.epochs=5`, or by their key paths.
        options: Values of top-level keys that the caller has an argument for, by its name; None is no value.
        info: What is known about data of the user's own, which is then not read; None reads it.

    Raises:
        ConfigError: With everything that is wrong, in the order of the file.
        DataError: If data of the user's own is damaged.
    """
    path, document, positions, faults = _read(config)
    if document is None:
        raise ConfigError([Fault("", "the file is empty; expected at least data.dataset", str(path))])
    if not isinstance(document, dict):
        received = messages.show(document)
        raise ConfigError([*faults, Fault("", f"expected `key: value` lines; received {received}", f"{path}:1:1")])
    # Of a value that could not be read, nothing more is said.
    unread = {fault.where or fault.key for fault in faults}
    changed, wrong = apply_all(document, overrides)
    faults.extend(wrong)
    if not document.get("name"):
        document["name"] = name_of(path.stem)
    for key, value in (options or {}).items():
        if value is not None:
            document[key], changed[(key,)] = plain_value(value, (key,)), f"`{key}`"
    anchor(document, path, changed)
    checked, source, more, findings = check(document, info)
    where = Locator(positions, changed)
    meant = [where.fault(at, problem, key=key) for at, problem, key in more]
    meant += [where.fault(f.path, f.problem, key=False) for f in findings if f.code is None]
    faults.extend(fault for fault in meant if (fault.where or fault.key) not in unread)
    if faults or checked is None or source is None:
        raise ConfigError(sorted(faults, key=where.order))
    warnings = tuple(Notice(f.code, f.problem, where.place(f.path)) for f in findings if f.code is not None)
    info, dataset = source
    return LoadedConfig(_absolute(resolve(checked, info), path, where), info, path, warnings, Handover(dataset))


def _read(config: str | Path | Mapping[str, Any] | Config) -> tuple[Path, Any, Positions, list[Fault]]:
    """Return what to call a configuration, what it holds, where that stands, and what could not be read."""
    if isinstance(config, Mapping | Config):
        return Path(MADE_IN_PYTHON), *from_mapping(as_values(config) if isinstance(config, Config) else config)
    path = find(str(config))
    return path, *parse(read_text(path, str(path)), str(path))


def check(
    document: dict[str, Any], info: DatasetInfo | None = None
) -> tuple[Config | None, _Described | None, list[_Wrong], list[Finding]]:
    """Check a document's keys and types and, as far as these are right, what it means.

    Returns:
        The configuration (None if it cannot be used), its data as far as that is known, the faults as (path, problem,
        whether the key rather than the value is meant), and the findings about its meaning.
    """
    faults: list[_Wrong] = []
    rest = deepcopy(document)
    config: Config | None = None
    # What is wrong is taken out and the rest checked again, so that one run finds everything.
    for _ in range(8):
        try:
            config = Config.model_validate(rest)
            break
        except ValidationError as error:
            found = error.errors(include_url=False)[:MANY]
            described = [(_path(f), messages.problem(Config, f), f["type"] == "extra_forbidden") for f in found]
            faults += [wrong for wrong in described if not _follows(wrong, faults)]
            for path, _, _ in described:
                _take_out(rest, path)
    if config is None:
        return None, None, faults, []
    wrong = {path for path, _, _ in faults}
    source: _Described | None = None
    if not any(_is_dataset(path) for path in wrong):
        source = _describe(config, faults) if info is None else (as_used(info, config.data), None)
        wrong |= {path for path, _, _ in faults}
    info = source[0] if source else None
    findings = [*check_layers(config), *check_training(config, info), *check_generalization(config, info)]
    if info is not None:
        findings += check_output(config, info)
    kept = [f for f in findings[:MANY] if not any(f.path[: len(p)] == p or p[: len(f.path)] == f.path for p in wrong)]
    return (None if faults else config), source, faults, kept


def _describe(config: Config, faults: list[_Wrong]) -> _Described | None:
    """Return what is known about the data; None, and a fault more, where that cannot be found out."""
    source = config.data.source
    try:
        dataset = read(source, Places()) if source.paths else None
        return as_used(dataset.info if dataset else describe(source), config.data), dataset
    except WrongOptionError as error:
        above = error.option == "group"
        faults.append((("data", "group") if above else ("data", source.key, error.option), error.problem, False))
    except DataError:
        # What is wrong with the configuration is told before what is wrong with the data.
        if not faults:
            raise
    return None


def _path(fault: Any) -> KeyPath:
    return tuple(fault["loc"])


def _is_dataset(path: KeyPath) -> bool:
    return path == ("data",) or (path[:1] == ("data",) and path[1] in SOURCES)


def _follows(wrong: _Wrong, earlier: list[_Wrong]) -> bool:
    """Tell whether a fault may be there only because what was wrong earlier was taken out."""
    path, problem, _ = wrong
    # Nothing depends on an unknown key.
    gone = [other for other, _, unknown in earlier if not unknown]
    if any(path[: len(other)] == other for other in gone):
        return True
    # A rule about several options, as nesterov's, may now miss the one that it names.
    return any(other[: len(path)] == path and str(other[-1]) in problem for other in gone)


def _take_out(document: dict[str, Any], path: KeyPath) -> None:
    """Remove what is wrong, and what is empty without it, so that defaults stand in."""
    if _is_dataset(path):
        data = document.get("data")
        rest = {key: value for key, value in data.items() if key not in SOURCES} if isinstance(data, dict) else {}
        document["data"] = {**rest, "dataset": STAND_IN}
        return
    if path[:2] == ("model", "layers") and len(path) > 2:
        document["model"]["layers"][path[2]] = "linear"
        return
    holders: list[tuple[dict[Any, Any], str | int]] = []
    inner: Any = document
    for part in path:
        if not isinstance(inner, dict):
            break
        holders.append((inner, part))
        inner = inner.get(part)
    for holder, part in reversed(holders):
        holder.pop(part, None)
        if holder:
            break


def _absolute(config: Config, path: Path, where: Locator) -> Config:
    """Return the configuration with its paths absolute, starting from the file's folder."""
    if config.data.path is None:
        return config
    try:
        if len(config.data.path) > LONGEST_PATH:
            raise ValueError(f"at most {LONGEST_PATH:,} characters")
        absolute = str((path.parent / Path(config.data.path).expanduser()).resolve())
    except (OSError, RuntimeError, ValueError) as error:
        # A home of nobody, links in a circle, or more letters than a path can have.
        reason = getattr(error, "strerror", None) or error
        problem = f"expected the path of a folder or file; {reason}; received {config.data.path[:80]!r}"
        raise ConfigError([where.fault(("data", "path"), problem, key=False)]) from None
    return config.model_copy(update={"data": config.data.model_copy(update={"path": absolute})})


def as_values(config: Config) -> dict[str, Any]:
    """Return a configuration as plain values, with every default written out."""
    written = config.model_dump(mode="json")
    if written["training"]["metrics"] is None:
        written["training"]["metrics"] = "auto"
    return written


def as_yaml(config: Config) -> str:
    """Return a configuration as YAML, with every default written out."""
    written = as_values(config)
    text: str = yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100)
    if all(line.isprintable() for line in text.split("\n")):
        return text
    # What could drive a terminal, or turn its text round, is written as an escape; it stays the same value.
    escaped: str = yaml.safe_dump(written, sort_keys=False, allow_unicode=False, width=100)
    return escaped
