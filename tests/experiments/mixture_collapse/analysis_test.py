"""mixture_collapse on real records: figures, claims, crossings, unfinished sweeps."""

import pytest
from command import analyse, check_page
from records import parts_of, set_pending
from undecided import undecided

from analysis import open_record
from analysis.experiments.mixture_collapse.crossings import crossings_of
from analysis.experiments.mixture_collapse.data import Collapse, Size
from analysis.experiments.table import content
from analysis.page.content import Verdict

COLLAPSE = """
[experiment]
name = "mixture_collapse"
data_sets = 30
evaluations = 10
[axes]
method = ["reduced", "full", "full_single"]
dimension = [8, 16, 32]
points = [30, 100, 300]
time = { linspace = [0.05, 2.5, 18] }
curve_time = { linspace = [0.05, 2.5, 40] }
seed = [1, 2]
[run]
title = "Figure 3, small"
"""

SCALING = """
[experiment]
name = "mixture_collapse"
size = "alpha"
clock = "collapse"
[axes]
method = ["none"]
dimension = [16, 32, 64, 128]
alpha = [0.2, 0.3, 0.4]
time = { linspace = [0.4, 1.6, 13] }
curve_time = { linspace = [0.1, 2.0, 20] }
[run]
title = "Scaling, small"
"""


@pytest.fixture(scope="module")
def collapse(run_job):
    return run_job(COLLAPSE)


@pytest.fixture(scope="module")
def scaling(run_job):
    return run_job(SCALING)


def figures_of(path):
    with open_record(path) as record:
        return [figure.key for figure in content(record).figures]


def test_figures(collapse, scaling):
    assert figures_of(collapse) == ["figure-3", "weight", "curse", "methods", "free-energy"]
    assert figures_of(scaling) == ["figure-3", "weight", "scaling", "load", "free-energy"]


def test_claims_of_collapse(collapse, scaling):
    with open_record(collapse) as record:
        verdicts = {claim.where: claim.verdict for claim in content(record).claims}
        assert verdicts["(56)-(57)"] == Verdict.REPRODUCED
        assert verdicts["(10), curse of dimensionality"] == Verdict.REPRODUCED
    with open_record(scaling) as record:
        verdicts = {claim.where: claim.verdict for claim in content(record).claims}
        assert "(5), (43)" in verdicts


@pytest.mark.parametrize("method", ["none", "reduced"])
def test_times_before_any_collapse_decide_nothing_of_it(run_job, method):
    found = undecided(run_job(COLLAPSE, "--set", f'axes.method=["{method}"]', "--set",
                              "axes.time={linspace=[0.01,0.02,3]}", "--set",
                              "experiment.data_sets=4"))
    assert found == {"(10), curse of dimensionality": ["The times of the scan reach no collapse."]}


def test_weight_curves_cross_near_the_collapse_time(scaling):
    with open_record(scaling) as record:
        data = Collapse(record)
        found = crossings_of(data, [Size(int(d), 0.4) for d in data.dimensions])
        assert len(found) == 3
        assert all(0.7 < c.ratio < 1.15 and 0.4 < c.weight < 0.8 for c in found)


def test_reports_of_unfinished_records(collapse, scaling, tmp_path):
    parts = [set_pending(path, tmp_path / f"part{i}.h5", lambda unit: unit % 3 == 1)
             for i, path in enumerate((collapse, scaling))]
    empty = [set_pending(path, tmp_path / f"empty{i}.h5", lambda unit: True)
             for i, path in enumerate((collapse, scaling))]
    done = analyse(*parts, *empty, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    text = (tmp_path / "r/report.html").read_text()
    assert len(check_page(text).images) > 12


def test_any_set_of_finished_units_can_be_laid_out(collapse, tmp_path):
    for record in parts_of(collapse, tmp_path, (0.1, 0.5, 0.9)):
        assert content(record).summary
