"""Precision and compilation: what each engine takes, and what is refused with its line."""

from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("precision: mixed_bfloat16", "the NumPy engine computes in float32 or float64; received 'mixed_bfloat16'"),
        ("precision: mixed_float16", "engine: keras"),
        ("jit_compile: true", "the NumPy engine compiles nothing"),
    ],
)
def test_the_numpy_engine_refuses_what_it_cannot_do_at_its_line(tmp_path: Path, line: str, text: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"engine: numpy\ndata: {{dataset: digits}}\ntraining:\n  {line}\n")
    with pytest.raises(ConfigError) as raised:
        load(path)
    assert text in str(raised.value)
    assert "c.yaml:4:" in str(raised.value)


@pytest.mark.parametrize(
    ("precision", "dtype", "half"),
    [("float64", "float64", None), ("mixed_float16", "float32", "float16"), ("mixed_bfloat16", "float32", "bfloat16")],
)
def test_what_a_precision_means(precision: str, dtype: str, half: str | None) -> None:
    training = load("digits", [f"training.precision={precision}"]).config.training
    assert (training.dtype, training.half) == (dtype, half)
