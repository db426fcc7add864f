"""TensorFlow is imported without what it imports for others, and nothing is out of place afterwards."""

import subprocess
import sys

IMPORTED = """
import gc, sys
from dnnctl.engines.keras import lean_import, runtime

runtime.load()
assert "keras" in sys.modules
print([name for name in lean_import.UNUSED if name in sys.modules])
left = [finder for finder in sys.meta_path if "lean_import" in str(finder)]
print(left, gc.isenabled(), gc.get_freeze_count() > 100_000)
import scipy, matplotlib.pyplot
from sklearn.linear_model import LinearRegression
"""

THREADS = """
import gc, threading
from dnnctl.engines.keras.lean_import import lean_import

class Faulty(Exception):
    pass

try:
    with lean_import():
        import sklearn.base  # it is not to be found, and the error is the one that Keras expects
except ImportError as error:
    print(type(error).__name__, error.name)
with lean_import():
    other = threading.Thread(target=lambda: print(__import__("sklearn").__name__))
    other.start()
    other.join()
    import sklearn.base  # what is imported already stays
gc.disable()
try:
    with lean_import():
        raise Faulty
except Faulty:
    print(gc.isenabled())
"""


def run(code: str) -> list[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()


def test_tensorflow_is_imported_without_what_it_does_not_need() -> None:
    assert run(IMPORTED) == ["[]", "[] True True"]


def test_packages_are_absent_in_one_thread_and_for_a_while_only() -> None:
    assert run(THREADS) == ["ModuleNotFoundError sklearn", "sklearn", "False"]
