"""Lines that are printed on paper: ruled, squared, a margin.

A line is thin, straight and as long as the page. It is found by an opening with a line segment at each of several
slopes, and taken away where it is thin: where a stroke crosses it, or lies on it, the ink is thicker and stays.

Source: J. Serra, Image Analysis and Mathematical Morphology, 1982; the thickness test is that of staff removal in
optical music recognition: C. Dalitz et al., A Comparative Study of Staff Removal Algorithms, IEEE TPAMI 30, 2008.
"""

import numpy as np
from numpy.typing import NDArray

# Slopes of lines, in pixels down for each across; a page in a photograph is held by hand.
SLOPES = np.linspace(-0.12, 0.12, 25)
# The segment to look for, as a part of the page's width; what part a line spans alone, and beside others like it.
SEGMENT, ALONE, TOGETHER = 0.2, 0.97, 0.55
# How thick a line may be, as a part of the page's longer side.
THICK = 0.016
# Pixels of a line that may be missing.
BRIDGED = 8


def ruled_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of printed lines, (height, width).

    Args:
        mask: What stands out from the ground.
    """
    most = max(3, round(THICK * max(mask.shape)))
    across, down = _along(mask, most), _along(mask.T, most).T
    return across | down


def _along(mask: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Return the pixels of lines that run across a page."""
    from scipy import ndimage

    # A line without what is thick on it.
    thin = mask & (run_lengths(mask) <= most)
    length = max(9, round(SEGMENT * mask.shape[1]))
    found = np.zeros_like(mask)
    at_y, at_x = np.nonzero(thin)
    for slope in SLOPES:
        # Is there enough along any row at all?
        along = np.rint(at_y - slope * (at_x - mask.shape[1] / 2)).astype(np.int64) + mask.shape[1]
        counts = np.bincount(along, minlength=3)
        if np.convolve(counts, np.ones(3)).max(initial=0) < TOGETHER * mask.shape[1] / 2:
            continue
        rows = _sheared(thin, slope).T
        # An opening with a segment keeps the runs that are as long; what interrupts them shortly is bridged.
        gaps = run_lengths(~rows)
        rows |= (gaps > 0) & (gaps <= BRIDGED)
        opened = (run_lengths(rows) >= length).T
        covered = ndimage.maximum_filter1d(opened, 3, axis=0).mean(axis=1)
        lines = covered >= TOGETHER
        if ndimage.label(lines)[1] > 1 or covered.max() >= ALONE:
            found |= _sheared(opened & lines[:, np.newaxis], -slope)
    return found & thin


def run_lengths(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each pixel how many pixels of a mask hang together in its column; 0 where there is none."""
    padded = np.pad(mask, ((1, 1), (0, 0))).T.ravel()
    changes = np.flatnonzero(np.diff(padded.astype(np.int8)))
    lengths = np.zeros(padded.size, np.int64)
    starts, stops = changes[::2] + 1, changes[1::2] + 1
    sizes = stops - starts
    lengths[padded] = np.repeat(sizes, sizes)
    return lengths.reshape(mask.shape[1], mask.shape[0] + 2).T[1:-1]


def _sheared(mask: NDArray[np.bool_], slope: float) -> NDArray[np.bool_]:
    """Return a mask with each column moved up by its place times a slope; what leaves the page is lost."""
    height, width = mask.shape
    shifts = np.rint(slope * (np.arange(width) - width / 2)).astype(np.int64)
    rows = np.arange(height)[:, np.newaxis] + shifts
    inside = (rows >= 0) & (rows < height)
    moved: NDArray[np.bool_] = mask[np.clip(rows, 0, height - 1), np.arange(width)] & inside
    return moved
