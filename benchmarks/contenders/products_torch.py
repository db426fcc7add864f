"""The floor with PyTorch's matrix products; see `products_numpy.py`."""

from typing import Any

from benchmarks.contenders.base import Job
from benchmarks.contenders.products_numpy import operands
from benchmarks.contenders.torch_loop import set_threads


class Products:
    """Takes the products with `torch.mm`."""

    def __init__(self, job: Job) -> None:
        torch = self._torch = set_threads(job.threads)
        self._batches = job.work.batches(job.rows)
        self._layers = []
        for given in operands(job):
            x, W, dy = (torch.from_numpy(array) for array in given)
            self._layers.append((x, W, dy, *(torch.empty_like(array) for array in (dy, W, x))))
        self.steps = 0

    def epochs(self, count: int) -> None:
        torch = self._torch
        with torch.no_grad():
            for _ in range(count):
                for rows in self._batches:
                    for i, (x, W, dy, y, dW, dx) in enumerate(self._layers):
                        torch.mm(x[:rows], W, out=y[:rows])
                        torch.mm(x[:rows].T, dy[:rows], out=dW)
                        if i:
                            torch.mm(dy[:rows], W.T, out=dx[:rows])
                    self.steps += 1

    def quality(self) -> None:
        return None

    def facts(self) -> dict[str, Any]:
        return {"torch": str(self._torch.__version__)}


def build(job: Job) -> Products:
    return Products(job)
