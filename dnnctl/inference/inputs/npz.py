"""`.npz` files: an archive of arrays, of which one holds the rows."""

from typing import IO

from dnnctl.archives import DamagedArchiveError, open_member, open_zip, read_npy
from dnnctl.datasets.parts.named_arrays import USUAL
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import MAX_BYTES, Inputs, InputSpec
from dnnctl.inference.inputs.parts.arrays import check_header, from_array

ENDINGS = (".npz",)

# The first of these that an archive has is taken.
KEYS = tuple(dict.fromkeys(("x", "images", "x_test", "X_test", *USUAL["x"])))


def read(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read the rows of a `.npz` file: its array `x`, `images`, `x_test` or the like, or its only one.

    Args:
        stream: The file, open and seekable.
        name: What to call it.
        spec: What the network takes.
        invert: Whether to exchange dark and light.

    Raises:
        DataError: If it is damaged, no array can be chosen, or the array does not fit.
    """
    try:
        archive = open_zip(stream)
    except DamagedArchiveError as error:
        raise DataError(f"{name}: is not a .npz archive: {error}") from None
    with archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        key = _choose(list(members), name)
        label = f"{name}:{key}"
        try:
            member = open_member(archive, members[key].filename)
        except DamagedArchiveError as error:
            raise DataError(f"{label}: is damaged: {error}") from None
        with member:
            array = read_npy(
                member,
                members[key].file_size,
                label,
                lambda shape, dtype: check_header(shape, dtype, label, spec),
                MAX_BYTES,
            )
    return from_array(array, name, spec, invert)


def _choose(found: list[str], name: str) -> str:
    for key in KEYS:
        if key in found:
            return key
    if len(found) == 1:
        return found[0]
    shown = ", ".join(repr(key[:40]) for key in found[:10]) + (", ..." if len(found) > 10 else "")
    raise DataError(
        f"{name}: expected an array named {', '.join(map(repr, KEYS))}, or a single one; "
        f"received {shown or 'an empty archive'}"
    )
