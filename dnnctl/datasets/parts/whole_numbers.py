"""Whole numbers to predict: names of classes, or amounts? Told from what they are, how often, and what they are called.

Two different ones are classes, and so are at most 20 of which each is in 5 rows on average. More of them are classes
where the target is called label, class or the like, and each is in 5 rows on average, none in one row only; and where
inputs are pictures, or the target's name says nothing (as `y`), if they begin at 0 or 1, hardly have gaps, and none is
much rarer than the others. All others are amounts.
"""

import re
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

# Whole numbers are classes if there are at most so many of them, each so many times on average.
FEW, EACH = 20, 5
MOST_CLASSES = 1000
# Numbers without gaps have all of their range; so much of it is as good, where some classes do not occur.
DENSE = 0.8
# Of numbers that are classes the rarest has so much of the rows that each has on average.
EVEN = 0.1
# So many different amounts may be meant for classes, and are told of.
DOUBTFUL = 100
# What targets that hold classes are called: the last word of the name, but for those as in `label_id`.
LABELS = re.compile(
    "labels?|class(es)?|categor(y|ies)|cat|kinds?|types?|species|letters?|digits?|codes?|genres?|breeds?|clusters?|"
    "klassen?|kategorien?|typ|clases?|cat[eé]gor[iíy][ae]s?|[eé]ti(quettes?|quetas?)|tipos?"
)
NUMBERED = re.compile("ids?|idx|index|no|nr|num|number")
# The same where words are not parted.
PARTS = re.compile("라벨|레이블|클래스|종류|분류|범주|유형|ラベル|クラス|種類|标签|类别|標籤|類別")
# Names that say nothing.
OPEN = re.compile("y|targets?|outputs?|out|results?|response")
_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True)
class Reading:
    """How whole numbers are read.

    Args:
        classes: Whether they are names of classes; else they are amounts.
        doubtful: Whether the other reading is possible too.
        told: Whether that is worth a warning.
    """

    classes: bool
    doubtful: bool = False
    told: bool = False


def reading_of(values: NDArray[Any], rows: int, rarest: int, name: str, *, pictures: bool) -> Reading:
    """Decide how the whole numbers of a target are read.

    Args:
        values: The different ones, ascending, (k,); at least two.
        rows: How many rows there are.
        rarest: How many of them have the number that the fewest have.
        name: The target's name.
        pictures: Whether it is predicted from pictures.
    """
    count, first = len(values), int(values[0])
    if count == 2:
        return Reading(classes=True)
    each, label = rows / count, _is_label(name)
    says_nothing = pictures or OPEN.fullmatch(name.casefold()) is not None
    counted = first in {0, 1} and count >= DENSE * (int(values[-1]) - first + 1)
    if count <= FEW and each >= EACH:
        sure = label or (says_nothing and counted)
        return Reading(classes=True, doubtful=not sure, told=not sure)
    repeated = count <= MOST_CLASSES and each >= 2
    if label and repeated and rarest > 1:
        sure = counted and each >= EACH
        return Reading(classes=True, doubtful=not sure, told=not sure)
    if says_nothing and counted and repeated and rarest >= max(EACH, EVEN * each):
        return Reading(classes=True, doubtful=True, told=not pictures)
    return Reading(classes=False, doubtful=repeated, told=repeated and each >= EACH and count <= DOUBTFUL)


def _is_label(name: str) -> bool:
    """Tell whether a target is called as those are that hold classes."""
    words = [word.casefold() for word in _WORD.findall(name)]
    while len(words) > 1 and NUMBERED.fullmatch(words[-1]):
        words.pop()
    return bool(words and LABELS.fullmatch(words[-1])) or PARTS.search(name) is not None
