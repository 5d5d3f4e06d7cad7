"""replica_speciation with couplings in some blocks, heads and steps: what the report shows, on
a real record of a tiny network with known answers written into it."""

import numpy as np
import pytest
from command import report
from decided_replicas import decide
from records import set_pending

from analysis import open_record
from analysis.experiments.image_units import Measured
from analysis.experiments.midpoints import gap_difference
from analysis.experiments.reach import Reach, reaches
from analysis.experiments.replica_speciation.reach import _verdict, end, rise
from analysis.experiments.replicas import groups, over_reaches
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "replica_speciation"
images = 100
epochs = 1
batch = 20
width = 8
depth = 3
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
g = [0.0, 0.5]
seed = [1, 2]
coupled_layers = ["all", "early", "late"]
g_schedule = ["constant", "late"]
[run]
title = "Places, small"
"""
ALL, EARLY, LATE = range(3)
TITLE = "Where the coupling acts, no class told, independent noise"


@pytest.fixture(scope="module")
def places(run_trained):
    return run_trained(JOB)


def decided(record, copy, layers, late=8.0):
    """Pairs decide where they are coupled in one of these sets of blocks."""
    return decide(record, copy, lambda g, noise: 10.0 if g else None, late=late,
                  couples=lambda at: at["coupled_layers"] in layers)


def said(path):
    with open_record(path) as record:
        claim, = [c for c in content(record).claims if "last blocks route" in c.statement]
        return claim


def test_labels_are_words_and_names():
    assert Reach().everywhere and Reach().text == "everywhere" and Reach().key == ""
    both = Reach("late", "0", "0-24")
    assert both.text == "last third of the blocks, head 0, steps 0-24"
    assert Reach(layers="1,3").key == "-blocks-1-3" and Reach(layers="last 5").tick == "last 5"
    assert Reach(layers="3").text == "block 3" and Reach(heads="1-2").text == "heads 1-2"
    assert Reach(schedule="cosine").text == "g(t) cosine"
    assert Reach.of({"g": 0.5}) == Reach()


def test_report_shows_every_place_and_old_figures_of_coupling_everywhere_alone(places, tmp_path):
    page = report(places, folder=tmp_path / "report")
    assert TITLE in page and "no midpoint" in page
    with open_record(places) as record:
        found = content(record)
        assert len(reaches(record)) == 6
        keys = [figure.key for figure in found.figures]
        assert len(set(keys)) == len(keys)
        assert [key for key in keys if key.startswith("table-1")] == ["table-1-untold"]
        assert [key for key in keys if key.startswith("images")] == ["images-untold-independent"]
        assert sum(key.startswith("figure-2") for key in keys) == 6
        assert sum(key.startswith("reach") for key in keys) == 1


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(places, tmp_path, left):
    report(set_pending(places, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_table_says_where_there_is_no_midpoint(places, tmp_path):
    with open_record(decided(places, tmp_path / "late.h5", {ALL, LATE})) as record:
        table, = [t for t in content(record).tables if t.title == TITLE]
        rows = {tuple(row[:3]): row for row in table.rows}
        assert len(table.rows) == 6 * 2 * 2
        coupled = rows["last third of the blocks", "0.5", "2"]
        assert coupled[3] == "10.0 [8.0, 12.0]" and coupled[5] == "8.0 [7.0, 9.0]"
        free = rows["first third of the blocks", "0.5", "2"]
        assert free[3:6] == ["–", "flat", "–"]
        unit, = [u for group in groups(record) if group.reach == Reach(layers="late")
                 for u in group.units(0.5) if u.seed == 2]
        values = unit.array("pair_agreement")[0]
        assert coupled[6].split(" ")[0] == f"{np.median(values[-1]):.3f}"
        assert end(unit, "cosine").low < np.median(values[-1]) < end(unit, "cosine").high
        step = np.median(values[-1]) - np.median(values[0])
        assert rise([unit], "cosine").value == pytest.approx(step)


def test_verdicts_follow_where_pairs_decide(places, tmp_path):
    found = {name: said(decided(places, tmp_path / f"{name}.h5", layers))
             for name, layers in (("late", {ALL, LATE}), ("early", {ALL, EARLY}), ("none", {ALL}),
                                  ("both", {ALL, EARLY, LATE}))}
    assert found["late"].verdict is Verdict.REPRODUCED
    assert found["early"].verdict is found["none"].verdict is Verdict.CONTRADICTED
    assert found["both"].verdict is not Verdict.REPRODUCED
    assert "first third no midpoints" in found["late"].measured
    assert "last third 8.0 [7.0, 9.0], 8.0 [7.0, 9.0]" in found["late"].measured


def test_gaps_are_compared_over_the_same_pairs(places, tmp_path):
    path = decided(places, tmp_path / "gaps.h5", {ALL, LATE})
    with open_record(path) as record:
        over, = over_reaches(groups(record))
        late, whole = (over.group(reach).units(0.5) for reach in (Reach(layers="late"), Reach()))
        same = gap_difference(late, whole)
        assert (same.value, same.low, same.high) == pytest.approx((0, 0, 0), abs=1e-9)
        assert gap_difference(late, over.group(Reach(layers="early")).units(0.5)) is None


@pytest.mark.parametrize("first, verdict", [
    ((0.02, -0.01, 0.05), Verdict.REPRODUCED), ((-0.30, -0.35, -0.25), Verdict.OPEN)])
def test_a_fall_is_not_no_rise(first, verdict):
    total, last = Measured(0.5, 0.4, 0.6), Measured(0.45, 0.4, 0.5)
    assert _verdict(Measured(*first), last, None, total) is verdict
