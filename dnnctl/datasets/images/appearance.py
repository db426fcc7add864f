"""How training pictures look, in a few numbers: their ground, where their subject lies, how thick its strokes are.

A picture that is asked about is compared with them: does it look like them as it is, and if not, how must it be
placed to do so?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.fitting import border

# Pictures to look at, spread over all.
LOOKED_AT = 5000
# Quantiles that are kept of each measure.
SHARES = (0.0, 0.05, 0.5, 0.95, 1.0)
LEAST, LOW, MIDDLE, HIGH, MOST = range(5)
PLACES = ("side", "box_y", "box_x", "mass_y", "mass_x")
MEASURES = ("level", "unevenness", *PLACES, "stroke", "strength")
# What stands out from the ground by this part of the strongest ink is inside the subject's box.
PRESENT = 0.04
# How far a picture may be beyond training pictures: half a pixel of 28, steps of grey, a part of a stroke's width.
PLACE, LEVEL, STROKE = 0.02, 0.06, 0.15
# What 90% of the pictures may differ by where their makers placed them by a rule.
SAME_SIDE, SAME_MASS, SAME_BOX = 0.08, 0.05, 0.13

Framing = Literal["none", "mass", "box"]


@dataclass(frozen=True)
class Appearance:
    """How training pictures look.

    Args:
        ground: Median level of their borders, from 0 (black) to 1 (white).
        quantiles: Of each of `MEASURES` the values at `SHARES`.
        stroke_pixels: Median width of their strokes in pixels.
    """

    ground: float
    quantiles: Mapping[str, tuple[float, ...]]
    stroke_pixels: float

    @cached_property
    def drawn(self) -> bool:
        """Whether they are ink on an even ground that is black or white, and not photographs."""
        level = self.quantiles["level"]
        same = level[HIGH] - level[LOW] <= LEVEL and level[MOST] - level[LEAST] < 0.45
        return same and min(self.ground, 1 - self.ground) <= 0.1

    @cached_property
    def framing(self) -> Framing:
        """How their makers placed them: by the centre of mass, by the box, or in no way that is seen."""
        if not self.drawn or self._spread("side") > SAME_SIDE:
            return "none"
        if max(self._spread("mass_y"), self._spread("mass_x")) <= SAME_MASS:
            return "mass"
        return "box" if max(self._spread("box_y"), self._spread("box_x")) <= SAME_BOX else "none"

    @cached_property
    def strokes(self) -> bool:
        """Whether what is drawn are strokes, and no shaded objects."""
        return self.drawn and (self.stroke_pixels <= 3 or self.quantiles["stroke"][MIDDLE] <= 0.1)

    def middle(self, measure: str) -> float:
        """Return the median of a measure."""
        return self.quantiles[measure][MIDDLE]

    def _spread(self, measure: str) -> float:
        values = self.quantiles[measure]
        return values[HIGH] - values[LOW]

    def placed_alike(self, pictures: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Tell which pictures have the ground, the place and the strokes of training pictures.

        Args:
            pictures: (n, height, width) from 0 to 1.

        Returns:
            (n,).
        """
        found = measure(pictures, self.ground)
        allowed = dict.fromkeys(PLACES, PLACE) | {"level": LEVEL, "unevenness": LEVEL, "strength": LEVEL}
        alike = np.ones(len(pictures), bool)
        for name in MEASURES:
            least, most = self.quantiles[name][LEAST], self.quantiles[name][MOST]
            less, more = (allowed.get(name, STROKE * each) for each in (least, most))
            alike &= (least - less <= found[name]) & (found[name] <= most + more)
        return alike

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        quantiles = {name: list(values) for name, values in self.quantiles.items()}
        return {"ground": self.ground, "stroke_pixels": self.stroke_pixels, "quantiles": quantiles}

    @classmethod
    def from_json(cls, value: Any) -> "Appearance":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError: If it is something else.
        """
        quantiles = {name: tuple(value["quantiles"][name]) for name in MEASURES}
        numbers = [value["ground"], value["stroke_pixels"], *(number for each in quantiles.values() for number in each)]
        if any(type(number) is not float or not abs(number) < 1e9 for number in numbers):
            raise TypeError("measures of pictures that are no numbers")
        if any(len(values) != len(SHARES) for values in quantiles.values()):
            raise TypeError("measures of pictures with other quantiles")
        return cls(value["ground"], quantiles, value["stroke_pixels"])


def fit_appearance(pictures: NDArray[Any], span: tuple[float, float]) -> Appearance | None:
    """Fit the measures on training pictures.

    Args:
        pictures: (n, height, width) or (n, height, width, 3).
        span: Smallest and largest value of a pixel.

    Returns:
        Them; None without pictures.
    """
    chosen = pictures[:: max(1, -(-len(pictures) // LOOKED_AT))]
    if not len(chosen):
        return None
    grey = greyed((chosen.astype(np.float32) - np.float32(span[0])) / np.float32(span[1] - span[0]))
    ground = float(np.median(np.median(border(grey), axis=1)))
    found = measure(grey, ground)
    quantiles = {name: tuple(round(float(each), 6) for each in np.quantile(found[name], SHARES)) for name in MEASURES}
    stroke = float(np.median(found["stroke"])) * min(grey.shape[1:])
    return Appearance(round(ground, 6), quantiles, round(stroke, 6))


def greyed(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return pictures (n, height, width, 3) in grey, (n, height, width); grey ones as they are."""
    if pictures.ndim == 3:
        return pictures
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    grey: NDArray[np.float32] = pictures @ weights
    return grey


