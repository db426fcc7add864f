"""The groups that rows belong to, as the visits of one patient: a number for each row that rows of one group share."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.tables.parsing import Words


def keys_of(words: Words) -> NDArray[np.uint64]:
    """Return a number for each row that rows with the same text share, (rows,); empty cells are a group too."""
    hashed = [int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little") for word in words.words]
    table = np.array([*hashed, 0], np.uint64)
    keys: NDArray[np.uint64] = table[np.where(np.isnan(words.codes), len(hashed), words.codes).astype(np.int64)]
    return keys
