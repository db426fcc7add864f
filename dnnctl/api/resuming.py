"""Going on from Python with what was stopped: a training, or a series of them."""

import os
from typing import TYPE_CHECKING

from dnnctl.api.finding import RunLike, find
from dnnctl.api.interrupts import interruptible
from dnnctl.api.run import Run, load
from dnnctl.config.loading import Overrides
from dnnctl.errors import UsageError
from dnnctl.experiments.series.jobs import MembersObserver
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.series import CROSSVAL, ENSEMBLE, kind_of
from dnnctl.training import job
from dnnctl.training.observer import Observer

if TYPE_CHECKING:
    from dnnctl.experiments.series.crossval import CrossValidation
    from dnnctl.experiments.series.repeat import Repetition


def resume(
    run: RunLike = "latest",
    *,
    overrides: Overrides = (),
    jobs: int = 1,
    out: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> "Run | CrossValidation | Repetition":
    """Go on with what was stopped as if it had never stopped.

    Args:
        run: A run, an ensemble, a cross-validation or a repetition: its path, its name (its newest), or `latest`.
        overrides: Another length of a single training, as `{"training.epochs": 50}`; nothing else may change.
        jobs: How many members are trained at a time, where there are several.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches, of several members a `MembersObserver`; nobody if None.

    Returns:
        What the function that began it would have returned: for a single training, the finished run.

    Raises:
        RunError: If it is finished, is being trained, or anything but its length would change.
        UsageError: If an argument does not apply.
        DnnctlError: If something else is wrong that the user can put right.
        Interrupted: If the observer asked to stop, or Ctrl-C was pressed; the message names the call that goes on.
    """
    begun = find(run, out, to_resume=True)
    kind = kind_of(read_manifest(begun.manifest))
    if kind is None:
        if jobs != 1:
            raise UsageError(f"`jobs`: there is one network to train; received {jobs}")
        with interruptible(observer) as watching:
            return load(job.resume(begun, overrides, observer=watching).run)
    if overrides:
        raise UsageError(f"`overrides`: {kind.article} {kind.noun} goes on as it was begun; leave them out")
    if observer is not None and not isinstance(observer, MembersObserver):
        raise UsageError(f"`observer`: expected a MembersObserver, as {kind.article} {kind.noun} is several trainings")
    if kind is ENSEMBLE:
        from dnnctl.experiments.ensemble.train import resume_ensemble

        return load(resume_ensemble(begun, jobs=jobs, observer=observer).run)
    if kind is CROSSVAL:
        from dnnctl.experiments.series.crossval import resume_crossval

        return resume_crossval(begun, jobs=jobs, observer=observer)
    from dnnctl.experiments.series.repeat import resume_repeat

    return resume_repeat(begun, jobs=jobs, observer=observer)
