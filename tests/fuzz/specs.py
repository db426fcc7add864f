"""What networks take in that damaged inputs are read for, and what every reader promises."""

import numpy as np
from hypothesis import strategies as st
from mutations import EDITS

from dnnctl.datasets.base import DatasetInfo
from dnnctl.inference.inputs.base import Inputs, InputSpec

NUMERIC = InputSpec(DatasetInfo("t", "regression", (2,), feature_names=("weight", "age"), target="height"))

PICTURES = InputSpec(DatasetInfo("t", "multiclass", (8, 8), input_range=(0.0, 16.0), drawing=True), 0.0)

DRAWINGS = InputSpec(
    DatasetInfo("t", "multiclass", (28, 28), input_range=(0.0, 255.0), drawing=True, framing="mass"), 0.0
)

SPECS = st.sampled_from([NUMERIC, PICTURES, DRAWINGS])

FEW = st.lists(EDITS, max_size=4)


def sound(inputs: Inputs, spec: InputSpec) -> None:
    """Check what every reader promises of what it returns."""
    assert inputs.x.shape[1:] == spec.info.input_shape
    assert len(inputs.names) == len(inputs.x) > 0
    assert np.isfinite(inputs.x).all()
    if spec.info.is_image:
        assert inputs.x.min() >= spec.range[0]
        assert inputs.x.max() <= spec.range[1]
