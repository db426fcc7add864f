"""Names of runs."""

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Windows takes these for devices, whatever their ending and their letters' case.
DEVICES = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\..*)?", re.IGNORECASE)
# What a run is called that has no name of its own.
LATEST = "latest"


def is_name(text: str) -> bool:
    """Tell whether a run can have this name: it becomes a folder, on any system, and a word on the command line."""
    return bool(NAME.fullmatch(text)) and not text.endswith(".") and text != LATEST and not DEVICES.fullmatch(text)


def _check_name(name: str) -> str:
    if not is_name(name):
        reserved = bool(NAME.fullmatch(name)) and not name.endswith(".")
        expected = (
            "another name, as this one has a meaning of its own"
            if reserved
            else "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, the last no '.'"
        )
        raise PydanticCustomError("value_error", f"expected {expected}; received {name[:80]!r}")
    return name


Name = Annotated[str, AfterValidator(_check_name)]
