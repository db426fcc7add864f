"""From an image file of any mode to grey, or red, green and blue, from 0 to 1."""

import logging
import warnings
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.files import LOOKED_AT, unread_kind
from dnnctl.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

# With these, decoding stays below 1 GB in every mode; WebP's decoder keeps several copies.
MAX_PIXELS = 100_000_000
MAX_PIXELS_OF = {"WEBP": 40_000_000}

# Before anything is computed in floating point, a larger image is reduced to about this many pixels on
# its shorter side.
WORKING_SIDE = 1024

# Pillow knows more, some of which start other programs; these are what the file endings promise.
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF")

# Without any handler, Pillow's log of a damaged TIFF would appear on standard error.
QUIET = logging.NullHandler()


def decode(stream: IO[bytes], name: str, *, colour: bool = False) -> tuple[NDArray[np.float32], list[str]]:
    """Return an image as it looks on white paper, in grey or in colour.

    Rotation by EXIF is applied, transparency is composited on white, and of an animation the first
    frame is taken. Grey is ITU-R 601 luma: 0.299 R + 0.587 G + 0.114 B.

    Args:
        stream: The file, open and seekable.
        name: What to call it in messages.
        colour: Whether to keep the colours.

    Returns:
        float32 (height, width) from 0 (black) to 1 (white), or (height, width, 3) of red, green and blue, its
        shorter side at most 2 * `WORKING_SIDE`, and notes on what was done.

    Raises:
        DataError: If it is damaged, no image, or has more than `MAX_PIXELS` pixels.
    """
    from PIL import Image, UnidentifiedImageError

    logging.getLogger("PIL").addHandler(QUIET)
    head = stream.read(LOOKED_AT)
    stream.seek(0)
    # Pillow warns of what is checked here anyway, and of what is odd in metadata.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A damaged file surfaces as almost any exception, from struct.error to OverflowError.
        try:
            with Image.open(stream, formats=FORMATS) as image:
                _check_size(image, name)
                return _decode(image, name, colour=colour)
        except DataError:
            raise
        except UnidentifiedImageError:
            kind = unread_kind(head) or ("no image, or a damaged one" if head else "no image but an empty file")
            raise DataError(f"{name}: is {kind}; expected {', '.join(FORMATS)}") from None
        except Image.DecompressionBombError:
            raise DataError(f"{name}: has more than {MAX_PIXELS:,} pixels: make it smaller first") from None
        except Exception as error:
            raise DataError(f"{name}: is a damaged image: {error or type(error).__name__}") from None


def _check_size(image: "Image.Image", name: str) -> None:
    width, height = image.size
    most = MAX_PIXELS_OF.get(image.format or "", MAX_PIXELS)
    if width * height > most:
        raise DataError(
            f"{name}: has {width:,} x {height:,} pixels; expected at most {most:,} in all: make it smaller first"
        )


def _decode(image: "Image.Image", name: str, *, colour: bool) -> tuple[NDArray[np.float32], list[str]]:
    from PIL import ImageOps

    notes: list[str] = []
    # Counting the frames would mean to look for each, and there can be millions. A JPEG of several (MPO) holds
    # previews or a second eye's view, not an animation.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        notes.append("first of several frames taken")
    image.load()
    # In place, as is all that can be: a copy of 100 million pixels is 400 MB.
    ImageOps.exif_transpose(image, in_place=True)
    upright: Image.Image = image
    if colour and not (upright.mode.startswith("I;16") or upright.mode in {"I", "F"}):
        transparent = upright.has_transparency_data
        red_green_blue = _on_white(upright, "RGB", notes) if transparent else upright.convert("RGB")
        return np.asarray(_reduced(red_green_blue), dtype=np.float32) / np.float32(255), notes
    grey, notes = _in_grey(upright, name, notes)
    return (np.stack([grey] * 3, axis=-1) if colour else grey), notes


def _on_white(image: "Image.Image", mode: str, notes: list[str]) -> "Image.Image":
    """Return an image with transparency in grey (`L`) or in colours (`RGB`), what is transparent in white."""
    from PIL import Image

    if image.mode not in {"RGBA", "LA"}:
        image = image.convert("RGBA")
    alpha = image.getchannel("A")
    if alpha.getextrema()[0] != 255:
        notes.append("transparent parts taken as white")
    return Image.composite(image.convert(mode), Image.new(mode, image.size, "white"), alpha)


def _in_grey(upright: "Image.Image", name: str, notes: list[str]) -> tuple[NDArray[np.float32], list[str]]:
    if upright.mode.startswith("I;16"):
        return np.asarray(_reduced(upright), dtype=np.float32) / np.float32(65535), notes
    if upright.mode in {"I", "F"}:
        return _scaled(np.asarray(_reduced(upright)), name, notes), notes
    if upright.has_transparency_data:
        grey = _on_white(upright, "L", notes)
    elif upright.mode == "LAB":
        grey = upright.getchannel("L")
    elif upright.mode in {"L", "1"} or upright.mode == "RGB":
        grey = upright.convert("L")
    else:
        grey = upright.convert("RGB").convert("L")
    return np.asarray(_reduced(grey), dtype=np.float32) / np.float32(255), notes


def _reduced(image: "Image.Image") -> "Image.Image":
    """Return an image averaged over whole pixels, where it is much larger than any network needs."""
    shorter, longer = sorted(image.size)
    factor = max(shorter // WORKING_SIDE, longer // (4 * WORKING_SIDE))
    if factor < 2:
        return image
    # A strip thinner than the factor becomes one pixel thin, as it would in the input.
    factors = (min(factor, image.width), min(factor, image.height))
    return (image.convert("I") if image.mode.startswith("I;16") else image).reduce(factors)


def _scaled(values: NDArray[Any], name: str, notes: list[str]) -> NDArray[np.float32]:
    """Return pixels of 32 bits, whole or floating-point, on a scale of 0 to 1."""
    pixels = values.astype(np.float32)
    if not np.isfinite(pixels).all():
        raise DataError(f"{name}: has pixels that are not finite numbers")
    low, high = float(pixels.min()), float(pixels.max())
    whole = values.dtype.kind != "f"
    for top in (255, 65535) if whole else (1, 255, 65535):
        if low >= 0 and high <= top:
            notes.append(f"pixels taken as values from 0 to {top}")
            return pixels / np.float32(top)
    notes.append(f"pixels from {low:g} to {high:g} stretched from black to white")
    return (pixels - np.float32(low)) / np.float32(high - low)
