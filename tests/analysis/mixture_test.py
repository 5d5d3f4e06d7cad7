"""mixture_cloning and mixture_collapse on real records: figures, claims, averages over seeds."""

import numpy as np
import pytest
from command import analyse, check_page
from conftest import set_pending

from analysis import experiments, mixture_cloning, mixture_collapse, open_record, seeds
from analysis.content import Verdict
from analysis.mixture_cloning_data import Cloning
from analysis.mixture_collapse_crossings import crossings_of
from analysis.mixture_collapse_data import Collapse, Size

CLONING = """
[experiment]
name = "mixture_cloning"
mean_amplitude = 1.0
steps = 200
trials = 4000
[axes]
mode = ["projected", "full"]
dimension = [4, 16, 64]
branch_time = [0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0]
curve_time = { linspace = [0.05, 6.0, 40] }
seed = [1, 2]
[run]
title = "Figure 2, small"
"""

COLLAPSE = """
[experiment]
name = "mixture_collapse"
data_sets = 30
evaluations = 10
[axes]
mode = ["reduced", "full", "full_single"]
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
mode = ["none"]
dimension = [16, 32, 64, 128]
alpha = [0.2, 0.3, 0.4]
time = { linspace = [0.4, 1.6, 13] }
curve_time = { linspace = [0.1, 2.0, 20] }
[run]
title = "Scaling, small"
"""


@pytest.fixture(scope="module")
def cloning(run_job):
    return run_job(CLONING)


@pytest.fixture(scope="module")
def collapse(run_job):
    return run_job(COLLAPSE)


@pytest.fixture(scope="module")
def scaling(run_job):
    return run_job(SCALING)


def figures_of(path):
    with open_record(path) as record:
        return [figure.key for figure in experiments.content(record).figures]


def test_figures(cloning, collapse, scaling):
    assert figures_of(cloning) == ["figure-2", "deviation", "definitions", "modes", "potential",
                                   "committed", "criteria"]
    assert figures_of(collapse) == ["figure-3", "weight", "curse", "modes", "free-energy"]
    assert figures_of(scaling) == ["figure-3", "weight", "scaling", "load", "free-energy"]


def test_claims_of_cloning(cloning):
    with open_record(cloning) as record:
        verdicts = {claim.where: claim.verdict for claim in experiments.content(record).claims}
        assert verdicts["(6), figure 2"] == Verdict.REPRODUCED
        assert verdicts["figure 2, text"] == Verdict.CONTRADICTED  # one half, not zero
        assert verdicts["(4), B.1"] == Verdict.REPRODUCED
        assert verdicts["(27)"] == Verdict.PARTLY


def test_claims_of_collapse(collapse, scaling):
    with open_record(collapse) as record:
        verdicts = {claim.where: claim.verdict for claim in experiments.content(record).claims}
        assert verdicts["(56)-(57)"] == Verdict.REPRODUCED
        assert verdicts["(10), curse of dimensionality"] == Verdict.REPRODUCED
    with open_record(scaling) as record:
        verdicts = {claim.where: claim.verdict for claim in experiments.content(record).claims}
        assert "(5), (43)" in verdicts


def test_seeds_are_averaged_with_their_errors(cloning):
    with open_record(cloning) as record:
        data = Cloning(record)
        found = data.agreement(1)
        raw, error = (record[name].at(mode="projected", dimension=16).values
                      for name in ("agreement", "agreement_error"))
        np.testing.assert_allclose(found.values, raw.mean(axis=0))
        np.testing.assert_allclose(found.error, np.hypot(*error) / 2)
        assert seeds.finished(record, "speciation_time", mode="full") == 2
        assert "8000 pairs" in data.trials_text


def test_full_and_projected_agree(cloning):
    with open_record(cloning) as record:
        data = Cloning(record)
        for i in range(3):
            one, full = (data.agreement(i, mode=mode) for mode in ("projected", "full"))
            assert (np.abs(one.values - full.values)
                    < 4 * np.hypot(one.error, full.error) + 1e-3).all()


def test_weight_curves_cross_near_the_collapse_time(scaling):
    with open_record(scaling) as record:
        data = Collapse(record)
        found = crossings_of(data, [Size(int(d), 0.4) for d in data.dimensions])
        assert len(found) == 3
        assert all(0.7 < c.ratio < 1.15 and 0.4 < c.weight < 0.8 for c in found)


def test_reports_of_unfinished_records(cloning, collapse, scaling, tmp_path):
    parts = [set_pending(path, tmp_path / f"part{i}.h5", lambda unit: unit % 3 == 1)
             for i, path in enumerate((cloning, collapse, scaling))]
    empty = [set_pending(path, tmp_path / f"empty{i}.h5", lambda unit: True)
             for i, path in enumerate((cloning, collapse, scaling))]
    done = analyse(*parts, *empty, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    text = (tmp_path / "r/report.html").read_text()
    assert len(check_page(text).images) > 20


def test_any_set_of_finished_units_can_be_laid_out(collapse, cloning, tmp_path):
    random = np.random.default_rng(5)
    for path, module, units in ((collapse, mixture_collapse, 54), (cloning, mixture_cloning, 4)):
        for share in (0.1, 0.5, 0.9):
            pending = set(np.flatnonzero(random.random(units) < share))
            part = set_pending(path, tmp_path / "part.h5", lambda unit: unit in pending)
            with open_record(part) as record:
                module.content(record)
