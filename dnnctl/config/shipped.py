"""Finding a configuration: a path, or the name of one that comes with dnnctl."""

import contextlib
import os
from pathlib import Path

from dnnctl import plugins
from dnnctl.errors import ConfigError, Fault
from dnnctl.spelling import as_stored

# In a wheel they lie inside the package, in a clone beside it.
_PLACES = (Path(__file__).parents[1] / "shipped_configs", Path(__file__).parents[2] / "configs")


def shipped() -> dict[str, Path]:
    """Return the configurations that come with dnnctl, by name."""
    for place in _PLACES:
        if place.is_dir():
            return {p.relative_to(place).with_suffix("").as_posix(): p for p in sorted(place.rglob("*.yaml"))}
    return {}


def find(name: str) -> Path:
    """Return the file that a user means.

    Args:
        name: A path, or a shipped configuration's name, as `digits`.

    Raises:
        ConfigError: If there is neither; the message names the nearest of the shipped ones and the files beside it.
    """
    known = shipped()
    name = str(as_stored(Path(name))) if not name.isascii() else name
    wanted = name.removesuffix(".yaml").removesuffix(".yml").removeprefix("configs/")
    # Not Path.exists, which raises where a name is too long. A folder does not hide a shipped configuration.
    if os.path.exists(name) and not (wanted in known and os.path.isdir(name)):  # noqa: PTH110, PTH112
        return Path(name)
    if wanted in known:
        return known[wanted]
    choices = {Path(each).name: each for each in known} | _beside(name)
    meant = plugins.nearest(Path(wanted).stem, choices)
    hint = f"; did you mean '{choices[meant]}'?" if meant else f"; expected one of: {', '.join(known)}"
    problem = f"no such file, and no shipped configuration of that name{hint}"
    raise ConfigError([Fault("", problem, name[:200] or "''")])


def _beside(name: str) -> dict[str, str]:
    """Return the YAML files in the folder of a missing one, by their names in small letters without the ending."""
    with contextlib.suppress(OSError, ValueError):
        files = sorted(Path(name).parent.iterdir())
        return {path.stem.lower(): str(path) for path in files if path.suffix in (".yaml", ".yml")}
    return {}


def title(path: Path) -> str:
    """Return what a shipped configuration teaches: its first comment line."""
    with path.open(encoding="utf-8") as stream:
        return stream.readline().lstrip("# ").strip()
