"""docs/analysis.ipynb runs, in a plain interpreter and, where Jupyter is, in its kernel; the page
beside it names what there is."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
from processes import ROOT

import analysis

pytest.importorskip("xarray")
NOTEBOOK = json.loads((ROOT / "docs/analysis.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def folder(tmp_path, syncgap, monkeypatch):
    """Beside it the record that the notebook opens; the package has its installed name."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/syncgap_analysis").symlink_to(ROOT / "analysis")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    told = "".join(NOTEBOOK["cells"][0]["source"])
    words = re.search("build/release/syncgap (run .*)", told)[1].split()
    words[1] = str(ROOT / words[1])
    subprocess.run([syncgap, *words], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def test_no_outputs_are_kept():
    assert len(CODE) > 8
    assert all(not cell["outputs"] and cell["execution_count"] is None
               for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code")


def test_the_cells_run_in_a_plain_interpreter(folder):
    # The last line of a cell is shown in a notebook: here it is at least evaluated.
    done = subprocess.run([sys.executable, "-W", "error::FutureWarning", "-c", "\n".join(CODE)],
                          cwd=folder, env=os.environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    page = folder.parent / "out/multimodal_figure4-smoke-report/report.html"
    assert "Figure 4: phase diagram" in page.read_text(encoding="utf-8")


@pytest.mark.skipif(not (find_spec("nbclient") and find_spec("ipykernel")), reason="no Jupyter")
def test_the_kernel_shows_every_result(folder, monkeypatch):
    monkeypatch.delenv("MPLBACKEND")
    import nbformat
    from nbclient import NotebookClient
    notebook = nbformat.reads(json.dumps(NOTEBOOK), as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    shown = {"".join(cell.source).splitlines()[-1]: {
        kind for output in cell.outputs for kind in output.get("data", {})}
        for cell in notebook.cells if cell.cell_type == "code"}
    assert "text/html" in shown["data"]
    assert all("image/png" in kinds for line, kinds in shown.items() if "sg.figure(" in line)
    assert "image/png" in shown['aligned.plot(marker="o");']


def test_the_page_has_every_name():
    page = (ROOT / "docs/analysis.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)", page, re.MULTILINE))
    assert named == set(analysis.__all__)
