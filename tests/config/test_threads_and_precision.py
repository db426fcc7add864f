"""The keys for speed: what each engine takes, and what is refused with its line."""

from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.engines.keras.runtime import chosen_threads
from dnnctl.errors import ConfigError
from dnnctl.layers.base import LAYERS
from dnnctl.layers.parts.plan import plan_network


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


@pytest.mark.parametrize(
    ("units", "cores", "expected"),
    [(50, 2, (1, 2)), (512, 2, (1, 2)), (2048, 2, (2, 2)), (512, 8, (4, 2)), (2048, 8, (8, 2)), (512, 1, (1, 1))],
)
def test_threads_follow_cores_and_the_largest_weight(units: int, cores: int, expected: tuple[int, int]) -> None:
    plan = plan_network(784, [LAYERS.parse({"dense": units}), LAYERS.parse({"dense": 10})])
    assert chosen_threads(plan, cores) == expected
