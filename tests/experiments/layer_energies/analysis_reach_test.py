"""layer_energies with couplings in some blocks: what the report shows of the internal gap, on a
real record of a tiny network with known answers written into it."""

import numpy as np
import pytest
from command import report
from decided_replicas import set_gaps
from records import changed, set_pending

from analysis import open_record
from analysis.experiments.image_units import Measured
from analysis.experiments.layer_energies.reach import (
    _verdict,
    compared_step,
    gap_change,
    last_gap,
)
from analysis.experiments.reach import Reach
from analysis.experiments.replicas import groups, over_reaches
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "layer_energies"
chance_draws = 20
splits = 4
images = 100
epochs = 1
batch = 20
width = 8
depth = 6
heads = 2
pairs = 12
group = 12
steps = 20
context_samples = 8
[axes]
g = [0.0, 0.5]
seed = [1, 2]
coupled_layers = ["all", "early", "late"]
[run]
title = "Places inside, small"
"""
ALL, EARLY, LATE = range(3)
TITLE = "Internal gap by where the coupling acts, no class told"


@pytest.fixture(scope="module")
def places(run_trained):
    return run_trained(JOB)


def gaps(record, folder, layers, error=0.002):
    """The last block's gap falls from 1.3 to 1.0 where replicas are coupled in such blocks."""
    path = set_gaps(record, folder / "gaps.h5",
                    lambda g, depth: np.where(depth == 6, 1.0 if g else 1.3, 1.0),
                    couples=lambda at: at["coupled_layers"] in layers)
    return changed(path, folder / "narrow.h5", gap_error=error)


def said(path):
    with open_record(path) as record:
        claim, = [c for c in content(record).claims if "last blocks route" in c.statement]
        return claim


def test_report_shows_every_place(places, tmp_path):
    page = report(places, folder=tmp_path / "report")
    assert "Internal gap by where the coupling acts" in page and "first third of the blocks" in page
    with open_record(places) as record:
        keys = [figure.key for figure in content(record).figures]
    assert len(set(keys)) == len(keys)
    assert [key for key in keys if key.startswith("reach")] == ["reach-plain-untold",
                                                                "reach-normalised-untold"]
    assert sum(key.startswith("gap-map") for key in keys) == 2


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(places, tmp_path, left):
    report(set_pending(places, tmp_path / "part.h5", left), folder=tmp_path / "report")


@pytest.mark.parametrize("layers, verdict", [
    ({ALL, LATE}, Verdict.REPRODUCED), ({ALL, EARLY}, Verdict.CONTRADICTED),
    ({ALL}, Verdict.CONTRADICTED), ({ALL, EARLY, LATE}, Verdict.PARTLY)])
def test_verdicts_follow_where_the_gap_moves(places, tmp_path, layers, verdict):
    assert said(gaps(places, tmp_path, layers)).verdict is verdict


def test_wide_errors_leave_it_open(places, tmp_path):
    assert said(gaps(places, tmp_path, {ALL, LATE}, error=1.0)).verdict is Verdict.OPEN


def test_changes_are_against_the_same_seed_without_coupling(places, tmp_path):
    with open_record(gaps(places, tmp_path, {ALL, LATE})) as record:
        over, = over_reaches(groups(record))
        step = compared_step(over, 0.5, ())
        assert step == 15
        units = over.group(Reach(layers="late")).units(0.5)
        assert last_gap(units[0], "same", "plain", step) == (1.0, 0.002)
        change = gap_change(units, over, "others", step)
        assert change.value == pytest.approx(-0.3)
        assert change.high - change.value == pytest.approx(1.96 * 0.002, rel=1e-3)
        assert gap_change(over.group(Reach(layers="early")).units(0.5), over, "same",
                          step).value == 0
        table, = [t for t in content(record).tables if t.title == TITLE]
        assert [row[:3] for row in table.rows if row[1] == "0"] == [["everywhere", "0", "1"],
                                                                    ["everywhere", "0", "2"]]
        assert len(table.rows) == 2 + 3 * 2


@pytest.mark.parametrize("first, last, verdict", [
    ((0.015, 0.012, 0.018), (0.010, -0.020, 0.040), Verdict.OPEN),        # within 0.02: no change
    ((0.015, 0.012, 0.018), (0.100, 0.080, 0.120), Verdict.REPRODUCED),
    ((0.200, 0.150, 0.250), (0.100, 0.080, 0.120), Verdict.CONTRADICTED),
    ((0.050, 0.030, 0.070), (0.100, 0.080, 0.120), Verdict.PARTLY),
])
def test_a_change_within_what_counts_as_none_contradicts_nothing(first, last, verdict):
    assert _verdict(Measured(*first), Measured(*last)) is verdict
