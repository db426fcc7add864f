"""Finding strokes on paper, board or screen: how far each pixel is from its ground in any light, and what is ink.

A photographed page is no even ground: light falls off, shadows lie on it, lines are printed on it. So the ground is
found around each pixel, by a morphological closing that is wider than the strokes; the picture is divided by it; and
what is darker than the ground by more than noise is parted into what is pale and what is strong by Otsu's threshold.

Source: J. Serra, Image Analysis and Mathematical Morphology, 1982 (closing, top-hat); N. Otsu, A Threshold Selection
Method from Gray-Level Histograms, IEEE Trans. SMC 9, 1979.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.fitting import border, resized
from dnnctl.datasets.images.ruling import ruled_lines

# Pixels along the longer side of a picture on which ink is looked for.
LEAST_SIDE, MOST_SIDE = 240, 640
# How wide the ground is looked for at first, as a part of the shorter side, and then in widths of the stroke.
WIDE, STROKES = 0.3, 4.0
# Ink differs from its ground by this at least, and by so many standard deviations of the noise.
FAINT, DEVIATIONS = 0.06, 6.0
# Of strong ink, what is paler belongs to it where it is connected with it.
WEAK = 0.4
# What has less than this part of the ink of the largest piece is a speck, unless it lies among the others.
SPECK = 0.08
# What covers this part of a side of the picture is no stroke.
ALONG = 0.9
# A shadow is broader than strokes by this at least.
BROADER = 2.5
# An even ground varies by no more than this.
EVEN = 0.2


@dataclass(frozen=True)
class Ink:
    """Strokes that were found.

    Args:
        mask: Where they are, (height, width), no larger than needed.
        light: Whether they are lighter than their ground.
        strength: How much they differ from it, from 0 to 1.
        lined: Whether printed lines were taken away.
        shaded: Whether the ground was uneven.
    """

    mask: NDArray[np.bool_]
    light: bool
    strength: float
    lined: bool
    shaded: bool


def find_ink(picture: NDArray[np.float32], *, light: bool | None) -> Ink | None:
    """Return the strokes in a picture, or None where nothing stands out from its ground.

    Args:
        picture: (height, width, channels) from 0 to 1.
        light: Whether the strokes are lighter than their ground, as chalk is; None to find out.
    """
    page = _working(picture)
    light = _is_light(page) if light is None else light
    if light is not None:
        return _find(page, light=light)
    # Of what is darker and what is lighter than its ground, the thinner and stronger is the strokes.
    found = [each for each in (_find(page, light=False), _find(page, light=True)) if each is not None]
    return min(found, key=lambda each: stroke_width(each.mask) / max(each.mask.shape) / each.strength**2, default=None)


def _find(page: NDArray[np.float32], *, light: bool) -> Ink | None:
    page = 1 - page if light else page
    window = max(3, round(WIDE * min(page.shape[:2])))
    found = _look(page, window, light=light)
    if found is None:
        return None
    # Once the strokes are known, the ground can be followed more closely: narrow shadows are ground then.
    closer = max(7, round(STROKES * stroke_width(found.mask)))
    return (_look(page, closer, light=light) if closer < window else None) or found


def _look(page: NDArray[np.float32], window: int, *, light: bool) -> Ink | None:
    """Return what stands out from the ground in a window around each pixel."""
    difference, shaded = _from_ground(page, window)
    found = _strokes(difference)
    if found is None:
        return None
    mask = _pieces(found[0])
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return Ink(
        mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1],
        light,
        float(np.median(difference[mask])),
        found[1],
        shaded,
    )


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """Return the mean width of strokes in pixels: in a bar of width w, the mean distance to its edge is w / 4."""
    from scipy import ndimage

    return (
        4.0 * float(ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask].mean()) - 1 if mask.any() else 0.0
    )


def _working(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a picture of a size that is quick to look at and large enough to see the edges of strokes."""
    longest = max(picture.shape[:2])
    scale = LEAST_SIDE / longest if longest < LEAST_SIDE else min(1.0, MOST_SIDE / longest)
    height, width = (max(1, round(extent * scale)) for extent in picture.shape[:2])
    return np.stack([resized(channel, (height, width)) for channel in np.moveaxis(picture, -1, 0)], axis=-1)


