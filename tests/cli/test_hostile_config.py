"""Hostile and broken configurations, each through the real command line."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import CommandLine, Outcome, assert_refused, assert_survived

Check = Callable[..., Outcome]


@pytest.fixture
def check(commands: CommandLine, tmp_path: Path) -> Check:
    """Check a configuration, given as text or bytes, with overrides."""

    def _check(contents: str | bytes, *settings: str) -> Outcome:
        written = contents if isinstance(contents, bytes) else contents.encode()
        (tmp_path / "hostile.yaml").write_bytes(written)
        overrides = [word for setting in settings for word in ("--set", setting)]
        return commands.run("config", "check", "hostile.yaml", *overrides, cwd=tmp_path)

    return _check


GOOD = "data: {dataset: digits}\n"


def bomb(width: int, depth: int) -> str:
    lines = [f"a0: &a0 [{', '.join('x' * width)}]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, depth)]
    return "\n".join(lines)


# What it is: the file, and what the error says.
FILES: dict[str, tuple[str | bytes, str]] = {
    "alias bomb": (bomb(10, 12), "expected at most"),
    "alias bomb of mappings": (
        "a: &a {k: v}\n" + "".join(f"a{i}: &a{i} {{x: *a, y: *a}}\n" for i in range(9)),
        "unknown key",
    ),
    "doubling aliases": (
        "a0: &a0 x\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 38)),
        "expected at most",
    ),
    "recursive alias": ("data: &a {dataset: *a}\n", "nested"),
    "recursive alias as a key": ("&a ? *a\n: 1\n", "hostile.yaml"),
    "undefined alias": ("data: *nowhere\n", "alias"),
    "duplicate keys": (GOOD + "seed: 1\nseed: 2\n", "3:1: seed: duplicate key"),
    "duplicate key in another spelling": (GOOD + '"seed": 1\nseed: 2\n', "duplicate key"),
    "ten megabytes": (GOOD + "# " + "x" * 10_000_000, "at most"),
    "much of one value": (GOOD + "name: " + "x" * 250_000, "name"),
    "much of one key": (GOOD + "x" * 250_000 + ": 1\n", "could not find"),
    "much of comments": ("# x\n" * 60_000, "empty"),
    "much of blanks": (" " * 250_000, "empty"),
    "much of line ends": ("\n" * 250_000, "empty"),
    "much of brackets": ("[" * 250_000, "nested"),
    "much of braces": ("{" * 250_000, "hostile.yaml"),
    "much of empty lists": ("a: [" + "[]," * 80_000 + "]", "at most"),
    "much of values": ("a: [" + "1," * 120_000 + "]", "at most"),
    "much of indicators": ("? " * 120_000, "hostile.yaml"),
    "much of dashes": ("- " * 120_000, "hostile.yaml"),
    "much of tags": ("!" * 250_000, "hostile.yaml"),
    "much of anchors": ("a: " + "&b " * 80_000, "hostile.yaml"),
    "much in quotes": (GOOD + 'name: "' + "\\x41" * 60_000 + '"', "name"),
    "much of digits": (GOOD + "seed: " + "9" * 250_000, "at most 40 digits"),
    "much of decimals": (GOOD + "seed: 0." + "9" * 250_000, "seed"),
    "much in a block": (GOOD + "name: |\n" + "  x\n" * 60_000, "name"),
    "an unclosed quote": (GOOD + 'name: "' + "x\n" * 120_000, "hostile.yaml"),
    "twenty thousand unknown keys": (GOOD + "".join(f"k{i}: 1\n" for i in range(20_000)), "at most"),
    "four thousand unknown keys": (GOOD + "".join(f"k{i}: 1\n" for i in range(4_000)), "unknown key"),
    "four thousand duplicate keys": (GOOD + "seed: 1\n" * 4_000, "duplicate key"),
    "four thousand layers": (GOOD + "model: {layers: [" + "relu, " * 4_000 + "]}", "at most 200"),
    "four thousand unknown layers": (GOOD + "model: {layers: [" + "rleu, " * 4_000 + "]}", "model.layers"),
    "four thousand metrics": (GOOD + "training: {metrics: [" + "acuracy, " * 4_000 + "]}", "metrics"),
    "four thousand requirements": (
        GOOD + "require:\n" + "".join(f"  test.a{i}: '>= 1'\n" for i in range(4_000)),
        "require",
    ),
    "four thousand wrong tags": (GOOD + "name: [" + "!x y, " * 4_000 + "]", "tag"),
    "a tab": ("data:\n\tdataset: digits\n", "2:1: not valid YAML: a tab"),
    "a NUL byte": (GOOD + "name: a\0b\n", "character #x0000 is not allowed"),
    "an escape sequence": (GOOD + "name: a\x1b[31mb\n", "character #x001b is not allowed"),
    "UTF-16": (GOOD.encode("utf-16"), "Save the file as UTF-8"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "not allowed"),
    "UTF-32": (GOOD.encode("utf-32"), "Save the file as UTF-8"),
    "latin-1": ("name: Größe\n".encode("latin-1"), "1:1: expected UTF-8 text; received byte 0xf6"),
    "a surrogate in UTF-8": (b"name: \xed\xa0\x80\n", "expected UTF-8 text"),
    "a binary file": (bytes(range(256)) * 100, "hostile.yaml"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(100), "expected UTF-8 text"),
    "python object": ("data: !!python/object/apply:os.system ['touch owned']\n", "tag"),
    "python name": ("data: !!python/name:os.system\n", "tag"),
    "python module as a key": ("? !!python/module:os\n: 1\n", "hostile.yaml"),
    "another tag": ("data: !secret x\n", "tag"),
    "tag directive": ("%TAG ! tag:yaml.org,2002:python/\n---\ndata: !name:os.system x\n", "tag"),
    "another version": ("%YAML 9.9\n---\n" + GOOD, "version"),
    "two documents": (GOOD + "---\n" + GOOD, "document"),
    "a whole number that is none": (GOOD + "seed: !!int foo\n", "seed"),
    "a binary number": (GOOD + "seed: !!int 0b1\n", "seed"),
    "a number that is none": (GOOD + "seed: !!float foo\n", "seed"),
    "a flag that is none": (GOOD + "deterministic: !!bool foo\n", "deterministic"),
    "null with contents": (GOOD + "seed: !!null foo\n", "seed"),
    "a list that is none": (GOOD + "seed: !!seq foo\n", "seed"),
    "a set": (GOOD + "seed: !!set {a, b}\n", "seed"),
    "binary": (GOOD + "seed: !!binary aGVsbG8=\n", "seed"),
    "timestamp": (GOOD + "seed: !!timestamp 2001-01-01\n", "seed"),
    "character beyond Unicode": (GOOD + 'name: "\\UFFFFFFFF"\n', "hostile.yaml"),
    "surrogate by an escape": (GOOD + 'name: "\\ud800"\n', "name"),
    "surrogate in a key": (GOOD + '"\\ud800": 1\n', "ordinary characters"),
    "deep nesting": (GOOD + "name: " + "[" * 41 + "]" * 41, "nested"),
    "deep mappings": ("a: " + "{a: " * 41 + "1" + "}" * 41, "nested"),
    "an infinite number": (GOOD + "data: {validation_split: .inf}", "hostile.yaml"),
    "a huge decimal": ("data: {dataset: digits, validation_split: 1e999}", "finite"),
    "not a number": ("data: {dataset: digits, validation_split: .nan}", "finite"),
    "a huge whole number": (GOOD + "seed: 1" + "0" * 400, "at most 40 digits"),
    "a huge negative number": (GOOD + "seed: -" + "9" * 39, "seed: expected a number at least 0"),
    "a huge number of epochs": (GOOD + "training: {epochs: 999999999999999999999999}", "at most 1,000,000"),
    "a huge batch": ("data: {dataset: digits, batch_size: 99999999999999999999}", "batch_size"),
    "a merge key": ("base: &b {batch_size: 8}\ndata: {dataset: digits, <<: *b}\n", "data.<<"),
    "a number as a key": (GOOD + "1: 2\n", "unknown key"),
    "nothing as a key": (GOOD + "~: 2\n", "unknown key"),
    "an empty key": (GOOD + "'': 2\n", "unknown key"),
    "a list as a key": (GOOD + "[a, b]: 2\n", "expected a name before ':'"),
    "a mapping as a key": (GOOD + "{a: b}: 2\n", "expected a name before ':'"),
    "escape codes in a key": (GOOD + '"\\e[31m\\a": 1\n', "unknown key"),
    "a bidirectional override in a key": (GOOD + '"\\u202e": 1\n', "unknown key"),
    "empty": ("", "the file is empty"),
    "a comment": ("# nothing\n", "the file is empty"),
    "null": ("null\n", "the file is empty"),
    "text": ("digits\n", "expected `key: value` lines"),
    "a list": ("- digits\n", "expected `key: value` lines"),
    "a number": ("1e999\n", "expected `key: value` lines"),
    "a path with a NUL": ('data: {dataset: mnist, path: "a\\0b"}\n', "data.path"),
    "a path of a stranger": ("data: {dataset: mnist, path: ~nobody-knows/x}\n", "data.path"),
    "a surrogate in a path": ('data: {dataset: mnist, path: "\\ud800"}\n', "data.path"),
    "a path of 100,000 letters": ("data: {dataset: mnist, path: " + "x" * 100_000 + "}\n", "data.path"),
    "a data set outside": ("data: {dataset: ../../etc/passwd}\n", "unknown data set"),
    "a data set that is a module": ("data: {dataset: os.system}\n", "unknown data set"),
    "a private module": ("data: {dataset: __init__}\n", "unknown data set"),
    "a package": ("data: {dataset: sources}\n", "unknown data set"),
    "a requirement that is code": (GOOD + "require: {test.accuracy: '__import__(1)'}\n", "expected a comparison"),
    "an infinite requirement": (GOOD + "require: {test.accuracy: '>= 1e999'}\n", "require"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_is_refused(check: Check, tmp_path: Path, kind: str) -> None:
    contents, said = FILES[kind]
    assert_refused(check(contents), 2, said, "hostile.yaml")
    assert not (tmp_path / "owned").exists()


NAMES = {
    "upwards": "..",
    "a path upwards": "../../etc",
    "a slash": "a/b",
    "a backslash": "a\\\\b",
    "absolute": "/etc/passwd",
    "home": "~root",
    "300 letters": "x" * 300,
    "a leading dot": ".hidden",
    "a leading hyphen": "-rf",
    "a trailing space": "a ",
    "a trailing dot": "a.",
    "a NUL": "a\\0b",
    "an escape code": "\\e[2Ja",
    "a line end": "a\\nb",
    "a final line end": "a\\n",
    "a bell": "a\\ab",
    "a bidirectional override": "a\\u202egnp.exe",
    "no width": "a\\u200bb",
    "a mark without a letter": "\\u0301a",
    "an emoji": "\\U0001f600",
    "a surrogate": "\\ud800",
    "Windows's console": "CON",
    "Windows's null device": "nul.txt",
    "Windows's printer": "Lpt1",
    "a drive": "c:x",
    "a wildcard": "a*",
    "the newest run": "latest",
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_hostile_name_is_refused(check: Check, kind: str) -> None:
    assert_refused(check(f'{GOOD}name: "{NAMES[kind]}"\n'), 2, "hostile.yaml:2:", "name: expected")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", "expected key=value"),
        ("=", "expected key=value"),
        ("seed", "expected key=value"),
        ("=5", "expected key=value"),
        (".=5", "expected key=value"),
        ("seed..x=5", "expected key=value"),
        ("[=5", "expected key=value"),
        ("model.layers[-1]=relu", "expected key=value"),
        ("model.layers[99999999999999999999]=relu", "expected key=value"),
        ("model.layers[99999]=relu", "a position does not fit here"),
        ("model.layers[" + "9" * 5000 + "]=relu", "--set"),
        ("a." + "9" * 5000 + "=1", "--set"),
        ("²=1", "--set"),
        ("model.layers[²]=1", "--set"),
        ("model.layers[٣]=relu", "--set"),
        ("seed=" + "9" * 5000, "at most 40 digits"),
        ("seed=1e999", "finite|whole"),
        ("seed=.nan", "seed"),
        ("seed=!!int x", "seed"),
        ("seed=!!python/name:os.system", "tag"),
        ("seed=[", "not valid YAML"),
        ("seed=&a [*a]", "nested"),
        ("seed=" + "[" * 50_000, "nested"),
        ("seed=\ttab", "seed"),
        ("seed=\x1b[31m", "not allowed"),
        ("\x1b[31m=1", "--set"),
        ("name=../x", "name: expected"),
        ("name=" + "x" * 100_000, "name: expected"),
        ("x" * 100_000 + "=1", "expected key=value"),
        ("a" + ".a" * 20_000 + "=1", "--set"),
        ("data=5", "data"),
        ("data=~", "data"),
        ("model.layers=~", "layers"),
        ("data.dataset.x.y.z=1", "data.dataset"),
        ("require.x=1", "require"),
        ("require.=>= 1", "require"),
        ('data.path="\\0"', "data.path"),
    ],
)
def test_a_hostile_override_is_refused(check: Check, setting: str, said: str) -> None:
    outcome = check(GOOD, setting)
    assert_refused(outcome, 2)
    assert any(part in outcome.err for part in said.split("|")), outcome.err


def test_what_is_no_file_is_refused(commands: CommandLine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    said = {
        "fifo.yaml": "pipe",
        "folder.yaml": "a directory",
        "loop.yaml": "loop.yaml",
        "/dev/zero": "a device",
        "/dev/null": "a device",
        "missing.yaml": "no such file",
        "": "no such file",
        "x" * 300: "no such file",
        "x/" * 3000: "no such file",
        "\x1b[31m.yaml": "no such file",
    }
    for name, part in said.items():
        assert_refused(commands.run("config", "check", name, cwd=tmp_path), 2, part)


def test_a_file_name_cannot_command_the_terminal(commands: CommandLine, tmp_path: Path) -> None:
    name = "\x1b[31m\nred.yaml"
    (tmp_path / name).write_text(GOOD)
    outcome = commands.run("config", "check", name, cwd=tmp_path)
    assert_survived(outcome)
    assert (outcome.status, "\x1b" in outcome.out) == (0, False)


@pytest.mark.parametrize(
    "contents",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        ("base: &b digits\n".replace("base", "name") + "data: {dataset: *b}\n").encode(),
        (GOOD + "seed: 0x10\n").encode(),
        ("---\n" + GOOD + "...\n").encode(),
        (GOOD + "# " + "é" * 10_000).encode(),
    ],
    ids=["mark", "CRLF", "CR", "alias", "hexadecimal", "document marks", "long comment"],
)
def test_what_only_looks_odd_is_taken(check: Check, contents: bytes) -> None:
    outcome = check(contents)
    assert_survived(outcome)
    assert outcome.status == 0, outcome.err
