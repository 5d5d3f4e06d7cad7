"""gap_schedules on real records: figures, what was measured beside it, any ranks."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from command import figures_of_reports
from decided_replicas import decide
from processes import ROOT, SUCCESS, Run

from analysis import open_record
from analysis.experiments.gap_schedules import claims, data
from analysis.experiments.image_units import Measured
from analysis.experiments.replicas import Unit
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "gap_schedules"
pieces = 5
[axes]
g = [0.1, 0.2]
"""


def test_figures_and_tables(record_of):
    with open_record(record_of(JOB)) as record:
        found = content(record)
        largest = data.schedules(record, 0.1)[-1]
    assert [figure.key for figure in found.figures] == ["gap", "shapes"]
    gaps, pieces = found.tables
    assert len(gaps.rows) == 10 and len(pieces.rows) == 4
    # What is copied into a job keeps the budget.
    g, name, shares, times, factors = pieces.rows[1]
    assert (g, name) == ("0.1", "largest gap")
    assert np.mean(json.loads(factors)) == pytest.approx(1, abs=1e-11)
    assert json.loads(shares) == [0, 0.2, 0.4, 0.6, 0.8]
    assert json.loads(times) == pytest.approx(list(largest.times))


def replica_units(shape: str, starts=(), factors=(), layers="all", graph="complete 2",
                  budget="kept") -> Unit:
    """A unit of replica_speciation as far as its coupling goes."""
    options = {"switch_time": 0.4, "piece_starts": list(starts), "piece_factors": list(factors),
               "g_budget": budget}
    axes = [SimpleNamespace(name=name, values=[value]) for name, value in
            (("coupled_layers", layers), ("coupled_heads", "all"), ("g_schedule", shape),
             ("graph", graph))]
    record = SimpleNamespace(split_axes=axes, option=lambda name, default=None: options[name])
    return Unit(record, (0, 0, 0, 0), 0.5, 1)


@pytest.mark.parametrize("unit, wanted", [
    (replica_units("constant"), ["constant"]),
    (replica_units("constant", layers="1-2"), []),
    (replica_units("constant", graph="ring 4"), []),
    (replica_units("late", budget="free"), []),  # less coupling in all
    (replica_units("constant", budget="free"), ["constant"]),
    (replica_units("linear"), []),
    (replica_units("late"), ["late"]),  # 2.5 in two of five pieces
    (replica_units("piecewise", [0, 0.4], [2.5, 0]), ["late"]),
    (replica_units("piecewise", [0, 0.4], [0.5, 0]), ["late"]),  # its mean is made 1
    (replica_units("piecewise", [0, 0.6], [0, 2.5001]), ["early"]),
    (replica_units("piecewise", [0, 0.5], [0, 2]), []),
])
def test_a_measured_unit_is_of_the_schedule_with_its_shape(run_job, unit, wanted):
    job = run_job(JOB, "--set", "experiment.most_factor=2.5")
    with open_record(job) as record:
        found = [s.name for s in data.schedules(record, 0.1)
                 if data._apart(unit, s) < data.SAME_SHAPE]
    assert [name for name in found if not name.endswith("_gap")] == wanted


REPLICAS = """
[experiment]
name = "replica_speciation"
images = 100
epochs = 1
batch = 20
width = 8
depth = 2
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
g_schedule = ["constant", "late", "linear"]
"""


def test_measured_gaps_stand_beside_those_of_the_theory(record_of, run_trained, run_job, tmp_path):
    measured = run_trained(REPLICAS)
    near, far = (decide(measured, tmp_path / f"{late:g}.h5", lambda g, noise: 10.0 if g else None,
                        late=late) for late in (4.0, 6.0))
    theory = run_job(JOB, "--set", "experiment.pieces=4")
    with open_record(theory) as record, open_record(near) as beside:
        found = content(record, [beside])
        seen = data.seen(record, [beside])
        assert [figure.key for figure in found.figures] == ["gap", "shapes", "seen"]
        assert [(one.schedule.name, one.unit.g) for one in seen] == [("constant", 0.5),
                                                                     ("late", 0.5)]
        assert [row[4] for row in found.tables[2].rows] == ["4.0 [3.0, 5.0]"] * 2
        # The same pairs under both schedules decide at the same steps.
        assert found.tables[3].rows[0][2] == "0.0 [0.0, 0.0]"
        assert "seen" not in [figure.key for figure in content(record).figures]
    with open_record(theory) as record, open_record(near) as one, open_record(far) as other:
        units = [unit for unit in data.seen(record, [one, other]) if unit.schedule.name == "late"]
        assert [unit.gap.value for unit in units] == [4, 6]


