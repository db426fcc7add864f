"""Finding the reader for each input that was named, and reading them all."""

import contextlib
import errno
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import IO

from dnnctl import plugins
from dnnctl.datasets.images.files import UNREAD_ENDINGS, pictures_below
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.inputs.base import MAX_ROWS, Inputs, InputSpec, joined
from dnnctl.memory import ROWS

PACKAGE = "dnnctl.inference.inputs"
STANDARD_INPUT = "-"
# Files of more bytes are read in parts, if their reader can; it may say so of smaller ones.
LARGE = 1 << 26


def readers() -> dict[str, ModuleType]:
    """Return the plugin that reads each file ending, as `.png`."""
    modules = [plugins.load(PACKAGE, name) for name in plugins.names(PACKAGE)]
    return {ending: module for module in modules for ending in module.ENDINGS}


def read_all(
    sources: Sequence[str],
    spec: InputSpec,
    *,
    invert: bool | None = None,
    stdin: IO[bytes] | None = None,
    values: Sequence[str] = (),
) -> Inputs:
    """Read everything that a prediction was asked for; arguments and errors are those of `read_parts`.

    Raises:
        DataError: If there are more than `MAX_ROWS` rows.
    """
    parts, rows = [], 0
    for part in read_parts(sources, spec, invert=invert, stdin=stdin, values=values):
        parts.append(part)
        rows += len(part)
        if rows > MAX_ROWS:
            raise DataError(f"{sources[0]!r}: has more than {MAX_ROWS:,} rows: split it, or ask for one part at a time")
    return joined(parts)


def read_parts(
    sources: Sequence[str],
    spec: InputSpec,
    *,
    invert: bool | None = None,
    stdin: IO[bytes] | None = None,
    values: Sequence[str] = (),
    damaged: list[DataError] | None = None,
) -> Iterator[Inputs]:
    """Read everything that a prediction was asked for, bit by bit.

    Args:
        sources: Files, folders of pictures, or `-` for CSV rows on standard input.
        spec: What the network takes.
        invert: Whether to exchange dark and light in images: True, False, or None to detect it.
        stdin: Standard input as a binary stream; needed for `-` only.
        values: Rows of numbers written out, as `75` or `75,180`.
        damaged: Where the network takes pictures, what is wrong with inputs that cannot be read goes in here, and
            the others are read; None raises it.

    Returns:
        All rows in the order of `sources`, then of `values`: those of small inputs together, those of a large one in
        several parts. A `DataError` comes with the part that is damaged.

    Raises:
        DataError: If an input is missing, damaged or does not fit the network.
        UsageError: If nothing was named, a file's ending is unknown, or an option does not apply.
    """
    if invert is not None and not spec.info.is_image:
        raise UsageError(f"`invert` is for images; this network takes {spec.described}")
    if not sources and not values:
        raise UsageError(f"nothing to predict; expected files ({_endings()}), '-', or `values`")
    if list(sources).count(STANDARD_INPUT) > 1:
        raise UsageError("standard input ('-') can be read once only; it was named more than once")
    if spec.encoding != "auto" and not any(_is_text(source) for source in sources):
        raise UsageError(f"`encoding`={spec.encoding} is for tables of text; expected one among the inputs")
    if damaged is not None and spec.info.is_image:
        parts = _readable(sources, spec, invert, stdin, damaged)
    else:
        parts = (part for source in _files(sources, spec) for part in _read_one(source, spec, invert, stdin))
    if values:
        from dnnctl.inference.inputs.table import read_values

        parts = itertools.chain(parts, (read_values(each, spec) for each in [values]))
    return _together(parts)


def _readable(
    sources: Sequence[str], spec: InputSpec, invert: bool | None, stdin: IO[bytes] | None, damaged: list[DataError]
) -> Iterator[Inputs]:
    """Yield the rows of the inputs that can be read; put aside what is wrong with the others."""
    read = False
    for source in _files(sources, spec):
        rows = 0
        try:
            for part in _read_one(source, spec, invert, stdin):
                rows += len(part)
                yield part
        except DataError as fault:
            # Of an array in many parts, some have been answered.
            if rows:
                raise
            damaged.append(fault)
        read = read or rows > 0
    if damaged and not read:
        raise all_of(damaged)


def all_of(faults: Sequence[DataError]) -> DataError:
    """Return several errors as one."""
    return DataError("\n".join(map(str, faults)))


def _files(sources: Iterable[str], spec: InputSpec) -> Iterator[str]:
    """Yield inputs, the pictures of a folder one by one."""
    for source in sources:
        pictures: list[Path] = []
        if spec.info.is_image and source != STANDARD_INPUT and _is_folder(source):
            with contextlib.suppress(OSError):
                pictures = pictures_below(Path(source))
        yield from map(str, pictures) if pictures else [source]


def _is_folder(source: str) -> bool:
    try:
        return Path(source).is_dir()
    except (OSError, ValueError):
        return False


def _is_text(source: str) -> bool:
    table = readers()[".csv"]
    return source == STANDARD_INPUT or readers().get(Path(source).suffix.lower(), table) is table


def _together(parts: Iterable[Inputs]) -> Iterator[Inputs]:
    """Yield parts, several small ones as one, and those without rows with the next one, or alone behind the last."""
    waiting: list[Inputs] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += len(part)
        if rows >= ROWS:
            yield joined(waiting)
            waiting, rows = [], 0
    if waiting:
        yield joined(waiting)


def _read_one(source: str, spec: InputSpec, invert: bool | None, stdin: IO[bytes] | None) -> Iterator[Inputs]:
    if source == STANDARD_INPUT:
        if stdin is None:
            raise UsageError("standard input ('-') is not available here; name a file")
        yield readers()[".csv"].read(stdin, "-", spec, invert)
        return
    path = Path(source)
    _check_exists(path, source, folder="without pictures" if spec.info.is_image else "")
    # A table may be called anything, as it may for a training.
    ending = ".png" if path.suffix.lower() in UNREAD_ENDINGS else path.suffix.lower()
    reader = readers().get(ending, readers()[".csv"] if spec.table else None)
    if reader is None:
        raise UsageError(f"{source!r}: unknown ending {path.suffix!r}; expected one of: {_endings()}")
    try:
        with path.open("rb") as stream:
            if hasattr(reader, "parts") and path.stat().st_size > getattr(reader, "LARGE", LARGE):
                yield from reader.parts(stream, source, spec, invert)
            else:
                yield reader.read(stream, source, spec, invert)
    except OSError as error:
        raise DataError(f"{source!r}: cannot be read: {error.strerror or error}") from None


def _check_exists(path: Path, source: str, folder: str) -> None:
    try:
        if path.is_dir():
            odd = " ".join(filter(None, ("is a directory", folder)))
            raise DataError(f"{source!r}: {odd}; expected files, as {str(path / '*.png')!r} without the quotes")
        if not path.exists():
            raise DataError(f"{source!r}: no such file")
        if not path.is_file():
            raise DataError(f"{source!r}: is not a regular file; pipe CSV rows to '-' instead")
    except (OSError, ValueError) as error:
        # A name of 300 characters or with a zero byte in it cannot even be asked about.
        text = errno.errorcode.get(getattr(error, "errno", 0) or 0, str(error))
        raise DataError(f"{source!r}: cannot be read: {getattr(error, 'strerror', None) or text}") from None


def _endings() -> str:
    return " ".join(sorted(readers()))
