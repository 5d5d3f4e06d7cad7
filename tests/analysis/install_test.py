"""The package as pip installs it, and what the command says where a library is missing."""

import os
import re
import subprocess
import sys

import pytest
from processes import ROOT
from synthetic import toy_plan, write

FOLDER = ROOT / "analysis"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the package and its command, built without a network."""
    for module in ("pip", "hatchling"):
        pytest.importorskip(module)
    target = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps",
         "--no-index", "--target", target, FOLDER], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return target


def run(installed, *words):
    """Away from the source tree, so that only what is installed can be found."""
    return subprocess.run(words, cwd=installed, capture_output=True, text=True, timeout=120,
                          env=os.environ | {"PYTHONPATH": str(installed)})


def test_the_command_and_the_module_draw_a_report(installed, tmp_path):
    record = write(tmp_path / "toy.h5", toy_plan())
    for out, words in (("a", [installed / "bin/syncgap-report"]),
                       ("b", [sys.executable, "-m", "syncgap_analysis"])):
        done = run(installed, *words, record, "--out", tmp_path / out, "--format", "png")
        assert done.returncode == 0, done.stderr
    done = subprocess.run([sys.executable, "-m", "analysis", record, "--out", tmp_path / "c",
                           "--format", "png"], cwd=ROOT, capture_output=True, timeout=120)
    pages = [(tmp_path / out / "report.html").read_bytes() for out in "abc"]
    assert pages[0] == pages[1] == pages[2]
    assert "syncgap-report" in run(installed, installed / "bin/syncgap-report", "--help").stdout


def test_every_file_is_installed(installed):
    def files(folder):
        return {str(path.relative_to(folder)) for path in folder.rglob("*")
                if path.suffix in (".py", ".css") and "__pycache__" not in path.parts}

    assert files(installed / "syncgap_analysis") == files(FOLDER)
    assert not (installed / "analysis").exists()


def test_xarray_finds_the_engine(installed, tmp_path):
    pytest.importorskip("xarray")
    record = write(tmp_path / "toy.h5", toy_plan())
    done = run(installed, sys.executable, "-c", "import xarray, sys; print(float("
               "xarray.open_dataset(sys.argv[1], engine='syncgap').total[1, 0]))", record)
    assert done.stdout == "0.5\n", done.stderr


def test_version_and_licence_are_the_programs():
    project = (FOLDER / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.*)"', project, re.MULTILINE)[1]
    assert f"project(syncgap VERSION {version} " in (ROOT / "CMakeLists.txt").read_text()
    assert (FOLDER / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("there, missing", [((), "numpy and no h5py and no matplotlib"),
                                            (("numpy", "h5py"), "matplotlib")])
def test_a_python_without_the_libraries_is_named(tmp_path, there, missing):
    for name in there:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    # -S: without the folder in which libraries are.
    done = subprocess.run([sys.executable, "-S", "-m", "analysis", "record.h5"], cwd=ROOT,
                          capture_output=True, text=True, timeout=60,
                          env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"{sys.executable} (Python {version}) has no {missing}: " in done.stderr
    assert f"{sys.executable} -m pip install {missing.replace(' and no', '')}" in done.stderr


def test_xarray_is_asked_for_where_it_is_needed(tmp_path):
    record = write(tmp_path / "toy.h5", toy_plan())
    (tmp_path / "xarray.py").write_text("raise ModuleNotFoundError('no xarray', name='xarray')\n")
    done = subprocess.run(
        [sys.executable, "-c", "import analysis, sys\n"
         "print(len(analysis.figures(sys.argv[1])))\nanalysis.open(sys.argv[1])", record],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.stdout == "2\n" and "Traceback" in done.stderr
    assert f"{sys.executable} has no xarray: install it" in done.stderr.splitlines()[-1]
    assert "open_record()" in done.stderr.splitlines()[-1]


def test_a_report_loads_neither_xarray_nor_pandas_nor_pyplot(tmp_path):
    record = write(tmp_path / "toy.h5", toy_plan())
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "analysis", record, "--format", "png"], cwd=ROOT,
        capture_output=True, text=True, timeout=60)
    loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "matplotlib.figure" in loaded
    assert not loaded & {"xarray", "pandas", "matplotlib.pyplot"}
