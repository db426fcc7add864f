"""A logic gate: two bits in, one bit out. XOR is the smallest task that no single unit can learn."""

from typing import ClassVar, Literal

import numpy as np

from dnnctl.datasets.base import BUILT_IN, Dataset, DatasetInfo, DatasetOptions, Places

INPUTS = ((0, 0), (0, 1), (1, 0), (1, 1))
OUTPUTS = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}


class Options(DatasetOptions):
    """The four rows of a gate's truth table.

    Args:
        gate: Which gate: `and`, `or` or `xor`.

    Source: Minsky and Papert, Perceptrons, 1969, on what one layer cannot do.
    """

    main: ClassVar[str | None] = "gate"

    gate: Literal["and", "or", "xor"] = "xor"


def describe(options: Options) -> DatasetInfo:
    """Return what is known about the gate."""
    return DatasetInfo(
        title=f"Logic gate: a {options.gate.upper()} b, all four cases",
        task="binary",
        input_shape=(2,),
        class_names=("0", "1"),
        feature_names=("a", "b"),
        target=options.gate,
        shared_rows=True,
        rows=(4, 4),
        licence="a truth table; none needed",
        source="Boole, The Laws of Thought, 1854; the XOR problem: Minsky and Papert, Perceptrons, 1969",
    )


def find(options: Options, places: Places) -> str:  # noqa: ARG001
    """Return `built in`."""
    return BUILT_IN


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Return the truth table: x float32 (4, 2), y int64 (4,); training and test rows are the same."""
    x = np.array(INPUTS, dtype=np.float32)
    y = np.array(OUTPUTS[options.gate], dtype=np.int64)
    return Dataset.built_in("logic_gate", describe(options), x, y)
