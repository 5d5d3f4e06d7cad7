"""Others at work on a record: programs that write to it, runs that want it too, whoever takes it
away. A sweep loses no number to them, and nobody's file is overwritten."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import pytest
from made_up import UNITS
from processes import (
    AT_ONCE,
    BAD_INPUT,
    DONE,
    DRAINED,
    ROOT,
    Driver,
    Run,
    descendants_of,
    is_alive,
    observables,
    statuses,
    units_begun,
    wait_until,
)

# Other programs

def add_note_by_h5py(path, mode):
    with h5py.File(path, mode) as file:
        file.attrs["note"] = "added by hand"
        file["value"].attrs["note"] = "looks right"


def add_note_by_netcdf(path, mode):
    with pytest.importorskip("netCDF4").Dataset(path, mode) as file:
        file.note = "added by hand"
        file["value"].note = "looks right"


@pytest.mark.parametrize("add, mode", [(add_note_by_h5py, "r+"), (add_note_by_h5py, "a"),
                                       (add_note_by_netcdf, "a")])
def test_a_record_that_another_program_wrote_to_is_sealed_again(half_done, syncgap, reference,
                                                                tmp_path, add, mode):
    done = (statuses(half_done.record) == DONE).nonzero()[0]
    add(half_done.record, mode)
    for command in ("verify", "status", "pack"):
        told = subprocess.run([syncgap, command, half_done.record], capture_output=True, text=True)
        assert told.returncode == BAD_INPUT
        assert f"`syncgap repair {half_done.record}`" in told.stderr
    if mode == "r+":
        repair = subprocess.run([syncgap, "repair", half_done.record], capture_output=True,
                                text=True)
        assert repair.returncode == 0, repair.stderr
        assert "header, axes and observables match their checksum" in repair.stdout
        assert f"{len(done)} of {len(done)} done units match their checksums" in repair.stdout
        assert not half_done.lock.exists()
    log = tmp_path / "log"
    half_done.run(*UNITS, "--log", log, ranks=2)
    assert not set(done) & set(units_begun(log))
    assert observables(half_done.record) == reference
    with h5py.File(half_done.record) as file:
        # netCDF writes text as bytes.
        assert "added by hand" in str(file.attrs["note"])
        assert "looks right" in str(file["value"].attrs["note"])


def test_the_program_itself_says_that_it_sealed_a_record_again(syncgap, run_job):
    record = run_job(ROOT / "jobs/multimodal_figure4.toml", "--profile", "smoke")
    with h5py.File(record, "r+") as file:
        file.attrs["note"] = "added by hand"
    told = subprocess.run([syncgap, "run", ROOT / "jobs/multimodal_figure4.toml", "--profile",
                           "smoke", "--record", record], capture_output=True, text=True)
    assert told.returncode == 0 and "nothing is left to run" in told.stdout
    assert "another program had the record open for writing" in told.stderr
    assert "it is sealed again" in told.stderr


def test_numbers_that_another_program_changed_are_computed_again(half_done, reference, tmp_path):
    with h5py.File(half_done.record, "r+") as file:
        first = int((file["unit_status"][...] == DONE).nonzero()[0][0])
        file["value"][first] = 7.0
    report = half_done.run(*UNITS)
    assert report["damaged"] == 1
    assert observables(half_done.record) == reference


def test_an_axis_that_another_program_changed_is_refused(half_done, syncgap):
    with h5py.File(half_done.record, "r+") as file:
        file["unit_number"][3] = 77
    before = half_done.record.read_bytes()
    told = subprocess.run([syncgap, "repair", half_done.record], capture_output=True, text=True)
    assert told.returncode == BAD_INPUT
    for message in (told.stderr, half_done.run(*UNITS, expect=BAD_INPUT)):
        assert "do not match their checksum" in message
    assert half_done.record.read_bytes() == before


def test_a_record_with_half_a_seal_is_sealed_again(half_done, reference):
    os.truncate(half_done.record, half_done.record.stat().st_size - 1)
    half_done.run(*UNITS)
    assert observables(half_done.record) == reference


# Other runs, and people

def test_a_second_run_on_one_record_is_refused_and_the_first_goes_on(driver, reference, tmp_path):
    log = tmp_path / "log"
    # Long enough for two launches of MPI, which take seconds where names are resolved slowly.
    first = driver.start(*UNITS, "--sleep", 0.5, "--log", log, ranks=2)
    wait_until(lambda: len(units_begun(log)) > 3, "the first run is at work")
    for ranks in (1, 2):
        message = driver.run(*UNITS, ranks=ranks, expect=BAD_INPUT)
        assert f"the record is in use ({driver.record}, by process " in message
        assert message.count("sweep_driver:") == 1
    seen = len(units_begun(log))
    wait_until(lambda: len(units_begun(log)) > seen, "the first run goes on")
    os.kill(first.rank_pids()[0], signal.SIGUSR2)
    code, out, err = first.finish()
    assert code == DRAINED, err
    rest = tmp_path / "rest"
    driver.run(*UNITS, "--log", rest)
    assert sorted([*units_begun(log), *units_begun(rest)]) == list(range(200))
    assert observables(driver.record) == reference
    assert not driver.lock.exists()


def test_two_runs_started_at_once_never_share_a_record(driver, reference, tmp_path):
    for attempt in range(4):
        driver.record.unlink(missing_ok=True)
        logs = [tmp_path / f"log{attempt}{i}" for i in range(2)]
        runs = [driver.start(*UNITS, "--sleep", 0.002, "--log", log) for log in logs]
        codes = [run.finish()[0] for run in runs]
        assert sorted(codes) in ([0, 0], [0, BAD_INPUT])
        begun = [*units_begun(logs[0]), *units_begun(logs[1])]
        assert sorted(begun) == list(range(200)), "a unit was run twice or not at all"
        assert observables(driver.record) == reference


@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_record_has_one_run_whichever_of_its_names_is_given(driver, syncgap, reference, tmp_path,
                                                              link, elsewhere):
    log = tmp_path / "log"
    (tmp_path / "folder").mkdir()
    name = tmp_path / ("folder/other.h5" if elsewhere else "other.h5")
    first = driver.start(*UNITS, "--sleep", 0.5, "--log", log, ranks=2)
    wait_until(lambda: len(units_begun(log)) > 1, "the first run is at work")
    link(driver.record, name)
    message = Driver(driver.program, name).run(*UNITS, ranks=2, expect=BAD_INPUT)
    assert f"the record is in use ({name}, by " in message
    told = subprocess.run([syncgap, "status", name], capture_output=True, text=True, check=True)
    assert "running    no" not in told.stdout
    os.kill(first.rank_pids()[0], signal.SIGUSR2)
    assert first.finish()[0] == DRAINED
    Driver(driver.program, name).run(*UNITS, ranks=2)
    assert observables(driver.record) == reference
    assert {path.name for path in tmp_path.rglob("*.lock")} == set()


def test_what_a_killed_run_of_one_member_of_a_group_leaves_does_not_stop_another(driver):
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv to be two people")
    group = 54321
    with tempfile.TemporaryDirectory() as shared:  # not in pytest's private folders
        os.chown(shared, 0, group)
        os.chmod(shared, 0o2775)
        shared = Path(shared)
        Driver(driver.program, shared / "record.h5").run_part(5, *UNITS)
        os.chmod(shared / "record.h5", 0o664)
        go_on_and_be_killed(driver.program, shared / "record.h5", 54322, group)
        # As an older version left it: only its owner may write it.
        os.chmod(shared / "record.h5.lock", 0o644)
        go_on_and_be_killed(driver.program, shared / "record.h5", 54323, group)


def go_on_and_be_killed(program, record, person, group):
    run = Run(1, ["setpriv", f"--reuid={person}", f"--regid={group}", "--clear-groups", program,
                  "--record", record, *UNITS, "--sleep", 0.5])
    done = (statuses(record) == DONE).sum()
    try:
        wait_until(lambda: not is_alive(run.pid) or (statuses(record) == DONE).sum() > done,
                   "a unit")
        assert is_alive(run.pid), run.finish()
    finally:
        run.kill()
        run.finish()
    left = record.with_name("record.h5.lock").stat()
    assert left.st_uid == person and left.st_gid == group and left.st_mode & 0o060 == 0o060


def test_ranks_that_outlive_their_run_keep_others_out(driver, tmp_path):
    """Rank 0 is gone, another rank is stuck in its unit and may still write."""
    log = tmp_path / "log"
    run = driver.start(*UNITS, "--stuck", 199, "--order-seed", 5, "--log", log, ranks=2,
                       environment=AT_ONCE)
    wait_until(lambda: 199 in units_begun(log), "the stuck unit")
    pids = run.rank_pids()
    # The launcher is stopped, so that it cannot clean up; MPICH's helper too.
    for pid in {run.pid, *descendants_of(run.pid)} - set(pids):
        os.kill(pid, signal.SIGSTOP)
    os.kill(pids[0], signal.SIGKILL)
    time.sleep(0.1)
    message = driver.run(*UNITS, expect=BAD_INPUT)
    assert "the record is in use" in message
    run.kill()
    run.finish()
    wait_until(lambda: driver.start(*UNITS).finish()[0] == 0, "a run once they are gone")


@pytest.mark.parametrize("how", ["removed", "moved", "replaced", "cut", "opened", "overwritten"])
def test_a_record_taken_away_while_running_stops_the_sweep(driver, reference, tmp_path, how):
    log, aside = tmp_path / "log", tmp_path / "aside.h5"
    run = driver.start("--units", 2000, "--doubles", 64, "--sleep", 0.01, "--log", log, ranks=2)
    wait_until(lambda: len(units_begun(log)) > 20, "some units")
    size = driver.record.stat().st_size
    if how == "removed":
        driver.record.unlink()
    elif how == "moved":
        driver.record.rename(aside)
    elif how == "replaced":
        shutil.copy(driver.record, aside)
        os.replace(aside, driver.record)
    elif how == "opened":
        add_note_by_h5py(driver.record, "r+")
    elif how == "overwritten":
        Driver(driver.program, aside).run("--units", 2000, "--doubles", 64)
        assert aside.stat().st_size == size
        # As `cp` does it: the same file, with the other one's bytes.
        with open(aside, "rb") as other, open(driver.record, "wb") as own:
            shutil.copyfileobj(other, own)
        begun, theirs = len(units_begun(log)), aside.read_bytes()
    else:
        os.truncate(driver.record, size // 2)
    code, out, err = run.finish(15)
    assert code == BAD_INPUT, f"{code} {out} {err}"
    expected = {"cut": "changed its length", "opened": "changed its length",
                "overwritten": "while the sweep ran"}.get(how, "no longer at its place")
    assert expected in out
    if how == "opened":
        driver.run("--units", 2000, "--doubles", 64, ranks=2)
    if how == "overwritten":
        assert len(units_begun(log)) <= begun + 2, "a unit was begun after the record was another's"
        assert driver.record.read_bytes() == theirs
    if how == "moved":
        # What was written before and after went to the file itself, wherever it is.
        moved = Driver(driver.program, aside)
        done = (statuses(aside) == DONE).nonzero()[0]
        again = tmp_path / "again"
        moved.run("--units", 2000, "--doubles", 64, "--log", again, ranks=2)
        assert not set(done) & set(units_begun(again))
