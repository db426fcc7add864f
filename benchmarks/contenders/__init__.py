"""Who is measured. Peers run in `benchmarks/.peers`, where dnnctl is not installed; dnnctl runs where it is."""

from dataclasses import dataclass

from benchmarks.works import Work


@dataclass(frozen=True)
class Contender:
    """One that is measured.

    Args:
        key: Its name in the JSON file.
        title: Its name in tables.
        module: Module below `benchmarks.contenders` with `build`.
        works: Letters of the works that it can do.
        option: Which of the module's variants.
        kind: `peer`, `dnnctl` or `floor`.
        tensorflow: Whether threads are set for operations and between operations, as TensorFlow does.
        optional: Whether dnnctl may refuse it; it is then left out, and the report says so.
    """

    key: str
    title: str
    module: str
    works: str
    option: str = ""
    kind: str = "peer"
    tensorflow: bool = False
    optional: bool = False

    def can_do(self, work: Work) -> bool:
        """Tell whether it can do a work."""
        return work.key in self.works


_ALL = (
    Contender("keras-fit", "Keras, fit on NumPy arrays", "keras_model", "abcd", "arrays", tensorflow=True),
    Contender("keras-tfdata", "Keras, fit on tf.data", "keras_model", "abc", "tfdata", tensorflow=True),
    Contender("torch-dataloader", "PyTorch, eager, DataLoader", "torch_loop", "abcd", "dataloader"),
    Contender("torch-fused", "PyTorch, tensor indexing, fused optimizer", "torch_loop", "abcd", "fused"),
    Contender("torch-compile", "PyTorch, torch.compile, fused optimizer", "torch_compiled", "abc", "compiled"),
    Contender("jax-threefry", "JAX, scan over the epoch, optax, threefry2x32", "jax_scan", "abc", "threefry2x32"),
    Contender("jax-rbg", "JAX, scan over the epoch, optax, rbg", "jax_scan", "abc", "rbg"),
    Contender("keras-jax", "Keras on JAX, fit on NumPy arrays", "keras_jax", "abc", "1"),
    Contender("keras-jax-16", "Keras on JAX, 16 steps an execution", "keras_jax", "abc", "16"),
    # No batch normalization, no dropout.
    Contender("scikit-learn", "scikit-learn MLP", "scikit_learn", "bcd"),
    Contender("textbook", "textbook NumPy loop", "textbook", "b"),
    Contender("dnnctl-keras", "dnnctl, Keras engine", "dnnctl_training", "abcd", "keras float32 auto", kind="dnnctl"),
    Contender(
        *(
            "dnnctl-keras-bf16",
            "dnnctl, Keras engine, mixed_bfloat16",
            "dnnctl_training",
            "ac",
            "keras mixed_bfloat16 auto",
        ),
        kind="dnnctl",
        optional=True,
    ),
    Contender("dnnctl-numpy", "dnnctl, NumPy engine", "dnnctl_training", "abcd", "numpy float32 auto", kind="dnnctl"),
    Contender("products-numpy", "matrix products alone, NumPy", "products_numpy", "abc", kind="floor"),
    Contender(
        *("products-tensorflow", "matrix products alone, TensorFlow", "products_tensorflow", "abc"),
        kind="floor",
        tensorflow=True,
    ),
    Contender("products-torch", "matrix products alone, PyTorch", "products_torch", "abc", kind="floor"),
    Contender(
        *("products-xla", "matrix products alone, compiled by XLA", "products_xla", "ac"), kind="bare", tensorflow=True
    ),
    Contender("bare-numpy", "gather, products and update alone, NumPy", "bare_numpy", "b", kind="bare"),
)
CONTENDERS = {contender.key: contender for contender in _ALL}
