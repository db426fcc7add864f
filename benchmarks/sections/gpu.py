"""One GPU, in five minutes: is it right, how fast, how busy, how much memory, and two devices made of it.

No GPU was at hand when this was written: it has been run on the processor only, which stands in for one where
`stand_in` says so.
"""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import environment, gpu_use
from benchmarks.commands import CommandError, run
from benchmarks.contenders import Contender
from benchmarks.contenders.base import RefusedError
from benchmarks.interleaving import Say
from benchmarks.processes import Worker
from benchmarks.timings import check_steps
from benchmarks.works import ROWS, WORKS

NEEDED = (
    "needed: an NVIDIA GPU with its driver, and pip install 'dnnctl[gpu]' (3.4 GB to download, 2.8 of them CUDA "
    "packages); the peers' own environment is made by itself (as much again, and PyTorch)"
)
ROUNDS = 3
STEPS, STEP_ROWS = 30, 3_000
# Compared with the processor: what is compared, on which device, in which precision.
COMPARED = {
    "float64 on the GPU": ("gpu", "float64", 1),
    "float32 on the GPU": ("gpu", "float32", 1),
    "mixed_float16 on the GPU": ("gpu", "mixed_float16", 1),
    "float64 on two devices made of the GPU": ("gpus", "float64", 2),
}
LIKE: dict[str, Any] = {"gpu": "cpu", "gpus": {"cpus": 2}}


def contenders(device: str) -> tuple[Contender, ...]:
    """Return who trains on the GPU, or on what stands in for it."""
    half = "mixed_float16" if device == "gpu" else "float32"
    return (
        Contender("dnnctl", "dnnctl, Keras engine", "dnnctl_training", "ac", f"keras float32 {device}", kind="dnnctl"),
        Contender("dnnctl-half", f"dnnctl, {half}", "dnnctl_training", "ac", f"keras {half} {device}", kind="dnnctl"),
        Contender("keras-jit", "Keras, fit(jit_compile=True)", "keras_model", "ac", f"jit {device}", tensorflow=True),
        Contender("torch-compile", "PyTorch, torch.compile", "torch_compiled", "ac", f"compiled {device}"),
    )


def measure(rounds: int, limit: int | None, data: Path, say: Say, *, stand_in: bool = False) -> dict[str, Any]:
    """Measure the GPU.

    Args:
        rounds: Rounds of each contender, in turn; three are enough.
        limit: Use only the first so many training rows.
        data: Folder with the arrays.
        say: Told of what happens.
        stand_in: Whether the processor stands in for the GPU, to see that this runs.

    Returns:
        The section of the JSON file.

    Raises:
        RefusedError: If there is no GPU; the message says what is needed.
    """
    found = "the processor, standing in for a GPU" if stand_in else find()
    say(f"gpu: {found}")
    peers = environment.FOLDER if stand_in else environment.GPU_FOLDER
    if environment.ensure(peers):
        say(f"  peers installed in {peers}")
    device, begun = "cpu" if stand_in else "gpu", time.perf_counter()
    compared = {text: compare(*what, say, stand_in=stand_in) for text, what in COMPARED.items()}
    python = peers / environment.PYTHON
    works = {key: _trained(key, contenders(device), rounds, limit, data, python, say) for key in "ac"}
    seconds = time.perf_counter() - begun
    return {"kind": "gpu", "title": f"one GPU: {found}", "compared": compared, "works": works, "seconds": seconds}


def find() -> str:
    """Return the GPU in words.

    Raises:
        RefusedError: If there is none, or TensorFlow does not see it.
    """
    gpu = gpu_use.describe()
    if gpu is None:
        raise RefusedError(f"gpu: nvidia-smi shows no GPU; {NEEDED}")
    ask = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"
    seen = run([sys.executable, "-c", ask])["output"].split()[-1]
    if seen == "0":
        raise RefusedError(f"gpu: {gpu}, but TensorFlow does not see it; {NEEDED}")
    return gpu


def compare(device: str, precision: str, parts: int, say: Say, *, stand_in: bool = False) -> dict[str, Any]:
    """Compare some steps with the same ones on the processor in the same precision; half precision with float32.

    Returns:
        The largest differences of `losses` and `logits`; `refused` with the reason where it does not run.
    """
    whole = precision.replace("mixed_float16", "float32")
    try:
        own = _steps(LIKE[device] if stand_in else device, whole if stand_in else precision, parts)
    except CommandError as error:
        if parts == 1:
            raise
        # Not every way of adding up allows two devices on one GPU.
        say(f"  {precision} on {parts} devices: does not run")
        return {"refused": str(error).splitlines()[-1][:200]}
    other = _steps("cpu", whole, 1)
    found = {key: float(np.max(np.abs(np.subtract(own[key], other[key])))) for key in own}
    say(f"  {precision} on {device}: losses differ by {found['losses']:.1e}, logits by {found['logits']:.1e}")
    return found


def _steps(device: Any, precision: str, parts: int) -> dict[str, list[float]]:
    order = {"device": device, "precision": precision, "parts": parts, "rows": STEP_ROWS, "steps": STEPS}
    said = run([sys.executable, "-m", "benchmarks.scripts.gpu_steps", json.dumps(order)])["output"]
    steps: dict[str, list[float]] = json.loads(said.splitlines()[-1])
    return steps


def _trained(
    key: str, able: tuple[Contender, ...], rounds: int, limit: int | None, data: Path, python: Path, say: Say
) -> dict[str, Any]:
    """Train a work with everybody in turn, each alone on the device."""
    work = WORKS[key]
    rows = min(ROWS[work.dataset], limit or ROWS[work.dataset])
    entries: dict[str, Any] = {}
    with ExitStack() as stack:
        workers = {}
        for contender in able:
            worker = Worker(contender, key, rows, rounds, (), data, python)
            workers[contender.key] = stack.enter_context(worker)
            worker.ready()
            entries[contender.key] = {"title": contender.title, "kind": contender.kind, "rounds": []}
        for _ in range(rounds):
            for name, worker in workers.items():
                with gpu_use.watched() as use:
                    done = worker.ask("round")
                entries[name]["rounds"].append(done | use)
                say(f"  ({key}) {name:<16} {done['seconds'] / work.epochs:9.3f} s an epoch")
        for name, worker in workers.items():
            entries[name] |= worker.ask("finish")
    steps = work.steps(rows)
    check_steps(entries, steps, work.steps(rows, 1) + rounds * steps)
    return {"title": work.title, "rows": rows, "epochs": work.epochs, "entries": entries}
