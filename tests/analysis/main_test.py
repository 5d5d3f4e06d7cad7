"""The command: exit codes, files, unfinished and unknown records, equal bytes on every run."""

import os
import pathlib
import re
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
from command import analyse, check_page
from synthetic import Made, Plan, parts, toy_plan, write

from analysis import RecordError, open_record
from analysis.page.content import Figure
from analysis.page.render import draw_all
from analysis.reading.opening import check_readable

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_an_unknown_experiment_gets_an_overview(tmp_path):
    record = write(tmp_path / "toy.h5", toy_plan())
    done = analyse(record)
    assert done.returncode == 0 and done.stderr == ""
    out = tmp_path / "toy-report"
    assert {p.name for p in (out / "figures").iterdir()} == {
        f"{key}.{f}" for key in ("overview-curve", "overview-total", "timings")
        for f in ("png", "pdf")}
    text = (out / "report.html").read_text()
    assert len(check_page(text).images) == 3
    assert "an overview of every observable" in text and "Range of every observable" in text


def test_missing_and_failed_cells_are_shown(tmp_path):
    plan = toy_plan()
    plan.status = np.ones((2, 5), np.uint8)
    plan.status[1, 2], plan.status[0, 4] = 0, 2
    plan.failures = {4: "kappa <stays> above 1"}
    done = analyse(write(tmp_path / "part.h5", plan), "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0, done.stderr
    assert "8 of 10 units done, 1 failed" in done.stdout
    text = (tmp_path / "r/report.html").read_text()
    check_page(text)
    assert "unfinished: 1 of 10 units" in text and "1 unit failed" in text
    assert "kappa &lt;stays&gt; above 1" in text and "Missing cells by axis value" in text
    assert (tmp_path / "r/figures/progress.png").exists()
    assert not list((tmp_path / "r/figures").glob("*.pdf"))


def test_a_record_with_nothing_measured_still_gives_a_report(tmp_path):
    plan = toy_plan()
    plan.status = np.zeros((2, 5), np.uint8)
    done = analyse(write(tmp_path / "new.h5", plan), "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    check_page((tmp_path / "new-report/report.html").read_text())


def test_every_shape_of_observable_has_an_overview_figure(tmp_path):
    plan = Plan()
    plan.axes = {"name": Made(np.array(["a", "b", "c"])), "k": Made([5]),
                 "x": Made(np.linspace(0, 1, 12), role="captured"),
                 "y": Made(np.arange(9), role="captured")}
    n = np.arange(3.0)
    plan.observables = {
        "label_only": Made(n[:, None], ("name", "k")),
        "lines": Made(n[:, None, None] * np.ones((3, 1, 12)), ("name", "k", "x")),
        "maps": Made(np.full((3, 1, 12, 9), np.nan), ("name", "k", "x", "y")),
        "maps_too": Made(np.random.default_rng(1).normal(size=(3, 1, 12, 9)),
                         ("name", "k", "x", "y"))}
    done = analyse(write(tmp_path / "s.h5", plan), "--format", "svg")
    assert done.returncode == 0 and done.stderr == ""
    names = {p.stem for p in (tmp_path / "s-report/figures").iterdir()}
    assert {"overview-label-only", "overview-lines", "overview-maps", "overview-maps-too"} <= names


def test_several_records_make_one_report(tmp_path):
    one = write(tmp_path / "one.h5", toy_plan())
    (tmp_path / "sub").mkdir()
    two = write(tmp_path / "sub/one.h5", toy_plan())
    done = analyse(one, two, "--out", tmp_path / "both", "--format", "png")
    assert done.returncode == 0, done.stderr
    page = check_page((tmp_path / "both/report.html").read_text())
    assert len(page.images) == 6
    assert len(list((tmp_path / "both/figures").glob("*/*.png"))) == 6


def test_records_that_make_one_are_one_chapter(tmp_path):
    paths = parts(tmp_path, [0.3, 0.1], [0.2], [0.5, 0.4])
    done = analyse(*paths, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    text = (tmp_path / "r/report.html").read_text()
    check_page(text)
    assert text.count("<h1") == 1 and "25 / 25" in text and "0.1, 0.2, 0.3, 0.4, 0.5" in text
    assert "part0.h5, part1.h5, part2.h5" in text and "node0; node1; node2" in text
    assert {p.parent.name for p in (tmp_path / "r").rglob("*.png")} == {"figures"}


def test_headings_tell_records_of_one_title_apart(tmp_path):
    one, two, three = parts(tmp_path, [0.1], [0.2], [0.3])
    for path, facts in ((two, ("1f", "2f")), (three, ("trials = 100", "trials = 50"))):
        with h5py.File(path, "r+") as file:
            file.attrs["identity"] = file.attrs["identity"].replace(*facts)
    plan = toy_plan()
    plan.title = "Another"
    other = write(tmp_path / "other.h5", plan)
    done = analyse(one, two, three, other, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "r/report.html").read_text()
    check_page(text)
    assert re.findall("<h2[^>]*>([^<]*)<", text) == [
        "A toy sweep: g = 0.1; fact data = 1f; trials = 100",
        "A toy sweep: g = 0.2; fact data = 2f; trials = 100",
        "A toy sweep: g = 0.3; fact data = 1f; trials = 50", "Another"]


def test_the_same_record_gives_the_same_bytes(tmp_path):
    record = write(tmp_path / "toy.h5", toy_plan())
    for out in ("a", "b"):
        assert analyse(record, "--out", tmp_path / out, "--format", "png,pdf,svg").returncode == 0
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(files) == 1 + 3 * 3
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_layout_the_figures_do_not_expect_falls_back_to_an_overview(tmp_path):
    plan = toy_plan()
    plan.experiment = "coupled_ou"
    record = write(tmp_path / "old.h5", plan)
    done = analyse(record, "--format", "png", forgiving=True)
    assert done.returncode == 1 and "could not be laid out" in done.stderr
    text = (tmp_path / "old-report/report.html").read_text()
    check_page(text)
    assert "overview-total.png" in text and "could not be laid out" in text
    strict = analyse(record, "--format", "png")
    assert strict.returncode == 1 and "Traceback" in strict.stderr


def test_an_error_in_a_figure_is_shown_to_a_user_and_fails_a_test(monkeypatch):
    def broken(_):
        raise ZeroDivisionError("no such number")

    figures = [Figure(key, "A figure", "", broken) for key in ("one", "two")]
    for several in (figures, figures[:1]):  # drawn by processes, and by this one
        with pytest.raises(ZeroDivisionError):
            draw_all(several, ("png",))
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert draw_all(figures, ("png",)) == ["ZeroDivisionError: no such number"] * 2


def test_damaged_structure_never_crashes_the_command(tmp_path):
    whole = write(tmp_path / "whole.h5", toy_plan()).read_bytes()
    random = np.random.default_rng(3)
    path = tmp_path / "damaged.h5"
    codes = []
    for _ in range(150):
        damaged = bytearray(whole)
        for place in random.integers(0, len(damaged), 24):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        try:
            check_readable(path)
            open_record(path).close()
            codes.append(0)
        except RecordError as error:
            codes.append(error.code)
    assert set(codes) <= {0, 4, 5, 6} and codes.count(6) > 30


@pytest.mark.parametrize("make, code, says", [
    (lambda p: p, 3, "no such file"),
    (lambda p: p.write_text("g = 1"), 4, "not an HDF5 file"),
    (lambda p: write(p, Plan(attributes={"Conventions": "x"})), 5, "not a syncgap record"),
    (lambda p: p.write_bytes(write(p, toy_plan()).read_bytes()[:3000]), 6, "truncated"),
])
def test_wrong_files_have_their_own_exit_codes(tmp_path, make, code, says):
    path = tmp_path / "file.h5"
    make(path)
    done = analyse(path)
    assert done.returncode == code and says in done.stderr
    assert done.stderr.count("\n") == 1 and str(path) in done.stderr
    assert not (tmp_path / "file-report").exists()


def test_output_that_cannot_be_written(tmp_path):
    record = write(tmp_path / "toy.h5", toy_plan())
    (tmp_path / "taken").write_text("a file, not a folder")
    done = analyse(record, "--out", tmp_path / "taken")
    assert done.returncode == 7 and "--out" in done.stderr and done.stderr.count("\n") == 1


def test_wrong_command_lines(tmp_path):
    assert analyse().returncode == 2
    wrong = analyse(tmp_path / "a.h5", "--format", "png,gif")
    assert wrong.returncode == 2 and "png, pdf, svg" in wrong.stderr
    assert "exit codes" in analyse("--help").stdout


def test_a_real_record_with_a_failed_unit(tmp_path, driver_program):
    record = tmp_path / "made-up.h5"
    subprocess.run([driver_program, "--record", record, "--units", "60", "--doubles", "9", "--fail",
                    "17"], capture_output=True, timeout=60)
    with open_record(record) as found:
        assert (found.done_count, found.failed_count) == (59, 1)
        failure, = found.failures
        assert failure.unit == 17 and failure.where == "unit_number = 17"
        assert "asked to fail" in failure.message
        assert found.names == ["value"] and np.isnan(found["value"].values[17]).all()
        assert np.isfinite(np.delete(found["value"].values, 17, axis=0)).all()
    done = analyse(record, "--format", "png")
    assert done.returncode == 0 and done.stderr == "" and "1 failed" in done.stdout
    text = (tmp_path / "made-up-report/report.html").read_text()
    check_page(text)
    assert "this unit was asked to fail" in text and "unit_number = 17" in text


def test_a_sweep_that_is_still_running_can_be_looked_at(tmp_path, driver_program):
    record = tmp_path / "running.h5"
    sweep = subprocess.Popen([driver_program, "--record", record, "--units", "40", "--stuck", "39"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if record.exists():
                with open_record(record) as found:
                    if found.done_count == 39:
                        break
            time.sleep(0.05)
        done = analyse(record, "--format", "png")
        assert sweep.poll() is None
        assert done.returncode == 0 and "39 of 40 units done, 0 failed" in done.stdout
    finally:
        sweep.kill()
        sweep.wait()


DRAWN_AFTER_A_PRODUCT = """
import numpy as np
from analysis.page.content import Figure
from analysis.page.render import draw_all
matrix = np.random.default_rng(1).normal(size=(700, 700))
def draw(figure):
    figure.gca().plot(np.linalg.solve(matrix, matrix)[0, :3])
draw_all([Figure("a", "", "", draw)] * 2, ("png",))
np.linalg.solve(matrix, matrix)
draw_all([Figure("a", "", "", draw)] * 2, ("png",))
"""


def test_figures_are_drawn_in_a_process_that_used_threads_before():
    """As a notebook has: GNU's OpenMP hangs in a forked process that asks it for threads."""
    subprocess.run([sys.executable, "-c", DRAWN_AFTER_A_PRODUCT], check=True, timeout=60,
                   cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "2"})
