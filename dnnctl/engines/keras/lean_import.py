"""Importing TensorFlow and Keras without the packages that they import for others only."""

import contextlib
import gc
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

# Keras wraps networks for scikit-learn and draws galleries, TensorFlow's old Keras takes sparse matrices. Both do
# without these packages where they are not installed, and dnnctl uses none of it.
UNUSED = frozenset({"matplotlib", "pandas", "scipy", "sklearn"})


class _Absent:
    """Makes imports of unused packages fail, as if they were not installed, in the thread that made this."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return None, which leaves the search to others.

        Raises:
            ModuleNotFoundError: If the package is unused.
        """
        if name in UNUSED and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not imported for TensorFlow", name=name)
        return None


@contextlib.contextmanager
def lean_import() -> Iterator[None]:
    """Import what stands in the block without unused packages, and without looking for garbage meanwhile.

    An import makes objects by the hundred thousand, all of which stay; looking through them again and again takes a
    sixth of TensorFlow's, and unused packages a third. What is there afterwards is never looked at again. Packages that
    are already imported stay as they are.
    """
    finder, collecting = _Absent(), gc.isenabled()
    sys.meta_path.insert(0, finder)
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(finder)
