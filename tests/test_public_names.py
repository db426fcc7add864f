"""The error tree is as it is drawn, and the package shows what it promises."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import pytest

import dnnctl
from dnnctl import errors
from dnnctl.errors import ConfigError, DnnctlError, Fault, Notice, NoticeCode

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


def test_a_notice_is_one_line_with_its_place() -> None:
    assert str(Notice("high_dropout", "a rate of 0.9", "a.yaml:2:3: model.layers[0]")) == (
        "a.yaml:2:3: model.layers[0]: a rate of 0.9"
    )
    assert str(Notice("train_test_overlap", "3 rows are in both")) == "3 rows are in both"


def test_every_code_of_a_notice_is_used_and_documented(clone: Path) -> None:
    told = re.findall(
        r"^\| `(\w+)` \|", (clone / "docs" / "run-directory.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(told) == sorted(get_args(NoticeCode))
    code = "".join(
        path.read_text(encoding="utf-8") for path in (clone / "dnnctl").rglob("*.py") if path.stem != "errors"
    )
    assert [name for name in get_args(NoticeCode) if f'"{name}"' not in code] == []


def test_the_version_is_in_one_place() -> None:
    assert version("dnnctl") == dnnctl.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", dnnctl.__version__)
