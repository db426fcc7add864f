"""The GPU's section: on a real one (`pytest -m gpu`, two minutes), and as far as the processor can stand in for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__, gpu_use
from benchmarks.commands import run
from benchmarks.contenders.base import RefusedError
from benchmarks.gpu_table import gpu as tables_of
from benchmarks.sections import gpu

# float32 products of a GPU have 10 bits behind the point (TensorFloat-32), half precision as many.
ALLOWED = {"float64": 1e-9, "float32": 5e-2, "mixed_float16": 5e-2}


@pytest.fixture(scope="module")
def a_gpu() -> str:
    try:
        return gpu.find()
    except RefusedError as refused:
        pytest.skip(str(refused))


@pytest.mark.gpu
@pytest.mark.parametrize(("device", "precision", "parts"), gpu.COMPARED.values(), ids=str)
def test_a_gpu_takes_the_steps_of_the_processor(a_gpu: str, device: str, precision: str, parts: int) -> None:
    found = gpu.compare(device, precision, parts, print)
    if "refused" in found:
        pytest.skip(f"two devices on one GPU: {found['refused']}")
    assert found["losses"] < ALLOWED[precision]


@pytest.mark.gpu
def test_a_whole_training_on_a_gpu_says_where_it_was(a_gpu: str, tmp_path: Path) -> None:
    words = ["-m", "dnnctl", "train", "digits", "--set", "device=gpu", "--set", "training.epochs=3"]
    run([gpu.sys.executable, *words, "--out", str(tmp_path)])
    manifest = json.loads(next(tmp_path.glob("digits/*/manifest.json")).read_text(encoding="utf-8"))
    assert "GPU" in json.dumps(manifest)


def test_without_a_gpu_one_line_says_what_is_needed(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(gpu_use.subprocess, "run", _no_program)
    monkeypatch.setattr("sys.argv", ["benchmarks", "--only", "gpu"])
    assert __main__.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("error: gpu: nvidia-smi shows no GPU; needed: ")
    assert said.count("\n") == 1
    assert "dnnctl[gpu]" in said


def _no_program(*_: Any, **__: Any) -> Any:
    raise FileNotFoundError("nvidia-smi")


def test_a_gpu_that_tensorflow_does_not_see_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_use, "describe", lambda: "NVIDIA T4, 16 GB, 550")
    monkeypatch.setattr(gpu, "run", lambda command: {"output": "0\n"})
    with pytest.raises(RefusedError, match="NVIDIA T4, 16 GB, 550, but TensorFlow does not see it"):
        gpu.find()


def test_use_is_the_mean_of_what_nvidia_smi_says() -> None:
    assert gpu_use.mean_of("40\n 60\n[N/A]\n") == {"utilization": 50.0}
    assert gpu_use.mean_of("") == {}


@pytest.mark.slow
def test_two_devices_that_the_processor_stands_for_take_the_steps_of_one() -> None:
    found = gpu.compare("gpus", "float64", 2, print, stand_in=True)
    assert found["losses"] < 1e-9


def test_tables_say_what_does_not_run() -> None:
    entry = {"title": "dnnctl", "rounds": [{"seconds": 0.6, "utilization": 50.0}], "facts": {"gpu_bytes": 5e8}}
    work = {"title": "a work", "rows": 100, "epochs": 3, "entries": {"dnnctl": entry | {"quality": 0.98}}}
    compared = {"float64": {"losses": 1e-12, "logits": 2e-12}, "two devices": {"refused": "no NCCL"}}
    text = tables_of({"compared": compared, "works": {"a": work}, "seconds": 99.0})
    assert "| float64 | 1.0e-12 | 2.0e-12 |" in text
    assert "| two devices | does not run | no NCCL |" in text
    assert "| dnnctl | 0.200 | 1.00 | 50 | 500 | 0.9800 |" in text
