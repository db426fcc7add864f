"""Asking a finished run: what it says of files, of numbers, or of rows of its own test split."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DownloadProgress, silent
from dnnctl.datasets.samples import looked_at
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.inputs.base import Inputs, InputSpec
from dnnctl.inference.naming import Naming
from dnnctl.inference.network import Network
from dnnctl.inference.open import OpenedRun
from dnnctl.inference.predictions import Predictions
from dnnctl.inference.read_inputs import read_all, read_parts
from dnnctl.inference.run_data import encoding_said, likely_encoding, read_splits
from dnnctl.memory import blocks
from dnnctl.random_streams import generator

# Pictures that are named one by one.
NAMED = 10


@dataclass(frozen=True)
class Request:
    """What to ask a network.

    Args:
        sources: Files, or `-` for standard input.
        values: Numbers written out, a row each, as `75` or `0,1`.
        sample: Rows of the test split to take, from 1; None for none.
        invert: Whether to exchange dark and light in images; None to detect it.
        top: How many classes to name for each input, from 1.
        engine: What computes: `auto`, `numpy` or `keras`.
        inputs: Rows that were read already.
        header: Names of the columns that CSV gets, instead of its own; it then has what names a row and what is
            predicted for it, and no more.
        encoding: What tables of text are encoded in; `auto` finds it out.
    """

    sources: Sequence[str] = ()
    values: Sequence[str] = ()
    sample: int | None = None
    invert: bool | None = None
    top: int = 1
    engine: str = "auto"
    inputs: Inputs | None = None
    header: Sequence[str] = ()
    encoding: str = "auto"


def predict(opened: OpenedRun, request: Request, *, network: Network | None = None) -> Predictions:
    """Ask a run about rows that are held together.

    Args:
        opened: The run.
        request: What to ask, not of standard input.
        network: The run's network, if it was made before.

    Raises:
        DataError: If an input is missing, damaged or does not fit the network, or there are too many rows.
        UsageError: If nothing was asked, or an option does not apply.
    """
    _check(opened, request)
    truth: NDArray[Any] | None = None
    if request.sample is not None:
        inputs, truth = _sample(opened, request.sample, silent)
    elif request.inputs is not None:
        inputs = request.inputs
    else:
        inputs = read_all(
            request.sources, spec_of(opened, request.encoding), invert=request.invert, values=request.values
        )
    return _said(opened, request, network or opened.network(request.engine), inputs, truth)


def predict_parts(
    opened: OpenedRun,
    request: Request,
    *,
    stdin: IO[bytes] | None = None,
    progress: DownloadProgress = silent,
    damaged: list[DataError] | None = None,
) -> Iterator[Predictions]:
    """Ask a run about rows that need not be held together: inputs larger than memory are read as answers are taken.

    Args:
        opened: The run.
        request: What to ask.
        stdin: Standard input as a binary stream; needed for `-` only.
        progress: Called during a download of the data set, which `sample` needs.
        damaged: As of `read_parts`: complete once all answers are taken.

    Returns:
        The answers in the order of the inputs, a part after the other; an input that is missing, damaged or does not
        fit raises a `DataError` when its part is asked for.

    Raises:
        DataError, UsageError: As of `predict`, where it shows before the first answer.
    """
    _check(opened, request)
    if request.sample is not None or request.inputs is not None:
        asked = request.inputs, None
        inputs, truth = asked if request.sample is None else _sample(opened, request.sample, progress)
        assert inputs is not None
        return iter([_said(opened, request, opened.network(request.engine), inputs, truth)])
    asked_for = request.sources, spec_of(opened, request.encoding)
    parts = read_parts(*asked_for, invert=request.invert, stdin=stdin, values=request.values, damaged=damaged)
    first = next(parts)
    network = opened.network(request.engine)
    return (_said(opened, request, network, part) for part in itertools.chain([first], parts))


def _check(opened: OpenedRun, request: Request) -> None:
    """Raise `UsageError` if nothing was asked, or an option does not apply."""
    named = bool(request.sources or request.values or request.inputs is not None)
    if request.sample is None and not named:
        raise UsageError("nothing to predict; expected files, '-' for standard input, `values` or `sample`")
    if request.sample is not None and request.sample < 1:
        raise UsageError(f"`sample`: expected at least 1; received {request.sample}")
    if request.sample is not None and named:
        raise UsageError("expected either `sample` or inputs; received both")
    if request.top > 1 and not opened.info.class_names:
        what = "several labels, each by itself" if opened.info.judged else "numbers"
        raise UsageError(f"`top`={request.top} names the best classes; this network predicts {what}: leave it out")
    expected = 1 + opened.info.outputs
    if request.header and len(request.header) != expected:
        more = f"{expected - 1} predictions" if expected > 2 else "the prediction"
        raise UsageError(
            f"`header`: expected {expected} names, of what says which row it is and of {more}; "
            f"received {len(request.header)}: {', '.join(request.header)}"
        )
    if len(set(request.header)) < len(request.header):
        raise UsageError(f"`header`: expected different names; received {', '.join(request.header)}")


def _said(
    opened: OpenedRun, request: Request, network: Network, inputs: Inputs, truth: NDArray[Any] | None = None
) -> Predictions:
    """Return what a network says of rows."""
    # A value that is too large is infinite, and written as no number.
    with np.errstate(over="ignore"):
        parts = [opened.preprocessing.told_targets(network.scores(inputs.x[rows])) for rows in blocks(len(inputs))]
    # Of a part whose rows were all left out there is something to say all the same.
    scores = np.concatenate(parts).reshape(len(inputs), -1) if parts else np.zeros((0, opened.info.outputs), np.float32)
    far, odd = _unlike(opened, inputs)
    return Predictions(
        inputs.names,
        scores,
        opened.info,
        request.top,
        (*opened.unfinished, *inputs.notes, *odd),
        truth,
        unlike=far,
        naming=Naming(_identifier(opened), inputs.ids, tuple(request.header), inputs.gaps),
    )


def _unlike(opened: OpenedRun, inputs: Inputs) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """Tell which pictures look unlike any of training, and name them; None where that is not known."""
    likeness, span = opened.preprocessing.likeness, opened.info.input_range
    if likeness is None or span is None or not len(inputs):
        return None, ()
    far = likeness.distances(inputs.x, span) > 1
    names = [inputs.names[row] for row in np.flatnonzero(far)[: NAMED + 1].tolist()]
    told = "unlike anything in training: however sure an answer, it means little"
    if len(names) <= NAMED:
        return far, tuple(f"{name}: looks {told}" for name in names)
    return far, (f"{int(far.sum()):,} of {len(far):,} pictures, {names[0]} the first of them, look {told}",)


def spec_of(opened: OpenedRun, encoding: str = "auto") -> InputSpec:
    """Return what a run's network takes.

    Args:
        opened: The run.
        encoding: What tables of text are encoded in; `auto` finds it out.
    """
    csv, stored = opened.config.data.csv, opened.preprocessing
    written = {"encoding": encoding, "likely": likely_encoding(opened)}
    if csv is not None:
        written["separator"] = csv.separator
    said = encoding_said(opened)
    return InputSpec(
        opened.info,
        stored.ground,
        stored.table,
        **written,
        said=said,
        id=_identifier(opened),
        appearance=stored.appearance,
    )


def _identifier(opened: OpenedRun) -> str:
    """Return the name of the column that names rows; an empty one if there is none."""
    source = opened.config.data.source
    return (source.id or "") if isinstance(source, ColumnOptions) else ""


def _sample(opened: OpenedRun, count: int, progress: DownloadProgress) -> tuple[Inputs, NDArray[Any]]:
    """Return rows of the test split, the same ones each time, and the truth or the truths of each."""
    dataset, splits = read_splits(opened, None, progress, test_only=True)
    test, numbers = looked_at(splits.test), splits.numbers("test")
    order = generator("sample", opened.config.data.split_seed).permutation(len(test))
    chosen: NDArray[Any] = np.sort(order[:count]) if count < len(test) else np.arange(len(test))
    # A fold's test rows have numbers among the training rows.
    kind = "test" if opened.config.data.fold is None else "held-out"
    names = tuple(f"{dataset.name} {kind} row {row}" for row in numbers[chosen])
    notes = (f"there are {len(test)} test rows only",) if count > len(test) else ()
    samples = test.take(chosen)
    truth = samples.y.astype(np.float64)
    return Inputs(samples.x, names, notes), truth[:, 0] if truth.ndim > 1 and truth.shape[1] == 1 else truth
