"""When: records of one image set read together, with known times written into them."""

import json
import math
import shutil

import h5py
import numpy as np
import pytest
from command import analyse, check_page, report
from decided_replicas import decide
from made_up_images import write_halves
from records import changed, set_pending

from analysis import open_record
from analysis.experiments.table import together
from analysis.page.drawing import draw
from analysis.reading.steps import step_clock
from analysis.when.picture import contents
from analysis.when.shared import pictures

IMAGES = """
data_path = "{folder}"
class_count = 2
"""
EXACT = """
[experiment]
name = "dataset_regimes"
measure = ["spectrum", "posterior", "information"]
padded_size = 8
samples = 60
resamples = 20
""" + IMAGES + """
[axes]
classes = ["0-1"]
images = [40]
time = {{ logspace = [0.05, 4.0, 24] }}
[run]
title = "Exact"
"""
TRAINED = """
[experiment]
name = "trained_regimes"
padded_size = 8
width = 8
multipliers = [1, 2]
groups = 4
images_seen = 200
steps = 40
samples = 60
resamples = 20
path_step = 0.1
classifier_epochs = 1
""" + IMAGES + """
[axes]
classes = ["0-1"]
images = [40]
path = {{ range = [0, 10] }}
trajectory = {{ range = [0, 16] }}
strip = [0]
branch_time = [3.0, 1.0, 0.1]
[run]
title = "Trained"
"""
REPLICAS = """
[experiment]
name = "replica_speciation"
images = 100
classes = [0, 1]
side = 8
patch = 4
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
pooled_side = 2
resamples = 20
""" + IMAGES + """
[axes]
g = [0.0, 0.1, 0.3, 1.0]
[run]
title = "Replicas"
"""
DECISIONS = REPLICAS.split("pairs =")[0].replace("replica_speciation", "network_decisions") + """
group = 12
held_out = false
loss_images = 20
trunks = 8
clones = 2
steps = 20
context_samples = 8
classifier_epochs = 1
classifier_width = 8
resamples = 20
""" + IMAGES + """
[run]
title = "The network"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("images")
    write_halves(found, count=120, side=8)
    return found


@pytest.fixture(scope="module")
def exact(run_job, folder, tmp_path_factory):
    return changed(run_job(EXACT.format(folder=folder)),
                   tmp_path_factory.mktemp("when") / "exact.h5",
                   speciation_time=1.0, speciation_time_low=0.9, speciation_time_high=1.1,
                   speciation_crossing_time=0.8, speciation_crossing_time_low=0.7,
                   speciation_crossing_time_high=0.9)


@pytest.fixture(scope="module")
def trained(run_trained, folder, tmp_path_factory):
    return changed(run_trained(TRAINED.format(folder=folder)),
                   tmp_path_factory.mktemp("when") / "trained.h5", clone_speciation_time=0.5,
                   clone_speciation_time_low=0.4, clone_speciation_time_high=0.7,
                   clone_collapse=0.2, clone_collapse_time=np.nan, clone_collapse_time_low=np.nan,
                   clone_collapse_time_high=np.nan, classifier_accuracy=0.5)


@pytest.fixture(scope="module")
def replicas(run_trained, folder, tmp_path_factory):
    def passes(g, _):
        return {0.0: None, 0.1: None, 0.3: 9.6, 1.0: 8.8}[round(g, 3)]

    return decide(run_trained(REPLICAS.format(folder=folder)),
                  tmp_path_factory.mktemp("when") / "replicas.h5", passes, late=4.0)


@pytest.fixture(scope="module")
def decisions(run_trained, folder, tmp_path_factory):
    known = {name + end: time + by for name, time in (
        ("clone_speciation_time", 1.2), ("class_entropy_rate_peak_time", 0.9),
        ("class_information_rate_peak_time", 1.0),
        ("entropy_variance_peak_time", 0.6)) for end, by in (("", 0.0), ("_low", -0.1),
                                                             ("_high", 0.1))}
    none = {"class_entropy_variance_peak_time" + end: np.nan for end in ("", "_low", "_high")}
    return changed(run_trained(DECISIONS.format(folder=folder)),
                   tmp_path_factory.mktemp("when") / "decisions.h5", reliable=1, **known, **none)


def only(*paths):
    found = pictures([open_record(path) for path in paths])
    assert len(found) == 1
    return found[0]


def value(picture, kind, g=None):
    mark, = [m for m in picture.of(kind) if m.g == g]
    return float(mark.found.value)


def test_without_replicas_times_are_as_recorded(exact, trained):
    found = only(exact, trained)
    assert [float(m.found.value) for m in found.of("covariance")][0] == 1.0
    assert value(found, "trained speciation") == 0.5
    assert found.clock is None
    # One set of images, one network.
    assert len(found.sources) == 2


def test_with_replicas_times_are_those_of_their_states(exact, replicas):
    found = only(exact, replicas)
    assert value(found, "covariance") == pytest.approx(1 + math.log(2))
    assert value(found, "exact speciation") == pytest.approx(
        0.5 * math.log(1 + 4 * (math.exp(1.6) - 1)))
    with open_record(replicas) as record:
        times = step_clock(record).times
    between = times[9] + 0.6 * (times[10] - times[9])
    assert value(found, "cosine", 0.3) == pytest.approx(between)
    mark, = [m for m in found.of("cosine") if m.g == 0.3]
    assert float(mark.steps.value) == pytest.approx(9.6)
    assert mark.found.low < mark.found.value < mark.found.high
    # Coarse before fine: earlier in generation, later in the process.
    assert value(found, "coarse", 0.3) > value(found, "cosine", 0.3) > value(found, "fine", 0.3)


def test_what_is_absent_is_named(exact, trained, replicas):
    found = only(exact, trained, replicas)
    weak, = [m for m in found.of("cosine") if m.g == 0.1]
    assert not weak.known and weak.said == "no midpoint: flat"
    collapse, = found.of("trained collapse")
    assert collapse.said == "not reached: at most 0.20, not 0.5"
    speciation, = found.of("trained speciation")
    assert "classifier only 50.0% right" in speciation.warned
    table = together([open_record(p) for p in (exact, trained, replicas)])[0].tables[0]
    said = {(row[0], row[2]): row for row in table.rows}
    assert said[r"$\tau_{spec}$ of replicas", "0.1"][3] == "no midpoint: flat"
    assert said[r"$\tau_{spec}$ of replicas", r"0.3, for $g\to0$"][4].startswith("9.6 [")
    assert "run `network_decisions`" in said["class-entropy rate of the network", "–"][3]
    assert {row[6] for row in table.rows} == {"exact.h5", "trained.h5", "replicas.h5", "–"}


def test_uncoupled_replicas_do_not_stand_for_weak_coupling(exact, replicas, tmp_path):
    chance = decide(replicas, tmp_path / "chance.h5", lambda g, _: 9.0 + g)
    table = together([open_record(exact), open_record(chance)])[0].tables[0]
    assert [row[2] for row in table.rows if row[0] == r"$\tau_{spec}$ of replicas"] == [
        "0", r"0.1, for $g\to0$", "0.3", "1"]
    assert [row[-1] for row in table.rows if row[0] == r"$\tau_{spec}$ of replicas"] == [
        "by chance: nothing couples them", "–", "–", "–"]


def test_replicas_of_shared_noise_are_coupled_at_zero(exact, run_trained, folder, tmp_path):
    job = REPLICAS.format(folder=folder).replace("[run]", "noise_correlation = [1.0]\n[run]")
    shared = decide(run_trained(job), tmp_path / "shared.h5", lambda g, _: 9.0 + g)
    table = together([open_record(exact), open_record(shared)])[0].tables[0]
    assert [row[2] for row in table.rows if row[0] == r"$\tau_{spec}$ of replicas"] == [
        r"0, for $g\to0$", "0.1", "0.3", "1"]


def test_one_network_of_two_records_is_one(exact, replicas, run_trained, folder, tmp_path):
    job = REPLICAS.format(folder=folder).replace("[run]", "noise_correlation = [1.0]\n[run]")
    again = run_trained(job.replace("pairs = 12", "pairs = 10"))
    found = only(exact, replicas, again)
    first, second = [s for s in found.sources if s.network[0] == "replicas"]
    assert first.network == second.network
    assert found.told(second) == f"the network of {found.letter(first)}, shared noise"
    other = run_trained(job.replace("epochs = 1", "epochs = 2", 1))
    told = [found.told(s) for found in [only(exact, replicas, other)] for s in found.sources]
    assert not any("network of" in text for text in told)


def test_the_network_of_replicas_is_that_by_itself(exact, replicas, decisions):
    found = only(exact, replicas, decisions)
    assert value(found, "network clones") == 1.2  # on the clock of its own states
    assert value(found, "network class rate") == 0.9
    assert value(found, "network class information") == 1.0
    assert value(found, "network variance") == 0.6
    variance, = found.of("network class variance")
    assert variance.said == "no maximum inside the axis"
    alone, beside = [s for s in found.sources if s.network[0] == "replicas"]
    assert beside.network == alone.network
    assert found.told(alone).endswith("none told, by itself")
    assert found.told(beside) == f"the network of {found.letter(alone)}, independent noise"
    table = contents([open_record(p) for p in (exact, replicas, decisions)])[0].tables[0]
    rows = {row[0]: row for row in table.rows}
    assert rows["clones of the replicas' network part"][3] == "1.200 [1.100, 1.300]"
    assert rows["variance $V_h$ of the network"][5] == "8 trajectories"
    for name in ("class-entropy rate of the network", "variance $V_Z$ of the network's class"):
        assert "not in these records" not in rows[name][3]


def test_a_network_by_itself_brings_its_own_clock(exact, decisions):
    found = only(exact, decisions)
    assert found.clock is not None and len(found.clock.times) == 21
    assert value(found, "covariance") == pytest.approx(1 + math.log(2))
    assert value(found, "network clones") == 1.2


def test_what_the_network_does_not_reach_is_said(exact, decisions, tmp_path):
    gone = {"clone_speciation_time" + end: np.nan for end in ("", "_low", "_high")}
    low = changed(decisions, tmp_path / "low.h5", clone_excess=0.3, reliable=0, class_share=1.0,
                  **gone)
    mark, = only(exact, low).of("network clones")
    assert mark.said == "not reached: at most 0.30, not 0.55"
    assert "100% of the samples are of one class" in mark.warned


def of_classes(record, copy, classes):
    """A copy as if replicas had been trained on these classes."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        options = json.loads(file.attrs["options"]) | {"classes": classes}
        file.attrs["options"] = json.dumps(options)
    return copy


