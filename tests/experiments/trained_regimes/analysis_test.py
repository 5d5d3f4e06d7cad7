"""trained_regimes on a real record of made-up images: figures, warnings, claims, unfinished
sweeps."""

import numpy as np
import pytest
from command import figures_of_reports
from made_up_images import write_halves
from records import changed
from undecided import undecided

from analysis import open_record
from analysis.experiments.table import content
from analysis.experiments.trained_regimes.data import units
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "trained_regimes"
data_path = "{folder}"
class_count = 2
padded_size = 8
width = 8
multipliers = [1, 2]
groups = 4
images_seen = 600
steps = 40
samples = 100
resamples = 60
path_step = 0.1
classifier_epochs = 8
[axes]
classes = ["0-1"]
images = [6, 40]
path = {{ range = [0, 30] }}
trajectory = {{ range = [0, 32] }}
strip = [0, 1]
branch_time = [3.0, 1.0, 0.3, 0.1]
[run]
title = "Made-up images"
"""


@pytest.fixture(scope="module")
def path(run_trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    write_halves(folder, count=120, side=8)
    return run_trained(JOB.format(folder=folder))


def claims_of(record):
    return {claim.statement[:25]: claim for claim in content(record).claims}


def test_figures_in_the_papers_order(path):
    with open_record(path) as record:
        found = content(record)
        assert [f.key for f in found.figures] == ["figure-4", "figure-5", "figure-11", "distances",
                                                  "training"]
        assert found.problem == ""
        assert found.summary.startswith("Denoisers: U-Nets of ")
        for table in found.tables:
            assert len(table.rows) == 2
            assert all(len(row) == len(table.columns) for row in table.rows)


def test_unreliable_numbers_are_marked_everywhere(path, tmp_path):
    good = dict(classifier_accuracy=0.99, second_class_share=0.5)
    with open_record(changed(path, tmp_path / "good.h5", **good)) as record:
        assert [unit.warnings() for unit in units(record)] == [[], []]
        assert "Warning" not in content(record).summary
    weak = good | {"classifier_accuracy": 0.96}
    with open_record(changed(path, tmp_path / "weak.h5", **weak)) as record:
        found = content(record)
        assert "96.0% right" in found.summary and "96.0% right" in found.figures[0].caption
        assert all("unreliable" in row[0] for row in found.tables[0].rows)
        # Nothing is concluded from them.
        assert claims_of(record)["Trained networks speciate"].verdict == Verdict.OPEN
    uneven = good | {"second_class_share": 0.04}
    with open_record(changed(path, tmp_path / "one.h5", **uneven)) as record:
        assert "4% of the generated images" in content(record).summary
        # Nothing is concluded from them.
        assert claims_of(record)["Trained networks speciate"].verdict == Verdict.OPEN


def test_claims_follow_the_numbers(path, tmp_path):
    good = dict(classifier_accuracy=0.99, second_class_share=0.5, speciation_time=1.0,
                clone_speciation_time=1.1, clone_speciation_time_low=1.0,
                clone_speciation_time_high=1.2, speciation_crossing_time=1.1,
                speciation_crossing_time_low=1.05, speciation_crossing_time_high=1.15,
                independent_agreement=0.5)
    late = {"clone_speciation_time": 2.0, "clone_speciation_time_low": 1.9,
            "clone_speciation_time_high": 2.1}
    with open_record(path) as record:
        exact = record["clone_agreement_exact"].values
    near = {f"clone_agreement{end}": exact + shift
            for end, shift in (("", 0), ("_low", -0.05), ("_high", 0.05))}
    with open_record(changed(path, tmp_path / "near.h5", **good, **near)) as record:
        claims = claims_of(record)
        assert claims["Trained networks speciate"].verdict == Verdict.REPRODUCED
        assert claims["The trained score is clos"].verdict == Verdict.REPRODUCED
    far = {name: value + 0.4 for name, value in near.items()}
    with open_record(changed(path, tmp_path / "far.h5", **good | late, **far)) as record:
        claims = claims_of(record)
        assert claims["Trained networks speciate"].verdict == Verdict.CONTRADICTED
        assert claims["The trained score is clos"].verdict == Verdict.CONTRADICTED
    collapsed = {"collapsed_share": [0.9, 0.1], "collapsed_share_low": [0.8, 0.05],
                 "collapsed_share_high": [0.95, 0.2], "clone_collapse_time": 1.0,
                 "trajectory_last_change_mean": 1.1}
    collapsed = {name: np.reshape(value, (1, 2, 1)) if isinstance(value, list) else value
                 for name, value in collapsed.items()}
    with open_record(changed(path, tmp_path / "copies.h5", **good, **collapsed)) as record:
        claims = claims_of(record)
        assert claims["With few training images "].verdict == Verdict.REPRODUCED
    turned = {name: value[:, ::-1] if isinstance(value, np.ndarray) else value
              for name, value in collapsed.items()}
    with open_record(changed(path, tmp_path / "turned.h5", **good, **turned)) as record:
        assert claims_of(record)["With few training images "].verdict == Verdict.CONTRADICTED
    with open_record(tmp_path / "copies.h5") as record:
        claims = claims_of(record)
        assert claims["Where networks collapse, "].verdict == Verdict.REPRODUCED


def test_what_a_record_does_not_reach_is_not_decided(path, tmp_path):
    good = dict(classifier_accuracy=0.99, second_class_share=0.5, collapsed_share=0.1,
                collapsed_share_low=0.05, collapsed_share_high=0.2)
    never = undecided(changed(path, tmp_path / "never.h5", **good, speciation_time=100.0,
                              clone_speciation_time=np.nan))
    speciates, ends = never["figure 4"]
    assert speciates.startswith("φ passes 0.775 at ") and "–, $t_S$ = 100.000" in speciates
    assert "(independent samples " in ends
    assert never["figure 5"] == ["No network of this record repeats its training images in half "
                                 "of its samples."]
    assert never["figure 11"] == ["Share of collapsed samples: $n=6$: 0.10 [0.05, 0.20]; $n=40$: "
                                  "0.10 [0.05, 0.20]."]
    early = undecided(changed(path, tmp_path / "early.h5", **(good | dict(
        collapsed_share=0.9, clone_collapse_time=np.nan))))
    assert "$\\phi_C=1/2$ at –" in early["figure 5"][0]
    uneven = undecided(changed(path, tmp_path / "uneven.h5", second_class_share=0.04))
    assert len(uneven["figure 4"]) == 1


def test_report_of_whole_unfinished_and_empty_sweeps(path, tmp_path):
    drawn = figures_of_reports(path, tmp_path)
    assert {"figure-4", "figure-5", "figure-11", "distances", "training"} <= drawn
