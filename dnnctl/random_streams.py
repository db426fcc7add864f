"""Random numbers as a function of what they are for, not of what was drawn before.

Each purpose has its own counter-based generator, so the order of epoch 7 is the same whether or not
epoch 6 ran in this process. That makes a resumed run exact, and lets both engines see the same batches.

Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011 (Philox).
"""

import hashlib

import numpy as np
from numpy.typing import NDArray


def generator(purpose: str, *keys: int | str) -> np.random.Generator:
    """Return the generator for a purpose.

    Args:
        purpose: What the numbers are for, as `order`.
        keys: What else decides them, as the seed and the epoch.
    """
    text = "/".join(map(str, (purpose, *keys)))
    key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key))


def epoch_order(rows: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order in which an epoch visits the training rows.

    Args:
        rows: Number of training rows.
        seed: The configuration's `seed`.
        epoch: The epoch, counted from 0.

    Returns:
        A permutation of 0 to rows - 1, (rows,), int64.
    """
    return generator("order", seed, epoch).permutation(rows)


def layer_seed(seed: int, layer: str) -> int:
    """Return the seed for what a layer draws while training, 0 to 2**31 - 1."""
    return int(generator("layer", seed, layer).integers(2**31))
