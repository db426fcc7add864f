"""How inputs are spoiled: bytes of any file, and the values in a tree of plain ones, as YAML and JSON hold."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from ledger import seed

OPERATIONS = ("flip", "set", "insert", "delete", "repeat", "cut", "number")
# Widths, lengths and counts that break arithmetic.
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = ("", "-", "~", "nan", "inf", "-1", "1e400", "true", "auto", "\x1b[2J", "\u202e", "\0", "../..", "x" * 300)


class Edit(NamedTuple):
    """One change to a file: what, where (modulo its length), and how."""

    operation: str
    position: int
    value: int


EDITS = st.builds(Edit, st.sampled_from(OPERATIONS), st.integers(0, 1 << 20), st.integers(0, (1 << 32) - 1))
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**45), 10**45),
    st.integers(-3, 300),
    st.sampled_from(NUMBERS),
    st.floats(),
    st.floats(0, 1),
    st.sampled_from(WORDS),
    st.text(max_size=12),
)
JUNK = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def spoiled(contents: bytes, edits: list[Edit], start: int = 0) -> bytes:
    """Return a file with changes to its bytes, none before `start`."""
    changed = bytearray(contents)
    for operation, position, value in edits:
        at = start + position % max(1, len(changed) - start)
        if operation == "flip" and at < len(changed):
            changed[at] ^= 1 << value % 8
        elif operation == "set" and at < len(changed):
            changed[at] = value % 256
        elif operation == "insert":
            changed[at:at] = value.to_bytes(4, "big")[: 1 + value % 4]
        elif operation == "delete":
            del changed[at : at + 1 + value % 16]
        elif operation == "repeat":
            changed[at:at] = changed[at : at + 1 + value % 64]
        elif operation == "cut" and value % 4 == 0:
            del changed[at:]
        elif operation == "number":
            number = NUMBERS[value % len(NUMBERS)]
            changed[at : at + 4] = number.to_bytes(4, "big" if value & 64 else "little")
    return bytes(changed)


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every place in a tree as its holder and key."""
    found: list[tuple[Any, Any]] = []
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        found += [(tree, key), *places(value)]
    return found


def regrown(tree: Any, changes: list[tuple[str, int, Any]]) -> Any:
    """Return a tree with some of its values replaced, taken out, renamed, doubled or scaled."""
    grown = deepcopy(tree)
    for operation, position, value in changes:
        known = places(grown)
        if not known:
            break
        holder, key = known[position % len(known)]
        old = holder[key]
        if operation == "replace":
            holder[key] = value
        elif operation == "remove":
            del holder[key]
        elif operation == "rename" and isinstance(holder, dict):
            holder[str(value)[:20]] = holder.pop(key)
        elif operation == "double" and isinstance(holder, list):
            holder.insert(key, deepcopy(old))
        elif operation == "scale" and isinstance(old, int | float):
            holder[key] = old * (1 + position % 7) / 2 if position % 2 else int(old) + position % 5 - 2
        elif operation == "move":
            other, at = known[(position * 31) % len(known)]
            holder[key] = deepcopy(other[at]) if at in other or (isinstance(other, list) and at < len(other)) else None
    return grown


def changes(values: st.SearchStrategy[Any] = JUNK) -> st.SearchStrategy[list[tuple[str, int, Any]]]:
    """Return a strategy for what `regrown` takes."""
    operations = st.sampled_from(("replace", "replace", "remove", "rename", "double", "scale", "scale", "move"))
    return st.lists(st.tuples(operations, st.integers(0, 10_000), values), max_size=4)


def hold(inputs: int, check: Callable[..., None], **strategies: st.SearchStrategy[Any]) -> None:
    """Let hypothesis call `check` with so many different inputs; the first fault is made small and raised."""
    phases = (Phase.generate, Phase.shrink)
    sized = settings(
        max_examples=inputs, deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
    )
    seeded(seed())(sized(given(**strategies)(check)))()


def watch(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, seen: list[int]) -> None:
    """Note each time that a function which comes after the header is called."""
    real = getattr(module, name)

    def watched(*arguments: Any, **options: Any) -> Any:
        seen.append(1)
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, watched)
