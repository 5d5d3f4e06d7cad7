"""synchronization_gap on real records of tiny networks: figures, table 1, claims."""

import numpy as np
import pytest
from command import report
from records import changed, set_pending
from small_network import SMALL_NETWORK

from analysis import open_record
from analysis.experiments.coupled_pairs import over_networks, settings
from analysis.experiments.synchronization_gap.data import TABLE_1, TABLE_1_THRESHOLDS
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = f"""
[experiment]
name = "synchronization_gap"
samples = 4
denoising_samples = 4
{SMALL_NETWORK}
[axes]
pairing = ["main", "control"]
g = [0.0, 0.5]
seed = [1, 2]
horizon = [20, 12]
step = {{ range = [0, 20] }}
intervention_step = [5, 15]
image_step = [19, 10, 0]
[run]
title = "Two horizons, small"
"""


@pytest.fixture(scope="module")
def gap(run_trained):
    return run_trained(JOB)


def test_report_of_two_horizons_shows_readings_and_every_figure(gap, tmp_path):
    page = report(gap, folder=tmp_path / "report")
    for text in ("Figure 6", "Figure 7", "Figure 8", "Figure 9", "other readings", "entropy rate",
                 "Table 1: synchronization gap"):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(gap, tmp_path, left):
    report(set_pending(gap, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_settings_are_cases_and_seeds_are_stacked(gap):
    with open_record(gap) as record:
        found = list(settings(record))
        assert [s.horizon for s in found] == [20, 12]
        values = found[0].over_seeds("gap", 0.5, pairing="main")
        assert values.shape == (2, len(record.axes["tau"].values))
        # Steps beyond a horizon are not there.
        curve = found[1].over_seeds("cosine", 0.0, pairing="control")
        assert np.isfinite(curve[:, :, :12]).all() and np.isnan(curve[:, :, 12:]).all()


def _claims(path):
    with open_record(path) as record:
        return content(record).claims


def with_gaps(path, folder, main, control, half):
    """Gaps of MAIN and CTRL with intervals of that half width."""
    for place, value in enumerate((main, control)):
        path = changed(path, folder / f"{place}-{main}-{control}-{half}.h5",
                       gap=(np.s_[place], value), gap_low=(np.s_[place], value - half),
                       gap_high=(np.s_[place], value + half))
    return path


@pytest.mark.parametrize("main, control, half, verdicts", [
    (-50.0, -20.0, 2.0, [Verdict.REPRODUCED] * 2),
    (10.0, -20.0, 2.0, [Verdict.CONTRADICTED] * 2),
    (-50.0, -49.0, 2.0, [Verdict.REPRODUCED, Verdict.OPEN]),   # which is larger is not known
    (-1.0, -20.0, 30.0, [Verdict.OPEN] * 2),                   # nor its sign
    (50.0, -20.0, 2.0, [Verdict.CONTRADICTED] * 2),            # a gap of the other sign
])
def test_claims_follow_the_gaps_and_their_intervals(gap, tmp_path, main, control, half, verdicts):
    found = [c.verdict for c in _claims(with_gaps(gap, tmp_path, main, control, half))
             if c.where == "table 1"]
    assert found and found == verdicts * (len(found) // 2)


def test_networks_that_scatter_decide_less_than_their_trajectories():
    mean, half = over_networks(np.array([[-20.0], [20.0]]), np.array([[1.0], [1.0]]))
    assert mean == pytest.approx([0]) and half == pytest.approx([12.706 * 20], rel=1e-4)
    alone = over_networks(np.array([[5.0]]), np.array([[2.0]]))[1]
    assert alone == pytest.approx([1.96 * 2], rel=1e-4)
    wide = over_networks(np.array([[0.1], [-0.1]]), np.array([[3.0], [4.0]]))[1]
    assert wide == pytest.approx([1.96 * 2.5], rel=1e-4)


def test_published_table_is_complete_and_ordered():
    assert len(TABLE_1) == 8
    for (_, pairing), row in TABLE_1.items():
        assert len(row) == len(TABLE_1_THRESHOLDS)
        means = [mean for mean, _ in row]
        assert means == sorted(means) and all(mean < 0 < sd for mean, sd in row)
        assert pairing == "main" or abs(means[0]) < 40
