"""How many threads share a matrix product of a training step."""

from contextlib import AbstractContextManager
from typing import Any

from dnnctl.network.plan import NetworkPlan

# A product of so many multiplications is worth more than one core. Below it, the half that another core has computed
# costs more to fetch than it saves.
LARGE = 1 << 22


class BlasThreads:
    """The threads of NumPy's matrix library.

    Its threads wait for each other by turning in circles: where another program wants one of their cores, each product
    waits until that program is put aside, and a training takes ten times as long. So one core is left to others.

    Args:
        plan: The network.
        asked: Threads for everything in this process; None to choose them for the training steps alone.
    """

    def __init__(self, plan: NetworkPlan, asked: int | None) -> None:
        from threadpoolctl import ThreadpoolController

        self._controller = ThreadpoolController()
        self._largest, self._asked = plan.largest_weight, asked
        # 0 is the library's own choice: all cores.
        self.number = asked or 0
        if asked is not None:
            self._controller.limit(limits=asked, user_api="blas")

    def choose(self, batch_size: int) -> int:
        """Choose the threads for steps of so many rows, and return their number."""
        if self._asked is None:
            own = [library["num_threads"] for library in self._controller.info() if library["user_api"] == "blas"]
            large = self._largest * batch_size >= LARGE
            self.number = max(1, max(own, default=1) - 1) if large else 1
        return self.number

    def limited(self) -> AbstractContextManager[Any]:
        """Return a context in which products take the chosen number of threads."""
        context: AbstractContextManager[Any] = self._controller.limit(limits=self.number, user_api="blas")
        return context
