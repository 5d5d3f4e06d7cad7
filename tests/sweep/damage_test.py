"""Disks that are full, folders one may not write to, records that are damaged, cut, packed, shared,
removed: each a clear refusal or a repair, never a wrong or lost number."""

import os
import shutil
import signal
import subprocess
import time

import h5py
import pytest
from places import fill, punch_hole, read_only, small_disk
from processes import (
    AT_ONCE,
    BAD_INPUT,
    DAMAGED,
    DONE,
    DRAINED,
    Driver,
    descendants_of,
    observables,
    statuses,
    units_begun,
    wait_until,
)

UNITS = ("--units", 200, "--doubles", 64)


@pytest.fixture(scope="module")
def reference(driver_program, tmp_path_factory):
    driver = Driver(driver_program, tmp_path_factory.mktemp("undisturbed") / "record.h5")
    driver.run(*UNITS)
    return observables(driver.record)


@pytest.fixture
def half_done(driver):
    """A record whose sweep was drained half way."""
    driver.run_part(20, *UNITS)
    return driver


def cell_offset(record, unit):
    with h5py.File(record) as file:
        return file["value"].id.get_offset() + unit * file["value"][0].nbytes


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


# Full disks

def test_a_disk_too_small_is_refused_before_anything_is_written(driver_program, tmp_path):
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        driver = Driver(driver_program, disk / "record.h5")
        message = driver.run("--units", 100000, "--doubles", 64, ranks=2, expect=BAD_INPUT)
        assert "not enough room for the record" in message and "--record" in message
        assert message.count("sweep_driver:") == 1
        assert list(disk.iterdir()) == []


def test_a_disk_that_fills_while_the_record_is_made_leaves_no_half_record(driver_program, tmp_path):
    with small_disk(tmp_path / "disk", 600 << 20) as disk:
        driver = Driver(driver_program, disk / "record.h5")
        run = driver.start("--units", 1000, "--doubles", 65536)  # 524 MB
        growing = disk / "record.h5.writing"
        wait_until(lambda: growing.exists() or driver.record.exists(), "the record begins to grow")
        os.kill(run.pid, signal.SIGSTOP)
        filler = fill(disk)
        os.kill(run.pid, signal.SIGCONT)
        code, out, err = run.finish()
        if driver.record.exists():
            pytest.skip("this machine made the record before it could be disturbed")
        assert code == BAD_INPUT, f"{code} {out} {err}"
        assert "No space left on device" in err or "free space" in err
        assert [path.name for path in disk.iterdir()] == ["filler"]
        filler.unlink()
        run = driver.start("--units", 1000, "--doubles", 65536, "--sleep", 10)
        wait_until(driver.record.exists, "a record once there is room")
        run.kill()
        run.finish()


def test_a_full_inode_table_is_a_clear_refusal(driver_program, tmp_path):
    with small_disk(tmp_path / "disk", 64 << 20, ",nr_inodes=2") as disk:
        driver = Driver(driver_program, disk / "record.h5")
        message = driver.run(*UNITS, expect=BAD_INPUT)
        assert "cannot create" in message
        assert list(disk.iterdir()) == []


