"""The devices that take each step together, each on its part of the batch, by `tf.distribute`.

Every device has a copy of every variable. From sums over all devices (of gradients, and of what batch normalization
needs) each changes its copy by the same arithmetic, so that the copies stay equal and nothing else is exchanged.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from dnnctl.engines.base import Hardware, LostError
from dnnctl.engines.cluster import Cluster
from dnnctl.engines.keras import runtime
from dnnctl.engines.keras.portions import WHOLE, Part
from dnnctl.errors import ModelError

# More sums than one strategy ever makes.
SUMS = 1_000_000


class Place(NamedTuple):
    """Where the rows of a device lie in the batch; int32 scalars, tensors.

    Args:
        first: The first of them, counted from 0.
        behind: The first one that is not among them.
        rows: Rows of the whole batch.
    """

    first: Any
    behind: Any
    rows: Any


@dataclass(frozen=True)
class Replicas:
    """One device, or several of one machine or of several.

    Args:
        tensorflow: The module.
        strategy: The `tf.distribute.Strategy`; None for one device.
        part: Which part of every batch this process has.
    """

    tensorflow: Any
    strategy: Any = None
    part: Part = WHOLE

    @property
    def count(self) -> int:
        """Devices in all."""
        return 1 if self.strategy is None else int(self.strategy.num_replicas_in_sync)

    @contextlib.contextmanager
    def variables(self) -> Iterator[None]:
        """Make a copy on each device of what variables are made in the block, which that device changes by itself."""
        if self.strategy is None:
            yield
            return
        tf = self.tensorflow

        def local(next_creator: Callable[..., Any], **options: Any) -> Any:
            # Keras keeps by itself which ones are trained.
            options |= {"trainable": False, "synchronization": tf.VariableSynchronization.ON_READ}
            return next_creator(**options | {"aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA})

        with self.strategy.scope(), tf.variable_creator_scope(local):
            yield

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on each device and return what it returns on the first one here."""
        if self.strategy is None:
            return function(*arguments)
        returned = self.strategy.run(function, args=arguments)
        return self.tensorflow.nest.map_structure(
            lambda each: self.strategy.experimental_local_results(each)[0], returned
        )

    @contextlib.contextmanager
    def noticed(self) -> Iterator[None]:
        """Take it for a machine that has stopped if TensorFlow fails in the block, where there are several.

        Raises:
            LostError: In place of TensorFlow's error.
        """
        errors = self.tensorflow.errors
        try:
            yield
        except errors.OpError as error:
            if self.part.of == 1 or isinstance(error, errors.ResourceExhaustedError):
                raise
            raise LostError(str(error)) from None

    def place(self, rows: Any) -> Place | None:
        """Return where this device's rows lie in a batch of so many; None if it has them all.

        Device i of n has those from i rows / n, rounded down, to before (i + 1) rows / n.
        """
        if self.strategy is None:
            return None
        i = self.tensorflow.distribute.get_replica_context().replica_id_in_sync_group
        return Place(i * rows // self.count, (i + 1) * rows // self.count, rows)

    def sum(self, numbers: Sequence[Any]) -> list[Any]:
        """Return the sum over all devices of each tensor; gradients flow through it."""
        if self.strategy is None:
            return list(numbers)
        context = self.tensorflow.distribute.get_replica_context()
        return list(context.all_reduce(self.tensorflow.distribute.ReduceOp.SUM, list(numbers)))


def find_replicas(tensorflow: Any, hardware: Hardware) -> Replicas:
    """Return the devices to compute on.

    Args:
        tensorflow: The module.
        hardware: Where to compute.

    Raises:
        ModelError: If several machines are wanted and TensorFlow runs for one already.
    """
    tf = tensorflow
    if hardware.cluster is not None:
        # Nothing may be asked of TensorFlow's devices before the strategy is there.
        gpus = runtime.gpus_to_use(tf, hardware.device)
        part = Part(hardware.cluster.index, len(hardware.cluster.hosts))
        return Replicas(tf, _of_machines(tf, hardware.cluster, gpus), part)
    devices = [f"/CPU:{i}" for i in range(hardware.cpus)]
    if hardware.device == "gpus":
        devices = [device.name for device in tf.config.list_logical_devices("GPU")]
    return Replicas(tf, _of_devices(*devices)) if len(devices) > 1 else Replicas(tf)


@cache
def _of_devices(*devices: str) -> Any:
    """Return the strategy of several devices of this machine.

    TensorFlow knows sums by their numbers, which begin anew in each strategy: so there is one for these devices, and
    another number of devices has other numbers, as TensorFlow's own tests do it.
    """
    import tensorflow

    own = {"_collective_key_base": SUMS * len(devices)}
    return type("MirroredStrategy", (tensorflow.distribute.MirroredStrategy,), own)(devices)


def _of_machines(tensorflow: Any, cluster: Cluster, gpus: int) -> Any:
    """Return the strategy of several machines, each with so many GPUs; they wait for each other."""
    tf = tensorflow
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.hosts)}),
        task_type="worker",
        task_id=cluster.index,
        num_accelerators={"GPU": gpus},
        rpc_layer="grpc",
    )
    try:
        return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except RuntimeError as error:
        raise ModelError(f"several machines: {error}. They have to be the first training of a process") from None
    except tf.errors.OpError as error:
        raise ModelError(f"several machines: {str(error)[:300]}") from None


def updated_locally(kind: Any) -> Any:
    """Return a Keras optimizer's class that changes a device's own variables, from gradients that are summed already.

    Keras would sum them again, and after clipping.

    Args:
        kind: The class.
    """
    import keras

    class Local(keras.optimizers.Optimizer):  # type: ignore[misc]
        def _backend_update_step(self, grads: Any, trainable_variables: Any, learning_rate: Any) -> None:
            for gradient, variable in zip(grads, trainable_variables, strict=True):
                self.update_step(gradient, variable, learning_rate)

        def _apply_weight_decay(self, variables: Any) -> None:
            if self.weight_decay is None:
                return
            for variable in variables:
                if self._use_weight_decay(variable):
                    rate, decay = (keras.ops.cast(n, variable.dtype) for n in (self.learning_rate, self.weight_decay))
                    self.assign_sub(variable, variable * decay * rate)

    own = {"_tf_apply": kind._common_apply} if hasattr(kind, "_common_apply") else {}
    return type(kind.__name__, (kind, Local), own)
