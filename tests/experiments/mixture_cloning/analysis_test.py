"""mixture_cloning on a real record: figures, claims, averages over seeds, unfinished sweeps."""

import numpy as np
import pytest
from command import analyse, check_page
from records import parts_of, set_pending
from undecided import undecided

from analysis import open_record
from analysis.experiments.mixture_cloning.data import Cloning
from analysis.experiments.table import content
from analysis.page.content import Verdict
from analysis.reading import seeds

JOB = """
[experiment]
name = "mixture_cloning"
mean_amplitude = 1.0
steps = 200
trials = 4000
[axes]
method = ["projected", "full"]
dimension = [4, 16, 64]
branch_time = [0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0]
curve_time = { linspace = [0.05, 6.0, 40] }
seed = [1, 2]
[run]
title = "Figure 2, small"
"""


@pytest.fixture(scope="module")
def cloning(run_job):
    return run_job(JOB)


def test_figures(cloning):
    with open_record(cloning) as record:
        assert [figure.key for figure in content(record).figures] == [
            "figure-2", "deviation", "definitions", "methods", "potential", "committed", "criteria"]


def test_claims_of_cloning(cloning):
    with open_record(cloning) as record:
        verdicts = {claim.where: claim.verdict for claim in content(record).claims}
        assert verdicts["(6), figure 2"] == Verdict.REPRODUCED
        assert verdicts["figure 2, text"] == Verdict.CONTRADICTED  # one half, not zero
        assert verdicts["(4), B.1"] == Verdict.REPRODUCED
        assert verdicts["(27)"] == Verdict.PARTLY


def test_a_scan_that_ends_too_early_decides_nothing(run_job):
    """All clones of these dimensions agree up to t = 3."""
    record = run_job(JOB, "--set", "axes.dimension=[1024,4096]", "--set", "experiment.trials=400",
                     "--set", "axes.branch_time=[0.5,1.0,1.5,2.0,2.5,3.0]",
                     "--set", 'axes.method=["projected"]')
    with open_record(record) as record:
        found = {claim.where: claim for claim in content(record).claims}
        for where in ("figure 2, text", "figure 2"):
            assert found[where].verdict is Verdict.OPEN
        assert "ends before the curve does" in found["figure 2, text"].measured
        assert Verdict.CONTRADICTED not in {claim.verdict for claim in found.values()}


def test_late_cloning_alone_decides_nothing_of_early_cloning(run_job):
    found = undecided(run_job(JOB, "--set", "axes.branch_time=[1.0,2.0,4.0]", "--set",
                              "axes.dimension=[4,16]", "--set", "experiment.trials=200"))
    assert found["figure 2"] == ["No curves cross at cloning times from 1 to 4."]
    assert "$d=4$, $t=1$: the label agrees with probability" in found["(27)"][0]


def test_no_error_is_known_before_a_unit_of_the_shown_method_is_done(cloning, tmp_path):
    with open_record(cloning) as record:
        first = list(record.axes["method"].values).index("projected")
        units = np.arange(record.unit_count).reshape(record.status.shape)
        place = [axis.name for axis in record.split_axes].index("method")
        of_projected = set(np.take(units, first, axis=place).ravel().tolist())
    found = undecided(set_pending(cloning, tmp_path / "full.h5", of_projected.__contains__))
    assert found["(6), figure 2"] == ["No cell of which the error is known."]


def test_seeds_are_averaged_with_their_errors(cloning):
    with open_record(cloning) as record:
        data = Cloning(record)
        found = data.agreement(1)
        raw, error = (record[name].at(method="projected", dimension=16).values
                      for name in ("agreement", "agreement_error"))
        np.testing.assert_allclose(found.values, raw.mean(axis=0))
        np.testing.assert_allclose(found.error, np.hypot(*error) / 2)
        assert seeds.finished(record, "speciation_time", method="full") == 2
        assert "8000 pairs" in data.trials_text


def test_full_and_projected_agree(cloning):
    with open_record(cloning) as record:
        data = Cloning(record)
        for i in range(3):
            one, full = (data.agreement(i, method=method) for method in ("projected", "full"))
            assert (np.abs(one.values - full.values)
                    < 4 * np.hypot(one.error, full.error) + 1e-3).all()


def test_report_of_unfinished_records(cloning, tmp_path):
    part = set_pending(cloning, tmp_path / "part.h5", lambda unit: unit % 3 == 1)
    empty = set_pending(cloning, tmp_path / "empty.h5", lambda unit: True)
    done = analyse(part, empty, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    assert len(check_page((tmp_path / "r/report.html").read_text()).images) > 7


def test_any_set_of_finished_units_can_be_laid_out(cloning, tmp_path):
    for record in parts_of(cloning, tmp_path, (0.1, 0.5, 0.9)):
        assert content(record).summary
