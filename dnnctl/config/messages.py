"""Turning pydantic's faults into dnnctl's: what was expected, what was received, what was meant."""

import typing
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dnnctl import plugins
from dnnctl.config.slips import answer
from dnnctl.spec import Catalog

# Of words with more letters, so many slips of the fingers make no other word.
SHORT, SLIPS = 4, 2
_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
    "finite_number": "a finite number",
}
_BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
_LENGTHS = {"too_long": ("at most", "max_length"), "too_short": ("at least", "min_length")}


def problem(root: type[BaseModel], fault: Mapping[str, Any]) -> str:
    """Return one fault in words.

    Args:
        root: The model that was validated.
        fault: One entry of pydantic's `ValidationError.errors()`.
    """
    kind, context, received = fault["type"], fault.get("ctx", {}), fault.get("input")
    if kind == "extra_forbidden":
        return _unknown_key(root, fault["loc"], received)
    if kind == "missing":
        return "this key is missing"
    if kind == "literal_error":
        return f"expected {context['expected']}; received {show(received)}"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}; received {show(received)}"
    for bound, words in _BOUNDS.items():
        if bound in context:
            return f"expected a number {words} {context[bound]:,}; received {show(received)}"
    if kind in _LENGTHS:
        words, bound = _LENGTHS[kind]
        entries = "entry" if context[bound] == 1 else "entries"
        return f"expected {words} {context[bound]} {entries}; received {context['actual_length']}"
    return str(fault["msg"]).removeprefix("Value error, ")


def _unknown_key(root: type[BaseModel], place: tuple[str | int, ...], written: Any) -> str:
    """Say that a key is not known at its place, and what was probably meant or how another tool's is written here."""
    known, name = sorted(_keys_at(root, place[:-1])), str(place[-1])
    meant = None if plugins.SYNONYMS.get(name.lower()) in known else next(_places(root, name), None)
    if meant == name:
        return f"unknown key here; {name!r} stands at the top level, not inside another key"
    if meant is None and not _is_near(name, known) and (told := answer(name, written)):
        return f"unknown key here; {told}"
    hint = f"; did you mean '{meant}'?" if meant else plugins.suggestion(name, known)
    inner = written.items() if isinstance(written, Mapping) else ()
    slips = [told for key, value in inner if key not in _keys_of(root, meant) and (told := answer(str(key), value))]
    return f"unknown key{hint}{' '.join(['', *map(_sentence, slips)])}"


def _keys_of(root: type[BaseModel], path: str | None) -> set[str]:
    """Return the keys that can stand at a key path."""
    return _keys_at(root, tuple(path.split("."))) if path else set()


def _sentence(told: str) -> str:
    return told[0].upper() + told[1:]


def _is_near(name: str, known: Collection[str]) -> bool:
    """Tell whether a key is another one with a slip of the fingers or two, or a synonym of it."""
    near = plugins.nearest(name, known)
    return near is not None and (
        plugins.SYNONYMS.get(name.lower()) == near or (len(name) > SHORT and plugins.slips(name.lower(), near) <= SLIPS)
    )


def show(received: object) -> str:
    """Return a received value and its type, short enough for one line."""
    if received is None:
        return "nothing"
    if isinstance(received, bool):
        return str(received).lower()
    if isinstance(received, int | float):
        return f"{received!r:.60}"
    if isinstance(received, str):
        return f"the text {received[:60]!r}"
    return "a list" if isinstance(received, list) else "a mapping"


def _keys_at(root: type[BaseModel], location: tuple[str | int, ...]) -> set[str]:
    """Return the keys that can stand at a location."""
    here: list[Any] = [root]
    for part in location:
        found: list[Any] = []
        for choice in here:
            if isinstance(choice, Catalog) and part in choice.names():
                found.append(choice.get(str(part)))
            elif isinstance(choice, type) and issubclass(choice, BaseModel) and part in choice.model_fields:
                found.extend(choices(choice.model_fields[str(part)]))
            elif isinstance(part, int):
                found.append(choice)
        here = found
    return {name for choice in here if not isinstance(choice, Catalog) for name in choice.model_fields}


def _places(model: type[BaseModel], name: str, above: str = "") -> Iterator[str]:
    """Yield the key paths where a key of this name can stand, as `training.epochs`."""
    for key, field in model.model_fields.items():
        if key == name:
            yield above + key
        for inner in choices(field):
            if not isinstance(inner, Catalog):
                yield from _places(inner, name, f"{above}{key}.")


def choices(field: FieldInfo) -> Iterator[Any]:
    """Yield the models and catalogs that a field's value is read by."""
    catalogs = [item for item in field.metadata if isinstance(item, Catalog)]
    yield from catalogs or _inside(field.annotation)


def _inside(annotation: Any) -> Iterator[Any]:
    metadata = getattr(annotation, "__metadata__", ())
    catalogs = [item for item in metadata if isinstance(item, Catalog)]
    if catalogs:
        yield from catalogs
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for inner in typing.get_args(annotation):
            yield from _inside(inner)
