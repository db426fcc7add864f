"""What `docs/python.md` shows works as it is written there, in order, from an empty folder."""

import re
from pathlib import Path
from typing import Any

import pytest

from dnnctl.plots.base import draw_all

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_block_of_the_page_runs(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas", reason="a block makes a frame of pandas")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DNNCTL_OUTPUT_DIR", raising=False)
    # Pictures take longer than these trainings; the page shows one.
    monkeypatch.setattr("dnnctl.training.job.draw_all", _draw_one)
    page = clone / "docs" / "python.md"
    text = page.read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) > 10
    for block in blocks:
        # Line numbers of a failure are those of the page.
        above = "\n" * text[: block.start(1)].count("\n")
        exec(compile(above + block[1], str(page), "exec"), names)
    assert names["people"].metrics["test"]["r2"] > 0.9


def _draw_one(context: Any, folder: Path) -> list[Path]:
    return draw_all(context, folder, ["confusion_matrix"])
