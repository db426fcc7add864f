"""The notebook in the documents runs from its first cell to its last, and shows pictures and tables."""

from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path("docs", "notebooks", "first-steps.ipynb")


@pytest.fixture
def notebook(clone: Path) -> Any:
    nbformat = pytest.importorskip("nbformat", reason="reads a notebook")
    return nbformat.read(clone / NOTEBOOK, as_version=4)


def test_it_is_stored_without_outputs(notebook: Any) -> None:
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in notebook.cells)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_it_runs_and_warns_of_nothing(notebook: Any, tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="runs a notebook")
    client = pytest.importorskip("nbclient", reason="runs a notebook").NotebookClient
    client(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in shown if output.get("name") == "stderr"]
    kinds = [kind for output in shown for kind in output.get("data", {})]
    assert kinds.count("text/html") == 2
    assert kinds.count("image/png") == 1
    said = [output.data["text/plain"] for output in shown if "data" in output]
    assert "array(['0', '1', '1', '0']" in "".join(said)
    assert any("underfitting" in text for text in said)
