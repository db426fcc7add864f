r"""How far a picture is from all training pictures, so that what is nothing of the kind is not answered without a word.

Of each picture the mean ink of a coarse grid of patches is taken, and the width of its strokes. The distance is that of
Mahalanobis, $d^2 = (f - \mu)^T \Sigma^{-1} (f - \mu)$, with mean and covariance of one half of the training pictures;
how far the other half lies tells how far is far.

Source: P. C. Mahalanobis, On the Generalised Distance in Statistics, 1936; as a test for inputs unlike those of
training: K. Lee et al., A Simple Unified Framework for Detecting Out-of-Distribution Samples, NeurIPS 2018.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.appearance import LOOKED_AT, greyed, measure
from dnnctl.memory import blocks

# Patches along each side.
GRID = 7
# With fewer pictures nothing is said: they do not tell what is usual.
FEWEST = 60
# What is added to variances, as a part of their mean, and how much farther than all of few pictures is far.
RIDGE, FARTHER = 0.02, 1.25
# The share of training pictures that may be farther, where there are enough to tell.
SHARE, ENOUGH = 0.001, 1000
# What is less than this part of the least of training is not of the kind.
LESS = 0.6


@dataclass(frozen=True)
class Likeness:
    """What training pictures have in common.

    Args:
        ground: Level of their ground.
        mean: Of the features, (k,).
        whitening: What makes features less their mean uncorrelated and of variance one, (k, k), lower triangular.
        farthest: Distance beyond which a picture is unlike them.
        least: What each has at least: how far the strongest pixel is from the ground (an empty page has none), and the
            height and width of the subject's box, as parts of the picture's shorter side.
    """

    ground: float
    mean: NDArray[np.float64]
    whitening: NDArray[np.float64]
    farthest: float
    least: tuple[float, ...]

    def distances(self, pictures: NDArray[Any], span: tuple[float, float]) -> NDArray[np.float64]:
        """Return how far pictures are from training pictures, 1 for the farthest of these.

        Args:
            pictures: (n, height, width) or (n, height, width, 3).
            span: Smallest and largest value of a pixel.

        Returns:
            (n,).
        """
        features, sizes = _features(pictures, span, self.ground)
        apart = (features - self.mean) @ self.whitening.T
        small = (sizes < LESS * np.array(self.least)).any(axis=1)
        return np.where(small, np.inf, np.sqrt((apart**2).mean(axis=1)) / self.farthest)

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        rows = [_rounded(row[: i + 1]) for i, row in enumerate(self.whitening)]
        levels = {"ground": self.ground, "farthest": self.farthest, "least": list(self.least)}
        return {**levels, "mean": _rounded(self.mean), "whitening": rows}

    @classmethod
    def from_json(cls, value: Any) -> "Likeness":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError: If it is something else.
        """
        levels, least = [value["ground"], value["farthest"]], value["least"]
        numbers = [*levels, *least, *value["mean"], *(each for row in value["whitening"] for each in row)]
        size = len(value["mean"])
        if any(type(number) is not float or not abs(number) < 1e12 for number in numbers) or size > 2 * GRID**2:
            raise TypeError("features of pictures that are no numbers")
        rows = [len(row) for row in value["whitening"]]
        if rows != list(range(1, size + 1)) or len(least) != 3 or value["farthest"] <= 0:
            raise TypeError("features of pictures that do not belong together")
        whitening = np.zeros((size, size))
        for i, row in enumerate(value["whitening"]):
            whitening[i, : i + 1] = row
        return cls(value["ground"], np.array(value["mean"]), whitening, value["farthest"], tuple(least))


def fit_likeness(pictures: NDArray[Any], span: tuple[float, float], ground: float) -> Likeness | None:
    """Fit on training pictures; None where they are too few to tell what is usual.

    Args:
        pictures: (n, height, width) or (n, height, width, 3).
        span: Smallest and largest value of a pixel.
        ground: Level of their ground.
    """
    chosen = pictures[:: max(1, -(-len(pictures) // LOOKED_AT))]
    if len(chosen) < FEWEST:
        return None
    features, sizes = _features(chosen, span, ground)
    own, others = features[::2], features[1::2]
    mean = own.mean(axis=0)
    covariance = np.cov(own, rowvar=False)
    variances = np.diag(covariance)
    covariance += np.diag(RIDGE * variances.mean() + (len(variances) / len(own)) * variances)
    whitening = np.linalg.inv(np.linalg.cholesky(covariance))
    fitted = Likeness(ground, mean, whitening, 1.0, tuple(_rounded(sizes.min(axis=0))))
    apart = np.sqrt((((others - mean) @ whitening.T) ** 2).mean(axis=1))
    far = np.quantile(apart, 1 - SHARE) if len(others) >= ENOUGH else FARTHER * apart.max()
    return Likeness.from_json({**fitted.to_json(), "farthest": float(f"{max(far, 1e-9):.6g}")})


def _features(
    pictures: NDArray[Any], span: tuple[float, float], ground: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the features of pictures, (n, k), and what must not be too small, (n, 3)."""
    parts, sizes = [], []
    for block in blocks(len(pictures), LOOKED_AT):
        grey = greyed((pictures[block].astype(np.float32) - np.float32(span[0])) / np.float32(span[1] - span[0]))
        down, across = (_pooling(extent) for extent in grey.shape[1:])
        patches = down @ np.abs(grey - np.float32(ground)) @ across.T
        found = measure(grey, ground)
        parts.append(np.column_stack([patches.reshape(len(grey), -1), 2 * found["stroke"], found["unevenness"]]))
        sizes.append(np.column_stack([found["strength"], found["height"], found["width"]]))
    return np.concatenate(parts), np.concatenate(sizes)


def _pooling(extent: int) -> NDArray[np.float64]:
    """Return what takes the means of patches along one side, (patches, extent)."""
    patches = min(GRID, extent)
    edges = np.linspace(0, extent, patches + 1)
    pixels = np.arange(extent)
    overlap = np.minimum(edges[1:, np.newaxis], pixels + 1) - np.maximum(edges[:-1, np.newaxis], pixels)
    weights: NDArray[np.float64] = np.clip(overlap, 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
