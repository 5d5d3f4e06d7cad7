"""README's launch line, under every launcher that is installed, also without a free core."""

import os
import re
import shlex
import shutil
import subprocess

import pytest
from processes import BAD_INPUT, LAUNCHER, ROOT, SUCCESS, observables

LAUNCHERS = sorted({os.path.realpath(path) for name in (LAUNCHER, "mpirun.openmpi", "mpirun.mpich")
                    if (path := shutil.which(name))})
AS_ROOT = {f"{kind}_ALLOW_RUN_AS_ROOT{again}": "1" for kind in ("OMPI", "PRTE")
           for again in ("", "_CONFIRM")}
JOB = ROOT / "jobs" / "quickstart.toml"


def launch_line():
    """The words that README puts before the program, without the number of ranks."""
    text = (ROOT / "README.md").read_text()
    return shlex.split(re.search(r"^(mpirun .*) -n \d+ syncgap run", text, re.M)[1])


def launch(launcher, ranks, *words, **settings):
    return subprocess.run([launcher, *launch_line()[1:], "-n", str(ranks), *map(str, words)],
                          capture_output=True, text=True, timeout=120, check=False,
                          env=os.environ | AS_ROOT, **settings)


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_the_line_starts_more_ranks_than_there_are_cores(launcher):
    ranks = os.cpu_count() + 2
    done = launch(launcher, ranks, "sh", "-c", "echo here")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["here"] * ranks


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_wrong_path_of_the_program_is_said(launcher):
    done = launch(launcher, 2, "./no_such_program")
    assert done.returncode != 0
    assert "no_such_program" in done.stdout + done.stderr


def test_the_line_runs_a_job(syncgap, tmp_path):
    words = ("run", JOB, "--profile", "smoke", "--set", "experiment.trials=200", "--record")
    ranks = os.cpu_count() + 1
    done = launch(LAUNCHER, ranks, syncgap, *words, tmp_path / "many.h5")
    assert done.returncode == SUCCESS, done.stderr
    assert f"units on {ranks} ranks" in done.stdout
    subprocess.run([syncgap, *words, tmp_path / "one.h5"], check=True, timeout=120,
                   stdout=subprocess.DEVNULL)
    assert observables(tmp_path / "many.h5") == observables(tmp_path / "one.h5")
    refused = launch(LAUNCHER, ranks, syncgap, "run", tmp_path / "no_such_job.toml")
    assert refused.returncode == BAD_INPUT and refused.stderr.count("syncgap: ") == 1


def test_no_text_or_script_silences_the_launcher():
    """Open MPI 5 and MPICH refuse -q, and under Open MPI 4 it hides why nothing started."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True,
                            check=False).stdout.split("\0")
    texts = [ROOT / name for name in listed if name] or [ROOT / "README.md", ROOT / "bootstrap.sh"]
    silenced = re.compile(r"mpi(run|exec)\W+(?:\S+\W+){0,3}?(-q|--quiet)\b")
    kinds = (".md", ".sh", ".py", ".toml", ".cmake", ".txt", ".sbatch", "")
    found = [str(path) for path in texts if path.suffix in kinds and path.is_file()
             and silenced.search(path.read_text(errors="replace"))]
    assert found == []
