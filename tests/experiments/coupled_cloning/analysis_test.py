"""coupled_cloning on real records of tiny networks: figures, classifiers, claims."""

import h5py
import numpy as np
import pytest
from command import report
from records import changed, set_pending
from small_network import SMALL_NETWORK, SMALL_TRANSFORMER
from undecided import undecided

from analysis import open_record
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = f"""
[experiment]
name = "coupled_cloning"
classes = [1, 8]
trajectories = 8
classifier_epochs = 1
classifier_width = 8
{SMALL_NETWORK}
[axes]
g = [0.0, 0.3, 0.5]
seed = [1, 2]
horizon = [12]
branch_step = [3, 6, 9]
sample = [0, 1]
[run]
title = "Clones, small"
"""


@pytest.fixture(scope="module")
def cloning(run_trained):
    return run_trained(JOB)


def test_report_of_clones_shows_agreement_classes_and_classifiers(cloning, tmp_path):
    page = report(cloning, folder=tmp_path / "report")
    for text in ("Figure 10", "Figure 11", "Classes of the samples", "Generated samples",
                 "Classifiers", "test accuracy", ": U-Nets of "):
        assert text in page, text


def test_report_of_clones_of_transformers_says_what_they_are(run_trained, tmp_path):
    job = JOB.replace(SMALL_NETWORK, SMALL_TRANSFORMER).replace("[0.0, 0.3, 0.5]", "[0.3]")
    page = report(run_trained(job), folder=tmp_path / "report")
    for text in ("Figure 10", "Figure 11", ": diffusion transformers (1 block of width 8, 7 × 7 "
                 "pixels a token) of "):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(cloning, tmp_path, left):
    report(set_pending(cloning, tmp_path / "part.h5", left), folder=tmp_path / "report")


def _claims(path):
    with open_record(path) as record:
        return content(record).claims


def test_claims_of_clones_leave_out_what_is_unreliable(cloning, tmp_path):
    g = np.array([0.0, 0.3, 0.5])
    shape = h5py.File(cloning)["gap"].shape
    rows = np.broadcast_to((-40 * g).reshape((3,) + (1,) * (len(shape) - 1)), shape)
    grows = changed(cloning, tmp_path / "grows.h5", gap=(np.s_[...], rows),
                    gap_low=(np.s_[...], rows - 2), gap_high=(np.s_[...], rows + 2),
                    reliable=(np.s_[...], 1.0))
    claims = _claims(grows)
    assert [c.verdict for c in claims] == [Verdict.REPRODUCED, Verdict.REPRODUCED]
    assert "-40.0" in claims[1].measured or "−40.0" in claims[1].measured
    flat = changed(grows, tmp_path / "flat.h5", gap=(np.s_[...], 5.0), gap_low=(np.s_[...], 4.0),
                   gap_high=(np.s_[...], 6.0))
    assert [c.verdict for c in _claims(flat)] == [Verdict.CONTRADICTED, Verdict.OPEN]
    apart = np.broadcast_to(30.0 * np.where(np.arange(shape[1]) % 2, 1, -1).reshape(
        (1, shape[1]) + (1,) * (len(shape) - 2)), shape)  # seeds far beyond their intervals
    scattered = changed(grows, tmp_path / "scattered.h5", gap=(np.s_[...], rows + apart),
                        gap_low=(np.s_[...], rows + apart - 2),
                        gap_high=(np.s_[...], rows + apart + 2))
    assert _claims(scattered)[1].verdict == Verdict.OPEN
    doubtful = changed(grows, tmp_path / "doubtful.h5", reliable=(np.s_[...], 0.0))
    vanishes, growth = (text for texts in undecided(doubtful).values() for text in texts)
    assert ("$t_v-t_u$ = not known steps; the 95% interval holds 0 for 0 of 0 seeds. "
            "2 unreliable, or without a crossing or its interval, left out.") in vanishes
    assert "too few reliable couplings. 6 unreliable, " in growth
