"""JAX as its fast users write it: one compiled program an epoch, a scan over its whole batches, and optax.

The rows lie on the device, the order of an epoch is drawn there, the last, smaller batch is a step behind the scan, and
the state is given away, so that it is changed in place.
"""

import os
from functools import partial
from typing import Any

from benchmarks.contenders.base import Job, arrays
from benchmarks.works import ADAM_EPSILON, BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM, Work


def set_threads(threads: tuple[int, ...]) -> Any:
    """Import JAX and give it its threads."""
    if threads:
        # What XLA's client for processors takes as the number of its threads; there is no flag.
        os.environ["NPROC"] = str(threads[0])
    import jax

    return jax


def first_weights(jax: Any, key: Any, work: Work) -> tuple[list[Any], list[Any]]:
    """Return what is learned and the moving statistics, a dictionary a layer, drawn as Keras draws them."""
    jnp, initializers = jax.numpy, jax.nn.initializers
    start = initializers.normal(work.std) if work.std else initializers.glorot_uniform()
    learned, moving = [], []
    for i, (inputs, units) in enumerate(zip(work.widths, work.widths[1:], strict=False)):
        normalized = work.batch_norm and i < len(work.hidden)
        kernel = start(jax.random.fold_in(key, i), (inputs, units), jnp.float32)
        both = {"bias": jnp.zeros(units)}
        learned.append({"kernel": kernel, **({"gamma": jnp.ones(units)} if normalized else {}), **both})
        moving.append({"mean": jnp.zeros(units), "variance": jnp.ones(units)} if normalized else {})
    return learned, moving


class JaxScan:
    """A network of pure functions and the compiled epoch that trains it; loss and accuracy are taken, as Keras does."""

    def __init__(self, job: Job) -> None:
        jax = self._jax = set_threads(job.threads)
        import optax

        self._optax, work = optax, job.work
        self._work, self._data = work, arrays(job)
        self._x, self._y = jax.numpy.asarray(self._data.x), jax.numpy.asarray(self._data.y)
        if work.optimizer == "adam":
            self._optimizer = optax.adam(work.learning_rate, eps=ADAM_EPSILON)
        else:
            self._optimizer = optax.sgd(work.learning_rate, momentum=work.momentum or None)
        self._key = jax.random.key(0, impl=job.option)
        learned, moving = first_weights(jax, self._key, work)
        self._state = (learned, moving, self._optimizer.init(learned), jax.numpy.zeros((), "int32"))
        self._epoch = jax.jit(self._steps, donate_argnums=0)

    @property
    def steps(self) -> int:
        return int(self._state[-1])

    def _forward(self, learned: Any, moving: Any, x: Any, key: Any) -> tuple[Any, Any]:
        """Return logits and the moving statistics that follow; without a key, as after training."""
        jax, work, followed = self._jax, self._work, []
        m = BATCH_NORM_MOMENTUM
        for i, (own, before) in enumerate(zip(learned, moving, strict=True)):
            # A bias before batch normalization has no effect: it is added behind it, as beta.
            x = x @ own["kernel"]
            if before:
                now = before if key is None else {"mean": x.mean(0), "variance": x.var(0)}
                x = (x - now["mean"]) * (jax.lax.rsqrt(now["variance"] + BATCH_NORM_EPSILON) * own["gamma"])
                followed.append({name: m * past + (1 - m) * now[name] for name, past in before.items()})
            else:
                followed.append({})
            x += own["bias"]
            if i < len(work.hidden):
                x = getattr(jax.nn, work.activation)(x)
                if work.dropout and key is not None:
                    kept = jax.random.bernoulli(jax.random.fold_in(key, i), 1 - work.dropout, x.shape)
                    x = jax.numpy.where(kept, x / (1 - work.dropout), 0)
        return x, followed

    def _step(self, x: Any, y: Any, key: Any, state: Any, rows: Any) -> tuple[Any, tuple[Any, Any]]:
        """Take one step on the rows of these numbers; return the state, the sum of losses and the right answers."""
        learned, moving, slots, steps = state
        x, y = x[rows], y[rows]

        def loss_of(learned: Any) -> tuple[Any, Any]:
            logits, followed = self._forward(learned, moving, x, self._jax.random.fold_in(key, steps))
            loss = self._optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
            return loss, (followed, (logits.argmax(1) == y).sum())

        (loss, (moving, right)), gradients = self._jax.value_and_grad(loss_of, has_aux=True)(learned)
        changes, slots = self._optimizer.update(gradients, slots, learned)
        return (self._optax.apply_updates(learned, changes), moving, slots, steps + 1), (loss * len(rows), right)

    def _steps(self, state: Any, x: Any, y: Any, key: Any) -> tuple[Any, Any, Any]:
        """Take the steps of an epoch; return the state, the mean loss and the accuracy."""
        batch = self._work.batch
        whole = len(x) // batch * batch
        order = self._jax.random.permutation(self._jax.random.fold_in(key, -1 - state[-1]), len(x))
        step = partial(self._step, x, y, key)
        state, (losses, right) = self._jax.lax.scan(step, state, order[:whole].reshape(-1, batch))
        total, hits = losses.sum(), right.sum()
        if whole < len(x):
            state, (loss, right) = step(state, order[whole:])
            total, hits = total + loss, hits + right
        return state, total / len(x), hits / len(x)

    def epochs(self, count: int) -> None:
        for _ in range(count):
            self._state, loss, accuracy = self._epoch(self._state, self._x, self._y, self._key)
            float(loss), float(accuracy)

    def quality(self) -> float:
        return self._data.quality(self._jax.device_get(self._forward(*self._state[:2], self._data.x_test, None)[0]))

    def facts(self) -> dict[str, Any]:
        return {"jax": self._jax.__version__, "optax": self._optax.__version__}


def build(job: Job) -> JaxScan:
    return JaxScan(job)
