"""replica_speciation on real records of tiny networks, and with known answers written into them:
figures, tables, verdicts."""

import numpy as np
import pytest
from command import report
from decided_replicas import decide
from image_files import made_up, write_cifar
from records import changed, set_pending
from undecided import undecided

from analysis import open_record
from analysis.experiments.midpoints import (
    fitted_midpoints,
    gap_of,
    is_fitted,
    midpoint_difference,
)
from analysis.experiments.replica_speciation.data import published
from analysis.experiments.replicas import groups
from analysis.experiments.table import content
from analysis.page.content import Verdict

YES, NO, OPEN = Verdict.REPRODUCED, Verdict.CONTRADICTED, Verdict.OPEN

JOB = """
[experiment]
name = "replica_speciation"
images = 100
epochs = 1
batch = 20
width = 8
depth = 1
heads = 2
pairs = 12
group = 12
steps = 20
coarse_step = 5
context_samples = 8
classifier_epochs = 1
classifier_width = 8
resamples = 20
[axes]
g = [0.0, 0.1, 0.3, 1.0]
seed = [1, 2]
noise_correlation = [0.0, 1.0]
[run]
title = "Replicas, small"
"""
OF_A_CLASS = JOB + """
[profile.told]
axes.g = [0.0, 0.5]
axes.seed = [1]
axes.told_class = [-1, 3]
axes.noise_correlation = [0.5]
experiment.adaptive = false
"""

IN_COLOUR = JOB + """
[profile.colour]
axes.g = [0.5]
axes.seed = [1]
axes.noise_correlation = [0.0]
experiment.data_format = "cifar10"
experiment.class_count = 3
experiment.classes = [0, 1, 2]
experiment.images = 30
experiment.side = 32
experiment.patch = 8
"""


@pytest.fixture(scope="module")
def replicas(run_trained):
    return run_trained(JOB)


def falling(g, noise):
    """Earlier with coupling where noise is independent; in between, whatever g, where it is not."""
    if noise == 1:
        return 10.6
    return {0.0: None, 0.1: 12.7, 0.3: 9.6, 1.0: 8.8}[round(g, 3)]


@pytest.fixture(scope="module")
def decided(replicas, tmp_path_factory):
    return decide(replicas, tmp_path_factory.mktemp("decided") / "decided.h5", falling, late=8.0)


def said(path) -> dict[tuple[str, str], Verdict]:
    """Verdicts by place in the paper, and "independent" or "shared" noise."""
    with open_record(path) as record:
        found = {}
        for claim in content(record).claims:
            noise = next((n for n in ("independent", "shared")
                          if f"told, {n} noise" in claim.measured), "both")
            found[claim.where + (" plateau" if "plateau" in claim.statement else ""),
                  noise] = claim.verdict
        return found


FALLS, COARSE = "table 1, figures 2–4", "section 4.1, figures 6–8"
SIZE, PLATEAU = "section 4.1", "section 4.1 plateau"
WHICH, CONTROL = ("table 1", "both"), ("section 4.1, figure 5", "shared")


