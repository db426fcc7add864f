"""The files that pages speak of: a table of people, pictures of digits, the page's own configuration."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

PICTURES = ("photo.png", "seven.png", "two.png", "photos/1.jpg", "photos/2.jpg")
# What a page takes for granted, as a configuration that was trained before it begins.
BEFORE = {
    "docs/commands.md": ("train digits",),
    "docs/run-directory.md": ("train digits",),
    "docs/predicting.md": ("train mnist", "train height_weight"),
}
NEEDS_DATA = {"docs/predicting.md"}


def plant(folder: Path, page: str) -> None:
    """Write them.

    Args:
        folder: Where to.
        page: The page's text.
    """
    first = page.partition("```yaml\n")[2].partition("```")[0]
    (folder / "my.yaml").write_text(first or "data: {dataset: digits}\n", encoding="utf-8")
    for name in PICTURES:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        picture = Image.new("L", (60, 60), 255)
        ImageDraw.Draw(picture).line([(15, 15), (42, 15), (25, 48)], fill=0, width=6)
        picture.save(path)
    _people(folder / "people.csv", 120)
    _people(folder / "new.csv", 5)
    _people(folder / "weight-height.csv", 150, ("Gender", "Height", "Weight"))


def _people(path: Path, rows: int, names: tuple[str, ...] = ("gender", "height", "weight")) -> None:
    draw = np.random.default_rng(rows)
    gender = draw.integers(0, 2, rows)
    height = draw.normal(63 + 6 * gender, 2.5)
    weight = 5.5 * height - 210 + 10 * gender + draw.normal(0, 8, rows)
    lines = [",".join(names)]
    lines += [f"{('Female', 'Male')[g]},{h:.2f},{w:.2f}" for g, h, w in zip(gender, height, weight, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