def test_only_the_same_pairs_of_reliable_units_are_compared(monkeypatch):
    def seen(schedule, width, noise=0.0, reliable=True):
        identity = f"option width = {width}"
        record = SimpleNamespace(attributes={"sweep_seed": 1, "identity": identity})
        unit = SimpleNamespace(seed=1, g=0.5, reliable=reliable, record=record,
                               coordinates={"told_class": -1, "noise_correlation": noise})
        return data.Seen(SimpleNamespace(name=schedule), unit)

    monkeypatch.setattr(data, "gap_difference_of", lambda pairs: pairs)
    base = [seen("constant", 64), seen("constant", 96), seen("constant", 96, noise=1.0)]
    mine = [seen("late", 96), seen("late", 64), seen("late", 64, noise=1.0),
            seen("late", 96, noise=1.0, reliable=False)]
    assert data.difference(base + mine, "late", "constant") == [
        (mine[0].unit, base[1].unit), (mine[1].unit, base[0].unit)]
    assert data.difference(base, "constant", "constant") is None


def test_reports_of_whole_half_and_empty_records(record_of, tmp_path):
    assert "gap" in figures_of_reports(record_of(JOB), tmp_path)


@pytest.mark.parametrize("low, high, verdict", [
    (1.0, 5.0, Verdict.REPRODUCED), (-1.0, 5.0, Verdict.OPEN), (-5.0, -1.0, Verdict.CONTRADICTED)])
def test_what_replicas_say_of_the_optimum_goes_by_its_interval(monkeypatch, low, high, verdict):
    """The smallest gap is to be narrower: there the signs are the other way round."""
    def difference(found, name, base):
        sign = -1 if (name, base) == ("smallest_gap", "constant") else 1
        return Measured(sign * (low + high) / 2, *sorted((sign * low, sign * high)))

    monkeypatch.setattr(claims, "difference", difference)
    assert [claim.verdict for claim in claims.claims([])] == [verdict] * 3
    monkeypatch.setattr(claims, "difference", lambda *_: None)
    assert claims.claims([]) == []


@pytest.fixture(scope="module")
def sweep(syncgap, tmp_path_factory):
    """The smoke profile of the job on some ranks: the bytes of every observable."""
    def run(ranks):
        folder = tmp_path_factory.mktemp("ranks")
        job = ROOT / "jobs/gap_schedules.toml"
        words = [syncgap, "run", job, "--profile", "smoke", "--record", "record.h5"]
        code, out, err = Run(ranks, words, cwd=folder).finish()
        assert code == SUCCESS, out + err
        with open_record(folder / "record.h5") as record:
            return {name: record[name].values.tobytes() for name in record.names}
    return run


def test_the_same_bits_on_any_ranks(sweep):
    reference = sweep(1)
    assert {"gap", "factor", "sensitivity"} <= set(reference)
    assert all(sweep(ranks) == reference for ranks in (2, 3))


def test_a_unit_is_of_the_nearest_schedule_alone(record_of, run_trained, run_job, monkeypatch):
    """Where all shapes count as one, every unit still has one schedule, that of its own shape."""
    measured, theory = run_trained(REPLICAS), run_job(JOB, "--set", "experiment.pieces=4")
    monkeypatch.setattr(data, "SAME_SHAPE", 10.0)
    with open_record(theory) as record, open_record(measured) as beside:
        found = data.seen(record, [beside])
        assert [one.schedule.name for one in found] == ["constant", "late"]
        assert data.seen_elsewhere(record, [beside], found) == 0
        assert data.seen_elsewhere(record, [beside], []) == 2


def test_a_mode_without_a_time_says_why(run_job):
    table = {}
    for least in (0.05, 0.45):
        with open_record(run_job(JOB, "--set", f"experiment.least_restoring={least}")) as record:
            table[least] = [row for row in content(record).tables[0].rows if row[1] == "late"]
    assert any("confined too little" in row for row in table[0.45])
    assert not any("confined too little" in row for row in table[0.05])
