"""Text of plots: names are shown as they are written, whatever is in them."""

from collections.abc import Sequence
from functools import cache, lru_cache


def plain(text: str, longest: int = 0) -> str:
    """Return text that is drawn letter by letter: no formulas, no line breaks, no missing letters.

    Args:
        text: Any text, such as a class name out of a file.
        longest: Number of characters after which it is cut short; 0 for no limit.

    Returns:
        Text for matplotlib, with `$` escaped and letters that the font lacks replaced by `?`.
    """
    letters = _letters()
    clean = "".join(letter if ord(letter) in letters else "?" for letter in " ".join(text.split()))
    return (cut(clean, longest) if longest else clean).replace("$", r"\$")


def cut(text: str, longest: int) -> str:
    """Return text of at most `longest` characters, with `…` where something is missing."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def named(name: str, unit: str = "") -> str:
    """Return the label of an axis, as `height (cm)`."""
    return plain(f"{name} ({unit})" if unit else name, 60)


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, as `1 test row` or `10,000 test rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence, as `dropout, augmentation and mix-up`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def amount(value: float) -> str:
    """Return a figure in three digits, or whole with commas from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


@lru_cache(maxsize=4096)
def width_of(text: str, points: float, weight: str = "normal") -> float:
    """Return how wide a line of text is drawn, in inches.

    Args:
        text: Text as `plain` returns it.
        points: Size of the letters.
        weight: `normal` or `bold`.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    shown = text.replace(r"\$", "$")
    font = FontProperties(size=points, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(shown, font, ismath=False)
    return float(width) / 72


@cache
def _letters() -> frozenset[int]:
    """Return the code points that the font in use can draw."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
