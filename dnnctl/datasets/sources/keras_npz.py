"""The `.npz` file that Keras keeps of MNIST: x_train, y_train, x_test, y_test; nothing is unpickled."""

import warnings
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from dnnctl.datasets.sources.damage import DamagedError
from dnnctl.datasets.sources.idx import read_exactly

# Labels are sometimes stored wider than a byte.
WIDEST = 8


def read(file: Path, member: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Read one array, after its header was found to be the expected one; so memory is bounded.

    Args:
        file: An `.npz` file.
        member: Name of the array in it, as `x_train`.
        shape: The dimensions it must have.

    Returns:
        Its values, uint8, of `shape`.

    Raises:
        DamagedError: If there is no such array of whole numbers 0..255 and that shape.
        OSError: If the file cannot be read.
    """
    with file.open("rb") as raw:
        try:
            with zipfile.ZipFile(raw) as archive, archive.open(f"{member}.npy") as stream:
                return _values(stream, member, shape)
        except DamagedError:
            raise
        except KeyError:
            raise DamagedError(f"expected an array {member}, received none of that name") from None
        # Damage to an archive surfaces as almost any exception, seeking before its start among them.
        except Exception as fault:
            raise DamagedError(f"expected an .npz file with {member}; {fault}") from None


def _values(stream: IO[bytes], member: str, shape: tuple[int, ...]) -> NDArray[Any]:
    received, fortran, dtype = _header(stream, member)
    whole = dtype.kind in "iu" and dtype.itemsize <= WIDEST
    if received != shape or fortran or not whole:
        order = "Fortran" if fortran else "C"
        raise DamagedError(
            f"{member}: expected whole numbers of shape {shape} in C order, "
            f"received {dtype} of shape {received} in {order} order"
        )
    size = int(np.prod(shape)) * dtype.itemsize
    values = read_exactly(stream, size).view(dtype).reshape(shape)
    if dtype == np.uint8:
        return values
    if values.min() < 0 or values.max() > 255:
        raise DamagedError(f"{member}: expected values 0 to 255, received {values.min()} to {values.max()}")
    return values.astype(np.uint8)


def _header(stream: IO[bytes], member: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, Fortran order and type out of the header of an `.npy` file."""
    # The header is a Python literal that NumPy evaluates: damage surfaces as almost any exception.
    try:
        with warnings.catch_warnings():
            # Files written by Python 2 are read with a warning that helps nobody here.
            warnings.simplefilter("ignore")
            if npy.read_magic(stream) == (1, 0):
                return npy.read_array_header_1_0(stream)
            return npy.read_array_header_2_0(stream)
    except Exception as fault:
        raise DamagedError(f"{member}: expected an .npy header; {fault}") from None
