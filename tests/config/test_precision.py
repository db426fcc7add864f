"""Precision and compilation: what each engine takes, and what is refused with its line."""

from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError
from dnnctl.runs import environment


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
    ("flags", "settings", "codes"),
    [
        ("fpu avx512_bf16", [], ["slow_precision"]),
        ("fpu avx512_bf16 amx_bf16", [], []),
        ("fpu", ["training.precision=float32"], []),
        ("fpu", ["training.precision=mixed_float16"], []),
        ("fpu", ["device=gpu"], []),
        ("", [], []),
    ],
)
def test_bfloat16_is_warned_of_on_a_processor_that_is_slower_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, settings: list[str], codes: list[str]
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: A\nflags\t\t: {flags}\n" if flags else "")
    monkeypatch.setattr(environment, "CPUINFO", tmp_path / "cpuinfo")
    loaded = load("digits", ["training.precision=mixed_bfloat16", "device=cpu", *settings])
    assert [warning.code for warning in loaded.warnings] == codes
    if codes:
        (warning,) = loaded.warnings
        assert warning.place == "`overrides` training.precision: training.precision"
        assert "twice as long" in warning.message
