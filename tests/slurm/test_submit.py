"""slurm/submit and slurm/array.sbatch with a real job: sized from its plan, run, compared
bitwise."""

import json
import os
import re
import shlex
import subprocess

import h5py
import numpy as np
import pytest
from conftest import ROOT

import analysis

ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
JOB = ROOT / "jobs" / "quickstart.toml"
SMALL = ["--profile", "smoke", "--set", "experiment.trials=200"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    record = tmp_path_factory.mktemp("whole") / "whole.h5"
    subprocess.run([os.environ["SYNCGAP"], "run", JOB, *SMALL, "--record", record], check=True,
                   stdout=subprocess.DEVNULL, timeout=120)
    return record


def values(record):
    with h5py.File(record) as file:
        return {name: file[name][()] for name in file if "source" in file[name].attrs}


def submit(*arguments, check=True):
    return subprocess.run([ROOT / "slurm" / "submit", *map(str, arguments)], text=True, timeout=60,
                          check=check, capture_output=True)


def request(*arguments):
    """The sbatch options a dry run prints, as a dictionary, and its positional arguments."""
    line = submit("--dry-run", *arguments).stdout.splitlines()[-1]
    words = shlex.split(line)
    assert words[0] == "sbatch"
    options = dict(word[2:].split("=", 1) for word in words[1:] if re.match(r"--[\w-]+=", word))
    return options, [word for word in words[1:] if not re.match(r"--[\w-]+=", word)]


def plan(*arguments):
    answer = subprocess.run([os.environ["SYNCGAP"], "plan", *arguments, "--json"], check=True,
                            stdout=subprocess.PIPE, timeout=60)
    return json.loads(answer.stdout)


def minutes(text):
    hours, rest = text.split(":")[:2]
    return 60 * int(hours) + int(rest)


def trials_for(seconds):
    """The override that makes the whole job take about this long on one rank."""
    known = plan(JOB, "--set", "experiment.trials=1000000")["estimated_seconds_total"]
    return ["--set", f"experiment.trials={int(1000000 * seconds / known)}"]


def test_the_request_follows_the_plan():
    long = trials_for(4 * 3600)
    sizes = plan(JOB, *long)
    total, longest = (sizes[f"estimated_seconds_{name}"] for name in ("total", "longest_unit"))
    hour, target = request(JOB, *long, "--time", "60")
    assert target == [str(ROOT / "slurm" / "cpu_sweep.sbatch"), str(JOB), *long]
    assert minutes(hour["time"]) <= 60
    # Enough ranks for the wall, and no more than can be busy.
    assert total / 3600 <= int(hour["ntasks"]) <= np.ceil(total / longest)
    assert int(hour["signal"].removeprefix("USR2@")) >= longest
    half, _ = request(JOB, *long, "--time", "2:00:00")
    assert int(half["ntasks"]) < int(hour["ntasks"])
    assert int(hour["mem-per-cpu"].rstrip("M")) * 2**20 >= sizes["memory_bytes_per_rank"]


def test_a_small_job_asks_for_little():
    options, _ = request(JOB, *SMALL)
    assert options["ntasks"] == "1" and minutes(options["time"]) <= 10


def test_gpus_come_in_whole_nodes():
    options, target = request(JOB, *trials_for(8 * 3600), "--time", "120", "--gpus-per-node", "4")
    assert options["gpus-per-node"] == options["ntasks-per-node"] == "4"
    assert int(options["nodes"]) >= 2 and target[0].endswith("gpu_sweep.sbatch")


def test_options_for_sbatch_pass_through():
    options, _ = request(JOB, *SMALL, "--ranks", "3", "--", "--partition=long", "--account=physics")
    assert options["partition"] == "long" and options["account"] == "physics"


@pytest.mark.parametrize("arguments, message", [
    ([JOB, "--set", "experiment.trials=100000000000"], "raise --time"),
    (["no_such_job.toml"], "no_such_job.toml"),
    ([JOB, "--parts", "3"], "--parts and --axis"),
    ([JOB, "--ranks", "0"], "--ranks must be at least 1"),
    ([JOB, "--parts", "3", "--axis", "thta"],
     f"there is no axis 'thta' ({JOB}): choose a split axis, one of theta"),
    ([JOB, "--parts", "3", "--axis", "g"], "axis 'g' is captured"),
])
def test_what_cannot_be_submitted_is_refused(arguments, message):
    answer = submit(*arguments, "--dry-run", check=False)
    assert answer.returncode == 2 and message in answer.stderr


def test_submit_runs_the_job(cluster, undisturbed, tmp_path):
    record = tmp_path / "record.h5"
    answer = cluster.run(ROOT / "slurm" / "submit", JOB, *SMALL, "--record", record, "--ranks", 2,
                         "--", f"--output={tmp_path}/job.out")
    job = re.search(r"Submitted batch job (\d+)", answer.stdout)[1]
    ended = cluster.wait_for(job, ENDED, 120)
    assert ended["JobState"] == "COMPLETED", (tmp_path / "job.out").read_text()
    assert "units on 2 ranks" in (tmp_path / "job.out").read_text()
    whole, own = values(undisturbed), values(record)
    assert own.keys() == whole.keys() and len(own) > 5
    assert all(own[name].tobytes() == whole[name].tobytes() for name in whole)


def test_an_array_of_small_jobs_holds_the_bits_of_the_whole(cluster, undisturbed, tmp_path):
    answer = cluster.run(
        ROOT / "slurm" / "submit", JOB, *SMALL, "--record", tmp_path / "record.h5", "--parts", 4,
        "--axis", "theta", "--", f"--output={tmp_path}/job-%a.out")
    job = re.search(r"Submitted batch job (\d+)", answer.stdout)[1]
    for part in range(4):
        ended = cluster.wait_for(f"{job}_{part}", ENDED, 120)
        assert ended["JobState"] == "COMPLETED", (tmp_path / f"job-{part}.out").read_text()
    parts = sorted(tmp_path.glob("record.theta-*-of-4.h5"))
    assert sorted(analysis.open(part).sizes["theta"] for part in parts) == [2, 2, 2, 3]
    with analysis.open(*parts) as together:
        for name, whole in values(undisturbed).items():
            assert together[name].values.tobytes() == whole.tobytes(), name


def test_an_array_over_no_split_axis_is_refused(cluster, tmp_path):
    answer = cluster.run("sbatch", "--parsable", "--array=0-1", "--mem-per-cpu=100M",
                         f"--output={tmp_path}/job-%a.out", ROOT / "slurm" / "array.sbatch", 2,
                         "score", JOB)
    job = answer.stdout.strip()
    for part in range(2):
        assert cluster.wait_for(f"{job}_{part}", ENDED, 60)["ExitCode"] == "2:0"
    assert "axis 'score' is captured" in (tmp_path / "job-1.out").read_text()
