"""scikit-learn's multi-layer perceptron, an epoch at a time by `partial_fit`."""

from typing import Any

import numpy as np

from benchmarks.contenders.base import Job, arrays
from benchmarks.works import ADAM_EPSILON


class MultiLayerPerceptron:
    """`MLPClassifier`, or `MLPRegressor` for a number."""

    def __init__(self, job: Job) -> None:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        work = self._work = job.work
        self._data = arrays(job)
        self._epochs = 0
        # Its squared error is halved, so the same step takes twice the rate.
        rate = work.learning_rate if work.classes else 2 * work.learning_rate
        self._model = (MLPClassifier if work.classes else MLPRegressor)(
            hidden_layer_sizes=work.hidden,
            activation={"relu": "relu", "sigmoid": "logistic"}[work.activation],
            solver=work.optimizer,
            alpha=0.0,
            batch_size=min(work.batch, job.rows),
            learning_rate_init=rate,
            momentum=work.momentum,
            nesterovs_momentum=False,
            epsilon=ADAM_EPSILON,
            random_state=0,
        )

    @property
    def steps(self) -> int:
        """Epochs times batches; it keeps no count of its own for every solver."""
        return self._work.steps(len(self._data.x), self._epochs)

    def epochs(self, count: int) -> None:
        known = {"classes": np.arange(10)} if self._work.classes else {}
        y = self._data.y if self._work.classes else self._data.y.ravel()
        for _ in range(count):
            self._model.partial_fit(self._data.x, y, **known)
            self._epochs += 1

    def quality(self) -> float:
        if self._work.classes:
            return self._data.quality(self._model.predict_proba(self._data.x_test))
        return self._data.quality(self._model.predict(self._data.x_test))

    def facts(self) -> dict[str, Any]:
        import sklearn

        return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}


def build(job: Job) -> MultiLayerPerceptron:
    return MultiLayerPerceptron(job)