def measure(pictures: NDArray[np.float32], ground: float) -> dict[str, NDArray[np.float64]]:
    r"""Return the measures of pictures.

    `level` is the median of the border and `unevenness` the mean distance from it there; `height` and `width` are
    those of the subject's box and `side` the longer of them, `box_y` and `box_x` that box's middle and `mass_y` and
    `mass_x` the centre of mass, counted from the middle of the picture, and `stroke` the mean width of strokes, all in
    parts of the picture's shorter side;
    `strength` is how far the strongest pixel is from the ground. With ink $a = |x - g|$ the width of strokes is
    $2 \sum a / \sum |\nabla a|$: a stroke of width w and strength s has w s of ink a pixel of its length, and two edges
    of height s.

    Args:
        pictures: (n, height, width) from 0 to 1.
        ground: Level of the ground of training pictures.

    Returns:
        (n,) each.
    """
    height, width = pictures.shape[1:]
    unit = min(height, width)
    edge = border(pictures)
    level = np.median(edge, axis=1)
    ink = np.abs(pictures - np.float32(ground))
    strength = ink.max(axis=(1, 2))
    present = ink > PRESENT * np.maximum(strength, 1e-6)[:, np.newaxis, np.newaxis]
    down, across = _extent(present.any(axis=2)), _extent(present.any(axis=1))
    total = np.maximum(ink.sum(axis=(1, 2)), 1e-6)
    padded = np.pad(ink, ((0, 0), (0, 1), (0, 1)))
    slopes = np.hypot(padded[:, 1:, :-1] - ink, padded[:, :-1, 1:] - ink).sum(axis=(1, 2))
    mass_y, mass_x = (
        (ink.sum(axis=2 - axis) @ np.arange(extent) / total + 0.5 - extent / 2) / unit
        for axis, extent in enumerate((height, width))
    )
    found = {
        "level": level,
        "unevenness": np.abs(edge - level[:, np.newaxis]).mean(axis=1),
        "side": np.maximum(down[1] - down[0], across[1] - across[0]) / unit,
        "height": (down[1] - down[0]) / unit,
        "width": (across[1] - across[0]) / unit,
        "box_y": ((down[0] + down[1]) / 2 - height / 2) / unit,
        "box_x": ((across[0] + across[1]) / 2 - width / 2) / unit,
        "mass_y": mass_y,
        "mass_x": mass_x,
        "stroke": 2 * total / np.maximum(slopes, 1e-6) / unit,
        "strength": strength,
    }
    return {name: values.astype(np.float64) for name, values in found.items()}


def _extent(present: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each row of booleans (n, length) has its first True, and where it ends behind its last."""
    length = present.shape[1]
    return present.argmax(axis=1), length - present[:, ::-1].argmax(axis=1)


def published(framing: Framing, ground: float) -> Appearance | None:
    """Return how pictures look whose makers said how they placed them, for runs that stored no measures of them."""
    if framing == "none":
        return None
    anywhere, exactly = (-1.0, -1.0, 0.0, 1.0, 1.0), (0.0,) * 5
    quantiles = dict.fromkeys(MEASURES, anywhere) | {"level": (ground,) * 5, "strength": (0.99, 1.0, 1.0, 1.0, 1.0)}
    if framing == "mass":
        placed = (0.0, 0.0, 0.018, 0.036, 0.036)
        stroke = (0.04, 0.056, 0.079, 0.122, 0.24)
        own = {"side": (0.68, *(20 / 28,) * 4), "mass_y": placed, "mass_x": placed, "stroke": stroke}
        return Appearance(ground, quantiles | own, 2.2)
    own = {"side": (0.89, *(1.0,) * 4), "box_y": exactly, "box_x": exactly, "stroke": (0.04, 0.067, 0.15, 0.26, 0.39)}
    return Appearance(ground, quantiles | own, 4.2)
