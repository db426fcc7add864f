"""Plain Keras: `model.fit` on NumPy arrays, or on the usual tf.data chain."""

from typing import Any

from benchmarks.contenders.base import Job, arrays
from benchmarks.works import ADAM_EPSILON, BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM, Work

SHUFFLE_BUFFER = 10_000


def set_threads(threads: tuple[int, ...]) -> Any:
    """Import TensorFlow and give it its threads."""
    import tensorflow

    if threads:
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads[0])
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads[1])
    return tensorflow


def network(work: Work) -> Any:
    """Return the compiled network."""
    import keras
    from keras import initializers, layers, optimizers

    start = initializers.RandomNormal(stddev=work.std) if work.std else "glorot_uniform"
    row = [keras.Input((work.widths[0],))]
    for units in work.hidden:
        row.append(layers.Dense(units, use_bias=not work.batch_norm, kernel_initializer=start))
        if work.batch_norm:
            row.append(layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, epsilon=BATCH_NORM_EPSILON))
        row.append(layers.Activation(work.activation))
        if work.dropout:
            row.append(layers.Dropout(work.dropout))
    last = "softmax" if work.classes else "linear"
    row.append(layers.Dense(work.widths[-1], activation=last, kernel_initializer=start))
    model = keras.Sequential(row)
    if work.optimizer == "adam":
        optimizer = optimizers.Adam(work.learning_rate, epsilon=ADAM_EPSILON)
    else:
        optimizer = optimizers.SGD(work.learning_rate, momentum=work.momentum)
    if work.classes:
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    else:
        model.compile(optimizer, "mean_squared_error")
    return model


class KerasModel:
    """A Keras model that is fitted."""

    def __init__(self, job: Job) -> None:
        self._tensorflow = set_threads(job.threads)
        self._job = job
        self._data = arrays(job)
        self._model = network(job.work)
        if job.option.startswith("jit"):
            self._model.jit_compile = True
        self._set: Any = None
        if job.option == "tfdata":
            tf = self._tensorflow
            rows = tf.data.Dataset.from_tensor_slices((self._data.x, self._data.y))
            self._set = rows.shuffle(SHUFFLE_BUFFER).batch(job.work.batch).prefetch(tf.data.AUTOTUNE)

    @property
    def steps(self) -> int:
        return int(self._model.optimizer.iterations.numpy())

    def epochs(self, count: int) -> None:
        if self._set is not None:
            self._model.fit(self._set, epochs=count, verbose=0)
        else:
            self._model.fit(self._data.x, self._data.y, batch_size=self._job.work.batch, epochs=count, verbose=0)

    def quality(self) -> float:
        return self._data.quality(self._model.predict(self._data.x_test, batch_size=1000, verbose=0))

    def facts(self) -> dict[str, Any]:
        import keras

        memory = self._tensorflow.config.experimental.get_memory_info
        used = {"gpu_bytes": memory("GPU:0")["peak"]} if "gpu" in self._job.option.split() else {}
        return {"tensorflow": self._tensorflow.__version__, "keras": keras.__version__, **used}


def build(job: Job) -> KerasModel:
    return KerasModel(job)
