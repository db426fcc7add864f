"""Pictures of every format, mode and damage: pixels, or one error that names the file."""

import io

import numpy as np
import pytest
from hypothesis import strategies as st
from ledger import LENGTHS, Ledger, count
from mutations import Edit, hold, spoiled, watch
from PIL import Image
from specs import DRAWINGS, FEW, PICTURES, sound

from dnnctl.datasets.images import decoding
from dnnctl.inference.inputs import image
from dnnctl.inference.inputs.base import InputSpec

FORMATS = {
    "PNG": ("L", "RGB", "RGBA", "1", "P", "LA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "GIF": ("P", "L"),
    "BMP": ("L", "RGB", "1"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("L", "RGB", "CMYK", "F", "I;16", "LAB"),
}


def picture(form: str, mode: str, size: tuple[int, int]) -> bytes:
    """Return a small picture with a stroke in it as a file."""
    grey = np.zeros(size[::-1], np.uint8)
    grey[size[1] // 4 : size[1] * 3 // 4 + 1, size[0] // 3 : size[0] // 2 + 1] = 200
    drawn = Image.fromarray(grey)
    drawn = Image.fromarray(grey.astype("uint16") * 257) if mode == "I;16" else drawn
    drawn = Image.new("LAB", size) if mode == "LAB" else drawn if mode == "I;16" else drawn.convert(mode)
    stream = io.BytesIO()
    options = {"append_images": [drawn], "save_all": True} if form == "GIF" and size[0] % 2 else {}
    drawn.save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize("length", LENGTHS)
def test_images(ledger: Ledger, length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    watch(monkeypatch, decoding, "_check_size", seen)

    def check(kind: tuple[str, str], size: tuple[int, int], spec: InputSpec, edits: list[Edit], after: int) -> None:
        contents = spoiled(picture(*kind, size), edits, min(after, 20))
        seen.clear()
        with ledger.trying("images") as counts:
            try:
                sound(image.read(io.BytesIO(contents), "t.png", spec, None), spec)
            finally:
                counts.past += bool(seen)

    hold(
        count("images", length),
        check,
        kind=st.sampled_from([(form, mode) for form, modes in FORMATS.items() for mode in modes]),
        size=st.tuples(st.sampled_from([1, 2, 7, 8, 28, 64, 101]), st.sampled_from([1, 3, 8, 28, 90])),
        spec=st.sampled_from([PICTURES, DRAWINGS]),
        edits=st.one_of(st.just([]), FEW, FEW),
        after=st.integers(0, 60),
    )
