"""Keras on the JAX backend: `model.fit` on NumPy arrays, with one or more steps an execution."""

import os
from typing import Any

from benchmarks.contenders import jax_scan, keras_model
from benchmarks.contenders.base import Job, arrays


class KerasOnJax(keras_model.KerasModel):
    """A Keras model that JAX computes."""

    def __init__(self, job: Job) -> None:
        os.environ["KERAS_BACKEND"] = "jax"
        self._jax = jax_scan.set_threads(job.threads)
        self._job, self._data, self._set = job, arrays(job), None
        self._model = keras_model.network(job.work)
        self._model.steps_per_execution = int(job.option)

    def facts(self) -> dict[str, Any]:
        import keras

        return {"jax": self._jax.__version__, "keras": keras.__version__}


def build(job: Job) -> KerasOnJax:
    return KerasOnJax(job)
