"""The documents name files that are there, and the plan of the house names every room."""

import re
from pathlib import Path

import pytest

# A path with a folder, as `training/loop.py`; where it starts is said below.
WRITTEN = re.compile(r"(?<![\w/.<>*-])((?:[a-z_]+/)+[a-z_]+\.py)\b")
STARTS = ("", "dnnctl", "dnnctl/engines", "dnnctl/datasets", "tests", "benchmarks")


def test_documents_name_files_that_are_there(clone: Path) -> None:
    pages = [clone / "README.md", *(clone / "docs").rglob("*.md")]
    named = {(page.name, path) for page in pages for path in WRITTEN.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 10
    assert [(page, path) for page, path in named if not any((clone / start / path).is_file() for start in STARTS)] == []


@pytest.mark.parametrize("package", ["", "experiments"])
def test_the_plan_names_every_room(clone: Path, package: str) -> None:
    plan = (clone / "docs" / "architecture.md").read_text(encoding="utf-8").split("A plugin is", 1)[0]
    rooms = [room.name for room in (clone / "dnnctl" / package).iterdir() if (room / "__init__.py").is_file()]
    assert rooms
    assert [room for room in rooms if f" {room}/ " not in plan] == []
