import pytest

from dnnctl.config.yaml_reader import parse
from dnnctl.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1.5e3", 1500.0),
        ("-.5", -0.5),
        ("12", 12),
        ("0x1f", 31),
        ("010", 10),
        ("12:30", "12:30"),
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("'1'", "1"),
        ("2026-01-01", "2026-01-01"),
        ("[1, {a: b}]", [1, {"a": "b"}]),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    parsed, _, _ = parse(text, "f")
    assert parsed == value
    assert type(parsed) is type(value)


def test_positions_of_keys_and_values() -> None:
    _, positions, _ = parse("a: 1\nb:\n  - c: 2\n", "f.yaml")
    assert positions.of(("b", 0, "c"), key=True) == "f.yaml:3:5"
    assert positions.of(("b", 0, "c"), key=False) == "f.yaml:3:8"
    assert positions.of(("b", 0, "c", "deeper"), key=False) == "f.yaml:3:8"
    assert positions.of(("nowhere",), key=True) == "f.yaml:1:1"


@pytest.mark.parametrize(
    ("text", "where", "part"),
    [
        ("a: [1, 2", "f:1:9", "not valid YAML"),
        ("a:\n\t- 1", "f:2:1", "tab"),
        ("a: b: c", "f:1:5", "unexpected ':'"),
        ("a: \x00", "f:1:1", "not allowed"),
        ("[" * 60 + "]" * 60, "", "nested"),
        ("[" * 5000, "", "nested"),
        ("a: *nowhere", "f:1:4", "alias"),
    ],
)
def test_faults_say_where(text: str, where: str, part: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, "f")
    assert part in str(raised.value)
    assert str(raised.value).startswith(where)


@pytest.mark.parametrize(
    ("text", "value", "start"),
    [
        ("a: 1\na: 2\nb: 3", {"a": 1, "b": 3}, "f:2:1: a: duplicate key; it was given first on line 1"),
        ("a: !!python/object/apply:os.system ['true']\nb: 3", {"a": ["true"], "b": 3}, "f:1:4: a: the tag "),
        (f"a: {'9' * 5000}", {"a": 0}, "f:1:4: a: expected a number of at most 40 digits"),
        ("? [a]\n: 1", {}, "f:1:3: expected a name"),
    ],
)
def test_what_is_no_syntax_error_lets_the_rest_be_read(text: str, value: object, start: str) -> None:
    parsed, _, faults = parse(text, "f")
    assert parsed == value
    assert len(faults) == 1
    assert str(faults[0]).startswith(start)


def test_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(ConfigError, match="expected at most"):
        parse("\n".join(lines), "f")


def test_recursive_alias_is_refused() -> None:
    with pytest.raises(ConfigError, match="nested"):
        parse("a: &a [*a]", "f")
