"""dnnctl measured against its peers and against the machine.

    python -m benchmarks                          everything; the better part of an hour on two cores
    python -m benchmarks --only a,b --rounds 7    some sections, more rounds
    python -m benchmarks --only c --contenders dnnctl-keras,products-torch --all-cores
    python -m benchmarks --quick                  few rows, two rounds: to try it, not to quote it
    python -m benchmarks table FILE.json          the tables of a measurement
    python -m benchmarks table FILE.json --into docs/performance.md

Sections: a, b, c, d (trainings), e (whole commands), rates (rows a second), rows (1,000 to 1,000,000 rows); and, only
if it is asked for, gpu (one GPU in five minutes).
MNIST is needed: DNNCTL_DATA_DIR, the cache, or a network.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import data, environment, tables
from benchmarks.commands import CommandError
from benchmarks.contenders import CONTENDERS
from benchmarks.contenders.base import RefusedError
from benchmarks.processes import WorkerError
from benchmarks.record import Record
from benchmarks.sections import commands, gpu, rates, rows, trainings
from benchmarks.timings import UnequalWorkError
from benchmarks.works import WORKS
from dnnctl.errors import DnnctlError
from dnnctl.files import write_text

SECTIONS = (*WORKS, "e", "rates", "rows")
GPU_ROUNDS = 3
QUICK_LIMIT, QUICK_ROUNDS = 12_800, 2


def _some_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Return how to read some of these, separated by commas."""

    def read(text: str) -> tuple[str, ...]:
        wanted = tuple(text.split(","))
        unknown = [key for key in wanted if key not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"expected some of {','.join(known)}; received {','.join(unknown)}")
        return wanted

    return read


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, at least 1; received {text}")
    return int(text)


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line; without a command, `run` is meant."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    run = what.add_parser("run", help="measure (this is what happens without a command)")
    run.add_argument("--rounds", type=_count, default=5, help="rounds of each, in turn; 5 if not given")
    keys = tuple(CONTENDERS)
    told = f"some of {','.join(SECTIONS)}; or gpu"
    run.add_argument("--only", type=_some_of((*SECTIONS, "gpu")), default=SECTIONS, metavar="x,y", help=told)
    told = f"in (a) to (d), some of {','.join(keys)}"
    run.add_argument("--contenders", type=_some_of(keys), default=keys, metavar="x,y", help=told)
    run.add_argument(
        "--stand-in", action="store_true", help="let the processor stand in for the GPU, to try the section"
    )
    run.add_argument(
        "--all-cores", action="store_true", help="all cores for all, no search for each peer's best number of threads"
    )
    run.add_argument("--limit", type=_count, help="train (a) to (d) on the first so many rows only")
    run.add_argument(
        "--quick", action="store_true", help=f"{QUICK_LIMIT:,} rows, {QUICK_ROUNDS} rounds, all cores for all"
    )
    run.add_argument("--scratch", type=Path, help="folder for up to 1 GB of temporary files")
    table = what.add_parser("table", help="print the tables of a JSON file")
    table.add_argument("file", type=Path)
    table.add_argument("--into", type=Path, metavar="PAGE", help="put them between the marks of a Markdown page")
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help"}):
        words = ["run", *words]
    return parser.parse_args(words)


def _say(text: str) -> None:
    print(text, flush=True)


def measure(options: argparse.Namespace) -> None:
    """Measure the sections that are wanted, and print and write what came of them."""
    rounds = QUICK_ROUNDS if options.quick else options.rounds
    limit = QUICK_LIMIT if options.quick else options.limit
    calibrating = not (options.quick or options.all_cores)
    chosen = {"rounds": rounds, "limit": limit, "quick": options.quick, "sections": list(options.only)}
    if "gpu" in options.only and not options.stand_in:
        gpu.find()
    if set(options.only) & {*WORKS} and environment.ensure():
        _say(f"peers installed in {environment.FOLDER}")
    record = Record(chosen)
    with tempfile.TemporaryDirectory(prefix="dnnctl-benchmarks-", dir=options.scratch) as folder:
        scratch = Path(folder)
        arrays = scratch / "arrays"
        for name in ("mnist", "height_weight"):
            data.write(name, arrays)
        sizes = rows.QUICK_ROWS if options.quick else rows.ROWS
        others: dict[str, Callable[[], dict[str, Any]]] = {
            "e": lambda: commands.measure(rounds, scratch, _say),
            "rates": lambda: rates.measure(rounds, _say),
            "rows": lambda: rows.measure(sizes, arrays, scratch, _say),
            "gpu": lambda: gpu.measure(min(rounds, GPU_ROUNDS), limit, arrays, _say, stand_in=options.stand_in),
        }
        for key in options.only:
            work = WORKS.get(key)
            section = (
                trainings.measure(work, options.contenders, rounds, limit, arrays, _say, calibrating=calibrating)
                if work
                else others[key]()
            )
            record.add(key, section)
    _say(f"\n{tables.document(record.values)}\nevery round: {record.file}")


def main() -> int:
    # Asked to end, it takes its workers and temporary files along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = arguments(sys.argv[1:])
    try:
        if options.what == "table":
            text = tables.document(json.loads(options.file.read_text(encoding="utf-8")))
            if options.into:
                write_text(options.into, tables.insert(options.into.read_text(encoding="utf-8"), text))
            else:
                _say(text)
        else:
            measure(options)
    except (CommandError, RefusedError, UnequalWorkError, WorkerError, DnnctlError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; sections that were finished are in outputs/benchmarks", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
