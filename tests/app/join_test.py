"""Growing a sweep and joining its parts: nothing measured is run again, and what comes of it has
the bits of a sweep run in one go."""

import h5py
import numpy as np
import pytest
from processes import BAD_INPUT, observables

JOB = """
[experiment]
name = "exact_score"
trials = 40
[axes]
theta = [0.2, 0.5]
g = [0.2, 0.5]
seed = [1]
schedule = ["constant"]
score = ["path"]
method = ["plane"]
[run]
seed = 3
"""


@pytest.fixture
def call(call, tmp_path):
    """Runs the program beside a job; returns all that it writes."""
    (tmp_path / "job.toml").write_text(JOB)
    return lambda *words, **how: "".join(call(*words, **how))


def run_job(call, record, *settings, **how):
    words = [word for setting in settings for word in ("--set", setting)]
    return call("run", "job.toml", "--record", record, *words, **how)


def seconds_of(record):
    """Wall seconds of every unit: a unit that was run again has another number."""
    with h5py.File(record, "r") as file:
        return file["unit_seconds"][...].ravel()


# In the middle, in front and behind; several axes at once, in an order of their own.
LARGER = [
    ("axes.theta=[0.2,0.3,0.5]",), ("axes.theta=[0.1,0.2,0.5,0.9]",), ("axes.seed=[1,2]",),
    ("axes.theta=[0.5,0.2,0.7]", "axes.seed=[0,1]"),
]


@pytest.mark.parametrize("more", LARGER, ids=lambda more: " ".join(more))
def test_an_extended_record_has_the_bits_of_a_fresh_run(call, tmp_path, more):
    run_job(call, "grown.h5")
    before = sorted(seconds_of(tmp_path / "grown.h5"))
    told = run_job(call, "grown.h5", *more, expect=BAD_INPUT)
    assert "the record holds a part of this job (grown.h5, 2 of " in told and "--extend" in told
    told = call("run", "job.toml", "--record", "grown.h5", "--extend",
                *[w for setting in more for w in ("--set", setting)], ranks=2)
    assert "2 taken over" in told and "it is now grown.2-units.h5" in told
    run_job(call, "fresh.h5", *more)
    assert observables(tmp_path / "grown.h5") == observables(tmp_path / "fresh.h5")
    # The units that were there were not run again, and the record as it was is still one.
    assert set(before) <= set(seconds_of(tmp_path / "grown.h5"))
    assert sorted(seconds_of(tmp_path / "grown.2-units.h5")) == before
    assert "2 of 2 done units match" in call("verify", "grown.2-units.h5")
    # From now on it is the record of the larger job.
    assert "nothing is left to run" in run_job(call, "grown.h5", *more)


def test_a_record_grows_again_and_again(call, tmp_path):
    run_job(call, "r.h5", "axes.theta=[0.5]")
    for k, theta in enumerate(("[0.2,0.5]", "[0.2,0.5,0.7]", "[0.1,0.2,0.5,0.7]")):
        call("run", "job.toml", "--record", "r.h5", "--extend", "--set", f"axes.theta={theta}")
        assert (tmp_path / f"r.{k + 1}-units.h5").exists()
    run_job(call, "fresh.h5", "axes.theta=[0.1,0.2,0.5,0.7]")
    assert observables(tmp_path / "r.h5") == observables(tmp_path / "fresh.h5")


@pytest.mark.parametrize("settings, expected", [
    (["axes.theta=[0.2,0.7]"],
     "name the record's values beside the new ones and --extend it"),
    (["axes.theta=[0.2,0.5,0.7]", "experiment.trials=41"],
     "option trials: recorded 40, the job has 41"),
    (["axes.g=[0.2,0.5,0.7]"], "captured axis g"),
    (["run.seed=4"], "seed: recorded 3, the job has 4"),
])
def test_what_cannot_be_taken_over_is_refused_and_left_alone(call, tmp_path, settings, expected):
    run_job(call, "r.h5")
    before = (tmp_path / "r.h5").read_bytes()
    told = call("run", "job.toml", "--record", "r.h5", "--extend",
                *[w for s in settings for w in ("--set", s)], expect=BAD_INPUT)
    assert expected in told
    assert (tmp_path / "r.h5").read_bytes() == before
    assert sorted(p.name for p in tmp_path.glob("*.h5*")) == ["r.h5"]


def test_merged_parts_have_the_bits_of_the_whole(call, tmp_path):
    parts = {"late.h5": "axes.theta=[0.5,0.9]", "early.h5": "axes.theta=[0.1,0.2]",
             "seeds.h5": "axes.seed=[2,1]"}
    for record, setting in parts.items():
        run_job(call, record, setting)
    told = call("merge", *parts, "-o", "whole.h5")
    # seeds.h5 has theta = 0.2, 0.5 of seed 1 once more.
    assert "seeds.h5: 2 units, 2 more that an earlier record has with the same bits" in told
    assert "whole.h5: 6 of 8 units done" in told and "--record whole.h5" in told
    # An axis that rises in every record rises in the whole; another keeps the order met.
    whole = ("axes.theta=[0.1,0.2,0.5,0.9]", "axes.seed=[1,2]")
    told = run_job(call, "whole.h5", *whole)
    assert "8 of 8 units done (6 before this run)" in told
    run_job(call, "fresh.h5", *whole)
    assert observables(tmp_path / "whole.h5") == observables(tmp_path / "fresh.h5")
    with h5py.File(tmp_path / "whole.h5") as file:
        assert file.attrs["merged_from"] == ", ".join(parts)
        assert np.array_equal(file["theta"][...], [0.1, 0.2, 0.5, 0.9])


def test_records_that_do_not_fit_are_refused_by_name(call, tmp_path):
    run_job(call, "a.h5")
    run_job(call, "b.h5", "experiment.trials=41")
    told = call("merge", "a.h5", "b.h5", "-o", "c.h5", expect=BAD_INPUT)
    assert "a.h5 and b.h5" in told and "option trials: recorded 40, the job has 41" in told
    told = call("merge", "a.h5", "a.h5", "-o", "a.h5", expect=BAD_INPUT)
    assert "exists already (a.h5)" in told
    assert not list(tmp_path.glob("c.h5*"))
