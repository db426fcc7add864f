"""Fonts for letters that the usual one lacks, as Korean ones: chosen out of those that are installed.

Only text with such letters costs a search; each letter is looked for once. Chosen fonts are known to matplotlib by
names of their own, with a regular and a bold weight, so that nobody else's figures change.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

# What FreeType says of a font that is damaged or is none, and the system of one that cannot be opened.
UNREADABLE = (RuntimeError, OSError)
# By script, as the first word of its letters' names in Unicode: families that were drawn for it, the plainest first.
_JAPANESE = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "MS Gothic",
)
FAMILIES = {
    "HANGUL": (
        "Noto Sans CJK KR",
        "Noto Sans KR",
        "NanumGothic",
        "Malgun Gothic",
        "Apple SD Gothic Neo",
        "AppleGothic",
    ),
    "HIRAGANA": _JAPANESE,
    "KATAKANA": _JAPANESE,
    "CJK": (
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "Microsoft YaHei",
        "PingFang SC",
        "PingFang HK",
        "Heiti TC",
        "SimHei",
        *_JAPANESE,
    ),
}
# What people call a script whose letters are named otherwise, and what to install for it.
NAMED = {
    "HANGUL": ("Korean", "Noto Sans CJK"),
    "HIRAGANA": ("Japanese", "Noto Sans CJK"),
    "KATAKANA": ("Japanese", "Noto Sans CJK"),
    "CJK": ("Chinese", "Noto Sans CJK"),
}
# Letters that are named in a message, and characters that are not drawn at all: joiners and choices of a form.
SHOWN, UNSEEN = 6, ("Cf", "Mn")
_REGULAR, _BOLD = 400, 700
_lacking: dict[str, None] = {}


def drawable(text: str) -> str:
    """Return text with `?` for each letter that no installed font has."""
    own = _own_letters()
    foreign = {letter for letter in text if ord(letter) not in own}
    if not foreign:
        return text
    _look_for(foreign)
    lost = {letter for letter in foreign if _family_of[letter] is None}
    unseen = {letter for letter in lost if unicodedata.category(letter) in UNSEEN}
    _lacking.update(dict.fromkeys(sorted(lost - unseen)))
    return "".join("" if letter in unseen else "?" if letter in lost else letter for letter in text)


def families(text: str) -> list[str]:
    """Return the families that a text needs beside the usual one; none for most."""
    if not _family_of or text.isascii():
        return []
    return list(dict.fromkeys(family for letter in text if (family := _family_of.get(letter))))


def properties(text: str, points: float, weight: str) -> "FontProperties":
    """Return the font that a text is drawn in."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(size=points, weight=weight)
    if more := families(text):
        font.set_family([*font.get_family(), *more])
    return font


def lacking() -> str:
    """Say which letters have been drawn as `?` since this was last asked, and what to install; nothing if none were."""
    if not _lacking:
        return ""
    named = dict(_script_and_font(letter) for letter in _lacking)
    letters = "".join(list(_lacking)[:SHOWN]) + "…" * (len(_lacking) > SHOWN)
    fonts = ", ".join(dict.fromkeys(named.values()))
    _lacking.clear()
    return (
        f"plots: no installed font has {letters} ({', '.join(named)}), drawn as '?'; install one that has, as {fonts}, "
        "and draw again"
    )


# The family that each letter is drawn in which the usual one lacks; None where no font has it.
_family_of: dict[str, str | None] = {}


def _look_for(letters: set[str]) -> None:
    """Find a family for letters: one for all of them if there is one, else the one with most, and so on."""
    left = letters - _family_of.keys()
    while left:
        best, found = None, set[str]()
        for entry in _candidates(left):
            has = {letter for letter in left if _has(entry, letter)}
            if len(has) > len(found):
                best, found = entry, has
            if found == left:
                break
        if best is None:
            _family_of.update(dict.fromkeys(left))
            return
        _family_of.update(dict.fromkeys(found, _known_as(best)))
        left -= found


def _candidates(letters: Iterable[str]) -> Iterator[Any]:
    """Yield the installed families that may have letters, the likeliest first, a font of each."""
    from matplotlib.font_manager import fontManager

    liked = [
        name for script in FAMILIES if any(_script(each) == script for each in letters) for name in FAMILIES[script]
    ]
    known = _regular_fonts(fontManager.ttflist)
    yield from (known[name] for name in liked if name in known)
    known = _regular_fonts(_all_fonts())
    rest = sorted(set(known) - set(liked), key=lambda name: ("Sans" not in name and "Gothic" not in name, name))
    yield from (known[name] for name in [*(name for name in liked if name in known), *rest])


def _regular_fonts(entries: Iterable[Any]) -> dict[str, Any]:
    """Return the font of each family that is nearest to regular."""
    upright = sorted(
        (e for e in entries if e.style == "normal"), key=lambda e: abs(_weight(e) - _REGULAR), reverse=True
    )
    # The last font of a family stays.
    return {entry.name: entry for entry in upright if not entry.name.startswith((".", "Last Resort", "LastResort"))}


def _weight(entry: Any) -> int:
    return entry.weight if isinstance(entry.weight, int) else _BOLD if "bold" in entry.weight else _REGULAR


@cache
def _all_fonts() -> list[Any]:
    """Return every font, also those that were installed after matplotlib made its list."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        # A font that cannot be read is no reason to draw nothing: there are others.
        with suppress(*UNREADABLE):
            fontManager.addfont(path)
    return fontManager.ttflist


def _known_as(entry: Any) -> str:
    """Return the name under which matplotlib finds a family in a regular and in a bold weight."""
    from matplotlib.font_manager import fontManager

    name = f"{entry.name} (dnnctl)"
    if not any(known.name == name for known in fontManager.ttflist):
        # A bold font may have fewer letters.
        heavy = [e for e in fontManager.ttflist if e.name == entry.name and e.style == "normal" and _weight(e) >= 600]
        bold = [e for e in heavy if np.isin(_codes_of(entry), _codes_of(e)).all()]
        for font, weight in ((entry, _REGULAR), (min(bold, key=_weight, default=entry), _BOLD)):
            plain = {"style": "normal", "variant": "normal", "stretch": "normal", "size": "scalable"}
            fontManager.ttflist.append(replace(font, name=name, weight=weight, **plain))
    return name


def _has(entry: Any, letter: str) -> bool:
    codes = _codes_of(entry)
    at = int(np.searchsorted(codes, ord(letter)))
    return at < len(codes) and int(codes[at]) == ord(letter)


def _codes_of(entry: Any) -> NDArray[np.int64]:
    return _codes(entry.fname, getattr(entry, "index", 0))


@cache
def _codes(path: str, index: int) -> NDArray[np.int64]:
    """Return the code points that a font can draw, in their order; none of one that cannot be opened."""
    from matplotlib import ft2font

    opened: Any = ft2font.FT2Font
    try:
        font = opened(path, face_index=index) if index else opened(path)
    except UNREADABLE:
        return np.empty(0, np.int64)
    return np.array(sorted(font.get_charmap()), np.int64)


@cache
def _own_letters() -> frozenset[int]:
    """Return the code points that the font in use can draw."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]


def _script_and_font(letter: str) -> tuple[str, str]:
    """Return what people call the script of a letter, and a font that has it."""
    script = _script(letter)
    if unicodedata.category(letter)[0] not in "LMN":
        return "signs", "Noto Sans Symbols"
    return NAMED.get(script, (script.title(), f"Noto Sans {script.title()}"))
