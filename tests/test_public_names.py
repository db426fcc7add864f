"""The error tree is as it is drawn, and the package shows what it promises."""

import re
from importlib.metadata import version

import pytest

import dnnctl
from dnnctl import errors
from dnnctl.errors import ConfigError, DnnctlError, Fault

DEFINED = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}


def test_the_errors_form_the_tree_that_is_drawn() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(DEFINED) == sorted(["DnnctlError", *drawn])
    assert all(DEFINED[name].__bases__ == (DnnctlError,) for name in drawn)
    assert DnnctlError.__bases__ == (Exception,)


def test_exit_statuses_are_those_of_the_drawing() -> None:
    lines = {match[1]: match[0] for match in re.finditer(r"[├└]── (\w+).*", errors.__doc__ or "")}
    for name, line in lines.items():
        told = re.search(r"exit status (\d+)", line)
        assert DEFINED[name].exit_status == (int(told[1]) if told else 1)


def test_a_configuration_error_has_a_line_a_fault() -> None:
    error = ConfigError([Fault("seed", "expected a number", "a.yaml:2:3"), Fault("", "the file is empty")])
    assert str(error) == "a.yaml:2:3: seed: expected a number\nthe file is empty"
    assert len(error.faults) == 2
    with pytest.raises(AttributeError):
        error.faults[0].key = "other"  # type: ignore[misc]


def test_the_version_is_in_one_place() -> None:
    assert version("dnnctl") == dnnctl.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", dnnctl.__version__)
