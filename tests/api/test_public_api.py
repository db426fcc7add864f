"""What `dnnctl` offers: described, typed, and imported when it is first used."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import dnnctl

HEAVY = (
    "tensorflow",
    "keras",
    "numpy",
    "matplotlib",
    "sklearn",
    "pydantic",
    "yaml",
    "scipy",
    "click",
    "pandas",
    "polars",
)
FUNCTIONS = [name for name in dnnctl.__all__ if inspect.isfunction(getattr(dnnctl, name))]
CLASSES = [name for name in dnnctl.__all__ if inspect.isclass(getattr(dnnctl, name))]


def imported_by(program: str) -> set[str]:
    program += "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_it_imports_nothing_heavy() -> None:
    assert not imported_by("import dnnctl; dir(dnnctl)") & set(HEAVY)
    assert not imported_by("from dnnctl import DnnctlError, ConfigError") & set(HEAVY)
    assert not imported_by("import dnnctl; dnnctl.Run; dnnctl.train") & {"tensorflow", "keras", "pandas", "polars"}


def test_every_name_is_there_and_no_other() -> None:
    assert dir(dnnctl) == dnnctl.__all__
    assert dnnctl.__all__ == sorted(dnnctl.__all__)
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = dnnctl.trian
    assert "trian" not in dir(dnnctl)


def test_type_checkers_find_each_name_where_it_is_imported_from() -> None:
    tree = ast.parse(Path(dnnctl.__file__).read_text(encoding="utf-8"))
    found = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {*found, "__version__"} == set(dnnctl.__all__)
    for name, module in found.items():
        assert getattr(sys.modules[module], name) is getattr(dnnctl, name)
    assert (Path(dnnctl.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_what_it_takes_returns_and_raises(name: str) -> None:
    function = getattr(dnnctl, name)
    text = inspect.getdoc(function) or ""
    assert all(f"\n{part}:\n" in text for part in ("Args", "Returns", "Raises"))
    described = text.partition("Args:\n")[2].partition("\n\n")[0]
    parameters = inspect.signature(function).parameters
    assert all(f"    {parameter}: " in described for parameter in parameters)
    assert all(parameter in function.__annotations__ for parameter in (*parameters, "return"))


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_describes_itself_and_what_it_offers(name: str) -> None:
    kind = getattr(dnnctl, name)
    assert kind.__doc__
    for member, value in vars(kind).items():
        if not member.startswith("_") and (callable(value) or hasattr(value, "fget") or hasattr(value, "func")):
            assert getattr(value, "func", value).__doc__, f"{name}.{member}"


@pytest.mark.parametrize("name", ["evaluate", "predict"])
def test_a_method_of_a_run_describes_its_arguments(name: str) -> None:
    method = getattr(dnnctl.Run, name)
    text = inspect.getdoc(method) or ""
    assert all(
        f"    {parameter}: " in text for parameter in inspect.signature(method).parameters if parameter != "self"
    )
    assert "Returns:" in text
    assert "Raises:" in text
