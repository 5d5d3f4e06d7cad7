"""synchronization_gap and coupled_cloning on real records of tiny networks: figures, table 1, claims."""

import shutil
import subprocess

import h5py
import numpy as np
import pytest
from command import report
from conftest import set_pending

from analysis import coupled_cloning, open_record, synchronization_gap
from analysis.content import Verdict
from analysis.coupled_pairs import settings
from analysis.synchronization_gap_data import TABLE_1, TABLE_1_THRESHOLDS

NETWORK = """
images = 100
epochs = 1
batch = 20
width = 4
multipliers = [1, 2]
groups = 2
resamples = 20
"""
GAP = f"""
[experiment]
name = "synchronization_gap"
samples = 4
denoising_samples = 4
{NETWORK}
[axes]
pairing = ["main", "control"]
g = [0.0, 0.5]
seed = [1, 2]
horizon = [20, 12]
step = {{ range = [0, 20] }}
intervention_step = [5, 15]
frame_step = [19, 10, 0]
[run]
title = "Two horizons, small"
"""
CLONING = f"""
[experiment]
name = "coupled_cloning"
classes = [1, 8]
trajectories = 8
classifier_epochs = 1
classifier_width = 8
{NETWORK}
[axes]
g = [0.0, 0.3, 0.5]
seed = [1, 2]
horizon = [12]
scan_step = [3, 6, 9]
sample = [0, 1]
[run]
title = "Clones, small"
"""


@pytest.fixture(scope="module")
def run_trained(syncgap, run_job, tmp_path_factory):
    known = subprocess.run([syncgap, "experiments"], capture_output=True, text=True, check=True).stdout
    if "synchronization_gap" not in known:
        pytest.skip("built without LibTorch")
    models = tmp_path_factory.mktemp("models")
    return lambda job: run_job(job, "--set", f'experiment.models="{models}"')


@pytest.fixture(scope="module")
def gap(run_trained):
    return run_trained(GAP)


@pytest.fixture(scope="module")
def cloning(run_trained):
    return run_trained(CLONING)


def changed(record, copy, **values):
    """A copy of a record with other values: index and value of each observable."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        for name, (index, value) in values.items():
            data = file[name][...]
            data[index] = value
            file[name][...] = data
    return copy


def test_report_of_two_horizons_shows_readings_and_every_figure(gap, tmp_path):
    page = report(gap, folder=tmp_path / "report")
    for text in ("Figure 6", "Figure 7", "Figure 8", "Figure 9", "other readings", "entropy rate",
                 "Table 1: synchronization gap"):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(gap, cloning, tmp_path, left):
    for name, record in (("gap", gap), ("cloning", cloning)):
        part = set_pending(record, tmp_path / f"{name}.h5", left)
        report(part, folder=tmp_path / name)


def test_settings_are_cases_and_seeds_are_stacked(gap):
    with open_record(gap) as record:
        found = list(settings(record))
        assert [s.horizon for s in found] == [20, 12]
        values = found[0].over_seeds("gap", 0.5, pairing="main")
        assert values.shape == (2, len(record.axes["tau"].values))
        # Steps beyond a horizon are not there.
        curve = found[1].over_seeds("cosine", 0.0, pairing="control")
        assert np.isfinite(curve[:, :, :12]).all() and np.isnan(curve[:, :, 12:]).all()


def _claims(module, path):
    with open_record(path) as record:
        return module.content(record).claims


def test_claims_follow_the_gaps(gap, tmp_path):
    reproduced = changed(gap, tmp_path / "yes.h5", gap=(np.s_[0], -50.0))
    both = changed(reproduced, tmp_path / "both.h5", gap=(np.s_[1], -20.0))
    verdicts = [c.verdict for c in _claims(synchronization_gap, both) if c.where == "table 1"]
    assert set(verdicts) == {Verdict.REPRODUCED}
    reversed_ = changed(both, tmp_path / "no.h5", gap=(np.s_[0], 10.0))
    verdicts = [c.verdict for c in _claims(synchronization_gap, reversed_) if c.where == "table 1"]
    assert set(verdicts) == {Verdict.CONTRADICTED}


def test_published_table_is_complete_and_ordered():
    assert len(TABLE_1) == 8
    for (_, pairing), row in TABLE_1.items():
        assert len(row) == len(TABLE_1_THRESHOLDS)
        means = [mean for mean, _ in row]
        assert means == sorted(means) and all(mean < 0 < sd for mean, sd in row)
        assert pairing == "main" or abs(means[0]) < 40


def test_report_of_clones_shows_agreement_classes_and_classifiers(cloning, tmp_path):
    page = report(cloning, folder=tmp_path / "report")
    for text in ("Figure 10", "Figure 11", "Classes of the samples", "Generated samples",
                 "Classifiers", "test accuracy"):
        assert text in page, text


def test_claims_of_clones_leave_out_what_is_unreliable(cloning, tmp_path):
    g = np.array([0.0, 0.3, 0.5])
    shape = h5py.File(cloning)["gap"].shape
    rows = np.broadcast_to((-40 * g).reshape((3,) + (1,) * (len(shape) - 1)), shape)
    grows = changed(cloning, tmp_path / "grows.h5", gap=(np.s_[...], rows),
                    gap_low=(np.s_[...], rows - 2), gap_high=(np.s_[...], rows + 2),
                    reliable=(np.s_[...], 1.0))
    claims = _claims(coupled_cloning, grows)
    assert [c.verdict for c in claims] == [Verdict.REPRODUCED, Verdict.REPRODUCED]
    assert "-40.0" in claims[1].measured or "−40.0" in claims[1].measured
    flat = changed(grows, tmp_path / "flat.h5", gap=(np.s_[...], 5.0), gap_low=(np.s_[...], 4.0),
                   gap_high=(np.s_[...], 6.0))
    assert [c.verdict for c in _claims(coupled_cloning, flat)] == [Verdict.CONTRADICTED,
                                                                  Verdict.PARTLY]
    doubtful = changed(grows, tmp_path / "doubtful.h5", reliable=(np.s_[...], 0.0))
    claims = _claims(coupled_cloning, doubtful)
    assert [c.verdict for c in claims] == [Verdict.OPEN, Verdict.OPEN]
    assert "left out" in claims[0].measured
