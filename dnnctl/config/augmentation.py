"""How augmentation is written: random changes to training pictures that leave what they show as it is.

Every number is the largest change; what a picture gets is drawn evenly up to it, to either side. Validation and
test pictures are never changed.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from dnnctl.spec import Strict


class _Measured(Strict):
    """Options of which the main one can stand for all."""

    main: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _main_alone(cls, written: Any) -> Any:
        return {cls.main: written} if isinstance(written, int | float) and not isinstance(written, bool) else written


class Elastic(_Measured):
    """Elastic distortion: each pixel moves by a smooth random field.

    Args:
        alpha: Strength: what the smoothed field of numbers from -1 to 1 is multiplied by, in pixels.
        sigma: Standard deviation of the Gaussian that smooths it, in pixels; small is crumpled, large is bent.

    Source: Simard et al., Best Practices for Convolutional Neural Networks, 2003 (alpha 34, sigma 4 for MNIST).
    """

    main: ClassVar[str] = "alpha"
    alpha: float = Field(gt=0, le=1000)
    sigma: float = Field(4.0, ge=1, le=64)


class Erase(_Measured):
    """Erasing: a rectangle of the picture becomes one random grey.

    Args:
        probability: How many of the pictures lose a rectangle, 0 to 1.
        area: Largest share of the picture that is lost, 0 to 1; the smallest is a tenth of it.

    Source: Zhong et al., Random Erasing Data Augmentation, 2020.
    """

    main: ClassVar[str] = "probability"
    probability: float = Field(gt=0, le=1)
    area: float = Field(0.2, gt=0, le=0.9)


class Augment(Strict):
    """What is done to each training picture, anew in each epoch.

    Args:
        shift: Across and down, share of the picture's width and height, up to 0.9.
        rotate: Degrees, up to 180.
        zoom: Share by which width and height, each by itself, grow or shrink, up to 0.9.
        shear: Degrees by which upright lines lean, up to 60.
        flip: `horizontal` (left and right change places), `vertical`, or `both`, each in half of the pictures.
        noise: Standard deviation of what is added to each pixel, share of the largest possible value, up to 1.
        erase: Share of the pictures that lose a rectangle.
        elastic: Strength of an elastic distortion.
        fill_mode: What lies beyond a picture's edge: `nearest` (the edge goes on) or `constant` (the darkest value).
    """

    shift: float = Field(0.0, ge=0, le=0.9)
    rotate: float = Field(0.0, ge=0, le=180)
    zoom: float = Field(0.0, ge=0, le=0.9)
    shear: float = Field(0.0, ge=0, le=60)
    flip: Literal["horizontal", "vertical", "both"] | None = None
    noise: float = Field(0.0, ge=0, le=1)
    erase: Erase | None = None
    elastic: Elastic | None = None
    fill_mode: Literal["nearest", "constant"] = "nearest"

    @property
    def moves(self) -> bool:
        """Whether pixels change their places."""
        return bool(self.shift or self.rotate or self.zoom or self.shear or self.flip or self.elastic)
