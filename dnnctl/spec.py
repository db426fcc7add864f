"""How one named thing (a layer, an optimizer, a data set) is written in YAML and checked.

Everything that has a name and options can be written in three ways:

    relu                          a bare name: every option at its default
    dense: 512                    the name and its main option
    dense: {units: 512}           the name and every option

`chosen_from` turns a catalog of such things into a field type for pydantic models.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from dnnctl import plugins

# Stands for the main option of whatever it is written under; an override uses it when it opens a short form.
MAIN = ""


class Strict(BaseModel):
    """A part of a configuration: unknown keys are errors, text is not a number, NaN is not a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


class Spec(Strict):
    """A named thing with options. Subclasses set `main` where one option can stand for all."""

    main: ClassVar[str | None] = None
    key: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Take the file's name as the key; a catalog that is not a package sets another one."""
        cls.key = cls.__module__.rsplit(".", 1)[-1]

    def written(self) -> str | dict[str, Any]:
        """Return how this is written in YAML, with every option spelled out."""
        options = self.model_dump(mode="json")
        return {self.key: options} if options else self.key


class Catalog:
    """Names that can be chosen from, and the spec behind each.

    Args:
        kind: What one of them is called in messages, as `layer`.
        specs: The spec behind each name; its `key` is set to that name.
        package: Instead of `specs`: a package whose plugins each define the class `attribute`.
        attribute: Name of that class.
        number: The name that a bare number was probably meant to have in front.
        absent: What to say of names that other tools have and that cannot be chosen here, in small letters.
    """

    def __init__(
        self,
        kind: str,
        specs: Mapping[str, type[Spec]] | None = None,
        package: str | None = None,
        attribute: str = "",
        number: str = "",
        absent: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self._number = number
        self._absent = dict(absent or {})
        self._specs = dict(specs or {})
        self._package = package
        self._attribute = attribute
        for name, spec in self._specs.items():
            spec.key = name

    def names(self) -> tuple[str, ...]:
        """Return every name that can be chosen."""
        return plugins.names(self._package) if self._package else tuple(self._specs)

    def get(self, name: str) -> type[Spec]:
        """Return the spec behind a name.

        Raises:
            PydanticCustomError: If there is no such name; the message says which was probably meant.
        """
        if name not in self.names():
            absent = self._absent.get(name.lower().replace("_", ""))
            hint = f"; {absent}" if absent else plugins.suggestion(name, self.names())
            raise PydanticCustomError("unknown_name", f"unknown {self.kind} {name!r}{hint}")
        if self._package and name not in self._specs:
            self._specs[name] = getattr(plugins.load(self._package, name), self._attribute)
        return self._specs[name]

    def parse(self, written: object) -> Spec:
        """Read one of the three ways of writing.

        Args:
            written: A name, a mapping of one name, or a spec that was read before.

        Returns:
            The spec with its options checked.

        Raises:
            PydanticCustomError: If it is none of the three, or no such name exists.
            ValidationError: If an option is wrong; its location starts with the name.
        """
        if isinstance(written, Spec):
            return written
        name, options = self._name_and_options(written)
        spec = self.get(name)
        if not isinstance(options, Mapping):
            options = {} if options is None else {MAIN: options}
        if MAIN in options and not spec.main:
            raise PydanticCustomError(
                "main_value",
                f"{self.kind} {name!r} takes no value here; expected '{name}' alone or with named options"
                f"{self._meant(options[MAIN])}",
            )
        # Where the main option stands there under both its names, the later one counts.
        options = {spec.main if key == MAIN else key: value for key, value in options.items()}
        try:
            return spec.model_validate(options)
        except ValidationError as error:
            raise _under(name, error) from None

    def _name_and_options(self, written: object) -> tuple[str, Any]:
        if isinstance(written, str):
            return written, {}
        if isinstance(written, Mapping) and len(written) == 1:
            name, options = next(iter(written.items()))
            return str(name), options
        article = "an" if self.kind[0] in "aeiou" else "a"
        expected = f"{article} {self.kind} name, or one name with its options, as `name: {{option: value}}`"
        received = (
            f"{len(written)} names: {', '.join(map(str, written))}" if isinstance(written, Mapping) else repr(written)
        )
        raise PydanticCustomError("choice", f"expected {expected}; received {received}{self._meant(written)}")

    def _meant(self, written: object) -> str:
        """Return the hint at what a bare number stands for."""
        return f"; did you mean '{self._number}: {written}'?" if self._number and type(written) is int else ""


def _under(name: str, error: ValidationError) -> ValidationError:
    """Return the same faults, one level deeper."""
    details: list[InitErrorDetails] = []
    for fault in error.errors(include_url=False):
        kind: str | PydanticCustomError = fault["type"]
        if kind in {"unknown_name", "choice", "main_value", "value_or_word", "custom", "value_error"}:
            kind = PydanticCustomError("custom", fault["msg"])
        details.append(
            InitErrorDetails(type=kind, loc=(name, *fault["loc"]), input=fault["input"], ctx=fault.get("ctx", {}))
        )
    return ValidationError.from_exception_data(name, details)


def _write(value: object) -> object:
    return value.written() if isinstance(value, Spec) else value


def chosen_from(catalog: Catalog, base: type, *, also: tuple[object, ...] = ()) -> Any:
    """Return a field type whose value is one thing out of a catalog.

    Args:
        catalog: What can be chosen.
        base: The type of the specs in it, for readers and type checkers.
        also: Other values that are let through as they are, as `"auto"` or `None`.

    Returns:
        An `Annotated` type for use in a pydantic model. Its name is declared to be `Any`, as `LossField: Any = ...`:
        type checkers cannot see into a call.
    """

    def read(written: object) -> object:
        if any(written is other or (isinstance(other, str) and written == other) for other in also):
            return written
        return catalog.parse(written)

    validator: Callable[[object], object] = read
    # The catalog rides along so that messages can name what could have been written instead.
    return Annotated[base, catalog, PlainValidator(validator), PlainSerializer(_write)]


def whole_number_or(*words: str, at_least: int = 1, at_most: int = 2**31 - 1) -> Any:
    """Return a field type that takes a whole number in a range, or one of a few words.

    One message covers both, where a plain union would give one for each.
    """
    expected = f"a whole number from {at_least:,} to {at_most:,}"
    if at_most == 2**31 - 1:
        expected = f"a whole number, at least {at_least}"
    return _value_or(words, expected, lambda v: type(v) is int and at_least <= v <= at_most)


def flag_or(*words: str) -> Any:
    """Return a field type that takes true, false, or one of a few words."""
    return _value_or(words, "true or false", lambda v: isinstance(v, bool))


def _value_or(words: tuple[str, ...], expected: str, fits: Callable[[object], bool]) -> Any:
    choices = " or ".join((expected, *map(repr, words)))

    def read(written: object) -> object:
        if fits(written) or (isinstance(written, str) and written in words):
            return written
        raise PydanticCustomError("value_or_word", f"expected {choices}; received {written!r}")

    return Annotated[Any, PlainValidator(read)]
