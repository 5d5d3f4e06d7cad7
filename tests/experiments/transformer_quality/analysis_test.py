"""transformer_quality on a real record of made-up images: figures, warnings, unfinished sweeps."""

import numpy as np
import pytest
from command import figures_of_reports
from made_up_images import write_halves
from records import changed
from undecided import undecided

from analysis import open_record
from analysis.experiments.table import content
from analysis.experiments.transformer_quality.data import units
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "transformer_quality"
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
group = 10
context_samples = 8
classifier_width = 8
classifier_batch = 20
samples = 40
free_samples = 30
feature_components = 30
resamples = 20
[axes]
seed = [1, 2]
[run]
title = "Made-up images"
"""
FIGURES = ["classes-told", "classes-free", "frechet", "context", "samples"]
GOOD = dict(reliable=1, label_right=0.95, class_balance=0.9, classifier_accuracy=0.99,
            context_rise=0.3)


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
        assert [len(table.rows) for table in found.tables] == [2, 6, 4]
        for table in found.tables:
            assert all(len(row) == len(table.columns) for row in table.rows)


def test_what_is_not_good_enough_is_said(path, tmp_path):
    with open_record(changed(path, tmp_path / "good.h5", **GOOD)) as record:
        assert [unit.warnings() for unit in units(record)] == [[], []]
        assert content(record).summary.count("good enough by") == 2
    for name, value, text in (("label_right", 0.2, "20% of the samples"),
                              ("class_balance", 0.3, "balance 0.30"),
                              ("classifier_accuracy", 0.7, "70.0% of real images"),
                              ("context_rise", 0.001, "at most 0.10%")):
        bad = GOOD | {"reliable": 0, name: value}
        with open_record(changed(path, tmp_path / f"{name}.h5", **bad)) as record:
            found = content(record)
            assert found.summary.count("Not good enough") == 2
            assert text in found.summary
            assert all("NO" in row and text in row[-1] for row in found.tables[0].rows)


def test_verdicts_follow_the_intervals(path, tmp_path):
    def verdicts(name, **values):
        with open_record(changed(path, tmp_path / f"{name}.h5", **(GOOD | values))) as record:
            return [claim.verdict for claim in content(record).claims]

    sure = dict(context_rise_error=0.01, label_right_low=0.93, label_right_high=0.97)
    assert verdicts("sure", **sure) == [Verdict.REPRODUCED, Verdict.REPRODUCED]
    assert verdicts("none", **(sure | dict(context_rise=0.0001, context_rise_error=0.0001,
                                           label_right_low=0.1, label_right_high=0.3))) == [
        Verdict.CONTRADICTED, Verdict.CONTRADICTED]
    assert verdicts("unknown", **(sure | dict(context_rise_error=1.0, label_right_low=0.1,
                                              label_right_high=0.99))) == [
        Verdict.OPEN, Verdict.OPEN]
    routes, classes = (text for texts in undecided(tmp_path / "unknown.h5").values()
                       for text in texts)
    assert "above the least rise of 2% for 0 of 2 seeds, below for 0." in routes
    assert "0.95 [0.10, 0.99]" in classes and classes.endswith("for 0 of 2 seeds, below for 0.")
    assert verdicts("unmeasured", **(sure | dict(context_rise=np.nan))) == [Verdict.REPRODUCED]


def test_too_few_samples_for_a_distance_are_said(path, tmp_path):
    with open_record(path) as record:
        caption = next(f.caption for f in content(record).figures if f.key == "frechet")
        assert "fewer images than twice the components" in caption
    with open_record(changed(path, tmp_path / "enough.h5", compared_count=200)) as record:
        caption = next(f.caption for f in content(record).figures if f.key == "frechet")
        assert "fewer images" not in caption


def test_what_was_not_measured_is_left_out(path, tmp_path):
    nothing = {name + end: np.nan for name in ("class_share", "class_balance")
               for end in ("", "_low", "_high")}
    with open_record(changed(path, tmp_path / "told.h5", free_sample_count=0,
                             **nothing)) as record:
        assert "classes-free" not in [f.key for f in content(record).figures]
    missing = {name: np.nan for name in ("context_rise", "context_rise_error", "denoising_error",
                                         "denoising_error_error", "training_loss")}
    with open_record(changed(path, tmp_path / "given.h5", **GOOD | missing)) as record:
        assert [unit.warnings() for unit in units(record)] == [[], []]
        found = content(record)
        assert "context" not in [f.key for f in found.figures]
        assert found.tables[0].rows[0][3] == "–"


def test_report_of_whole_unfinished_and_empty_sweeps(path, tmp_path):
    assert set(FIGURES) <= figures_of_reports(path, tmp_path)
