"""The files that pages speak of: a table of people, pictures of digits, the page's own configuration."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

PICTURES = ("photo.png", "seven.png", "two.png", "photos/1.jpg", "photos/2.jpg")
# Configurations that pages speak of by their name.
CONFIGS = {
    "films": "{csv: {path: films.csv, target: [comedy, drama, horror]}}",
    "titanic": "{csv: {path: titanic.csv, target: Survived, id: PassengerId}}",
    "digits-csv": "{csv: {path: digits.csv, target: label}}",
    "cats": "{image_folder: {path: cats, size: 8}}",
}
# What a page takes for granted, as a configuration that was trained before it begins.
BEFORE = {
    "docs/commands.md": ("train digits",),
    "docs/run-directory.md": ("train digits",),
    "docs/own-data.md": ("train films.yaml --set training.epochs=300 --set training.optimizer.adam=0.01",),
    "docs/predicting.md": (
        "train titanic.yaml",
        "train digits-csv.yaml",
        "train cats.yaml",
        "train height_weight",
        "train mnist",
    ),
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
        path = _room(folder / name)
        picture = Image.new("L", (60, 60), 255)
        ImageDraw.Draw(picture).line([(15, 15), (42, 15), (25, 48)], fill=0, width=6)
        picture.save(path)
    for name, data in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(
            f"data: {data}\nmodel: {{layers: [{{dense: 8}}, relu]}}\n", encoding="utf-8"
        )
    _films(folder / "films.csv", 90)
    passengers = {"Age": 80, "Pclass": 3}
    _columns(folder / "titanic.csv", {"PassengerId": -1, **passengers, "Survived": 2}, 90)
    pixels = {f"pixel{i}": 256 for i in range(64)}
    _columns(folder / "digits.csv", {"label": 10, **pixels}, 150)
    for name in ("cats/tom/1.png", "cats/tom/2.png", "cats/no/1.png", "cats/no/2.png"):
        Image.effect_noise((8, 8), 50 + len(name)).save(_room(folder / name))
    # Test rows of a pixel table and of passengers are asked for by the same name on one page.
    _columns(folder / "test.csv", {"PassengerId": -1, **passengers, **pixels}, 6)
    for number in (1, 2):
        Image.effect_noise((8, 8), 60).save(_room(folder / f"test/{number}.jpg"))
    _people(folder / "people.csv", 120)
    _people(folder / "new.csv", 5)
    _people(folder / "weight-height.csv", 150, ("Gender", "Height", "Weight"))


def _room(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _columns(path: Path, tops: dict[str, int], rows: int) -> None:
    """Write a table of whole numbers below `tops`; fractions where that is 0, the number of the row where it is -1."""
    draw = np.random.default_rng(rows)
    kinds = {-1: lambda row: row + 1, 0: lambda _: f"{draw.normal():.3f}"}
    cells = [
        [str(kinds[top](row)) if top < 1 else str(draw.integers(0, top)) for top in tops.values()]
        for row in range(rows)
    ]
    path.write_text("\n".join(",".join(row) for row in [list(tops), *cells]) + "\n", encoding="utf-8")


def _films(path: Path, rows: int) -> None:
    """Write three numbers, and three labels that go by their signs."""
    numbers = np.random.default_rng(rows).normal(size=(rows, 3))
    lines = [",".join([*(f"{n:.3f}" for n in row), *(str(int(n > 0)) for n in row)]) for row in numbers]
    path.write_text("\n".join(["a,b,c,comedy,drama,horror", *lines]) + "\n", encoding="utf-8")


def _people(path: Path, rows: int, names: tuple[str, ...] = ("gender", "height", "weight")) -> None:
    draw = np.random.default_rng(rows)
    gender = draw.integers(0, 2, rows)
    height = draw.normal(63 + 6 * gender, 2.5)
    weight = 5.5 * height - 210 + 10 * gender + draw.normal(0, 8, rows)
    lines = [",".join(names)]
    lines += [f"{('Female', 'Male')[g]},{h:.2f},{w:.2f}" for g, h, w in zip(gender, height, weight, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
