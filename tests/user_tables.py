"""Tables of the user's own for tests: one with all that tables have, and a short training on one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

NETWORK = "model: {layers: [{dense: 16}, relu]}\ntraining: {epochs: 12, optimizer: {adam: 0.01}}\n"
Run = Callable[..., Any]


def shelter(rows: int = 400, seed: int = 0) -> str:
    """Return a table with gaps, categories, yes or no, and a column that names the rows."""
    draw = np.random.default_rng(seed)
    lines = ["id;Größe;Art;geimpft;Stadt;vermittelt"]
    for i in range(rows):
        size, kind, jab = draw.normal(40, 10), draw.choice(["Hund", "Katze"]), draw.choice(["ja", "nein"])
        town = draw.choice(["Ulm", "Bonn", "Köln", f"Ort {i}"], p=[0.5, 0.3, 0.19, 0.01])
        good = draw.random() < 1 / (1 + np.exp(-((kind == "Katze") * 3 + (size - 40) / 5 - 1)))
        shown = "" if draw.random() < 0.1 else f"{size:.1f}".replace(".", ",")
        lines.append(f"{i};{shown};{kind};{jab};{'' if draw.random() < 0.05 else town};{'ja' if good else 'nein'}")
    return "\n".join(lines) + "\n"


def train(dnnctl: Run, source: str, *options: str) -> dict[str, Any]:
    Path("t.yaml").write_text(f"data:\n  csv: {source}\n" + NETWORK, encoding="utf-8")
    status, out, err = dnnctl("train", "t.yaml", "--engine", "numpy", "--json", *options)
    assert status == 0, err
    result: dict[str, Any] = json.loads(out)
    return result
