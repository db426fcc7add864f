"""A finished run in Python: what it was made from, what it is worth, and what it says of new rows."""

import base64
import os
import threading
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.api.arguments import Named, RunLike, expect, find, path_of, whole
from dnnctl.api.rows import frame_index, read_rows
from dnnctl.api.weights import RunNetwork
from dnnctl.config.schema import Config
from dnnctl.errors import RunError, UsageError
from dnnctl.inference.ensemble import open_any
from dnnctl.inference.network import Network
from dnnctl.inference.open import OpenedRun
from dnnctl.inference.predict import Request, predict, spec_of
from dnnctl.inference.predictions import Predictions
from dnnctl.notebook import number, paragraphs, table, title
from dnnctl.runs.history import read_table
from dnnctl.runs.metrics_file import read_metrics
from dnnctl.runs.reading import read_bytes

if TYPE_CHECKING:
    from dnnctl.inference.evaluate import Evaluation

# What a notebook shows of `metrics`.
PARTS = {"test": "test", "mean_member": "test, mean of the members", "validation": "validation", "train": "training"}
FIRST = ("accuracy", "f1", "auc", "rmse", "mae", "r2", "loss")

# Bytes of a plot.
MOST_BYTES = 1 << 24


class Plot(os.PathLike[str]):
    """A picture of a run, which a notebook shows.

    Args:
        path: Its file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def as_html(self) -> str:
        """Return the picture inside the page, so that it is seen wherever the page is opened."""
        contents = base64.b64encode(self._repr_png_()).decode("ascii")
        return f'<img alt="{escape(self.path.stem)}" style="max-width: 640px" src="data:image/png;base64,{contents}">'

    def __fspath__(self) -> str:
        """Return its path."""
        return str(self.path)

    def __repr__(self) -> str:
        """Return its path."""
        return f"Plot({str(self.path)!r})"

    def _repr_png_(self) -> bytes:
        """Return the picture.

        Raises:
            RunError: If it is too large, no regular file, or leads out of the run's folder.
        """
        return read_bytes(self.path, self.path.parents[1], MOST_BYTES)


class Run:
    """A finished run, or an ensemble: made by `dnnctl.train` or `dnnctl.load`.

    Each file of its folder is read when it is first needed, and kept. It may be asked from several threads at a time.

    Args:
        opened: Its configuration, statistics and plan.
    """

    def __init__(self, opened: OpenedRun) -> None:
        self._opened = opened
        self._networks: dict[str, Network] = {}
        # The NumPy engine works in buffers that it uses again.
        self._asking = threading.Lock()

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._opened.run.path

    @property
    def config(self) -> Config:
        """Its configuration, with every default written out; it can be trained again."""
        return self._opened.config

    @property
    def verdict(self) -> str:
        """Whether it learned too little, or its rows by heart, with the metrics that show it; empty if not finished."""
        return str(self._opened.manifest.get("verdict", ""))

    @property
    def advice(self) -> tuple[dict[str, Any], ...]:
        """What to train next, each as overrides: `dnnctl.train(run.config, overrides=run.advice[0])`; often nothing."""
        stored = self._opened.manifest.get("advice")
        known = [each.get("settings") for each in stored if isinstance(each, dict)] if isinstance(stored, list) else []
        return tuple(each for each in known if isinstance(each, dict))

    @property
    def unmet(self) -> tuple[str, ...]:
        """What `require` asked of its metrics and they missed, a sentence each."""
        stored = self._opened.manifest.get("unmet")
        return tuple(map(str, stored)) if isinstance(stored, list) else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What someone who reads its metrics should know."""
        return self._opened.notes

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was noticed before the training: things that are probably not meant, each with its place."""
        stored = self._opened.manifest.get("warnings")
        known = [each for each in stored if isinstance(each, dict)] if isinstance(stored, list) else []
        return tuple(": ".join(str(each[part]) for part in ("place", "message") if each.get(part)) for each in known)

    @cached_property
    def history(self) -> dict[str, NDArray[np.float64]]:
        """Loss, metrics and learning rate of each epoch, by the columns of `history.csv`; an ensemble has none."""
        self._expect_folder()
        return Named("column", read_table(self._opened.run.history, self.path))

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """Final loss and metrics, by split: `test`, `validation`, `train`; of an ensemble more, as `mean_member`."""
        return self._metrics[0]

    @property
    def baselines(self) -> dict[str, dict[str, Any]]:
        """What simple models reach on the test rows, and a `label` of each: `trivial`, `linear`, `logistic`."""
        return self._metrics[1]

    @cached_property
    def _metrics(self) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Any]]]:
        measured, simple = read_metrics(self._opened.run)
        return Named("split", {split: Named("metric", values) for split, values in measured.items()}), simple

    @cached_property
    def plots(self) -> dict[str, Plot]:
        """Its pictures by name, as `learning_curves`; a notebook shows each."""
        self._expect_folder()
        return Named("plot", {path.stem: Plot(path) for path in sorted(self._opened.run.plots.glob("*.png"))})

    def _expect_folder(self) -> None:
        if not self.path.is_dir():
            raise RunError(f"{self.path}: no such folder; the run was moved or deleted after it was opened")

    @cached_property
    def network(self) -> RunNetwork:
        """Its layers, and its weights by name."""
        return RunNetwork(self._opened)

    def evaluate(
        self,
        split: str = "test",
        *,
        data: str | os.PathLike[str] | None = None,
        plots: str | os.PathLike[str] | None = None,
        engine: str = "auto",
        encoding: str = "auto",
    ) -> "Evaluation":
        """Measure it, as `dnnctl evaluate` does.

        Args:
            split: Which rows: `test`, `validation` or `train`.
            data: Folder or file to read the data set from, in place of where the training found it.
            plots: A folder to draw the plots into that speak of these rows; none are drawn if None.
            engine: What computes: `numpy`, `keras`, or `auto`: NumPy where training found that both say the same.
            encoding: What a table of text in `data` is encoded in, as `cp949`; `auto` finds it out.

        Returns:
            Metrics, a row a class, the rows themselves and the scores of each; of data larger than memory those of a
            sample, while metrics and classes are of all rows.

        Raises:
            DataError: If the data is missing or damaged, or there is no such split.
        """
        from dnnctl.inference.evaluate import evaluate
        from dnnctl.plots.base import draw_evaluation
        from dnnctl.plots.style.fonts import lacking

        folder = path_of("plots", plots)
        result = evaluate(self._opened, split, data=path_of("data", data), engine=engine, encoding=encoding)
        if folder is not None:
            draw_evaluation(self._opened, result, folder)
            result = replace(result, notes=(*result.notes, *filter(None, [lacking()])))
        return result

    def predict(
        self,
        rows: Any = None,
        *,
        sample: int | None = None,
        top: int = 1,
        invert: bool | None = None,
        engine: str = "auto",
        encoding: str = "auto",
    ) -> Predictions:
        """Say what the network makes of rows, as `dnnctl predict` does.

        Args:
            rows: An array of one row or many (raw pixels, or columns in the order of the training data); a pandas or
                polars frame, a row of one, a record array, a list of dicts, a dict of columns or of one row, with
                columns found by name; or a path, or several, of files that `dnnctl predict` takes.
            sample: How many rows of the test split to take in place of `rows`.
            top: How many classes to name for each row in `to_dicts` and the like, from 1.
            invert: Whether to exchange dark and light in images; None to detect it.
            engine: What computes: `numpy`, `keras`, or `auto`: NumPy where training found that both say the same.
            encoding: What tables of text are encoded in, as `cp949`; `auto` finds it out.

        Returns:
            Labels and probabilities of classes, or values in the target's unit; a row each.

        Raises:
            DataError: If a row is missing, damaged or does not fit the network.
            UsageError: If nothing was asked, or an argument does not apply.
        """
        if rows is None and sample is None:
            raise UsageError("nothing to predict; expected `rows` or `sample`")
        expect("invert", invert, (bool, np.bool_, type(None)), "True, False or None")
        count = None if sample is None else whole("sample", sample)
        inputs = None if rows is None else read_rows(rows, spec_of(self._opened, encoding), invert)
        request = Request(inputs=inputs, sample=count, invert=invert, top=whole("top", top), engine=engine)
        with self._asking:
            said = predict(self._opened, request, network=self._network(engine))
        return replace(said, index=frame_index(rows))

    def _network(self, engine: str) -> Network:
        """Return the network that an engine computes; its weights are read once."""
        if engine not in self._networks:
            self._networks[engine] = self._opened.network(engine)
        return self._networks[engine]

    def __repr__(self) -> str:
        """Return its folder and its metrics on the test rows, on one line."""
        test = self._measured.get("test", {})
        told = ", ".join(f"{name} {number(test[name])}" for name in FIRST if name in test)
        missed = "; requirement not met: " + ", ".join(self.unmet) if self.unmet else ""
        return f"Run({str(self.path)!r}{', test: ' * bool(told)}{told}{missed})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: metrics beside the baselines, the verdict and the learning curves."""
        measured, curves = self._measured, self.plots.get("learning_curves") if self.path.is_dir() else None
        names = [name for name in FIRST if name in measured.get("test", {})]
        rows = [(label, measured[part]) for part, label in PARTS.items() if part in measured]
        rows += (
            [(str(simple.get("label", kind)), simple) for kind, simple in self.baselines.items()] if measured else []
        )
        parts = (
            title(self.config.name, self.path),
            table(["", *names], [[label, *(values.get(name) for name in names)] for label, values in rows]),
            paragraphs(
                [self.verdict, *(f"Requirement not met: {text}" for text in self.unmet), *self.notes, *self.warnings]
            ),
            curves.as_html() if curves else "",
        )
        return f"<div>{''.join(parts)}</div>"

    @property
    def _measured(self) -> dict[str, dict[str, float]]:
        """Its metrics; none where its training did not come to its end."""
        return self.metrics if self._opened.run.metrics.is_file() else {}


def load(run: "RunLike" = "latest", *, out: str | os.PathLike[str] | None = None) -> Run:
    """Open a finished run.

    Nothing in it is executed, so one from a stranger can be opened as well.

    Args:
        run: Its path, its name (the newest run of it), or `latest`; a `Run` or a member of a series is opened anew.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.

    Returns:
        The run.

    Raises:
        RunError: If there is none, or a file of it is missing or damaged.
    """
    return Run(open_any(find(run, out)))
