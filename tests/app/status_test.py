"""What `status` says of records, packed copies and runs."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile

import h5py
import numpy as np
import pytest
from processes import BAD_INPUT, SUCCESS, UNITS_FAILED, units_begun, wait_until


@pytest.fixture
def call(syncgap):
    """Runs the program and returns what it writes to standard output."""

    def run(*words, expect=SUCCESS):
        done = subprocess.run([str(word) for word in (syncgap, *words)], capture_output=True,
                              text=True)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def refusal(syncgap):
    """The message with which the program refuses to do something."""

    def run(*words):
        done = subprocess.run([str(word) for word in (syncgap, *words)], capture_output=True,
                              text=True)
        assert done.returncode == BAD_INPUT and done.stdout == ""
        return done.stderr

    return run


def test_status_reads_a_packed_copy_and_other_commands_say_what_they_want(driver, call, refusal):
    driver.run("--units", 30, "--fail", 7, expect=UNITS_FAILED)
    packed = driver.record.with_name("packed.h5")
    call("pack", driver.record, "--output", packed)
    one, other = (json.loads(call("status", path, "--json")) for path in (driver.record, packed))
    assert one == other and one["failed"] == 1
    call("status", packed, "--exit-code", expect=UNITS_FAILED)
    out = call("repair", packed)
    assert "nothing to repair" in out
    for command in ("verify", "pack"):
        message = refusal(command, packed)
        assert "this is a packed copy" in message and "--record" not in message
    with h5py.File(packed, "r+") as file:
        file.attrs["note"] = "added by hand"
    message = refusal("status", packed)
    assert "`syncgap repair" in message and "--record" not in message
    call("repair", packed)
    assert json.loads(call("status", packed, "--json")) == one


def test_a_record_that_may_not_be_read_is_refused_without_advice_for_runs(driver, syncgap):
    driver.run("--units", 3)
    with tempfile.TemporaryDirectory() as folder:  # not in pytest's private folders
        os.chmod(folder, 0o755)
        record = shutil.copy(driver.record, folder)
        os.chmod(record, 0)
        # Root may read everything; another user may not.
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if os.geteuid() == 0 and shutil.which("setpriv") is None:
            pytest.skip("no setpriv")
        words = [*(nobody if os.geteuid() == 0 else []), syncgap, "status", record]
        done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == BAD_INPUT
    assert done.stderr.endswith("Permission denied): check its permissions\n")


@pytest.mark.parametrize("host, started", [("elsewhere", 2e9), ("elsewhere", 0.0), (None, 9e9)])
def test_rates_and_times_left_do_not_depend_on_the_clocks_of_hosts(driver, call, host, started):
    """A note as a run on another host would write it, or on another one of the same name."""
    driver.run_part(20, "--units", 200)
    run = driver.start("--units", 200, "--sleep", 0.2)
    wait_until(lambda: json.loads(call("status", driver.record, "--json"))["running"], "a run")
    with run.held():
        driver.lock.write_text(f"host {host or socket.gethostname()}\nprocess {run.pid}\n"
                               f"ranks 1\nteams 1\nstarted {started}\n")
        report = json.loads(call("status", driver.record, "--json"))
        text = call("status", driver.record)
        with h5py.File(driver.record) as file:
            mean = np.nanmean(file["unit_seconds"][...])
    run.kill()
    run.finish()
    assert report["units_per_second"] == pytest.approx(1 / mean, rel=0.3)
    assert report["seconds_left"] == pytest.approx(report["pending"] * mean, rel=0.3)
    assert re.search(r"running +on \S+, process \d+, 1 rank, [\d.]+ units/s, 00:00:\d\d left", text)


def test_the_time_left_is_unknown_before_a_unit_is_finished(driver, call, tmp_path):
    log = tmp_path / "log"
    run = driver.start("--units", 1, "--stuck", 0, "--log", log)
    wait_until(lambda: len(units_begun(log)) == 1, "the unit")
    report = json.loads(call("status", driver.record, "--json"))
    text = call("status", driver.record)
    run.kill()
    run.finish()
    assert report["running"]
    assert report["units_per_second"] is None and report["seconds_left"] is None
    assert "time left not known yet" in text
