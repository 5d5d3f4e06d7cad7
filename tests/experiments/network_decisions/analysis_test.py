"""network_decisions on a real record of made-up images, and with known answers written into it:
figures, tables, warnings, verdicts."""

import numpy as np
import pytest
from command import figures_of_reports
from made_up_images import write_halves
from records import changed
from undecided import undecided

from analysis import open_record
from analysis.experiments.network_decisions.data import units
from analysis.experiments.table import content
from analysis.page.content import Verdict
from analysis.reading.steps import step_clock

JOB = """
[experiment]
name = "network_decisions"
data_path = "{folder}"
classes = [0, 1]
class_count = 2
side = 8
patch = 2
width = 16
depth = 2
heads = 2
epochs = 2
batch = 20
steps = 10
group = 12
context_samples = 8
classifier_width = 8
classifier_batch = 20
held_out = false
loss_images = 40
trunks = 8
clones = 3
resamples = 20
[axes]
seed = [1, 2]
[run]
title = "Made-up images"
"""
FIGURES = ["decisions", "entropies", "clones"]
TIMES = ("class_entropy_rate_peak_time", "class_information_rate_peak_time",
         "loss_class_entropy_rate_peak_time", "class_entropy_variance_peak_time",
         "entropy_variance_peak_time", "clone_speciation_time")
GOOD = dict(reliable=1, classifier_accuracy=0.99, context_rise=0.3, class_share=0.5)


def around(**centres):
    """Numbers with intervals of a tenth to either side."""
    out = {}
    for name, value in centres.items():
        out |= {name: value, name + "_low": 0.9 * value, name + "_high": 1.1 * value}
    return out


@pytest.fixture(scope="module")
def path(run_trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    write_halves(folder, count=240, side=8)
    return run_trained(JOB.format(folder=folder))


def test_figures_and_tables_of_every_seed(path):
    with open_record(path) as record:
        found = content(record)
        assert [f.key for f in found.figures] == FIGURES
        assert found.problem == ""
        assert [len(table.rows) for table in found.tables] == [2 * len(TIMES), 2]
        for table in found.tables:
            assert all(len(row) == len(table.columns) for row in table.rows)
        assert "images of the network's training" in found.figures[0].caption


def test_times_stand_beside_steps(path, tmp_path):
    known = around(**dict.fromkeys(TIMES, 0.4))
    with open_record(changed(path, tmp_path / "known.h5", **GOOD, **known)) as record:
        times, steps = units(record)[0].array("branch_time"), record.axes["branch_step"].values
        assert step_clock(record).step(times) == pytest.approx(steps, abs=1e-9)
        rows = content(record).tables[0].rows
        assert all(row[2] == "0.400 [0.360, 0.440]" for row in rows)
        assert len({row[3] for row in rows}) == 1
    none = {name + end: np.nan for name in TIMES for end in ("", "_low", "_high")}
    with open_record(changed(path, tmp_path / "none.h5", **GOOD, **none)) as record:
        assert all(row[2:] == ["–", "–"] for row in content(record).tables[0].rows)


def test_what_is_not_reliable_is_said(path, tmp_path):
    with open_record(changed(path, tmp_path / "good.h5", **GOOD)) as record:
        assert [unit.warnings() for unit in units(record)] == [[], []]
        assert "Unreliable" not in content(record).summary
    for name, value, text in (("class_share", 0.9, "90% of the samples"),
                              ("classifier_accuracy", 0.7, "70.0% of real images"),
                              ("context_rise", 0.001, "at most 0.10%")):
        bad = GOOD | {"reliable": 0, name: value}
        with open_record(changed(path, tmp_path / f"{name}.h5", **bad)) as record:
            found = content(record)
            assert found.summary.count("Unreliable") == 2
            assert all("NO" in row and text in row[-1] for row in found.tables[1].rows)


def test_verdicts_follow_the_intervals(path, tmp_path):
    def verdicts(name, **values):
        with open_record(changed(path, tmp_path / f"{name}.h5", **(GOOD | values))) as record:
            return [claim.verdict for claim in content(record).claims]

    prior = np.log(2)
    decided = around(**dict.fromkeys(TIMES, 1.0)) | {
        "class_information_total": prior, "class_information_total_low": 0.95 * prior,
        "class_information_total_high": 1.05 * prior,
        "clone_excess_low": (np.s_[:, -1], 0.97), "clone_excess_high": (np.s_[:, 0], 0.02)}
    assert verdicts("yes", **decided) == [Verdict.REPRODUCED] * 5
    early = decided | around(clone_speciation_time=3.0, class_information_total=5 * prior) | {
        "clone_excess_low": (np.s_[:, 0], 0.4), "clone_excess_high": (np.s_[:, 0], 0.5)}
    assert verdicts("no", **early) == [Verdict.CONTRADICTED] * 5
    wide = decided | {"clone_speciation_time_low": 0.5, "clone_speciation_time_high": 2.0,
                      "class_information_total_low": 0.5 * prior,
                      "clone_excess_high": (np.s_[:, 0], 0.2),
                      "clone_excess_low": (np.s_[:, 0], -0.1)}
    assert verdicts("open", **wide) == [Verdict.OPEN] * 5
    texts = [text for each in undecided(tmp_path / "open.h5").values() for text in each]
    assert len(texts) == 5 and sum("1.000 [0.500, 2.000]" in text for text in texts) == 3
    # No time is no answer.
    gone = decided | {"clone_speciation_time" + end: np.nan for end in ("", "_low", "_high")}
    assert verdicts("gone", **gone)[:3] == [Verdict.OPEN] * 3


def test_report_of_whole_unfinished_and_empty_sweeps(path, tmp_path):
    assert set(FIGURES) <= figures_of_reports(path, tmp_path)
