"""`python3 -m analysis --watch` beside a sweep that runs."""

import os
import re
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
from command import analyse, check_page
from processes import ROOT, wait_until
from synthetic import toy_plan, write

RELOAD = "<meta http-equiv='refresh' content='1'>"


def start(*words):
    return subprocess.Popen([sys.executable, "-m", "analysis", "--watch", *map(str, words)],
                            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)


@pytest.fixture
def begun(tmp_path):
    """A record whose units are still to come."""
    plan = toy_plan()
    plan.status = np.zeros((2, 5), np.uint8)
    return write(tmp_path / "toy.h5", plan)


def finish_units(record, *places):
    with h5py.File(record, "r+", locking=False) as file:
        for place in places:
            file["unit_status"][place] = 1


def test_the_page_follows_a_real_sweep_and_ends_with_it(tmp_path, driver_program):
    record, page = tmp_path / "made-up.h5", tmp_path / "made-up-report/report.html"
    sweep = subprocess.Popen([driver_program, "--record", record, "--units", "60",
                              "--sleep", "0.1"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    wait_until(record.exists, "a record")
    watching = start(record, "--interval", "0.3", "--format", "png")
    seen = set()
    while watching.poll() is None:
        if page.exists():
            text = page.read_text(encoding="utf-8")
            # At every moment there is a whole page.
            assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
            done = int(re.search(r"<b>(\d+) / 60</b>", text)[1])
            assert (RELOAD in text) == ("; written at " in text) == (done < 60)
            seen.add(done)
        time.sleep(0.02)
    out, err = watching.communicate()
    assert watching.returncode == 0 and err == "" and sweep.wait(10) == 0, err
    assert len(seen) > 2 and max(seen) == 60
    assert "units done, 0 failed" in out
    done = analyse(record, "--out", tmp_path / "after", "--format", "png")
    assert done.returncode == 0
    assert page.read_bytes() == (tmp_path / "after/report.html").read_bytes()
    assert not list(page.parent.rglob("*.part"))


def test_nothing_is_written_where_nothing_changed(begun):
    page = begun.parent / "toy-report/report.html"
    watching = start(begun, "--interval", "0.2", "--format", "png")
    try:
        wait_until(page.exists, "a page")
        first = page.stat().st_mtime_ns
        time.sleep(1.5)
        assert page.stat().st_mtime_ns == first
        finish_units(begun, (0, 0))
        wait_until(lambda: "1 / 10" in page.read_text(encoding="utf-8"), "the unit")
        finish_units(begun, *((i, j) for i in range(2) for j in range(5)))
        assert watching.wait(30) == 0
        check_page(page.read_text(encoding="utf-8"))
        assert RELOAD not in page.read_text(encoding="utf-8")
    finally:
        watching.kill()


def test_ctrl_c_leaves_a_page_that_stays(begun):
    page = begun.parent / "toy-report/report.html"
    watching = start(begun, "--interval", "1", "--format", "png")
    wait_until(page.exists, "a page")
    assert RELOAD in page.read_text(encoding="utf-8")
    os.killpg(watching.pid, signal.SIGINT)  # as a terminal sends it
    _, err = watching.communicate(timeout=30)
    assert watching.returncode == 0 and err == ""
    text = page.read_text(encoding="utf-8")
    assert RELOAD not in text and "0 / 10" in text
    check_page(text)


def test_a_record_that_breaks_meanwhile_is_said(begun):
    page = begun.parent / "toy-report/report.html"
    watching = start(begun, "--interval", "0.2", "--format", "png")
    wait_until(page.exists, "a page")
    begun.unlink()
    _, err = watching.communicate(timeout=30)
    assert watching.returncode == 3 and "no such file" in err


def test_the_interval_is_a_time():
    for wrong in ("0", "soon", "nan"):
        done = analyse("--watch", "--interval", wrong, "record.h5")
        assert done.returncode == 2 and "no number of seconds" in done.stderr
