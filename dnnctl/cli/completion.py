"""What shells complete: runs, configurations, data sets and keys, beside the files that they would complete anyway.

Nothing is imported here that takes time: a completion is a process of its own, for which someone waits at the keyboard.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from dnnctl.spelling import composed

Items = list[CompletionItem[str]]
KEYS = Path(__file__).with_name("keys.txt")
# Folders that are looked into for runs.
MOST = 2000


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """Complete files as the shell does."""
    return [CompletionItem(incomplete, "file")]


def configurations(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Complete the configurations that come with dnnctl, and files."""
    from dnnctl.config.shipped import shipped

    return [*_fitting(shipped(), incomplete), *files(ctx, param, incomplete)]


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """Complete names of runs and `latest`, behind `name/` the runs of that name, and folders."""
    from dnnctl.runs.layout import output_folder

    out = Path(ctx.params.get("out") or output_folder())
    name, inside, _ = incomplete.partition("/")
    known = (f"{name}/{stamp}" for stamp in sorted(_folders(out / name), reverse=True)) if inside else None
    return [*_fitting(known or ("latest", *sorted(_folders(out))), incomplete), CompletionItem(incomplete, "dir")]


def runs_or_configurations(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Complete names of runs, of the configurations that come with dnnctl, and files."""
    named = [item for item in runs(ctx, param, incomplete) if item.type == "plain"]
    return [*named, *configurations(ctx, param, incomplete)]


def data_sets(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """Complete names of data sets."""
    from dnnctl import plugins

    return _fitting(plugins.names("dnnctl.datasets.sources"), incomplete)


def data_or_configurations(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Complete names of data sets, of the configurations that come with dnnctl, and files."""
    return [*data_sets(ctx, param, incomplete), *configurations(ctx, param, incomplete)]


def keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:  # noqa: ARG001
    """Complete a key of the configuration, a level at a time, and behind `=` the words it can be."""
    known = dict(_keys())
    name, equals, _ = incomplete.partition("=")
    if equals:
        return _fitting((f"{name}={word}" for word in known.get(name, ())), incomplete)
    depth = incomplete.count(".") + 1
    level: dict[str, None] = {}
    for path, words in known.items():
        parts = path.split(".")
        holds = any(other.startswith(f"{path}.") for other in known) if len(parts) == depth else len(parts) > depth
        # What holds other keys is seldom written whole, unless it can be a word.
        if len(parts) == depth and (words or not holds):
            level[f"{path}="] = None
        if holds:
            level[".".join(parts[:depth]) + "."] = None
    return _fitting(level, incomplete)


def _keys() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each key path of the configuration, and the words that it can be; `dnnctl.config.keys` writes the file."""
    for line in KEYS.read_text(encoding="utf-8").splitlines():
        path, *words = line.split()
        yield path, tuple(words)


def _fitting(words: Iterable[str], incomplete: str) -> Items:
    begun = composed(incomplete)
    return [CompletionItem(word) for word in words if composed(word).startswith(begun)]


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for _, entry in zip(range(MOST), entries, strict=False) if entry.is_dir()]
    except OSError:
        return []
    return [name for name in found if not name.startswith(".")]
