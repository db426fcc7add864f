"""An eager PyTorch loop: with its DataLoader, or with tensor indexing and a fused optimizer."""

from collections.abc import Iterator
from typing import Any

from benchmarks.contenders.base import Job, arrays
from benchmarks.works import ADAM_EPSILON, BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM, Work


def set_threads(threads: tuple[int, ...]) -> Any:
    """Import PyTorch and give it its threads."""
    import torch

    if threads:
        torch.set_num_threads(threads[0])
    return torch


def network(torch: Any, work: Work) -> Any:
    """Return the network, its first weights drawn as Keras draws them."""
    nn = torch.nn
    activations = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
    row: list[Any] = []
    for inputs, units in zip(work.widths[:-2], work.hidden, strict=True):
        row.append(nn.Linear(inputs, units, bias=not work.batch_norm))
        if work.batch_norm:
            # PyTorch's momentum is the share of the batch, Keras's that of the past.
            row.append(nn.BatchNorm1d(units, eps=BATCH_NORM_EPSILON, momentum=1 - BATCH_NORM_MOMENTUM))
        row.append(activations[work.activation]())
        if work.dropout:
            row.append(nn.Dropout(work.dropout))
    row.append(nn.Linear(work.widths[-2], work.widths[-1]))
    for layer in row:
        if isinstance(layer, nn.Linear):
            if work.std:
                nn.init.normal_(layer.weight, std=work.std)
            else:
                nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*row)


class TorchLoop:
    """A PyTorch module and the loop that trains it; loss and accuracy of the epoch are taken, as Keras does."""

    def __init__(self, job: Job) -> None:
        torch = self._torch = set_threads(job.threads)
        torch.manual_seed(0)
        self._device = "cuda" if "gpu" in job.option.split() else "cpu"
        # TensorFlow multiplies on a GPU with what PyTorch calls high, not highest.
        torch.set_float32_matmul_precision("highest" if self._device == "cpu" else "high")
        work = self._work = job.work
        self._data = arrays(job)
        self._x, self._y = (torch.from_numpy(part).to(self._device) for part in (self._data.x, self._data.y))
        self._network = network(torch, work).to(self._device)
        fused = job.option != "dataloader"
        parameters = self._network.parameters()
        if work.optimizer == "adam":
            self._optimizer = torch.optim.Adam(parameters, lr=work.learning_rate, eps=ADAM_EPSILON, fused=fused)
        else:
            self._optimizer = torch.optim.SGD(parameters, lr=work.learning_rate, momentum=work.momentum, fused=fused)
        self._loss = torch.nn.CrossEntropyLoss() if work.classes else torch.nn.MSELoss()
        rows = torch.utils.data.TensorDataset(self._x, self._y)
        self._loader = None if fused else torch.utils.data.DataLoader(rows, batch_size=work.batch, shuffle=True)
        self.steps = 0

    def _batches(self) -> Iterator[tuple[Any, Any]]:
        if self._loader is not None:
            yield from self._loader
            return
        for rows in self._torch.randperm(len(self._x), device=self._device).split(self._work.batch):
            yield self._x[rows], self._y[rows]

    def _logits_and_loss(self, x: Any, y: Any) -> tuple[Any, Any]:
        logits = self._network(x)
        return logits, self._loss(logits, y)

    def epochs(self, count: int) -> None:
        torch = self._torch
        self._network.train()
        for _ in range(count):
            total = torch.zeros((), device=self._device)
            right = torch.zeros((), dtype=torch.int64, device=self._device)
            for x, y in self._batches():
                self._optimizer.zero_grad()
                logits, loss = self._logits_and_loss(x, y)
                loss.backward()
                self._optimizer.step()
                self.steps += 1
                total += loss.detach() * len(x)
                if self._work.classes:
                    right += (logits.detach().argmax(1) == y).sum()
            total.item(), right.item()

    def quality(self) -> float:
        self._network.eval()
        with self._torch.no_grad():
            x = self._torch.from_numpy(self._data.x_test).to(self._device)
            return self._data.quality(self._network(x).cpu().numpy())

    def facts(self) -> dict[str, Any]:
        used = {} if self._device == "cpu" else {"gpu_bytes": self._torch.cuda.max_memory_allocated()}
        return {"torch": str(self._torch.__version__), **used}


def build(job: Job) -> TorchLoop:
    return TorchLoop(job)
