"""dnnctl: one YAML file in; a trained, evaluated, explained and reusable dense neural network out.

    import dnnctl

    run = dnnctl.train("digits", overrides={"training.epochs": 5})
    run.metrics["test"]["accuracy"]
    run.predict(images).labels

What stands here is imported when it is first used: `import dnnctl` alone loads nothing else. See docs/python.md.
"""

import importlib

from dnnctl.version import __version__

# Type checkers take it for true by its name; `typing` alone would take longer to import than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dnnctl.api.run import Run, load
    from dnnctl.api.series import compare, crossval, ensemble, repeat, resume
    from dnnctl.api.studies import check_data, gradcheck, inspect_pipeline, reproduce, trace, verify
    from dnnctl.api.training import take_part, train
    from dnnctl.errors import ConfigError, DataError, DnnctlError, Interrupted, ModelError, RunError, UsageError
    from dnnctl.experiments.series.jobs import MembersObserver
    from dnnctl.inference.predictions import Predictions
    from dnnctl.training.observer import Observer

__all__ = [
    "ConfigError",
    "DataError",
    "DnnctlError",
    "Interrupted",
    "MembersObserver",
    "ModelError",
    "Observer",
    "Predictions",
    "Run",
    "RunError",
    "UsageError",
    "__version__",
    "check_data",
    "compare",
    "crossval",
    "ensemble",
    "gradcheck",
    "inspect_pipeline",
    "load",
    "repeat",
    "reproduce",
    "resume",
    "take_part",
    "trace",
    "train",
    "verify",
]

_HOMES = {
    "dnnctl.api.run": ("Run", "load"),
    "dnnctl.api.series": ("compare", "crossval", "ensemble", "repeat", "resume"),
    "dnnctl.api.studies": ("check_data", "gradcheck", "inspect_pipeline", "reproduce", "trace", "verify"),
    "dnnctl.api.training": ("take_part", "train"),
    "dnnctl.experiments.series.jobs": ("MembersObserver",),
    "dnnctl.inference.predictions": ("Predictions",),
    "dnnctl.training.observer": ("Observer",),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what is asked for, once."""
        if name not in __all__:
            raise AttributeError(f"module 'dnnctl' has no attribute {name!r}")
        home = next((home for home, names in _HOMES.items() if name in names), "dnnctl.errors")
        globals()[name] = value = getattr(importlib.import_module(home), name)
        return value


def __dir__() -> list[str]:
    """Return what is offered, imported or not."""
    return __all__
