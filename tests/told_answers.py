"""Answers of every task, and what a format makes of them."""

import io
from dataclasses import replace
from typing import Any

import numpy as np

from dnnctl import plugins
from dnnctl.cli.screen import predictions as table
from dnnctl.datasets.base import DatasetInfo
from dnnctl.inference.formats.base import PACKAGE, Format, format_named
from dnnctl.inference.predictions import Predictions

FORMATS: dict[str, Format] = {"table": table, **{name: format_named(name) for name in plugins.names(PACKAGE)}}
CLASSES = DatasetInfo("t", "multiclass", (2, 2), ("T-shirt", "Bag", "Coat"), input_range=(0.0, 255.0))
BINARY = DatasetInfo("t", "binary", (2,), ("no", "yes"))
VALUES = DatasetInfo("t", "regression", (1,), feature_names=("weight",), target="height", unit="cm")
SEVERAL = replace(VALUES, target="height, width", targets=("height", "width"))
LABELS = DatasetInfo("t", "multilabel", (1,), target="comedy, name, ü", targets=("comedy", "name", "ü"))
SCORES = np.array([0.1, 0.9, 0.0], np.float32)


def said(info: DatasetInfo, *rows: tuple[str, Any, Any], top: int = 1, notes: tuple[str, ...] = ()) -> Predictions:
    """Return predictions from names, scores, and truths, None where they are not known."""
    scores = np.array([scores for _, scores, _ in rows], np.float32).reshape(len(rows), -1)
    known = np.array([np.nan if true is None else true for _, _, true in rows], np.float64)
    return Predictions(tuple(name for name, _, _ in rows), scores, info, top, notes, known)


THREE = said(CLASSES, ("a.png", SCORES, 1), ("b.png", SCORES[::-1], 1), top=2, notes=("a note",))
CASES = {
    "classes": THREE,
    "top one": replace(THREE, top=1),
    "all of them": replace(THREE, top=99),
    "no truth": said(CLASSES, ("a", SCORES, None)),
    "truth not asked for": replace(said(CLASSES, ("a", SCORES, None)), truth=None),
    "some truth": said(CLASSES, ("a", SCORES, None), ("b", SCORES, 0)),
    "binary": said(BINARY, ("a", 0.9, 0), top=2),
    "binary of two": said(BINARY, ("a", [0.25, 0.75], 1), top=2),
    "values": said(VALUES, ("75", 170.12345, 171.5)),
    "several values": said(SEVERAL, ("75", [170, 3], None)),
    "several values and truths": said(SEVERAL, ("75", [170, 3], [171.5, 3])),
    "labels": replace(said(LABELS, ("a", [0.9, 0.2, 0.5], None), ("b", [np.nan, 0.6, 0.7], None)), truth=None),
    "labels and truths": said(LABELS, ("a", [0.9, 0.2, 0.5], [1, 0, 1]), ("b", [0.1, 0.2, 0.3], [0, 0, 0])),
    "no number": said(CLASSES, ("a", [np.nan] * 3, 1), top=3),
    "infinite": said(VALUES, ("a", -np.inf, 1.0)),
    "nothing": Predictions((), np.empty((0, 3), np.float32), CLASSES),
    "no names": said(replace(CLASSES, class_names=()), ("a", SCORES, 2)),
    "hostile": said(
        replace(CLASSES, class_names=("[bold]a", "b\x07", "ç\n")),
        ("\x1b[2J[red]:smile:\n\r\u202e\udce9,\"'é", SCORES, 1), top=3, notes=("\x1b]0;x\x07 note",),
    ),
}  # fmt: skip


def written(predictions: Predictions, form: str, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    FORMATS[form].write([predictions], stream)
    stream.flush()
    return raw.getvalue().decode(encoding)
