"""An ensemble of runs that are finished: measured together, then copied into a folder that can be moved."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from dnnctl import plugins
from dnnctl.config.loading import as_yaml
from dnnctl.errors import Call, RunError, UsageError
from dnnctl.experiments.ensemble.result import EnsembleResult, ensemble_name, finish, measure_ensemble, vote_for
from dnnctl.files import replacing, write_text
from dnnctl.inference.ensemble import ensemble_of
from dnnctl.inference.open import OpenedRun, open_run
from dnnctl.plots.base import PACKAGE as PLOTS
from dnnctl.runs.ensembles import FEWEST, MOST, EnsembleFile
from dnnctl.runs.layout import RunDirectory, create_run, how_to_resume
from dnnctl.runs.lock import locked
from dnnctl.runs.manifest import Manifest
from dnnctl.runs.reading import open_inside
from dnnctl.runs.series import ENSEMBLE
from dnnctl.training.failure_record import recorded
from dnnctl.training.observer import Observer
from dnnctl.training.timing import Clock


def combine(
    runs: Sequence[RunDirectory],
    *,
    vote: str | None = None,
    name: str | None = None,
    out: Path = Path("outputs"),
    observer: Observer | None = None,
    command: Sequence[str] = (),
) -> EnsembleResult:
    """Make an ensemble of finished runs; they are only read.

    The configuration of the first one becomes the ensemble's: its metrics and its `require`.

    Args:
        runs: The runs, 2 to 99.
        vote: `soft` (if None) or `hard`; numbers have their mean taken.
        name: Name of the ensemble; the first run's and `-ensemble` if None.
        out: The output folder.
        observer: Who watches; nobody if None.
        command: The command line, for the manifest.

    Raises:
        UsageError: If there are too few or too many runs, one is named twice, or the vote does not fit.
        DnnctlError: If a run is not finished, is an ensemble itself, or does not go with the first one.
    """
    _check_count(runs)
    observer, clock = observer or Observer(), Clock()
    opened = [_open_finished(run) for run in runs]
    chosen = vote_for(opened[0].info.task, vote)
    first = opened[0].config
    config = first.model_copy(update={"name": ensemble_name(first.name, name)})
    names = tuple(f"{number:02d}" for number in range(1, len(opened) + 1))
    # Measured where the runs are, so that nothing is written of what cannot be an ensemble.
    with clock.stage("evaluation"):
        together = ensemble_of(runs[0], {}, config, opened, EnsembleFile(chosen, names))
        observer.on_stage("measuring the members")
        measured = measure_ensemble(together, observer.on_download)
    run = create_run(out, config.name)
    facts = {
        "kind": ENSEMBLE.key,
        "name": config.name,
        "command": list(command),
        "members": len(runs),
        "vote": chosen,
        "from": [str(each.path.absolute()) for each in runs],
    }
    with locked(run):
        manifest = Manifest(run, facts)
        with recorded(run, manifest, clock, Call("ensemble", tuple(str(each.path) for each in runs))):
            write_text(run.config, as_yaml(config))
            manifest.update("running")
            with clock.stage("saving"):
                for number, each in enumerate(runs, start=1):
                    copy_run(each, RunDirectory(ENSEMBLE.path(run, number, len(runs))))
            return finish(run, manifest, measured, clock, observer.on_stage)


def _check_count(runs: Sequence[RunDirectory]) -> None:
    if not FEWEST <= len(runs) <= MOST:
        raise UsageError(f"expected {FEWEST} to {MOST} runs; received {len(runs)}")
    seen: dict[Path, RunDirectory] = {}
    for run in runs:
        real = run.path.resolve()
        if real in seen:
            raise UsageError(f"{run.path}: named twice; expected different runs")
        seen[real] = run


def _open_finished(run: RunDirectory) -> OpenedRun:
    opened = open_run(run)
    state = opened.manifest.get("state")
    if state != "done":
        raise RunError(
            f"{run.path}: only a finished run can be a member; its training is {str(state)[:40]!r}. Go on with: ",
            how_to_resume(run),
        )
    return opened


def copy_run(source: RunDirectory, target: RunDirectory) -> None:
    """Copy a finished run, which may come from a stranger: its manifest, its primary files and its plots.

    Its checkpoint, which is several times as large as its weights, is left where it is.

    Args:
        source: The run.
        target: The folder to make.

    Raises:
        RunError: If a file leads out of the run's folder or is no regular file.
        OSError: If the folder cannot be written.
    """
    target.plots.mkdir(parents=True)
    plots = [source.plots / f"{name}.png" for name in plugins.names(PLOTS)]
    own = [path for path in source.primary_files() if path.parent == source.path]
    for path in (source.manifest, *own, *(plot for plot in plots if plot.is_file())):
        with open_inside(path, source.path) as contents, replacing(target.path / path.relative_to(source.path)) as copy:
            shutil.copyfileobj(contents, copy, 1 << 20)
