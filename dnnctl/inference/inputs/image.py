"""Image files of any size and mode: made as grey, as dark or light, and as large as the training images are."""

from typing import IO

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.appearance import Appearance
from dnnctl.datasets.images.decoding import decode
from dnnctl.datasets.images.files import ENDINGS
from dnnctl.datasets.images.fitting import border, fit
from dnnctl.errors import UsageError
from dnnctl.inference.inputs.base import Inputs, InputSpec
from dnnctl.inference.inputs.parts.arrays import narrowed
from dnnctl.inference.inputs.parts.drawing import against_ground, place_object

__all__ = ["ENDINGS", "read"]

# Pixels of a side that people draw in.
DRAWN = 16


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
    colour = len(spec.info.input_shape) == 3
    image, notes = decode(stream, name, colour=colour)
    framed = None
    if spec.look is not None and spec.look.framing != "none" and not colour:
        framed = _as_it_is(image, spec, spec.look, invert, notes)
        if framed is None and spec.look.strokes:
            framed = _strokes(stream, name, spec, spec.look, invert, notes)
    if framed is None:
        framed = _fitted(image, spec, invert, notes)
    low, high = spec.range
    pixels = low + (high - low) * framed
    # A scale of 256 steps is as fine as the training images; a coarser one keeps its fractions.
    x = narrowed(np.rint(pixels) if high - low >= 255 else pixels, (low, high))
    return Inputs(x[np.newaxis], (name,), tuple(f"{name}: {note}" for note in notes), (name,))


def _as_it_is(
    image: NDArray[np.float32], spec: InputSpec, look: Appearance, invert: bool | None, notes: list[str]
) -> NDArray[np.float32] | None:
    """Return an image that looks like a training image once it has the size of one, or its negative; else None."""
    for negative in (False, True) if invert is None else (invert,):
        fitted = fit(np.float32(1) - image if negative else image, spec.info.input_shape)
        # A picture of the very size, unless people draw in such a size, is one of the data set's.
        of_the_size = image.shape == spec.info.input_shape and (not look.strokes or min(image.shape) < DRAWN)
        own = of_the_size and not negative and not against_ground(border(image), spec, image)
        if own or look.placed_alike(fitted[np.newaxis])[0]:
            notes += _told_of_inversion(spec, invert, against=negative)
            return fitted
    return None


def _strokes(
    stream: IO[bytes], name: str, spec: InputSpec, look: Appearance, invert: bool | None, notes: list[str]
) -> NDArray[np.float32] | None:
    """Return the strokes in an image, placed as those of training images; None where none are found."""
    from dnnctl.datasets.images.ink import find_ink
    from dnnctl.datasets.images.placing import place_strokes

    stream.seek(0)
    # Yellow on white is hardly darker, but it is another colour.
    picture, _ = decode(stream, name, colour=True)
    dark_ground = look.ground <= 0.5
    found = find_ink(picture, light=None if invert is None else invert != dark_ground)
    if found is None:
        return None
    shape = spec.info.input_shape
    page = place_strokes(found.mask, shape, look)
    notes += _told_of_inversion(spec, invert, against=found.light != dark_ground)
    side = round(look.middle("side") * min(shape))
    done = f"placed as in the training images: cropped, {side} x {side}, centred by its {look.framing}"
    notes.append(done + ("; ruled lines taken away" if found.lined else "") + ("; shadows evened out" * found.shaded))
    return page if dark_ground else np.float32(1) - page


def _fitted(image: NDArray[np.float32], spec: InputSpec, invert: bool | None, notes: list[str]) -> NDArray[np.float32]:
    """Return an image that is resized, an object also placed, after dark and light are as in training images."""
    against = spec.drawn and against_ground(border(image), spec, image)
    notes += _told_of_inversion(spec, invert, against=against)
    if invert or (invert is None and against):
        image = np.float32(1) - image
    look = spec.look
    if look is not None and look.framing != "none" and image.ndim == 2 and not look.strokes:
        placed = place_object(image, spec.info.input_shape, look)
        if placed is not None:
            notes.append("placed as in the training images: cropped to the object")
            return placed
    return fit(image, spec.info.input_shape)


def _told_of_inversion(spec: InputSpec, invert: bool | None, *, against: bool) -> list[str]:
    if invert:
        return ["inverted as asked"]
    if invert is not None or not against:
        return []
    drawn = "light on dark" if (spec.ground or 0.0) > 0.5 else "dark on light"
    return [f"{drawn}, inverted to match the training images; `invert`=False keeps it"]
