"""The `.npz` file that Keras keeps of MNIST: x_train, y_train, x_test, y_test; nothing is unpickled."""

from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, open_member, open_zip, read_npy_header
from dnnctl.datasets.parts.faults import DamagedError
from dnnctl.datasets.published.idx import read_exactly

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
    try:
        with open_zip(file) as archive, open_member(archive, f"{member}.npy") as stream:
            return _values(stream, member, shape)
    except KeyError:
        raise DamagedError(f"expected an array {member}, received none of that name") from None
    except (DamagedError, OSError):
        raise
    except Exception as fault:
        # A damaged member fails in one of four decompressors, in its checksum, or by ending early.
        raise DamagedError(f"expected an .npz file with {member}; {fault or type(fault).__name__}") from None


def _values(stream: IO[bytes], member: str, shape: tuple[int, ...]) -> NDArray[Any]:
    try:
        received, fortran, dtype, _ = read_npy_header(stream)
    except DamagedArchiveError as fault:
        raise DamagedError(f"{member}: is not a .npy array: {fault}") from None
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
