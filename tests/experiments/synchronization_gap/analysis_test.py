"""synchronization_gap on real records of tiny networks: figures, table 1, claims."""

import numpy as np
import pytest
from command import report
from records import changed, set_pending
from small_network import SMALL_NETWORK

from analysis import open_record
from analysis.experiments.coupled_pairs import settings
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


def test_claims_follow_the_gaps(gap, tmp_path):
    reproduced = changed(gap, tmp_path / "yes.h5", gap=(np.s_[0], -50.0))
    both = changed(reproduced, tmp_path / "both.h5", gap=(np.s_[1], -20.0))
    verdicts = [c.verdict for c in _claims(both) if c.where == "table 1"]
    assert set(verdicts) == {Verdict.REPRODUCED}
    reversed_ = changed(both, tmp_path / "no.h5", gap=(np.s_[0], 10.0))
    verdicts = [c.verdict for c in _claims(reversed_) if c.where == "table 1"]
    assert set(verdicts) == {Verdict.CONTRADICTED}


def test_published_table_is_complete_and_ordered():
    assert len(TABLE_1) == 8
    for (_, pairing), row in TABLE_1.items():
        assert len(row) == len(TABLE_1_THRESHOLDS)
        means = [mean for mean, _ in row]
        assert means == sorted(means) and all(mean < 0 < sd for mean, sd in row)
        assert pairing == "main" or abs(means[0]) < 40