def test_other_images_and_other_classes_are_no_picture(exact, trained, replicas, run_job,
                                                       tmp_path):
    write_halves(tmp_path, count=60, side=8)
    elsewhere = run_job(EXACT.format(folder=tmp_path))
    assert pictures([open_record(elsewhere), open_record(replicas)]) == []
    # One record alone has its own report.
    assert pictures([open_record(exact)]) == []
    three = of_classes(replicas, tmp_path / "three.h5", [0, 1, 2])
    assert pictures([open_record(exact), open_record(three)]) == []
    found, = together([open_record(p) for p in (exact, trained, three, elsewhere)])
    assert "other classes, and so not here: three.h5 (classes 0 / 1 / 2)" in found.summary
    assert f"Of other images, and so not here: {elsewhere.name}" in found.summary
    apart, = together([open_record(p) for p in (exact, three)])
    assert not apart.figures and "There is no picture of when" in apart.summary
    assert "three.h5 (classes 0 / 1 / 2" in apart.summary
    assert together([open_record(exact)]) == []


def test_the_order_of_classes_is_none(exact, replicas, tmp_path):
    turned = of_classes(replicas, tmp_path / "turned.h5", [1, 0])
    assert len(pictures([open_record(exact), open_record(turned)])) == 1


def test_networks_are_told_apart(trained, replicas):
    found = only(trained, replicas)
    of = {m.kind: found.letter(m.source) for m in found.marks}
    assert len({of["exact speciation"], of["trained speciation"], of["cosine"]}) == 3
    assert of["cosine"] == of["coarse"] == of["fine"]


