"""The tree of analysis/: every experiment has the same files, and none needs another."""

import ast
import inspect
from importlib import import_module

import pytest
from processes import ROOT

from analysis.experiments.table import NAMES, module_of

FOLDER = ROOT / "analysis/experiments"
FOLDERS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and any(path.glob("*.py")))
# The file of each role, and the function of it that others call.
ENTRIES = {"figures": "content", "tables": "tables", "claims": "claims", "data": None}


def imports_of(path) -> set[str]:
    """The modules a file imports, by their full names in the source tree."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            # Installed, the package has another name: inside, it is never called by one.
            assert node.level or node.module.split(".")[0] != "analysis", f"{path}: {node.module}"
            package = ["analysis", *path.relative_to(ROOT / "analysis").parent.parts]
            above = package[:len(package) - node.level + 1] if node.level else []
            found |= {".".join(filter(None, (*above, node.module, alias.name)))
                      for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_the_table_names_every_folder():
    assert NAMES == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_every_experiment_has_the_same_files(name):
    for file, entry in ENTRIES.items():
        module = import_module(f"analysis.experiments.{name}.{file}")
        assert entry is None or inspect.isfunction(getattr(module, entry)), (name, file, entry)
    assert list(inspect.signature(module_of(name).content).parameters) == ["record"]


@pytest.mark.parametrize("name", FOLDERS)
def test_no_experiment_needs_another(name):
    others = tuple(f"analysis.experiments.{other}." for other in FOLDERS if other != name)
    for path in (FOLDER / name).rglob("*.py"):
        assert not [m for m in imports_of(path) if m.startswith(others)], path


@pytest.mark.parametrize("room, below", [
    ("reading", ("analysis.reading.",)), ("page", ("analysis.reading.", "analysis.page."))])
def test_rooms_know_only_what_is_below_them(room, below):
    # The report asks the table for the content of each record: the one arrow upwards.
    allowed = below + (("analysis.experiments.table",) if room == "page" else ())
    for path in (ROOT / "analysis" / room).glob("*.py"):
        inside = {m for m in imports_of(path) if m.startswith("analysis.")}
        assert not [m for m in inside if not m.startswith(allowed)], path


def test_no_file_calls_the_package_by_a_name():
    for path in (ROOT / "analysis").rglob("*.py"):
        imports_of(path)
