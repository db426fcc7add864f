"""Named things with options: three ways of writing them, one way of checking."""

from typing import Any

import pytest
from pydantic import Field, ValidationError
from pydantic_core import PydanticCustomError

from dnnctl.spec import MAIN, Catalog, Spec, Strict, chosen_from, flag_or, whole_number_or


class Plain(Spec):
    pass


class Wide(Spec):
    main = "units"

    units: int = Field(ge=1)
    use_bias: bool = True


THINGS = Catalog("thing", {"plain": Plain, "wide": Wide})


class Holder(Strict):
    thing: chosen_from(THINGS, Spec, also=("auto", None)) = "auto"  # type: ignore[valid-type]
    size: whole_number_or("full", at_most=9) = 1  # type: ignore[valid-type]
    flag: flag_or("auto") = "auto"  # type: ignore[valid-type]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", Plain()),
        ({"plain": None}, Plain()),
        ({"plain": {}}, Plain()),
        ({"wide": 3}, Wide(units=3)),
        ({"wide": {"units": 3}}, Wide(units=3)),
        ({"wide": {MAIN: 3, "use_bias": False}}, Wide(units=3, use_bias=False)),
        ({"wide": {MAIN: 3, "units": 4}}, Wide(units=4)),
        (Wide(units=2), Wide(units=2)),
    ],
)
def test_ways_of_writing(written: Any, read: Spec) -> None:
    assert THINGS.parse(written) == read


def test_what_is_written_is_read_back() -> None:
    for spec in (Plain(), Wide(units=3, use_bias=False)):
        assert THINGS.parse(spec.written()) == spec
    assert Plain().written() == "plain"
    assert Wide(units=3).written() == {"wide": {"units": 3, "use_bias": True}}
    assert Holder(thing={"wide": 3}).model_dump()["thing"] == {"wide": {"units": 3, "use_bias": True}}
    assert Holder(thing=None).model_dump()["thing"] is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("plane", "unknown thing 'plane'; did you mean 'plain'"),
        ({"plain": 3}, "thing 'plain' takes no value here"),
        ({"plain": {}, "wide": 3}, "received 2 names: plain, wide"),
        ({}, "expected a thing name"),
        (3, "expected a thing name, or one name with its options"),
        (["plain"], "expected a thing name"),
        (True, "expected a thing name"),
    ],
)
def test_ways_of_writing_it_wrong(written: Any, said: str) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        THINGS.parse(written)
    assert said in str(raised.value)


def test_a_wrong_option_is_located_under_the_name() -> None:
    with pytest.raises(ValidationError) as raised:
        THINGS.parse({"wide": {"units": 0, "use_bias": "yes", "more": 1}})
    found = {fault["loc"]: fault["type"] for fault in raised.value.errors()}
    assert found == {
        ("wide", "units"): "greater_than_equal",
        ("wide", "use_bias"): "bool_type",
        ("wide", "more"): "extra_forbidden",
    }


def test_synonyms_are_only_suggested() -> None:
    from dnnctl.network.layers.base import LAYERS

    with pytest.raises(PydanticCustomError, match="did you mean 'batch_normalization'"):
        LAYERS.parse("bn")


@pytest.mark.parametrize(("field", "good"), [("size", [1, 9, "full"]), ("flag", [True, False, "auto"])])
def test_values_or_words(field: str, good: list[Any]) -> None:
    for value in good:
        assert getattr(Holder(**{field: value}), field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [("size", 0), ("size", 10), ("size", True), ("size", 1.0), ("size", "all"), ("flag", 1), ("flag", "yes")],
)
def test_other_values_are_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        Holder(**{field: value})
    assert f"received {value!r}" in str(raised.value)


@pytest.mark.parametrize("options", [{"units": "3"}, {"units": 3.0}, {"units": float("nan")}, {"units": True}])
def test_text_is_no_number(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Wide(**options)


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Wide(units=3).units = 4
