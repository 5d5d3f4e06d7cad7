"""scripts/new-experiment: one line in the table, and an experiment that compiles, runs, passes its
own tests and is drawn. The build made one, of the same name, beside the program."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from processes import ROOT

NAME = "made_experiment"
TABLE = "src/experiments/table.def"
OWN = {"src/experiments": {f"{NAME}.h", f"{NAME}.cc", "options.h", "options.cc", "declaration.h",
                           "declaration.cc"},
       "tests/experiments": {f"{NAME}_test.cc", "analysis_test.py"},
       "analysis/experiments": {"figures.py", "data.py", "claims.py", "tables.py"}}
MADE = {f"{folder}/{NAME}/{file}" for folder, files in OWN.items() for file in files}
MADE.add(f"jobs/{NAME}.toml")


def files_of(root):
    """Every file below a folder and what is in it."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts}


def new_experiment(root, *words):
    return subprocess.run([root / "scripts/new-experiment", *words], capture_output=True, text=True,
                          timeout=60)


def copy_of_sources(folder):
    for name in ("src", "tests", "analysis", "jobs", "scripts", "cmake"):
        shutil.copytree(ROOT / name, folder / name,
                        ignore=shutil.ignore_patterns("__pycache__", "gallery"))
    for name in ("pytest.ini", ".clang-format"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def before():
    return {}


@pytest.fixture(scope="module")
def tree(tmp_path_factory, before):
    """A copy of the sources in which an experiment was made."""
    root = copy_of_sources(tmp_path_factory.mktemp("sources"))
    before.update(files_of(root))
    done = new_experiment(root, NAME)
    assert done.returncode == 0, done.stderr
    assert MADE <= set(done.stdout.splitlines())
    return root


def run(words, folder, **environment):
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True,
                          timeout=120, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_one_line_of_one_file_outside_its_own(tree, before):
    after = files_of(tree)
    assert after.keys() - before.keys() == MADE
    assert [name for name in before if after[name] != before[name]] == [TABLE]
    old, new = (text[TABLE].decode().splitlines() for text in (before, after))
    assert set(new) - set(old) == {f"EXPERIMENT({NAME})"} and len(new) == len(old) + 1
    ours = [line for line in new if line.startswith("EXPERIMENT(")]
    assert ours == sorted(ours)


def test_nothing_is_left_of_the_skeletons_name(tree):
    for name in MADE:
        assert "sample" not in (tree / name).read_text().lower().replace("sampled", ""), name


def test_the_tree_holds_what_every_tree_holds(tree):
    run([sys.executable, "cmake/check_includes.py", "src"], tree)
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "tests/analysis/tree_test.py"], tree)
    long_lines = [name for name in MADE for line in (tree / name).read_text().splitlines()
                  if len(line) > 100]
    assert not long_lines


def test_its_own_tests_pass(tree):
    """Compiled from the files that the build made with the same script."""
    built = pathlib.Path(os.environ["SYNCGAP_MADE_TREE"])
    for name in MADE:
        assert (built / name).read_text() == (tree / name).read_text(), name
    assert "[  PASSED  ] 3 tests" in run([os.environ["SYNCGAP_MADE_TESTS"]], tree)
    out = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
               f"tests/experiments/{NAME}"], tree)
    assert "3 passed" in out


def test_the_program_knows_it_and_its_job(syncgap, tree):
    names = [line for line in run([syncgap, "experiments"], tree).splitlines()
             if line and not line.startswith(" ")]
    assert NAME in names
    job = tree / f"jobs/{NAME}.toml"
    assert "units      16," in run([syncgap, "plan", job], tree)
    run([syncgap, "run", job, "--profile", "smoke", "--record", "record.h5"], tree)
    assert "3 of 3" in run([syncgap, "status", "record.h5"], tree)
    run([sys.executable, "-m", "analysis", "record.h5", "--out", "report", "--format", "png"], tree)
    assert (tree / "report/report.html").stat().st_size > 10_000


@pytest.mark.parametrize("name, why", [
    ("exact_score", "src/experiments/exact_score exists"), ("processes", "processes.py exists"),
    ("quickstart", "jobs/quickstart.toml exists"), ("shared", "src/experiments/shared exists"),
    ("plan", "has a type Plan"), ("class", "is a word of C++ or Python"),
    ("exact-score", "is no name"), ("ExactScore", "is no name"), ("2d", "is no name"),
    ("a__b", "is no name"), ("../out", "is no name"), ("", "is no name")])
def test_names_that_are_refused(tmp_path, name, why):
    for folder in ("scripts", "jobs", "src/experiments", "analysis/experiments"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    before = files_of(tmp_path)
    done = new_experiment(tmp_path, name)
    assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1
    assert files_of(tmp_path) == before


def test_a_second_one_of_the_same_name_is_refused(tree):
    done = new_experiment(tree, NAME)
    assert done.returncode == 2 and f"src/experiments/{NAME} exists" in done.stderr
