"""Names of runs: letters of any script."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from dnnctl.spelling import composed

MOST, MOST_BYTES = 64, 240
# What a name may hold besides letters, marks on them, and digits, though not at its beginning.
MARKS = "._-"
# Windows takes these for devices, whatever their ending and their letters' case.
DEVICES = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\..*)?", re.IGNORECASE)
# What a run is called that has no name of its own.
LATEST = "latest"


def is_name(text: str) -> bool:
    """Tell whether a run can have this name: it becomes a folder, on any system, and a word on the command line."""
    return _is_word(text) and text != LATEST and not DEVICES.fullmatch(text)


def _is_word(text: str) -> bool:
    if not 0 < len(text) <= MOST or not all(map(_fits, text)):
        return False
    begins = text[0] not in MARKS and not unicodedata.category(text[0]).startswith("M")
    # A folder's name may have 255 bytes.
    return begins and len(text.encode()) <= MOST_BYTES and not text.endswith(".")


def _fits(letter: str) -> bool:
    # Category L is letters, M marks on them, Nd digits.
    kind = unicodedata.category(letter)
    return kind[0] in "LM" or kind == "Nd" or letter in MARKS


def name_of(text: str, otherwise: str = "run") -> str:
    """Return the name that a run has after a file's: what cannot be in a name becomes a hyphen.

    Args:
        text: The file's name.
        otherwise: What to return if nothing is left.
    """
    fitting = "".join(letter if _fits(letter) else " " for letter in composed(text))
    name = "-".join(fitting.split())[:MOST].strip(MARKS)
    while len(name.encode()) > MOST_BYTES:
        name = name[:-1].rstrip(MARKS)
    return name if is_name(name) else otherwise


def _check_name(name: str) -> str:
    name = composed(name)
    if not is_name(name):
        reserved = _is_word(name)
        expected = (
            "another name, as this one has a meaning of its own"
            if reserved
            else "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, the last no '.'"
        )
        raise PydanticCustomError("value_error", f"expected {expected}; received {name[:80]!r}")
    return name


Name = Annotated[str, AfterValidator(_check_name)]
