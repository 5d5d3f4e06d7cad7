"""Sweeps under a real Slurm: drain before the wall, requeue, finish, fail, teams over nodes.

Most sweeps here are made-up units that sleep, run by the real engine: their values depend on the
unit alone, so the undisturbed run to compare with takes no time.
"""

import collections
import contextlib
import os
import pathlib
import subprocess

import h5py
import numpy as np
import pytest
from cluster import wait_until
from conftest import ROOT

DRIVER = os.environ["SYNCGAP_SWEEP_DRIVER"]
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
SIGNAL = "USR2@50"  # of a wall of 60 s; Slurm looks at walls every 30 s


def observables(record):
    """Every dataset of a record but the timings, as bytes."""
    with h5py.File(record) as file:
        return {name: file[name][()].tobytes() for name in file
                if isinstance(file[name], h5py.Dataset) and name != "unit_seconds"}


def undisturbed(folder, units, *arguments):
    record = folder / "undisturbed.h5"
    subprocess.run([DRIVER, "--record", record, "--units", str(units), *arguments], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)
    return record


def submit(cluster, folder, script, options, arguments, program):
    answer = cluster.run(
        "sbatch", "--parsable", f"--output={folder}/job.out", f"--chdir={folder}", *options,
        ROOT / "slurm" / script, *arguments, env=cluster.environment | {"SYNCGAP": str(program)})
    return answer.stdout.strip()


class Short:
    """The sweep with too short a wall, submitted first and looked at last."""
    units = 90
    seconds_a_unit = 1.0  # on two ranks 45 s, and the signal comes within 30


@pytest.fixture(scope="module", autouse=True)
def short_wall(cluster, made_up_sweep, tmp_path_factory):
    sweep = Short()
    sweep.folder = tmp_path_factory.mktemp("short")
    sweep.record = sweep.folder / "sweep.h5"
    sweep.log = sweep.folder / "begun"
    sweep.job = submit(
        cluster, sweep.folder, "cpu_sweep.sbatch", ["--ntasks=2", "--time=1", f"--signal={SIGNAL}",
                                                    "--mem-per-cpu=100M"],
        ["--record", sweep.record, "--units", sweep.units, "--sleep", sweep.seconds_a_unit,
         "--log", sweep.log], made_up_sweep)
    return sweep


