"""The real command line on spoiled files: a status that is documented, no traceback, 5 s and 1 GiB at most."""

import io
import random
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml
from hostile import CommandLine, assert_survived
from ledger import COMMANDS, LENGTHS, Ledger, chance
from mutations import NUMBERS, OPERATIONS, WORDS, Edit, regrown, spoiled
from PIL import Image

from dnnctl.config.loading import load
from dnnctl.config.shipped import shipped
from dnnctl.training.job import train

SMALL = ("xor", "and", "or", "height_weight", "xor_single_layer")
PARTS = ("manifest.json", "config.yaml", "preprocessing.json", "weights.npz", "metrics.json", "history.csv")
JUNK = [*WORDS, *NUMBERS[:6], None, True, -1, 0.5, 1e300, float("nan"), [], {}, [1], "relu", {"dense": 3}, "digits"]


class Case(NamedTuple):
    """One command with its inputs, in a folder of its own."""

    folder: Path
    arguments: list[str]


def edits(numbers: random.Random) -> list[Edit]:
    return [
        Edit(numbers.choice(OPERATIONS), numbers.randrange(1 << 20), numbers.randrange(1 << 32))
        for _ in range(numbers.randint(1, 3))
    ]


def configuration(numbers: random.Random, folder: Path) -> Case:
    """A shipped configuration with altered values: checked, or trained for two epochs."""
    document = yaml.safe_load(shipped()[numbers.choice(SMALL)].read_text(encoding="utf-8"))
    operations = ("replace", "remove", "rename", "double", "scale", "move")
    altered = [(numbers.choice(operations), numbers.randrange(1000), numbers.choice(JUNK)) for _ in range(2)]
    text = yaml.safe_dump(regrown(document, altered), allow_unicode=True).encode(errors="replace")
    path = folder / "fuzzed.yaml"
    path.write_bytes(text if numbers.random() < 0.8 else spoiled(text, edits(numbers)))
    if numbers.random() < 0.5:
        return Case(folder, ["config", "check", str(path)])
    return Case(folder, ["train", str(path), "--engine", "numpy", "--set", "training.epochs=2", "--out", str(folder)])


def data_file(numbers: random.Random, folder: Path, runs: dict[str, Path]) -> Case:
    """A table, an array or an image with damaged bytes, to be predicted."""
    pixels = np.arange(64, dtype="uint8").reshape(8, 8) // 4
    ending = numbers.choice((".csv", ".npy", ".npz", ".png", ".bmp", ".gif"))
    stream, run = io.BytesIO(), runs["digits"]
    if ending == ".csv":
        run = runs["height_weight"]
        stream.write(b"weight\n" + b"".join(b"%d.5\n" % numbers.randrange(200) for _ in range(5)))
    elif ending == ".npy":
        np.save(stream, pixels)
    elif ending == ".npz":
        np.savez(stream, x=pixels)
    else:
        Image.fromarray(pixels * 16).save(stream, ending[1:])
    path = folder / f"fuzzed{ending}"
    path.write_bytes(spoiled(stream.getvalue(), edits(numbers), numbers.choice((0, 10, 40))))
    form = numbers.choice(("table", "json", "csv", "jsonl"))
    return Case(folder, ["predict", str(run), str(path), "--engine", "numpy", "--format", form])


def saved_run(numbers: random.Random, folder: Path, runs: dict[str, Path]) -> Case:
    """A run with damaged bytes in one of its files, through each command that reads runs."""
    run = Path(shutil.copytree(runs["height_weight"], folder / "run"))
    path = run / numbers.choice(PARTS)
    path.write_bytes(spoiled(path.read_bytes(), edits(numbers)[:2]))
    commands = (
        ["evaluate", str(run), "--engine", "numpy"],
        ["evaluate", str(run), "--engine", "numpy", "--json"],
        ["predict", str(run), "--value", "75", "--engine", "numpy"],
        ["runs", "verify", str(run)],
        ["train", "height_weight", "--engine", "numpy", "--set", "training.epochs=1", "--init-from", str(run)],
        ["reproduce", str(run), "--quiet"],
    )
    return Case(folder, numbers.choice(commands))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("outputs")
    quick = ["engine=numpy", "training.epochs=2"]
    return {name: train(load(name, quick), out=out).run.path for name in ("digits", "height_weight")}


@pytest.mark.parametrize("length", LENGTHS)
def test_commands(ledger: Ledger, length: str, runs: dict[str, Path], tmp_path: Path) -> None:
    numbers = chance("command line")
    cases = []
    for number in range(COMMANDS[length]):
        folder = tmp_path / str(number)
        folder.mkdir()
        maker: Any = (configuration, data_file, saved_run)[number % 3]
        cases.append(maker(numbers, folder) if maker is configuration else maker(numbers, folder, runs))
    counts = ledger.kind("command line")
    with CommandLine() as commands:
        for case in cases:
            outcome = commands.run(*case.arguments, cwd=case.folder, env={"DNNCTL_OUTPUT_DIR": str(case.folder)})
            counts.inputs += 1
            counts.accepted += outcome.status == 0
            # What is refused for its form alone says so in words that are known.
            counts.past += not any(words in outcome.err for words in ("not valid YAML", "is no image", "is not a ."))
            counts.slowest = max(counts.slowest, outcome.seconds)
            assert_survived(outcome)
            assert "\x1b" not in outcome.out, case
            for words in ("Warning", "not enough memory"):
                assert words not in outcome.err, (case, outcome.err)
            # A comparison that fails is a result, which is not written to standard error.
            compared = "verify" in case.arguments or "reproduce" in case.arguments
            assert outcome.status == 0 or outcome.err or (compared and outcome.out.strip()), case
