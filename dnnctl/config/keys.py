"""Every key of a configuration, for those who complete it at a keyboard."""

import typing
from collections.abc import Iterator

from pydantic import BaseModel

from dnnctl.config.messages import choices
from dnnctl.config.schema import Config
from dnnctl.spec import Catalog


def key_paths(model: type[BaseModel] = Config, above: str = "", *, named: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield the path of each key, and the words that it can be, in the order of the configuration.

    Args:
        model: What has the keys.
        above: The path of what has them, with a point behind it.
        named: Whether that is one named thing, as an optimizer; of things in it only their names are told.
    """
    for key, field in model.model_fields.items():
        if field.exclude:
            # Written elsewhere.
            continue
        path = above + key
        inner = list(choices(field))
        catalogs = [each for each in inner if isinstance(each, Catalog)]
        words = [name for catalog in catalogs for name in catalog.names()]
        yield path, *dict.fromkeys((*words, *_words(field.annotation)))
        if typing.get_origin(field.annotation) in {list, dict}:
            continue
        for each in inner:
            if not isinstance(each, Catalog):
                yield from key_paths(each, f"{path}.", named=named)
            elif not named:
                for name in each.names():
                    yield from key_paths(each.get(name), f"{path}.{name}.", named=True)


def _words(annotation: object) -> Iterator[str]:
    """Yield the words that a type lists."""
    if annotation is bool:
        yield from ("true", "false")
    if typing.get_origin(annotation) is typing.Literal:
        yield from (str(word).lower() if isinstance(word, bool) else str(word) for word in typing.get_args(annotation))
        return
    for inner in typing.get_args(annotation):
        yield from _words(inner)
