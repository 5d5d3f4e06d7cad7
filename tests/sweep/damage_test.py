"""Disks that are full, folders one may not write to, records that are damaged, cut, packed: each a
clear refusal or a repair, never a wrong or lost number."""

import os
import shutil
import signal
import subprocess

import h5py
import pytest
from made_up import UNITS
from places import fill, punch_hole, read_only, small_disk
from processes import (
    BAD_INPUT,
    DAMAGED,
    DONE,
    Driver,
    observables,
    statuses,
    units_begun,
    wait_until,
)


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


@pytest.mark.parametrize("left", [0, 5, 100, 4096, -1000])
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
