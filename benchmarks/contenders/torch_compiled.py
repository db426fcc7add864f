"""The fused PyTorch loop with its network, loss and their gradients compiled by `torch.compile`."""

from typing import Any

from benchmarks.contenders.base import Job
from benchmarks.contenders.torch_loop import TorchLoop


class CompiledLoop(TorchLoop):
    """Compiled once for whole batches and once for the last, smaller one; Adam is PyTorch's fused kernel."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._compiled = self._torch.compile(super()._logits_and_loss, dynamic=False)

    def _logits_and_loss(self, x: Any, y: Any) -> tuple[Any, Any]:
        logits, loss = self._compiled(x, y)
        return logits, loss


def build(job: Job) -> CompiledLoop:
    return CompiledLoop(job)
