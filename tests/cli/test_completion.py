"""What shells complete, and what the functions that they run do with it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from dnnctl.cli.completion import KEYS
from dnnctl.cli.main import COMPLETING, cli
from dnnctl.config.keys import key_paths

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Complete:
    """Return what bash is told of a command line that ends at the cursor, in a folder with some runs."""
    for run in ("digits/20260101-000000", "digits/20260102-000000", "실험/20260102-000000"):
        (tmp_path / "outputs" / run).mkdir(parents=True)
    (tmp_path / "elsewhere" / "other").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DNNCTL_OUTPUT_DIR", raising=False)

    def _complete(line: str) -> list[str]:
        import dnnctl.cli.shells  # noqa: F401

        monkeypatch.setenv("COMP_LINE", line)
        # Where bash cuts words.
        monkeypatch.setenv("COMP_WORD", line.rpartition(" ")[2].rpartition("=")[2] or "=" * line.endswith("="))
        found = get_completion_class("bash")
        return found(cli, {}, "dnnctl", COMPLETING).complete().splitlines()

    return _complete


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("dnnctl tra", ["plain,trace", "plain,train"]),
        ("dnnctl data fe", ["plain,fetch"]),
        ("dnnctl train dig", ["plain,digits", "file,dig"]),
        ("dnnctl train my/fi", ["file,my/fi"]),
        ("dnnctl crossval recipes/fash", ["plain,recipes/fashion_mnist_best", "file,recipes/fash"]),
        ("dnnctl train --resume la", ["plain,latest", "dir,la"]),
        ("dnnctl train xor --init-from dig", ["plain,digits", "dir,dig"]),
        ("dnnctl predict ", ["plain,latest", "plain,digits", "plain,실험", "dir,"]),
        ("dnnctl predict 실", ["plain,실험", "dir,실"]),
        ("dnnctl predict --out elsewhere ", ["plain,latest", "plain,other", "dir,"]),
        ("dnnctl evaluate digits/", ["plain,digits/20260102-000000", "plain,digits/20260101-000000", "dir,digits/"]),
        ("dnnctl predict digits pho", ["file,pho"]),
        ("dnnctl predict digits a.png -o an", ["file,an"]),
        ("dnnctl train xor --out el", ["dir,el"]),
        ("dnnctl train xor --engine ", ["plain,keras", "plain,numpy"]),
        ("dnnctl data fetch fa", ["plain,fashion_mnist"]),
        ("dnnctl data show xor", ["plain,xor", "plain,xor_single_layer", "file,xor"]),
        ("dnnctl train xor --set trai", ["plain,training."]),
        ("dnnctl train xor --set training.early", ["plain,training.early_stopping."]),
        ("dnnctl train xor --set training.opt", ["plain,training.optimizer=", "plain,training.optimizer."]),
        ("dnnctl train xor --set engine=n", ["plain,numpy"]),
        ("dnnctl train xor --set engine=", ["plain,keras", "plain,numpy"]),
        ("dnnctl train xor --set=engine=k", ["plain,keras"]),
        ("dnnctl train xor --set data.csv.missing=dr", ["plain,drop"]),
        ("dnnctl train xor --set nonsense", []),
        ("dnnctl train xor --name ", []),
    ],
)
def test_what_a_command_line_is_completed_by(complete: Complete, line: str, told: list[str]) -> None:
    assert complete(line) == told


def test_the_keys_are_those_of_the_schema() -> None:
    written = KEYS.read_text(encoding="utf-8").splitlines()
    assert written == [" ".join(each) for each in key_paths()], "make keys writes them anew"
    assert all(len(line.split()) == len(set(line.split())) for line in written)


def test_completing_loads_nothing_that_takes_long() -> None:
    code = "import sys; from dnnctl.cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    for line in ("dnnctl train ", "dnnctl train xor --set training.", "dnnctl predict l", "dnnctl data info "):
        environment = {**os.environ, COMPLETING: "bash_complete", "COMP_LINE": line, "COMP_WORD": line.split()[-1]}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout
        loaded = set(done.stderr.split())
        assert not loaded & {"numpy", "pydantic", "yaml", "tensorflow", "keras", "rich", "pyarrow", "PIL", "matplotlib"}


BASH = """
compopt() { echo "option $*"; }
%s
cd "$1"; COMP_LINE="$2"; COMP_POINT=${#2}; COMP_WORDS=(dnnctl "$3"); COMP_CWORD=1
_dnnctl_completion dnnctl
printf '%%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "word", "told"),
    [
        ("dnnctl train di", "di", ["option -o filenames", "digits", "dish.yaml"]),
        ("dnnctl train 'di", "'di", ["option -o bashdefault -o default", ""]),
        ("dnnctl predict digits di", "di", ["option -o bashdefault -o default", ""]),
        ("dnnctl train x --set trai", "trai", ["option -o nospace", "training."]),
        ("dnnctl train x --set engine=n", "n", ["numpy"]),
        ("dnnctl train x --out di", "di", ["option -o dirnames", ""]),
    ],
)
def test_bash_adds_files_and_leaves_quotes_to_itself(tmp_path: Path, line: str, word: str, told: list[str]) -> None:
    (tmp_path / "dish.yaml").touch()
    stub = tmp_path / "bin" / "dnnctl"
    stub.parent.mkdir()
    stub.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dnnctl "$@"\n')
    stub.chmod(0o755)
    environment = {**os.environ, "PATH": f"{stub.parent}{os.pathsep}{os.environ['PATH']}"}
    source = subprocess.run(
        [stub], env={**environment, COMPLETING: "bash_source"}, capture_output=True, text=True, check=True
    ).stdout
    script = (BASH % source).replace("complete -o nosort", ": complete")
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(tmp_path), line, word],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == told


def test_zsh_puts_no_space_behind_a_key_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import dnnctl.cli.shells  # noqa: F401

    source = get_completion_class("zsh")(cli, {}, "dnnctl", COMPLETING).source()
    assert "partial=(${(M)completions:#*[=.]})" in source
    assert source.index("compadd -U -S ''") < source.index("compadd -U -V unsorted -a completions")