def test_the_report_begins_with_the_picture(exact, trained, replicas, tmp_path):
    page = report(exact, trained, replicas, folder=tmp_path / "report")
    assert (tmp_path / "report/figures/when/when.png").exists()
    assert page.index("When, in numbers") < page.index("Exact</h2>")
    assert "Networks are told apart" in page
    for text in ("later by log 2", "no midpoint: flat", "not reached: at most 0.20"):
        assert text in page, text


def test_steps_stand_above_their_times(exact, replicas):
    found = only(exact, replicas)
    canvas = draw(contents([open_record(exact), open_record(replicas)])[0].figures[0])
    below, above = canvas.axes
    ticks = {label.get_text(): x for x, label in zip(above.get_xticks(), above.get_xticklabels())}
    assert {"10", "20"} <= set(ticks)
    for step, place in ticks.items():
        at = float(found.clock.time(int(step)))
        assert above.transData.transform((place, 0))[0] == pytest.approx(
            below.transData.transform((at, 0))[0], abs=0.01)
    mark, = [m for m in found.of("cosine") if m.g == 0.3]
    drawn = [x for line in below.lines for x in line.get_xdata()]
    assert any(x == pytest.approx(float(mark.found.value)) for x in drawn)


def test_unfinished_records_are_drawn(exact, trained, replicas, tmp_path):
    part = set_pending(replicas, tmp_path / "part.h5", lambda unit: unit != 2)
    done = analyse(exact, trained, part, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0, done.stderr
    check_page((tmp_path / "r/report.html").read_text())
