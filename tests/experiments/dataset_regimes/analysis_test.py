"""dataset_regimes on a real record of made-up images: figures, tables, claims, unfinished
sweeps."""

import numpy as np
import pytest
from command import figures_of_reports
from made_up_images import write_halves
from records import changed
from undecided import undecided

from analysis import open_record
from analysis.experiments.image_units import listed, units
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "dataset_regimes"
data_path = "{folder}"
class_count = 2
padded_size = 6
samples = 400
steps = 100
resamples = 100
[axes]
classes = ["0-1"]
images = [20, 80]
path = {{ range = [0, 100] }}
trajectory = {{ range = [0, 80] }}
strip = [0, 1, 2]
branch_time = [2.0, 1.0, 0.3, 0.1]
[run]
title = "Made-up images"
"""


@pytest.fixture(scope="module")
def path(run_job, tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    write_halves(folder, count=80, side=6)
    return run_job(JOB.format(folder=folder))


def test_figures_in_the_papers_order(record):
    found = [figure.key for figure in content(record).figures]
    assert found == ["figure-1", "clones", "figure-1-2", "clones-2", "figure-4", "figure-5",
                     "open-decisions"]


def test_late_entropy_is_where_the_curve_ends(record):
    for unit in units(record):
        ends = unit.array("excess_entropy")[-1]
        assert ends == pytest.approx(unit.late_entropy, rel=1e-2)
        assert unit.late_entropy == pytest.approx(np.log(unit.count) / 36)


def test_claims_that_follow_from_the_mathematics_hold(record):
    claims = {claim.where: claim for claim in content(record).claims}
    assert claims["syncgap"].verdict == Verdict.REPRODUCED  # clones against posterior weights
    assert claims["eq. (10)"].verdict == Verdict.REPRODUCED  # t_C falls with n
    assert "table" not in claims  # these images are not MNIST


def test_clones_that_part_too_late_decide_no_time(run_job, tmp_path):
    """Clones that part just before the end are always of one class, and of one image."""
    write_halves(tmp_path, count=80, side=6)
    found = undecided(run_job(JOB.format(folder=tmp_path), "--set", "axes.branch_time=[0.02,0.01]",
                              "--set", "axes.time=[1.0,2.0,3.0]"))
    assert found["figure 4"][0].count("φ passes 0.775 at –, $t_S$ = ") == 2
    assert found["figure 5"] == ["The times of the scan do not reach both."]


def test_times_with_overlapping_intervals_are_not_ordered(path, tmp_path):
    found = undecided(changed(path, tmp_path / "wide.h5", collapse_crossing_time_low=0.01,
                              collapse_crossing_time_high=3.0))
    assert found["main results"][0].count("[0.010, 3.000]") == 2
    assert found["eq. (10)"][0].count("[0.010, 3.000]") == 2


def test_claims_ask_every_seed(run_job, tmp_path):
    write_halves(tmp_path, count=80, side=6)
    path = run_job(JOB.format(folder=tmp_path), "--set", "axes.seed=[4,9]", "--set",
                   "axes.images=[80]")

    def order(path):
        with open_record(path) as record:
            return {claim.where: claim for claim in content(record).claims}["main results"]

    assert order(path).verdict == Verdict.REPRODUCED
    assert "$n=80$, seed 4: $t_S$ = " in order(path).measured
    assert "; $n=80$, seed 9: $t_S$ = " in order(path).measured
    second = (np.s_[..., 1], 50.0)
    late = changed(path, tmp_path / "late.h5", collapse_crossing_time=second,
                   collapse_crossing_time_low=second, collapse_crossing_time_high=second)
    assert order(late).verdict == Verdict.PARTLY


def test_long_lists_are_cut_short():
    texts = [f"unit {number}" for number in range(14)]
    assert listed(texts[:2]) == "unit 0; unit 1."
    assert listed(texts).endswith("; unit 11; and 2 more.")


def test_tables_show_every_unit_and_every_branch(record):
    tables = {table.title: table for table in content(record).tables}
    assert [len(t.rows) for t in tables.values()] == [2, 2, 8]
    times = [float(row[3]) for row in list(tables.values())[2].rows[:4]]
    assert times == sorted(times, reverse=True)
    for table in tables.values():
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_report_of_whole_unfinished_and_empty_sweeps(path, tmp_path):
    drawn = figures_of_reports(path, tmp_path)
    assert {"figure-1", "figure-4", "figure-5", "clones", "open-decisions"} <= drawn
