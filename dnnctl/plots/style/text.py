"""Text of plots: names are shown as they are written, whatever is in them."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from unicodedata import east_asian_width

from dnnctl.plots.style.fonts import drawable, properties


def plain(text: str, longest: int = 0) -> str:
    """Return text that is drawn letter by letter: no formulas, no line breaks, no missing letters.

    Args:
        text: Any text, such as a class name out of a file.
        longest: After how many letters it is cut short, as `cut` counts them; 0 for no limit.

    Returns:
        Text for matplotlib, with `$` escaped and letters that no installed font has replaced by `?`.
    """
    clean = drawable(" ".join(text.split()))
    return (cut(clean, longest) if longest else clean).replace("$", r"\$")


def cut(text: str, longest: int) -> str:
    """Return text of at most `longest` letters, with `…` where something is missing; wide ones count as two."""
    ends = list(accumulate(1 + (east_asian_width(letter) in "WF") for letter in text))
    fits = not ends or ends[-1] <= longest
    return text if fits else text[: bisect_right(ends, longest - 1)].rstrip() + "…"


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
    from matplotlib.textpath import text_to_path

    shown = text.replace(r"\$", "$")
    width, _, _ = text_to_path.get_text_width_height_descent(shown, properties(shown, points, weight), ismath=False)
    return float(width) / 72
