r"""Training pictures changed as was drawn for them, in NumPy, so that both engines see the same ones.

A pixel of the new picture is read from the old one at $M (p - t) + \alpha d(p)$, between four pixels by bilinear
interpolation. The elastic field $d$ is noise smoothed by a Gaussian (Simard 2003).
It is not drawn for each pixel but on a grid as wide as the Gaussian's standard deviation, and scaled to the
standard deviation that noise in each pixel would have: the same in distribution to 1 part in 10,000, from few numbers.
"""

import math
import os
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.augmentation import Augment
from dnnctl.data.augmentation.parameters import BANK, Parameters, draw_parameters

Floats = NDArray[np.float32]

# How far the Gaussian is followed, in standard deviations.
REACH = 2.5


class Augmenter:
    """Changes training pictures as a configuration says.

    Args:
        augment: The largest changes.
        seed: The configuration's `seed`.
        shape: Shape of a picture: (height, width) or (height, width, channels).
        limits: Smallest and largest value that a pixel can have.
        workers: Threads that may change pictures at a time; half the processor's cores if None.
    """

    def __init__(
        self,
        augment: Augment,
        seed: int,
        shape: tuple[int, ...],
        limits: tuple[float, float] = (0.0, 255.0),
        workers: int | None = None,
    ) -> None:
        self.workers = workers or max(1, (os.cpu_count() or 1) // 2)
        self._augment, self._seed = augment, seed
        self._shape, self._channels = shape[:2], math.prod(shape[2:])
        self._range = np.float32(limits[0]), np.float32(limits[1])

    def parameters(self, epoch: int, rows: int) -> Parameters:
        """Return what the rows of an epoch get.

        Args:
            epoch: The epoch, counted from 0.
            rows: Number of training rows.
        """
        return draw_parameters(self._augment, self._seed, epoch, rows, (self._shape[0], self._shape[1]))

    def __call__(self, x: NDArray[Any], rows: NDArray[Any], parameters: Parameters) -> Floats:
        """Return pictures as an epoch shows them.

        Args:
            x: Their pixels, (n, height, width[, channels]), of any type.
            rows: Which training rows they are, (n,).
            parameters: What was drawn for the epoch.

        Returns:
            Pixels in the same range, (n, height, width[, channels]), float32.
        """
        pixels = x.reshape(len(x), -1, self._channels).astype(np.float32)
        if self._augment.moves:
            pixels = self._moved(pixels, rows, parameters)
        if len(parameters.boxes):
            self._erase(pixels, parameters.boxes[rows])
        if self._augment.noise:
            self._add_noise(pixels, parameters, rows)
        return pixels.reshape(x.shape)

    def _moved(self, pixels: Floats, rows: NDArray[Any], parameters: Parameters) -> Floats:
        """Return pictures whose pixels were read elsewhere."""
        height, width = self._shape
        at = parameters.affine[rows] @ self._places
        if self._augment.elastic is not None:
            at += self._field(parameters.bank, parameters.starts[rows])
        at += self._middle
        wanted, at = at, np.clip(at, 0, self._middle * 2)
        # The pixel before, but never the last one, which has none behind it; a picture one pixel wide has only one.
        before = np.minimum(np.floor(at), np.maximum(self._middle * 2 - 1, 0))
        down, across = (at - before)[..., None].swapaxes(0, 1)
        first, second = before.astype(np.intp).swapaxes(0, 1)
        corner = first * width + second + (np.arange(len(rows)) * (height * width))[:, None]
        flat = pixels.reshape(-1, self._channels)
        below, beside = width * (height > 1), int(width > 1)
        upper = _between(flat, corner, beside, across)
        upper += down * (_between(flat, corner + below, beside, across) - upper)
        if self._augment.fill_mode == "constant":
            # Between the last pixel and the ground beyond it there is no hard edge either.
            wanted -= at
            np.subtract(1, np.minimum(np.abs(wanted, out=wanted), 1), out=wanted)
            upper -= self._range[0]
            upper *= (wanted[:, 0] * wanted[:, 1])[..., None]
            upper += self._range[0]
        return upper

    @cached_property
    def _middle(self) -> Floats:
        """Place of the middle, down and across, (2, 1)."""
        return np.asarray((np.array(self._shape)[:, None] - 1) / 2, np.float32)

    @cached_property
    def _places(self) -> Floats:
        """Places of all pixels seen from the middle, with a row of ones: (3, height * width)."""
        height, width = self._shape
        places = np.indices((height, width), np.float32).reshape(2, -1) - self._middle
        return np.concatenate([places, np.ones((1, height * width), np.float32)])

    @cached_property
    def _kernels(self) -> tuple[Floats, Floats]:
        """What each number of the grid adds to each line and column: (height, a), (width, b)."""
        assert self._augment.elastic is not None
        sigma = self._augment.elastic.sigma
        # Spread of even numbers from -1 to 1 (as 127ths) once a Gaussian has averaged them over its area.
        strength = self._augment.elastic.alpha / 127 / (2 * sigma * math.sqrt(math.pi))
        kernels = []
        for extent in self._shape:
            grid = np.arange(-REACH * sigma, extent - 1 + REACH * sigma + sigma / 2, sigma)
            kernel = np.exp(-((np.arange(extent)[:, None] - grid) ** 2) / (2 * sigma**2))
            kernel *= math.sqrt(strength) / np.linalg.norm(kernel, axis=1, keepdims=True)
            kernels.append(kernel.astype(np.float32))
        return kernels[0], kernels[1]

    def _field(self, bank: NDArray[np.int8], starts: NDArray[np.int64]) -> Floats:
        """Return how far each pixel moves down and across: (n, 2, height * width)."""
        down, across = self._kernels
        grid = _stretches(bank, starts, 2 * down.shape[1] * across.shape[1]).astype(np.float32)
        grid = grid.reshape(len(starts), 2, down.shape[1], across.shape[1])
        return np.asarray(down @ grid @ across.T, np.float32).reshape(len(starts), 2, -1)

    def _erase(self, pixels: Floats, boxes: Floats) -> None:
        """Fill the rectangles."""
        down, across = self._places[0] + self._middle[0], self._places[1] + self._middle[1]
        top, left, bottom, right, grey = boxes.T[..., None]
        inside = (down >= top) & (down < bottom) & (across >= left) & (across < right)
        low, high = self._range
        np.copyto(pixels, (low + grey * (high - low))[..., None], where=inside[..., None])

    def _add_noise(self, pixels: Floats, parameters: Parameters, rows: NDArray[Any]) -> None:
        """Add normal noise and keep to the range."""
        count = pixels.shape[1] * pixels.shape[2]
        # Four even numbers make a normal one, nearly; each stretch begins where no other does, nor the elastic field.
        total = np.zeros((len(rows), count), np.float32)
        for part in range(4):
            total += _stretches(parameters.bank, parameters.starts[rows] + (2 * part + 1) * (BANK // 8), count)
        low, high = self._range
        total *= self._augment.noise * float(high - low) / math.sqrt(4 * 127 * 128 / 3)
        pixels += total.reshape(pixels.shape)
        np.clip(pixels, low, high, out=pixels)


def _between(flat: Floats, corner: NDArray[np.intp], beside: int, share: Floats) -> Floats:
    """Return values between each pixel and the one beside it: (n, pixels, channels)."""
    value: Floats = flat.take(corner, axis=0)
    value += share * (flat.take(corner + beside, axis=0) - value)
    return value


def _stretches(bank: NDArray[np.int8], starts: NDArray[np.int64], count: int) -> NDArray[np.int8]:
    """Return so many numbers from each start on, the bank being a ring: (n, count)."""
    return bank.take(starts[:, None] + np.arange(count), mode="wrap")
