"""The notebook runs as shipped, is stored without outputs, and each result has a reading."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_there_is_a_notebook():
    assert "first_look" in [path.stem for path in NOTEBOOKS]


def test_it_is_stored_without_outputs(notebook):
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq", "ignore::ResourceWarning")
def test_it_runs_and_every_result_has_a_reading(notebook, tmp_path):
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute(env=os.environ | {"PYTHONPATH": str(ROOT)})  # an error in a cell raises here
    cells = notebook.cells
    shown = [i for i, cell in enumerate(cells) if cell.cell_type == "code" and cell.outputs]
    assert len(shown) >= 8
    for i in shown:
        text = "".join(output.get("text", "") for output in cells[i].outputs)
        assert "Warning" not in text, text
        assert cells[i + 1].cell_type == "markdown"
        assert cells[i + 1].source.startswith("*Reading:*"), cells[i].source
    assert list(tmp_path.iterdir()) == []  # nothing is left behind
