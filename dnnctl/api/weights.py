"""The network of a finished run in Python: its layers, and its weights by name."""

from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from dnnctl.api.arguments import Named
from dnnctl.inference.ensemble import OpenedEnsemble
from dnnctl.inference.open import OpenedRun, read_weights
from dnnctl.network.plan import PlannedLayer


class RunNetwork:
    """Layers and weights of a run; of an ensemble, the layers of its first member and the weights of all.

    Args:
        opened: The run.
    """

    def __init__(self, opened: OpenedRun) -> None:
        self._opened = opened

    @property
    def layers(self) -> tuple[PlannedLayer, ...]:
        """Each layer with its name, its options, its widths and its weights' shapes, in order."""
        return self._opened.plan.layers

    @property
    def parameters(self) -> int:
        """How many numbers its weights hold, moving statistics included."""
        return self._opened.plan.parameters

    @cached_property
    def weights(self) -> dict[str, NDArray[Any]]:
        """Every weight by its name, as `dense_1/kernel`, (inputs, outputs); of an ensemble as `01/dense_1/kernel`.

        Read when they are first asked for; they cannot be written to, as that would change no answer.
        """
        opened = self._opened
        members = zip(opened.names, opened.members, strict=True) if isinstance(opened, OpenedEnsemble) else ()
        each = [(f"{name}/", member) for name, member in members] or [("", opened)]
        found = {
            f"{prefix}{name}": array
            for prefix, member in each
            for name, array in read_weights(member.run, member.plan).items()
        }
        for array in found.values():
            array.flags.writeable = False
        return Named("weight", found)

    def summary(self) -> str:
        """Return the layers with their widths and parameters, a line each."""
        rows = [("layer", "outputs", "parameters")]
        rows += [(layer.name, f"{layer.outputs:,}", f"{layer.parameters:,}") for layer in self.layers]
        width = max(len(name) for name, _, _ in rows)
        lines = [f"{name:<{width}}  {outputs:>8}  {parameters:>11}" for name, outputs, parameters in rows]
        return "\n".join([*lines, f"{self.parameters:,} parameters, {self._opened.plan.trainable:,} of them trained"])

    def __repr__(self) -> str:
        """Return the layers."""
        return self.summary()