def listening_addresses(names):
    """Local TCP addresses that processes of these names listen on, as /proc writes them."""
    sockets = set()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text().strip() in names:
                sockets |= {os.readlink(handle) for handle in (process / "fd").iterdir()}
    lines = [line.split() for table in ("tcp", "tcp6")
             for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [fields[1] for fields in lines
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets]


def test_nothing_listens_where_others_could_reach_it(cluster):
    listening = listening_addresses({"slurmctld", "slurmd", "slurmstepd", "srun", "sweep_driver"})
    assert len(listening) >= 3
    private = os.readlink("/proc/self/ns/net") != os.environ["SYNCGAP_OUTER_NETWORK"]
    assert private or all(address.startswith("0100007F:") for address in listening)


def test_a_failing_unit_fails_the_job_and_no_other_unit(cluster, made_up_sweep, tmp_path):
    record = tmp_path / "sweep.h5"
    job = submit(cluster, tmp_path, "cpu_sweep.sbatch", ["--ntasks=2", "--mem-per-cpu=100M"],
                 ["--record", record, "--units", 20, "--fail", 7], made_up_sweep)
    ended = cluster.wait_for(job, ENDED, 60)
    assert (ended["JobState"], ended["ExitCode"], ended["Restarts"]) == ("FAILED", "3:0", "0")
    with h5py.File(record) as file:
        status = file["unit_status"][()].ravel()
    assert status[7] == 2 and np.count_nonzero(status == 1) == 19


def test_bad_input_fails_the_job(cluster, tmp_path):
    job = submit(cluster, tmp_path, "cpu_sweep.sbatch", ["--ntasks=2", "--mem-per-cpu=100M"],
                 ["no_such_job.toml"], os.environ["SYNCGAP"])
    ended = cluster.wait_for(job, ENDED, 60)
    assert (ended["JobState"], ended["ExitCode"], ended["Restarts"]) == ("FAILED", "2:0", "0")
    told = (tmp_path / "job.out").read_text()
    assert told.count("no_such_job.toml") == 1, told


def test_a_missing_program_is_said(cluster, tmp_path):
    job = submit(cluster, tmp_path, "cpu_sweep.sbatch", ["--ntasks=1", "--mem-per-cpu=100M"],
                 ["x.toml"], "/nowhere/syncgap")
    assert cluster.wait_for(job, ENDED, 60)["ExitCode"] == "2:0"
    assert "no program at /nowhere/syncgap" in (tmp_path / "job.out").read_text()


def test_a_cancelled_job_stays_cancelled(cluster, made_up_sweep, tmp_path):
    log = tmp_path / "begun"
    job = submit(cluster, tmp_path, "cpu_sweep.sbatch", ["--ntasks=1", "--mem-per-cpu=100M"],
                 ["--record", tmp_path / "sweep.h5", "--units", 1000, "--sleep", 0.2, "--log", log],
                 made_up_sweep)
    wait_until(log.exists, 60, "the first unit")
    cluster.run("scancel", job)
    ended = cluster.wait_for(job, ENDED, 60)
    assert (ended["JobState"], ended["Restarts"]) == ("CANCELLED", "0")
    wait_until(lambda: not cluster.run("squeue", "-h", "-j", job, check=False).stdout, 30,
               "its end")
    assert cluster.job(job)["Restarts"] == "0"


def test_teams_over_two_nodes(cluster, made_up_sweep, tmp_path):
    record = tmp_path / "sweep.h5"
    job = submit(cluster, tmp_path, "data_parallel.sbatch",
                 ["--nodes=2", "--gpus-per-node=2", "--ntasks-per-node=2", "--cpus-per-task=1",
                  "--mem=400M"],
                 ["--record", record, "--units", 40, "--sleep", 0.02, "--ranks-per-unit", 2],
                 made_up_sweep)
    ended = cluster.wait_for(job, ENDED, 90)
    told = (tmp_path / "job.out").read_text()
    assert (ended["JobState"], ended["NodeList"]) == ("COMPLETED", "n[1-2]"), told
    assert '"teams": 2' in told
    assert observables(record) == observables(undisturbed(tmp_path, 40))


def test_single_ranks_over_two_nodes_share_the_work(cluster, made_up_sweep, tmp_path):
    record = tmp_path / "sweep.h5"
    job = submit(cluster, tmp_path, "gpu_sweep.sbatch",
                 ["--nodes=2", "--gpus-per-node=1", "--ntasks-per-node=1", "--cpus-per-task=1",
                  "--mem=400M"],
                 ["--record", record, "--units", 100, "--sleep", 0.02], made_up_sweep)
    ended = cluster.wait_for(job, ENDED, 90)
    told = (tmp_path / "job.out").read_text()
    assert ended["JobState"] == "COMPLETED", told
    assert '"teams": 2' in told and '"done": 100' in told
    assert observables(record) == observables(undisturbed(tmp_path, 100))


def test_a_sweep_with_too_short_a_wall_drains_is_queued_again_and_finishes(cluster, short_wall,
                                                                           tmp_path):
    ended = cluster.wait_for(short_wall.job, ENDED, 240)
    told = (short_wall.folder / "job.out").read_text()
    assert (ended["JobState"], ended["ExitCode"]) == ("COMPLETED", "0:0"), told
    restarts = int(ended["Restarts"])
    assert restarts >= 1 and told.count("queueing job") == restarts
    begun = collections.Counter(short_wall.log.read_text().split())
    assert begun == {str(unit): 1 for unit in range(short_wall.units)}, "each unit ran just once"
    expected = undisturbed(tmp_path, short_wall.units)
    assert observables(short_wall.record) == observables(expected)
