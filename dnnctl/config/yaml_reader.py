"""Reading YAML with the position of every key and value, and nothing that could run code.

Only plain values are built: mappings, lists, text, whole and decimal numbers, true, false and null, as
YAML 1.2's core schema reads them. So `1e-3` is a number and `12:30` is text, where YAML 1.1 has it the
other way round. Any tag, a duplicate key and a document that grows through aliases are faults.
"""

import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dnnctl.errors import ConfigError, Fault

# PyYAML reads some 100,000 characters and some 20,000 values a second, so these are seconds at worst.
MAX_BYTES = 1 << 18
MAX_NODES = 10_000
MAX_DEPTH = 40
MAX_KEY = 200

KeyPath = tuple[str | int, ...]

_CORE = "tag:yaml.org,2002:"
# What cannot be part of a file's name, nor be written as UTF-8.
UNUSABLE = re.compile("[\0\ud800-\udfff]")
_FORMS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("null", re.compile(r"~|null|Null|NULL|"), "~nN\0"),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    ("int", re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+"), "-+0123456789"),
    (
        "float",
        re.compile(
            r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        "-+.0123456789",
    ),
)


_TOO_MUCH = f"expected at most {MAX_NODES:,} values, nested at most {MAX_DEPTH} deep; received more"


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with the scalars of YAML 1.2's core schema, and with bounds."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own protocol
    nodes = depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Read one value with what is inside it; stop before the document is too large or too deep."""
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            here = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, _TOO_MUCH, here)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_WRITTEN = {name: re.compile(rf"(?:{pattern.pattern})\Z") for name, pattern, _ in _FORMS}
for _name, _, _first in _FORMS:
    _Loader.add_implicit_resolver(_CORE + _name, _WRITTEN[_name], [c if c != "\0" else "" for c in _first])


@dataclass
class Positions:
    """Where each key and value of a document stands, as (line, column), counted from 1.

    Args:
        source: The file's name as it is shown in messages.
        keys: Position of a mapping's key, by its key path.
        values: Position of a value, by its key path.
    """

    source: str
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def of(self, path: KeyPath, *, key: bool) -> str:
        """Return `file:line:column` of a key or value, or of the nearest thing around it.

        Args:
            path: Key path; what does not exist in the document is looked for one level up.
            key: Whether the key rather than its value is meant.

        Returns:
            The position; nothing for a document that came from no file.
        """
        if not self.source:
            return ""
        for length in range(len(path), -1, -1):
            found = self.keys.get(path[:length]) if key and length == len(path) else None
            found = found or self.values.get(path[:length])
            if found:
                return f"{self.source}:{found[0]}:{found[1]}"
        return f"{self.source}:1:1"


_NO_FILE = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe; write it to a file first",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def read_text(path: Path, shown: str) -> str:
    """Return a configuration file's text.

    Args:
        path: The file.
        shown: Its name in messages.

    Raises:
        ConfigError: If it is missing, no regular file, unreadable, over `MAX_BYTES`, or not UTF-8.
    """
    try:
        # Opening a pipe would wait for its writer.
        kind = stat.S_IFMT(path.stat().st_mode)
        if kind in _NO_FILE:
            raise ConfigError([Fault("", f"expected a YAML file; received {_NO_FILE[kind]}", shown)])
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError([Fault("", "no such file", shown)]) from None
    except OSError as error:
        raise ConfigError([Fault("", f"cannot be read: {error.strerror}", shown)]) from None
    if len(raw) > MAX_BYTES:
        problem = f"expected a configuration of at most {MAX_BYTES:,} bytes; received more. Is it the right file?"
        raise ConfigError([Fault("", problem, shown)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = f"expected UTF-8 text; received byte 0x{raw[error.start]:02x}. Save the file as UTF-8"
        raise ConfigError([Fault("", problem, f"{shown}:{line}:1")]) from None


def parse(text: str, source: str) -> tuple[Any, Positions, list[Fault]]:
    """Read one YAML document.

    Args:
        text: The document.
        source: Its name in messages.

    Returns:
        The value; where each part of it stands; and every duplicate key, forbidden tag and oversized number,
        for which the first value, the text and 0 stand in.

    Raises:
        ConfigError: With the first syntax error, or if the document is too large or too deep.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        raise ConfigError([Fault("", f"not valid YAML: {_reason(error)}", where)]) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problem = f"not valid YAML: character #x{error.character:04x} is not allowed"
        raise ConfigError([Fault("", problem, f"{source}:{line}:1")]) from None
    except (ValueError, OverflowError) as error:
        # As for an escape such as "\UFFFFFFFF".
        raise ConfigError([Fault("", f"not valid YAML: {error}", source)]) from None
    builder = _Builder(source)
    value = builder.build(node, (), 0) if node else None
    return value, builder.positions, builder.faults


def _reason(error: yaml.MarkedYAMLError) -> str:
    """Say what the parser stumbled over, with the advice that usually helps."""
    problem = error.problem or "cannot be parsed"
    if problem == _TOO_MUCH:
        return problem
    if "'\\t'" in problem:
        return "a tab stands where YAML wants spaces; indent with spaces"
    if "mapping values are not allowed" in problem:
        return "unexpected ':'; is the line indented like its neighbours, and text with ': ' in quotes?"
    return problem if not error.context else f"{problem} ({error.context})"


class _Builder:
    """Builds plain values out of PyYAML's nodes."""

    def __init__(self, source: str) -> None:
        self.positions = Positions(source)
        self.faults: list[Fault] = []
        self._nodes = 0

    def build(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise ConfigError([self._fault(node, path, _TOO_MUCH)])
        self.positions.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            if node.tag != _CORE + "seq":
                self._refuse_tag(node, path)
            return [self.build(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        if node.tag != _CORE + "map":
            self._refuse_tag(node, path)
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(
                    self._fault(key_node, path, "expected a name before ':'; received a list or mapping")
                )
                continue
            key = str(key_node.value)
            if len(key) > MAX_KEY or UNUSABLE.search(key):
                problem = f"expected a key of at most {MAX_KEY} ordinary characters; received {key[:40]!r}"
                self.faults.append(self._fault(key_node, path, problem))
                continue
            at = (*path, key)
            if key in built:
                first = self.positions.keys[at][0]
                problem = f"duplicate key; it was given first on line {first}. Keep one of them"
                self.faults.append(self._fault(key_node, at, problem))
                continue
            self.positions.keys[at] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            built[key] = self.build(value_node, at, depth + 1)
        return built

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        text: str = node.value
        kind = node.tag.removeprefix(_CORE)
        if kind in _WRITTEN and not _WRITTEN[kind].match(text):
            # The tag was written out and does not fit, as in `!!int many`.
            kind = ""
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return self._whole_number(node, path, text)
        if kind == "float":
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if kind != "str":
            self._refuse_tag(node, path)
        if UNUSABLE.search(text):
            self.faults.append(
                self._fault(node, path, "expected text of ordinary characters; received \\0 or a surrogate")
            )
            return ""
        return text

    def _whole_number(self, node: yaml.Node, path: KeyPath, text: str) -> int:
        if len(text) > 40:
            self.faults.append(self._fault(node, path, f"expected a number of at most 40 digits; received {len(text)}"))
            return 0
        prefixed = text[:2] in {"0x", "0o"}
        return int(text, 0) if prefixed else int(text)

    def _refuse_tag(self, node: yaml.Node, path: KeyPath) -> None:
        problem = f"the tag {node.tag.replace(_CORE, '!!')[:60]!r} is not allowed; write plain values only"
        self.faults.append(self._fault(node, path, problem))

    def _fault(self, node: yaml.Node, path: KeyPath, problem: str) -> Fault:
        mark = node.start_mark
        return Fault(dotted(path), problem, f"{self.positions.source}:{mark.line + 1}:{mark.column + 1}")


def dotted(path: KeyPath) -> str:
    """Return a key path as it is written in messages, as `model.layers[2].dense`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
