"""slurm/step ends as the record says, whatever exit code the launcher makes of it."""

import os
import signal
import subprocess

import pytest
from conftest import ROOT

DRIVER = os.environ["SYNCGAP_SWEEP_DRIVER"]
QUEUED_AGAIN = -signal.SIGTERM  # Slurm ends the script whose job it takes back
LEFT_IN_THE_RECORD = {"units": ["--units", "40", "--sleep", "0.1", "--walltime", "1"],
                      "a failed unit": ["--units", "4", "--fail", "2"], "no unit": ["--units", "4"]}


@pytest.fixture
def slurm(tmp_path):
    """A PATH with an srun that ends with the code in SRUN_CODE and a scontrol that requeues."""
    for name, script in (("srun", 'case $1 in --mpi*) ;; *) exit "$SRUN_CODE" ;; esac'),
                         ("scontrol", f'echo "$@" >{tmp_path}/requeued; kill $PPID')):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/bash\n{script}\n")
        program.chmod(0o755)
    return f"{tmp_path}/bin:{os.environ['PATH']}"


@pytest.mark.parametrize("srun_code, left, code", [
    (0, "no unit", 0),
    (137, "no unit", 0),
    (3, "a failed unit", 3),
    (0, "a failed unit", 3),
    (75, "units", QUEUED_AGAIN),
    (69, "units", QUEUED_AGAIN),
    (0, "units", QUEUED_AGAIN),      # Open MPI 5 after it lost a host, MPICH after an interrupt
    (129, "units", QUEUED_AGAIN), (138, "units", QUEUED_AGAIN),
    (140, "nothing", QUEUED_AGAIN), (152, "nothing", QUEUED_AGAIN),
    (143, "units", 143),             # cancelled
    (137, "units", 137),
    (1, "nothing", 1),
    (0, "nothing", 1),
    (2, "no unit", 2),               # refused, and the record is another job's
])
def test_the_record_decides(slurm, made_up_sweep, tmp_path, srun_code, left, code):
    record = tmp_path / "sweep.h5"
    if left != "nothing":
        subprocess.run([DRIVER, "--record", record, *LEFT_IN_THE_RECORD[left]], timeout=60,
                       stdout=subprocess.DEVNULL, check=False)
    done = subprocess.run(
        [ROOT / "slurm" / "step", "--record", record, "--retry-failed"], capture_output=True,
        text=True, timeout=60, env=os.environ | {
            "PATH": slurm, "SRUN_CODE": str(srun_code), "SYNCGAP": str(made_up_sweep),
            "SLURM_JOB_ID": "17"})
    assert done.returncode == code, done.stderr
    requeued = tmp_path / "requeued"
    assert requeued.exists() == (code == QUEUED_AGAIN)
    if requeued.exists():
        assert requeued.read_text() == "requeue 17\n"


def test_the_record_of_a_real_job_is_found(tmp_path):
    job = ROOT / "jobs" / "quickstart.toml"
    for words, record in (([job, "--profile", "smoke", "-q"], "out/quickstart-smoke.h5"),
                          (["--record=a.h5", "--retry-failed", job, "--resume", "--extend"],
                           "a.h5")):
        answer = subprocess.run([ROOT / "slurm" / "record", *words], text=True, check=True,
                                stdout=subprocess.PIPE, cwd=tmp_path, timeout=60)
        assert answer.stdout.strip() == record


def test_a_part_of_a_job_takes_all_words_of_run(tmp_path):
    words = [ROOT / "jobs" / "quickstart.toml", "--profile", "smoke", "--retry-failed", "--extend"]
    answer = subprocess.run([ROOT / "slurm" / "slice", "1", "2", "theta", *words], text=True,
                            check=True, stdout=subprocess.PIPE, cwd=tmp_path, timeout=60)
    found = answer.stdout.splitlines()
    assert found[:len(words)] == [str(word) for word in words]
    assert found[-2:] == ["--record", "out/quickstart-smoke.theta-1-of-2.h5"]
