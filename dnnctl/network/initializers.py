r"""How weights get their first values, drawn by NumPy so that both engines start from the same ones.

With $n_{in}$ and $n_{out}$ the rows and columns of a kernel, the scaled initializers draw with variance

| name | variance | source |
| --- | --- | --- |
| `glorot_*` | $2 / (n_{in} + n_{out})$ | Glorot and Bengio, 2010 |
| `he_*` | $2 / n_{in}$ | He et al., 2015 |
| `lecun_*` | $1 / n_{in}$ | LeCun et al., 1998 |

uniformly in $\pm\sqrt{3 \cdot variance}$, or from a normal distribution cut off at two standard
deviations, as Keras does.
"""

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dnnctl.spec import Catalog, Spec, chosen_from

# Standard deviation of a standard normal distribution cut off at -2 and 2.
TRUNCATED_STD = 0.87962566103423978


class Initializer(Spec):
    """Draws the first value of an array of weights."""

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return the first value of an array.

        Args:
            shape: Shape of the array; for a kernel (inputs, units).
            generator: Source of random numbers.

        Returns:
            Array of that shape, float64.
        """
        raise TypeError(f"{type(self).__name__} does not define draw")  # pragma: no cover


class Zeros(Initializer):
    """Every number 0."""

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return zeros."""
        return np.zeros(shape)


class Ones(Initializer):
    """Every number 1."""

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return ones."""
        return np.ones(shape)


class Constant(Initializer):
    """Every number `value`."""

    main: ClassVar[str | None] = "value"
    value: float

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return an array filled with `value`."""
        return np.full(shape, self.value)


class RandomNormal(Initializer):
    """A normal distribution of given `mean` and `stddev`."""

    main: ClassVar[str | None] = "stddev"
    stddev: float = Field(0.05, ge=0)
    mean: float = 0.0

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return normally distributed numbers."""
        return generator.normal(self.mean, self.stddev, shape)


class RandomUniform(Initializer):
    """A uniform distribution from `low` to `high`."""

    low: float = -0.05
    high: float = 0.05

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return uniformly distributed numbers."""
        return generator.uniform(self.low, self.high, shape)


class Scaled(Initializer):
    """Draws with a variance that depends on the shape; see the table above."""

    scale: ClassVar[float]
    fan: ClassVar[str]
    normal: ClassVar[bool]

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
        """Return numbers whose variance fits the shape."""
        fan_in, fan_out = (shape[0], shape[-1]) if len(shape) > 1 else (shape[0], shape[0])
        fan = fan_in if self.fan == "in" else (fan_in + fan_out) / 2
        variance = self.scale / max(1.0, fan)
        if self.normal:
            return _truncated_normal(shape, generator) * (math.sqrt(variance) / TRUNCATED_STD)
        limit = math.sqrt(3 * variance)
        return generator.uniform(-limit, limit, shape)


def _truncated_normal(shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
    """Return standard normal numbers, drawing again each one beyond two standard deviations."""
    drawn = generator.standard_normal(shape)
    while (beyond := np.abs(drawn) > 2).any():
        drawn[beyond] = generator.standard_normal(int(beyond.sum()))
    return drawn


def _scaled(scale: float, fan: str, *, normal: bool) -> type[Initializer]:
    return type("Scaled", (Scaled,), {"scale": scale, "fan": fan, "normal": normal, "__module__": __name__})


INITIALIZERS = Catalog(
    "initializer",
    {
        "zeros": Zeros,
        "ones": Ones,
        "constant": Constant,
        "random_normal": RandomNormal,
        "random_uniform": RandomUniform,
        "glorot_uniform": _scaled(1, "average", normal=False),
        "glorot_normal": _scaled(1, "average", normal=True),
        "he_uniform": _scaled(2, "in", normal=False),
        "he_normal": _scaled(2, "in", normal=True),
        "lecun_uniform": _scaled(1, "in", normal=False),
        "lecun_normal": _scaled(1, "in", normal=True),
    },
)
InitializerField: Any = chosen_from(INITIALIZERS, Initializer)


def default(name: str) -> Any:
    """Return the initializer of that name with its default options."""
    return INITIALIZERS.parse(name)