def test_a_disk_that_fills_later_stops_the_sweep_and_loses_nothing(driver_program, tmp_path,
                                                                 reference):
    # A laid-out record has its space already, except on file systems that copy on write. Holes make
    # an ordinary one behave like that.
    with small_disk(tmp_path / "disk", 8 << 20) as disk:
        driver = Driver(driver_program, disk / "record.h5")
        driver.run_part(20, *UNITS)
        done = int((statuses(driver.record) == DONE).sum())
        end = cell_offset(driver.record, 0) + 200 * 512
        first_hole = (cell_offset(driver.record, done) // 4096 + 1) * 4096
        punch_hole(driver.record, first_hole, end // 4096 * 4096 - first_hole)
        spare = disk / "spare"
        spare.write_bytes(bytes(4096))
        filler = fill(disk)
        spare.unlink()  # the lock file has room
        log = tmp_path / "log"
        message = driver.run(*UNITS, "--log", log, ranks=2, expect=BAD_INPUT)["broken"]
        assert "No space left on device" in message and "free some space" in message
        assert not driver.lock.exists()
        before = set((statuses(driver.record) == DONE).nonzero()[0])
        filler.unlink()
        again = tmp_path / "again"
        driver.run(*UNITS, "--log", again, ranks=2)
        assert not before & set(units_begun(again))
        assert observables(driver.record) == reference


# Folders

def test_a_read_only_folder_is_refused(driver_program, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with read_only(folder):
        message = Driver(driver_program, folder / "record.h5").run(*UNITS, ranks=2,
                                                                  expect=BAD_INPUT)
    assert "Read-only file system" in message and "choose another place with --record" in message


def test_a_record_in_a_folder_that_became_read_only_is_refused_and_kept(half_done):
    before = observables(half_done.record)
    with read_only(half_done.record.parent):
        message = half_done.run(*UNITS, expect=BAD_INPUT)
    assert "Read-only file system" in message
    assert observables(half_done.record) == before


def test_a_folder_of_someone_else_is_refused(driver_program, tmp_path):
    if os.geteuid() != 0:
        folder = tmp_path / "folder"
        folder.mkdir(mode=0o555)
        message = Driver(driver_program, folder / "record.h5").run(*UNITS, expect=BAD_INPUT)
    else:
        # Root may write anywhere; another user may not. Not through pytest's private folders.
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if shutil.which("setpriv") is None:
            pytest.skip("no setpriv")
        if subprocess.run([*nobody, driver_program, "--help"], capture_output=True).returncode != 0:
            pytest.skip("another user cannot run the driver where it lies")
        words = [driver_program, "--record", "/usr/record.h5", "--units", "5"]
        done = subprocess.run([*nobody, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == BAD_INPUT, done.stderr
        message = done.stderr
    assert "Permission denied" in message and "choose another place with --record" in message


# Damage

def test_a_flipped_byte_in_a_done_cell_is_found_and_repaired(driver, syncgap, reference, tmp_path):
    driver.run(*UNITS)
    flip(driver.record, cell_offset(driver.record, 77) + 100)
    found = subprocess.run([syncgap, "verify", driver.record], capture_output=True, text=True)
    assert found.returncode == DAMAGED
    assert "damaged: unit 77 (unit_number=77) does not match its checksum" in found.stdout
    assert "199 of 200 done units match" in found.stdout
    log = tmp_path / "log"
    report = driver.run(*UNITS, "--log", log, ranks=2)
    assert report["damaged"] == 1 and log.read_text() == "77\n"
    assert observables(driver.record) == reference
    assert subprocess.run([syncgap, "verify", driver.record], capture_output=True).returncode == 0


def test_a_flipped_byte_in_a_checksum_is_repaired_too(driver, reference, tmp_path):
    driver.run(*UNITS)
    with h5py.File(driver.record) as file:
        offset = file["unit_checksum"].id.get_offset()
    flip(driver.record, offset + 8 * 5)
    log = tmp_path / "log"
    assert driver.run(*UNITS, "--log", log)["damaged"] == 1
    assert log.read_text() == "5\n"
    assert observables(driver.record) == reference


def test_a_flipped_status_never_passes_for_a_result(driver, reference, tmp_path):
    driver.run_part(20, *UNITS)
    with h5py.File(driver.record) as file:
        offset = file["unit_status"].id.get_offset()
    with open(driver.record, "r+b") as file:
        file.seek(offset + 199)
        file.write(bytes([DONE]))
    report = driver.run(*UNITS)
    assert report["damaged"] == 1
    assert observables(driver.record) == reference


def refused(driver, syncgap, *expected):
    """Both a run and `verify` refuse the file, and neither changes it."""
    before = driver.record.read_bytes()
    message = driver.run(*UNITS, ranks=2, expect=BAD_INPUT)
    assert message.count("sweep_driver:") == 1
    verify = subprocess.run([syncgap, "verify", driver.record], capture_output=True, text=True)
    assert verify.returncode == BAD_INPUT
    for text in (message, verify.stderr):
        assert str(driver.record) in text
        assert any(words in text for words in expected), text
    assert driver.record.read_bytes() == before
    assert not driver.lock.exists()


@pytest.mark.parametrize("where", ["superblock", "attribute", "seal"])
def test_a_flipped_byte_in_the_structure_is_refused(half_done, syncgap, where):
    data = half_done.record.read_bytes()
    offset = {"superblock": 20, "attribute": data.index(b"made_up"), "seal": len(data) - 70}[where]
    flip(half_done.record, offset)
    refused(half_done, syncgap, "the record cannot be trusted")


@pytest.mark.parametrize("left", [0, 5, 100, 4096, -1000, -1])
def test_a_truncated_record_is_refused(half_done, syncgap, left):
    size = half_done.record.stat().st_size
    os.truncate(half_done.record, left % size)
    refused(half_done, syncgap, "the record cannot be trusted", "is not a syncgap record")


def test_a_packed_copy_is_refused(half_done, syncgap, tmp_path):
    packed = tmp_path / "packed.h5"
    subprocess.run([syncgap, "pack", half_done.record, "--output", packed], check=True,
                   capture_output=True)
    assert observables(packed) == observables(half_done.record)
    refused(Driver(half_done.program, packed), syncgap, "packed")


def test_a_file_of_another_kind_is_refused(driver, syncgap):
    driver.record.write_text("g,theta\n0.1,0.2\n" * 1000)
    refused(driver, syncgap, "it is not an HDF5 file")
    driver.record.unlink()
    with h5py.File(driver.record, "w") as file:
        file["g"] = [1.0, 2.0]
    refused(driver, syncgap, "its seal is missing")


def test_a_record_another_program_changed_is_refused(half_done, syncgap):
    with h5py.File(half_done.record, "r+") as file:
        file.attrs["note"] = "added by hand"
    refused(half_done, syncgap, "the record cannot be trusted")


# Others at work

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


@pytest.mark.parametrize("how", ["removed", "moved", "replaced", "cut"])
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
    else:
        os.truncate(driver.record, size // 2)
    code, out, err = run.finish(15)
    assert code == BAD_INPUT, f"{code} {out} {err}"
    expected = "changed its length" if how == "cut" else "no longer at its place"
    assert expected in out
    if how == "moved":
        # What was written before and after went to the file itself, wherever it is.
        moved = Driver(driver.program, aside)
        done = (statuses(aside) == DONE).nonzero()[0]
        again = tmp_path / "again"
        moved.run("--units", 2000, "--doubles", 64, "--log", again, ranks=2)
        assert not set(done) & set(units_begun(again))
