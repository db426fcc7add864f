"""Running the real command line on hostile input: each in a process of its own, its memory and time measured.

    with CommandLine() as commands:
        outcome = commands.run("config", "check", "bomb.yaml", cwd=folder)
        assert_refused(outcome, status=2)

Starting Python for every input would cost half a second each. So one process imports what the commands
need and forks for each of them; a fork has its own memory, its own limits and its own exit status, and a
crash or a hang of it is seen from outside.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

# What a command may take on hostile input, and what it is held to so that the machine survives one that takes more.
SECONDS, BYTES = 5.0, 1 << 30
ADDRESS_SPACE = 3 << 30
# What commands import when they need it; a fork that finds it imported starts half a second sooner.
COMMANDS = ("main", *(f"commands.{name}" for name in ("config", "data", "evaluate", "predict", "runs", "train")))
COMMANDS = tuple(f"dnnctl.cli.{name}" for name in COMMANDS)
IMPORTED = (
    *("dnnctl.training.job", "dnnctl.inference.ensemble", "dnnctl.inference.predict", "dnnctl.inference.evaluate"),
    *("dnnctl.engines.numpy.engine", "dnnctl.experiments.data.check", "dnnctl.cli.screen.training"),
    *("dnnctl.cli.screen.predictions", "dnnctl.inference.inputs.table", "dnnctl.inference.inputs.npz"),
    *("dnnctl.inference.inputs.npy", "dnnctl.inference.inputs.image", "dnnctl.datasets.tables.loading"),
    # Pyarrow imports pandas where it is installed.
    *("PIL.Image", "pandas", "pyarrow.csv", "scipy.ndimage"),
)
# Wall time after which a command counts as hung, whatever else the machine has to do.
PATIENCE = 30.0


class Outcome(NamedTuple):
    """What came of a command.

    Args:
        status: Its exit status; negative where a signal ended it.
        out: Standard output.
        err: Standard error.
        seconds: Processor time.
        peak: Largest resident memory in bytes.
        hung: Whether it had to be killed.
    """

    status: int
    out: str
    err: str
    seconds: float
    peak: int
    hung: bool


class CommandLine:
    """Runs commands of `dnnctl`, one after the other."""

    def __init__(self) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
        environment.pop("DNNCTL_OUTPUT_DIR", None)
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> "CommandLine":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()
        self._folder.cleanup()

    def run(
        self,
        *arguments: object,
        cwd: Path,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        address_space: int = ADDRESS_SPACE,
    ) -> Outcome:
        """Run one command.

        Args:
            arguments: What follows `dnnctl` on the command line.
            cwd: Folder to run it in.
            stdin: Contents of standard input.
            env: Further environment variables.
            address_space: Bytes of address space that it is held to.
        """
        files = [os.path.join(self._folder.name, name) for name in ("stdin", "stdout", "stderr")]  # noqa: PTH118
        Path(files[0]).write_bytes(stdin)
        task = {
            "arguments": [str(argument) for argument in arguments],
            "cwd": str(cwd),
            "files": files,
            "env": dict(env or {}),
            "address_space": address_space,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(task) + "\n")
        self._server.stdin.flush()
        report = json.loads(self._server.stdout.readline())
        out, err = (Path(file).read_text(encoding="utf-8", errors="backslashreplace") for file in files[1:])
        return Outcome(out=out, err=err, **report)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file of members, given by name and contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, contents in members:
            archive.writestr(name, contents)
    return stream.getvalue()


def npy(head: bytes, values: bytes = b"", version: int = 1) -> bytes:
    """Return an `.npy` file with a header of its own."""
    length = struct.pack("<H" if version == 1 else "<I", len(head))
    return b"\x93NUMPY" + bytes([version, 0]) + length + head + values


def described(shape: str, kind: str = "'|u1'") -> bytes:
    """Return the header of an `.npy` file."""
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}}}\n".encode()


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def assert_survived(outcome: Outcome) -> None:
    """Check what holds for any input: no crash, no traceback, no hang, bounded memory, a status with a meaning."""
    assert not outcome.hung, "hung"
    assert "Traceback" not in outcome.err, outcome.err[-400:]
    assert outcome.status in {0, 1, 2, 3}, f"status {outcome.status}: {outcome.err}"
    assert outcome.seconds < SECONDS, f"{outcome.seconds} s of processor time"
    assert outcome.peak < BYTES, f"{outcome.peak:,} bytes"
    # An error is for people: a few lines of ordinary length, and nothing in them that could drive a terminal.
    assert len(outcome.err) < 20_000, outcome.err[:500]
    assert all(c.isprintable() or c == "\n" for c in outcome.err), repr(outcome.err)


def assert_refused(outcome: Outcome, status: int, *parts: str) -> None:
    """Check that an input was refused with an error that holds all of `parts`, and nothing else."""
    assert_survived(outcome)
    assert outcome.status == status, f"status {outcome.status}: {outcome.out}{outcome.err}"
    assert outcome.err.startswith("error: "), outcome.err
    assert "not enough memory" not in outcome.err, "the limit of the test stopped it, not a check"
    for part in parts:
        assert part in outcome.err, outcome.err


def _serve() -> None:
    """Read a task a line, run each in a fork, and report on each in a line."""
    for name in (*COMMANDS, *IMPORTED):
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        task = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(task)
        print(json.dumps(_watch(child)), flush=True)


def _run(task: dict[str, Any]) -> None:
    """Become the command; this never returns."""
    import resource
    import traceback

    from dnnctl.cli.main import main

    status = 70
    try:
        for descriptor, file in enumerate(task["files"]):
            mode = os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(file, mode), descriptor)
        os.chdir(task["cwd"])
        os.environ.update(task["env"])
        # The server has read ahead in its own standard input.
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.argv = ["dnnctl", *task["arguments"]]
        resource.setrlimit(resource.RLIMIT_AS, (task["address_space"], task["address_space"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        main()
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _watch(child: int) -> dict[str, Any]:
    """Wait for a fork to end, kill it where it does not, and say what it took."""
    end, hung = time.monotonic() + PATIENCE, False
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > end and not hung:
            os.kill(child, 9)
            hung = True
        time.sleep(0.002)
    # Linux counts in kilobytes, macOS in bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": usage.ru_utime + usage.ru_stime,
        "peak": peak,
        "hung": hung,
    }


if __name__ == "__main__":
    _serve()