def test_report_shows_curves_images_and_the_network(replicas, tmp_path):
    page = report(replicas, folder=tmp_path / "report")
    for text in ("Figures 2 to 4", "Figure 5", "Figures 6 to 8", "Table 1", "Images of replicas",
                 "Agreement of labels", "What the numbers rest on", "use of context"):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(decided, tmp_path, left):
    report(set_pending(decided, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_told_classes_and_other_noise_are_groups_of_their_own(with_torch, syncgap, run_job,
                                                              tmp_path):
    path = run_job(OF_A_CLASS, "--profile", "told", "--set", f'experiment.models="{tmp_path}/m"')
    page = report(path, folder=tmp_path / "report")
    assert "class 3 told, noise correlated 0.5" in page
    assert "no class told, noise correlated 0.5" in page


def test_colour_images_are_drawn(with_torch, run_job, tmp_path):
    images, labels = made_up(channels=3, size=32)
    write_cifar(tmp_path, images, labels)
    (tmp_path / "test_batch.bin").write_bytes((tmp_path / "data_batch_1.bin").read_bytes())
    path = run_job(IN_COLOUR, "--profile", "colour",
                   "--set", f'experiment.data_path="{tmp_path}"',
                   "--set", f'experiment.models="{tmp_path}/m"')
    with open_record(path) as record:
        assert record["sample_pixels"].values.shape[-3:] == (3, 32, 32)
    assert "Images of replicas" in report(path, folder=tmp_path / "report")


def test_tables_hold_the_record_s_numbers(decided):
    with open_record(decided) as record:
        found = {t.title: t for t in content(record).tables}
        rows = found["Table 1: speciation times, no class told, independent noise"].rows
        assert len(rows) == 8 and all(len(r) == 11 for r in rows)
        by_g = {(r[0], r[1]): r for r in rows}
        assert by_g["0.1", "1"][2] == "12.7 [10.7, 14.7]"
        assert by_g["0.1", "1"][3] == "12.7 [10.0, 19.3]"  # 63.6 [50.0, 96.6] of 100 steps
        assert by_g["0.3", "2"][4] == "sigmoid" and by_g["0", "1"][4] == "flat"
        assert by_g["0", "1"][2] == by_g["0", "1"][3] == by_g["0", "1"][7] == "–"
        assert by_g["1", "1"][5] == "0.900 [0.850, 0.950]"
        shares = record["evaluations"].at(g=1.0, seed=1, told_class=-1, noise_correlation=0.0)
        assert by_g["1", "1"][10] == f"{float(shares.values):.0%}"
        gaps = found["Coarse and fine commitment, no class told, shared noise"].rows
        assert {r[6] for r in gaps} == {"8.0 [7.0, 9.0]"}
        network = found["What the numbers rest on"].rows
        assert len(network) == 4
        assert network[0][2] == f"{int(np.nanmax(record['parameters'].values)):,}"
        assert network[0][3] == "100"


def test_what_falls_as_published_is_reproduced(decided):
    found = said(decided)
    assert found[FALLS, "independent"] is YES and found[FALLS, "shared"] is NO
    assert found[COARSE, "independent"] is found[COARSE, "shared"] is YES
    assert found[SIZE, "independent"] is YES  # 8 of 20 steps: the published 40 of 100
    assert found[PLATEAU, "independent"] is YES
    assert found[WHICH] is YES
    assert found[CONTROL] is YES


def test_verdicts_flip_with_the_numbers(replicas, tmp_path):
    found = said(decide(replicas, tmp_path / "rises.h5",
                        lambda g, noise: 12.0 if noise else 6 + 8 * g, late=-3.0,
                        plateau=lambda g, noise: 0.5 + 0.4 * g))
    assert found[FALLS, "independent"] is NO
    assert found[COARSE, "independent"] is found[SIZE, "independent"] is NO
    assert found[PLATEAU, "independent"] is NO
    assert found[CONTROL] is NO
    assert found[WHICH] in (NO, Verdict.PARTLY)


def test_a_curve_that_rises_between_two_couplings_falls_partly(replicas, tmp_path):
    times = {0.0: None, 0.1: 14.0, 0.3: 6.0, 1.0: 10.0}
    found = said(decide(replicas, tmp_path / "wavy.h5", lambda g, noise: times[round(g, 3)]))
    assert found[FALLS, "independent"] is Verdict.PARTLY


def test_scatter_of_the_pairs_leaves_the_fall_open(replicas, tmp_path):
    found = said(decide(replicas, tmp_path / "wide.h5",
                        lambda g, noise: None if g == 0 else 10.2 - 0.2 * g, scatter=6.0))
    assert found[FALLS, "independent"] is OPEN
    wide = undecided(tmp_path / "wide.h5")
    text, = [text for text in wide[FALLS] if "independent" in text]
    assert "Not decided: the interval holds 0." in text
    assert "3 of 3 midpoints within the published intervals" in wide[WHICH[0]][0]


def test_midpoints_just_beyond_the_published_ones_decide_nothing_of_the_noise(replicas, tmp_path):
    times = {0.0: None, 0.1: 19.6, 0.3: 17.4, 1.0: 12.2}
    near = undecided(decide(replicas, tmp_path / "near.h5", lambda g, noise: times[round(g, 3)]))
    assert near[WHICH[0]][0].count("0 of 3 midpoints within the published intervals") == 2


def test_nothing_is_said_of_unreliable_units_and_flat_curves(replicas, decided, tmp_path):
    doubtful = changed(decided, tmp_path / "doubtful.h5", reliable=0.0)
    assert set(said(doubtful).values()) == {OPEN}
    found = undecided(doubtful)
    for text in found[FALLS]:
        assert "fewer than two couplings with a reliable sigmoid. Left out: 6 unreliable" in text
    for text in found[COARSE]:
        assert "not known; above 0 for 0 of 0 units, below for 0, not decided for 0." in text
    sizes, plateaus = ([text for text in found[SIZE] if part in text]
                       for part in ("published range", "two reliable couplings"))
    assert len(sizes) == len(plateaus) == 2 and len(found[SIZE]) == 4
    assert all("in 0 of 0 units that tell it from 0 or from that range. Left out" in text
               for text in sizes)
    assert found[WHICH[0]][0].count("no reliable sigmoid") == 2
    control, = found[CONTROL[0]]
    assert "no reliable sigmoid at $g=0$. Left out: 2 unreliable of 2 units." in control
    flat = said(decide(replicas, tmp_path / "flat.h5", lambda g, noise: None))
    assert {flat.pop((PLATEAU, noise)) for noise in ("independent", "shared")} == {YES}
    assert set(flat.values()) == {OPEN}


def test_what_pairs_scatter_too_much_to_tell_is_not_decided(replicas, tmp_path):
    """Ends that differ by as much as they scatter; a control without weak coupling beside it, and
    one that lies where the weak coupling does."""
    ends = undecided(decide(replicas, tmp_path / "ends.h5", lambda g, noise: 20.0, scatter=6.0))
    assert any("Not decided: the interval holds what counts as the same, and" in text
               for text in ends[SIZE])
    alone = undecided(decide(replicas, tmp_path / "alone.h5",
                             lambda g, noise: 10.0 if noise else None))
    assert "no reliable sigmoid at weak coupling with independent noise" in alone[CONTROL[0]][0]
    beside = undecided(decide(replicas, tmp_path / "beside.h5", lambda g, noise: 10.0,
                              scatter=6.0))
    assert "Not decided: the interval holds 0." in beside[CONTROL[0]][0]


def test_a_sigmoid_that_most_samples_of_the_pairs_lack_is_none(decided, tmp_path):
    """By its own status word, and in records from before there was one by the missing interval."""
    def words(copy, **values):
        path = changed(decided, tmp_path / copy, **values)
        with open_record(path) as record:
            table = next(t for t in content(record).tables if "independent" in t.title)
            return {row[4] for row in table.rows}, said(path)[FALLS, "independent"]

    word = "unstable sigmoid"
    assert words("new.h5", fit_status=5.0) == ({word}, OPEN)
    assert words("old.h5", fit_status=0.0, midpoint_low=np.nan, midpoint_high=np.nan) == (
        {word}, OPEN)
    # A tenth without one: intervals are of the others alone, and too narrow.
    fitted = decided, tmp_path / "tenth.h5"
    found, verdict = words("tenth.h5", share_fitted=0.9)
    assert word in found and "sigmoid" not in found and verdict == OPEN
    # Of each scale a thirtieth: midpoints, but no gap between them.
    with open_record(changed(*fitted, share_fitted=29 / 30)) as record:
        units = [unit for unit in groups(record)[0].units(1.0) if unit.value("fit_status", 2) == 0]
        assert units and all(is_fitted(unit, "coarse") for unit in units)
        assert not any(gap_of(unit) for unit in units)
    with open_record(decided) as record:
        assert all(gap_of(unit) for unit in groups(record)[0].units(1.0))


def test_midpoints_of_resampled_curves_are_those_of_their_sigmoids():
    t = np.array([0, 10, 20, 30, 35, 40, 45, 50, 55, 60, 80, 100.0])
    wanted = np.array([31.0, 44.0, 57.5])
    curves = 0.2 + 0.6 / (1 + np.exp(-(t[:, None] - wanted) / 4))
    assert fitted_midpoints(t, curves) == pytest.approx(wanted, abs=0.5)
    assert np.isnan(fitted_midpoints(t[:4], curves[:4])).all()


def test_differences_are_of_the_same_pairs(decided):
    with open_record(decided) as record:
        group = groups(record)[0]
        found = midpoint_difference(group.units(0.1), group.units(1.0), "cosine")
        assert found.value == pytest.approx(3.9, abs=0.7)  # of the pairs that there are
        # Pairs decide a step apart of each other, but at both couplings alike.
        assert found.low < 3.9 < found.high and found.high - found.low < 2
        # Of all couplings together, each is compared with itself.
        every = [unit for g in (0.1, 0.3, 1.0) for unit in group.units(g)]
        alike = midpoint_difference(every, every[::-1], "cosine")
        assert (alike.value, alike.low, alike.high) == pytest.approx((0, 0, 0), abs=1e-9)
        assert published(record, 0.3).value == pytest.approx(9.6)
        assert published(record, 0.2) is None
