"""`syncgap status --watch` on a terminal and in a pipe, beside a real sweep."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time

import pytest
from processes import DRAINED, UNITS_FAILED, Run, statuses, wait_until

JOB = """
[experiment]
name = "exact_score"
trials = 20000
[axes]
theta = { linspace = [0.0, 1.0, 13], unit = "pi" }
score = ["path"]
method = ["plane"]
[run]
title = "Élan of a sweep that is watched"
"""


@pytest.fixture
def sweep(syncgap, tmp_path):
    """A sweep of some seconds on two ranks, with its first units done."""
    (tmp_path / "job.toml").write_text(JOB, encoding="utf-8")
    run = Run(2, [syncgap, "run", "job.toml", "--record", "out.h5", "-q"], cwd=tmp_path)
    record = tmp_path / "out.h5"
    try:
        wait_until(lambda: record.exists() and (statuses(record) == 1).any(), "a unit", 60)
        yield run
    finally:
        run.kill()
        run.process.wait()


class Terminal:
    """A pseudo-terminal of some size with `syncgap status --watch` on it."""

    def __init__(self, syncgap, folder, rows, columns, *words):
        self.master, end = pty.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [syncgap, "status", "--watch", "--interval", "0.2", *words, "out.h5"], cwd=folder,
            stdin=end, stdout=end, stderr=end, preexec_fn=self._own_terminal)
        os.close(end)
        self.bytes = b""

    @staticmethod
    def _own_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self):
        with contextlib.suppress(OSError):  # its end is closed
            while more := os.read(self.master, 65536):
                self.bytes += more
                return True
        return False

    def frames(self):
        """The lines of every look, as they stand on the screen; how far each went back up."""
        text = self.bytes.decode().replace("\r\n", "\n")
        drawn = [part for part in text.split("\033[J") if "record" in part]
        return [(int(found[1]) if (found := re.match("\033\\[(\\d+)F", part)) else 0,
                 re.sub("\033\\[(\\d+)?[FK]", "", part).splitlines()) for part in drawn]

    def finish(self, seconds=60):
        end = time.monotonic() + seconds
        while self.read():
            assert time.monotonic() < end, "the view does not end"
        os.close(self.master)
        return self.process.wait(10)


def test_a_view_on_a_terminal_ends_with_the_sweep(syncgap, sweep, tmp_path):
    terminal = Terminal(syncgap, tmp_path, 30, 200)
    assert terminal.finish() == 0
    assert sweep.finish()[0] == 0
    frames = terminal.frames()
    assert len(frames) > 3
    for (_, before), (up, lines) in zip(frames, frames[1:]):
        assert up == len(before), "drawn over the last view, line by line"
        assert lines[0] == "record     out.h5"
        assert lines[1] == "experiment exact_score: Élan of a sweep that is watched"
    live = "\n".join(frames[1][1])
    assert re.search(r"^units +\d+ of 13 done \(\d+\.\d%\), 0 failed, \d+ pending$", live, re.M)
    assert re.search(r"^ +\[#*\.+\]$", live, re.M)
    assert re.search(r"^running +on \S+, process \d+, 2 ranks, for 00:00:\d\d$", live, re.M)
    assert re.search(r"^rate +[\d.]+ units/s, 00:00:\d\d left$", live, re.M)
    assert "Ctrl-C ends this view, the sweep goes on" in live
    every = "\n".join(line for _, lines in frames for line in lines)
    for team in (0, 1):
        units = set(re.findall(rf"^team {team} +unit (\d+) \(theta=\S+ seed=0\), for 00:00:\d\d$",
                               every, re.M))
        assert units and all(int(unit) < 13 for unit in units), every
    last = frames[-1][1]
    assert any("13 of 13 done (100.0%)" in line for line in last)
    assert "running    no" in last and not any("Ctrl-C" in line for line in last)


def test_lines_fit_into_a_small_terminal(syncgap, sweep, tmp_path):
    terminal = Terminal(syncgap, tmp_path, 8, 33)
    assert terminal.finish() == 0
    assert sweep.finish()[0] == 0
    for _, lines in terminal.frames():
        assert max(len(line) for line in lines) <= 33
    # Cut after a letter, which has two bytes here.
    assert any("experiment exact_score: Élan of a" in lines for _, lines in terminal.frames())


def test_ctrl_c_ends_the_view_and_not_the_sweep(syncgap, sweep, tmp_path):
    terminal = Terminal(syncgap, tmp_path, 30, 100, "--exit-code")
    while len(terminal.frames()) < 2:
        assert terminal.read()
    os.write(terminal.master, b"\x03")
    assert terminal.finish(10) == DRAINED
    assert sweep.process.poll() is None
    assert sweep.finish()[0] == 0


def test_in_a_pipe_a_line_says_what_changed(syncgap, sweep, tmp_path):
    watch = subprocess.run([syncgap, "status", "--watch", "--interval", "0.1", "out.h5"],
                           cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert sweep.finish()[0] == 0
    lines = watch.stdout.splitlines()
    assert "\033" not in watch.stdout and watch.stderr == ""
    form = r"\d\d:\d\d:\d\d (\d+) of 13 done .*, 0 failed, \d+ pending, [\d.]+ units/s"
    done = [int(re.match(form, line)[1]) for line in lines[:-1]]
    assert done == sorted(done) and len(set(done)) > 2
    assert lines[-1].endswith("13 of 13 done (100.0%), 0 failed, 0 pending, not running")


def test_a_sweep_that_does_not_run_is_shown_once(driver, syncgap):
    driver.run("--units", 30, "--fail", 17, expect=UNITS_FAILED)
    shown = subprocess.run([syncgap, "status", "--watch", "--exit-code", driver.record],
                           capture_output=True, text=True, timeout=10)
    assert shown.returncode == UNITS_FAILED
    assert shown.stdout.endswith("29 of 30 done (96.7%), 1 failed, 0 pending, not running\n")


def test_a_record_that_is_taken_away_ends_the_view(syncgap, sweep, tmp_path):
    watch = subprocess.Popen([syncgap, "status", "--watch", "--interval", "0.1", "out.h5"],
                             cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
    watch.stdout.readline()
    (tmp_path / "out.h5").unlink()
    _, err = watch.communicate(timeout=20)
    assert watch.returncode == 2 and "out.h5" in err


def test_words_that_exclude_each_other(syncgap, driver):
    driver.run("--units", 3)
    for words, says in ((["--watch", "--json"], "--json"), (["--interval", "1"], "--watch"),
                        (["--watch", "--interval", "0"], "interval")):
        done = subprocess.run([syncgap, "status", driver.record, *words], capture_output=True,
                              text=True, timeout=10)
        assert done.returncode == 2 and says in done.stderr