def _from_ground(page: NDArray[np.float32], window: int) -> tuple[NDArray[np.float32], bool]:
    """Return by how much each pixel is darker than the ground around it, from 0 to 1, and whether that is uneven."""
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(page, (1, 1, 0))
    ground = ndimage.grey_closing(smooth, (window, window, 1), mode="nearest")
    difference = ((ground - smooth) / np.maximum(ground, 0.1)).max(axis=-1)
    level = ground.mean(axis=-1)
    low, high = np.percentile(level, (5, 95))
    return np.clip(difference, 0, 1).astype(np.float32), bool(high - low > 0.15)


def _strokes(difference: NDArray[np.float32]) -> tuple[NDArray[np.bool_], bool] | None:
    """Return where strokes are, and whether lines were taken away; None if nothing stands out."""
    from scipy import ndimage

    middle = float(np.median(difference))
    noise = 1.4826 * float(np.median(np.abs(difference - middle)))
    floor = max(FAINT, middle + DEVIATIONS * noise)
    candidates = difference[difference > floor]
    if len(candidates) < 12 or len(candidates) > 0.7 * difference.size:
        return None
    strength = float(np.percentile(candidates, 95))
    low = difference > max(floor, 0.3 * strength)
    lines = ruled_lines(difference > max(floor, 0.15 * strength))
    if lines.any():
        apart = ~ndimage.binary_dilation(lines, iterations=2)
        rest = difference[low & apart]
        if len(rest) >= 0.1 * lines.sum():
            line, strength = float(np.median(difference[lines])), float(np.percentile(rest, 90))
            # Where the lines are paler than the ink, that tells them apart better than their shape.
            paler = strength > 1.5 * line
            return (difference > (line + strength) / 2 if paler else low & ~lines), True
    level = _otsu(candidates)
    strong = difference > level
    # A shadow as narrow as the window is broader than what is drawn in it, and paler.
    stronger = difference > _otsu(difference[strong])
    if stronger.sum() >= 12 and stroke_width(strong) > BROADER * stroke_width(stronger):
        return stronger, False
    strength = float(np.median(difference[strong]))
    near = ndimage.distance_transform_edt(~strong) <= 2 + 0.02 * max(difference.shape)
    pale = (difference > max(floor, WEAK * strength)) & ~strong
    if (pale & ~near).sum() > 0.3 * strong.sum():
        # Something paler than ink lies on the page, as a shadow.
        return strong, False
    whole = strong | pale
    pieces, _ = ndimage.label(whole, np.ones((3, 3)))
    return np.isin(pieces, np.unique(pieces[strong])) & whole, False


def _otsu(values: NDArray[np.float32]) -> float:
    """Return the threshold that parts values into two classes with the largest variance between them."""
    counts, edges = np.histogram(values, 64)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1].astype(np.float64)
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    means = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(edges[1 + int((below * above * (means[1] - means[0]) ** 2).argmax())])


def _pieces(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pieces that are one drawing, without specks and the page's own edges."""
    from scipy import ndimage

    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        return mask
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    weights = sizes.copy()
    at_edge = np.zeros(count + 1, bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        covered = np.bincount(edge, minlength=count + 1) / len(edge)
        at_edge |= covered > 0
        # What lies along all of a side is what the page lies on.
        weights[covered > ALONG] = 0
    weights[0] = 0
    # What runs off the page is part of a finger or a line, where there is something that does not.
    inside = np.where(at_edge, 0, weights)
    weights = inside if inside.max() > 0.15 * weights.max() else weights
    if not weights.any():
        return np.zeros_like(mask)
    kept = weights >= SPECK * weights.max()
    kept[0] = False
    boxes = ndimage.find_objects(labels)
    top, left = (min(boxes[each - 1][axis].start for each in np.flatnonzero(kept)) for axis in (0, 1))
    bottom, right = (max(boxes[each - 1][axis].stop for each in np.flatnonzero(kept)) for axis in (0, 1))
    for each in np.flatnonzero(weights > 0):
        rows, columns = boxes[each - 1]
        kept[each] |= rows.start >= top and rows.stop <= bottom and columns.start >= left and columns.stop <= right
    drawing: NDArray[np.bool_] = kept[labels]
    return drawing


def _is_light(page: NDArray[np.float32]) -> bool | None:
    """Return whether strokes are lighter than their ground, as on a blackboard; None where both could be.

    Where the border is even, it is the ground, and what is farther from it than anything else is ink.

    Args:
        page: (height, width, channels) from 0 to 1.
    """
    grey = page.mean(axis=-1)
    edge = border(grey)
    low, ground, high = np.percentile(edge, (10, 50, 90))
    if high - low > EVEN or abs(float(np.median(grey)) - ground) > EVEN:
        return None
    return bool(grey.max() - ground > ground - grey.min())
