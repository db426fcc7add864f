"""Features of records, as they are described in a configuration: `float`, `int64[3]`, `text`, `uint8[28, 28]`."""

import re
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from dnnctl.datasets.columns import Kind

_FORM = re.compile(r"(float|int64|text|uint8)\s*(?:\[\s*(\d+(?:\s*,\s*\d+){0,2})\s*\])?")


@dataclass(frozen=True)
class Feature:
    """What a feature holds.

    Args:
        name: Its name.
        type: `float`, `int64`, `text` or `uint8`.
        shape: Shape of its values; empty for a single one.
    """

    name: str
    type: str
    shape: tuple[int, ...]

    @property
    def is_picture(self) -> bool:
        """Whether it is the pixels of a picture."""
        return self.type == "uint8"

    @property
    def count(self) -> int:
        """How many values it has."""
        count = 1
        for extent in self.shape:
            count *= extent
        return count

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its values as columns of a table."""
        return (self.name,) if not self.shape else tuple(f"{self.name}_{i + 1}" for i in range(self.count))

    @property
    def kind(self) -> Kind:
        """What such a column holds."""
        return "category" if self.type == "text" else "number"


def feature(name: str, written: str) -> Feature:
    """Return a feature by its description, which was checked."""
    found = _FORM.fullmatch(written.strip())
    assert found is not None
    return Feature(name, found[1], tuple(int(each) for each in (found[2] or "").split(",") if each.strip()))


def check_feature(written: str) -> str:
    """Return the description of a feature.

    Raises:
        PydanticCustomError: If it is none.
    """
    found = _FORM.fullmatch(written.strip())
    extents = [int(each) for each in (found[2] or "1").split(",")] if found else [0]
    picture = bool(found and found[1] == "uint8")
    sound = all(1 <= extent <= 1 << 16 for extent in extents)
    sound = sound and (picture == (len(extents) > 1)) and not (found and found[1] == "text" and found[2])
    if not sound or (len(extents) == 3 and extents[2] != 3):
        raise PydanticCustomError(
            "value_error",
            "expected float, int64 or text, a number of values as float[10], or the bytes of a picture as "
            f"uint8[28, 28] or uint8[32, 32, 3]; received {written[:80]!r}",
        )
    return written
