"""difference_patching on a real record of tiny networks, and with known answers written into it."""

from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from command import report
from records import changed, set_pending

from analysis import open_record
from analysis.experiments.difference_patching.claims import _half_step, _highest_band, claims
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "difference_patching"
images = 100
epochs = 1
batch = 20
width = 8
depth = 2
heads = 2
pairs = 6
group = 6
steps = 10
patch_length = 2
modes = 4
mode_pairs = 4
classifier_epochs = 1
classifier_width = 8
context_samples = 8
[axes]
g = [0.0, 0.5]
seed = [1, 2]
patch_step = [1, 5, 8]
[run]
title = "Patches, small"
"""


@pytest.fixture(scope="module")
def patches(run_trained):
    return run_trained(JOB)


def verdicts(path) -> set[Verdict]:
    with open_record(path) as record:
        return {claim.verdict for claim in content(record).claims}


def with_peaks(patches, path, coarse, fine, reliable=1.0):
    """The mean band matters for the coarse scale at one step alone, the highest for the fine."""
    with open_record(patches) as record:
        shape = record["effect"].values.shape  # (..., metric, kind, step, layer, part)
        metrics = list(record.axes["metric"].values)
        part = [str(p) for p in record.axes["part"].values].index("band 0")
    effect = np.full(shape, 1e-3)
    effect[..., metrics.index("coarse"), :, coarse, :, part] = -0.5
    effect[..., metrics.index("fine"), :, fine, :, -1] = -0.5
    return changed(patches, path, effect=effect, effect_error=0.01, reliable=reliable)


def test_report_shows_maps_parts_and_untouched_pairs(patches, tmp_path):
    page = report(patches, folder=tmp_path / "report")
    for text in ("What matters where", "Effect by part", "copied from A to B",
                 "removed from both", "Pairs that nothing was done to", "use of context"):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 2 == 0])
def test_unfinished_records_are_drawn(patches, tmp_path, left):
    report(set_pending(patches, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_cells_without_a_value_are_drawn(patches, tmp_path):
    holes = changed(patches, tmp_path / "holes.h5", effect=(np.s_[..., 0, :, :], np.nan),
                    training_loss=np.nan, context_rise=np.nan)
    report(holes, folder=tmp_path / "report")


@pytest.mark.parametrize("coarse, fine, verdict", [(0, 2, Verdict.REPRODUCED),
                                                   (2, 0, Verdict.CONTRADICTED),
                                                   (1, 1, Verdict.OPEN)])
def test_order_of_coarse_and_fine_is_recognised(patches, tmp_path, coarse, fine, verdict):
    assert verdicts(with_peaks(patches, tmp_path / "peaks.h5", coarse, fine)) == {verdict}


def test_effects_that_are_largest_at_once_are_told_by_how_they_fall(patches, tmp_path):
    """Both largest at the first of steps 1, 5 and 8: coarse has fallen by four fifths at the
    second, fine by a fifth."""
    with open_record(patches) as record:
        metrics, parts = ([str(name) for name in record.axes[axis].values]
                          for axis in ("metric", "part"))
    copy = with_peaks(patches, tmp_path / "falls.h5", 0, 0)
    with h5py.File(copy, "r+") as file:
        effect = file["effect"][...]
        effect[..., metrics.index("coarse"), :, 1, :, parts.index("band 0")] = -0.1
        effect[..., metrics.index("fine"), :, 1, :, -1] = -0.4
        file["effect"][...] = effect
    with open_record(copy) as record:
        claim = content(record).claims[0]
        assert claim.verdict is Verdict.REPRODUCED
        assert "seed 1: 3.5 [" in claim.measured and "and 6.1 [" in claim.measured


@pytest.mark.parametrize("size, step", [([1.0, 0.2, 0.0], 3.5), ([0.1, 1.0, 0.0], 6.5),
                                        ([1.0, 0.4, 0.8], np.inf), ([1.0, 0.9, 0.8], np.inf),
                                        ([-1.0, -0.5, -0.2], np.inf)])
def test_half_of_an_effect_is_left_where_it_falls_below_it_for_good(size, step):
    assert _half_step(np.array([1.0, 5.0, 8.0]), np.array(size)) == pytest.approx(step)


@pytest.mark.parametrize("parts, band", [
    (["leading", "trailing"], None), (["band 0"], None), (["band 1", "band 2"], None),
    (["band 10", "leading", "band 0", "band 9"], "band 10")])
def test_bands_are_told_by_their_numbers(parts, band):
    record = SimpleNamespace(axes={"part": SimpleNamespace(values=np.array(parts, dtype=object))})
    assert _highest_band(record) == band
    if band is None:
        assert claims(record) == []


def test_what_is_not_clear_or_not_reliable_decides_nothing(patches, tmp_path):
    blurred = changed(with_peaks(patches, tmp_path / "peaks.h5", 0, 2), tmp_path / "blurred.h5",
                      effect_error=10.0)
    assert verdicts(blurred) == {Verdict.OPEN}
    doubtful = with_peaks(patches, tmp_path / "doubt.h5", 0, 2, reliable=0.0)
    assert verdicts(doubtful) == {Verdict.OPEN}
