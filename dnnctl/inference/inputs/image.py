"""Image files of any size and mode: made as grey, as dark or light, and as large as the training images are."""

from typing import IO

import numpy as np

from dnnctl.datasets.images.decoding import decode
from dnnctl.datasets.images.files import ENDINGS
from dnnctl.datasets.images.fitting import border, fit
from dnnctl.errors import UsageError
from dnnctl.inference.inputs.base import Inputs, InputSpec
from dnnctl.inference.inputs.parts.arrays import narrowed
from dnnctl.inference.inputs.parts.drawing import against_ground, frame

__all__ = ["ENDINGS", "read"]


def read(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read one image.

    Args:
        stream: The file, open and seekable.
        name: What to call it.
        spec: What the network takes.
        invert: Whether to exchange dark and light.

    Returns:
        One row, with notes on what was done to the image.

    Raises:
        DataError: If it is damaged, no image, or too large.
        UsageError: If the network takes no images.
    """
    if not spec.info.is_image:
        raise UsageError(f"{name}: is an image; this network takes {spec.described}")
    image, notes = decode(stream, name, colour=len(spec.info.input_shape) == 3)
    against = spec.info.drawing and against_ground(border(image), spec, image)
    if invert:
        notes.append("inverted as asked")
    elif invert is None and against:
        drawn = "light on dark" if (spec.ground or 0.0) > 0.5 else "dark on light"
        notes.append(f"{drawn}, inverted to match the training images; `invert`=False keeps it")
    if invert or (invert is None and against):
        image = np.float32(1) - image
    framed = frame(image, spec)
    if framed is None:
        framed = fit(image, spec.info.input_shape)
    else:
        notes.append("cropped to the drawing, which was placed as in the training images")
    low, high = spec.range
    pixels = low + (high - low) * framed
    # A scale of 256 steps is as fine as the training images; a coarser one keeps its fractions.
    x = narrowed(np.rint(pixels) if high - low >= 255 else pixels, (low, high))
    return Inputs(x[np.newaxis], (name,), tuple(f"{name}: {note}" for note in notes), (name,))
