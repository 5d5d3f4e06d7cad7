"""Sweeps that stop when they know enough: run.precision and run.refine of a job, end to end."""

import json
import os
import signal
import time

import h5py
import numpy as np
import pytest
from processes import BAD_INPUT, DRAINED, SUCCESS, Run

JOB = """[experiment]
name = "mixture_cloning"
trials = 100
steps = 100

[axes]
method = ["projected", "full"]
seed = { range = [1, 61] }
dimension = [64]
branch_time = [1.0, 2.0, 3.0]

[run.precision]
agreement = 0.02
"""
DONE, NOT_NEEDED = 1, 3


@pytest.fixture
def job(tmp_path):
    path = tmp_path / "cloning.toml"
    path.write_text(JOB)
    return path


@pytest.fixture
def call(call):
    """What the program writes to standard output, or to standard error where it fails."""

    def run(*words, **how):
        out, err = call(*words, **how)
        return out if how.get("expect", SUCCESS) in (SUCCESS, DRAINED) else err

    return run


def contents(path):
    with h5py.File(path) as file:
        found = {name: item[...] for name, item in file.items()
                 if isinstance(item, h5py.Dataset) and name not in ("unit_seconds",)}
        found |= {f"goals/{name}": item[...] for name, item in file["goals"].items()}
    return found


def expect_equal(one, other):
    one, other = contents(one), contents(other)
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_repetitions_are_added_until_the_interval_is_narrow_enough(call, job, tmp_path):
    plan = json.loads(call("plan", job, "--json"))
    assert (plan["units"], plan["fewest_units"]) == (120, 32)
    assert "32 to 120 of the units" in call("plan", job)
    out = call("run", job)
    assert "not needed" in out and "as precise as wanted in 2 of 2 cells" in out
    with h5py.File(tmp_path / "out/cloning.h5") as file:
        status, agreement = file["unit_status"][...], file["agreement"][...]
        half, target, count = (file[f"goals/{name}"][..., 0]
                               for name in ("half_width", "target", "count"))
        assert list(file["goals/goal"].attrs["flag_meanings"].split()) == ["agreement"]
    taken = (status == DONE).sum(axis=1)  # over the seeds
    assert ((status == DONE) | (status == NOT_NEEDED)).all()
    assert (taken >= 16).all() and (taken < 60).all() and (taken == count).all()
    assert (half <= 0.02).all() and (target == 0.02).all()
    # The half width is that of a mean over independent repetitions.
    for cell in range(2):
        values = agreement[cell, :taken[cell]]
        assert not np.isnan(values).any() and np.isnan(agreement[cell, taken[cell]:]).all()
        by_hand = 2.05 * values.std(axis=0, ddof=1).max() / np.sqrt(taken[cell])
        assert half[cell] == pytest.approx(by_hand, rel=0.06)
    status = json.loads(call("status", "out/cloning.h5", "--json"))
    assert status["pending"] == 0 and status["not_needed"] == 120 - taken.sum()
    assert [each["met"] for each in status["goals"]["reached"]] == [True, True]
    assert "2 of 2 cells" in call("status", "out/cloning.h5", "--exit-code")
    assert "nothing is left to run" in call("run", job)


def test_the_same_units_run_on_any_number_of_ranks(call, job, tmp_path):
    for ranks in (1, 2, 4):
        call("run", job, "--record", f"{ranks}.h5", ranks=ranks)
    for ranks in (2, 4):
        expect_equal(tmp_path / "1.h5", tmp_path / f"{ranks}.h5")


def test_the_same_units_run_after_kills(syncgap, call, job, tmp_path):
    call("run", job, "--record", "whole.h5")
    slow = ["--set", "experiment.trials=2000", "--set", "run.precision.agreement=0.01"]
    call("run", job, *slow, "--record", "slow.h5")
    killed = tmp_path / "killed.h5"
    for wait in (0.2, 0.3, 0.4, 0.5):
        run = Run(2, [syncgap, "run", job, *slow, "--record", killed], cwd=tmp_path)
        time.sleep(wait)
        run.kill()
        run.finish()
    call("run", job, *slow, "--record", killed, ranks=2)
    expect_equal(tmp_path / "slow.h5", killed)


def test_a_drained_sweep_is_not_at_its_end(syncgap, call, job, tmp_path):
    record = tmp_path / "drained.h5"
    slow = ["--set", "experiment.trials=20000", "--set", "run.precision.agreement=0.002"]
    run = Run(1, [syncgap, "run", job, *slow, "--record", record], cwd=tmp_path)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if record.exists() and json.loads(call("status", record, "--json"))["done"] > 2:
            break
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGTERM)
    code, _, _ = run.finish()
    assert code == DRAINED
    told = call("status", record)
    assert "pending at most" in told and "not needed" not in told
    call("status", record, "--exit-code", expect=DRAINED)


def test_goals_may_change_on_the_same_record(call, job, tmp_path):
    call("run", job, "--set", "run.precision.agreement=0.1")
    wide = json.loads(call("status", "out/cloning.h5", "--json"))
    assert wide["done"] == 32
    call("run", job)
    call("run", job, "--record", "fresh.h5")
    expect_equal(tmp_path / "out/cloning.h5", tmp_path / "fresh.h5")
    assert json.loads(call("status", "fresh.h5", "--json"))["done"] > 32
    plain = job.with_name("plain.toml")
    plain.write_text(JOB[:JOB.index("[run.precision]")])
    assert "120 of 120 units done" in call("run", plain, "--record", "out/cloning.h5")
    assert "goal " not in call("status", "out/cloning.h5")


def test_a_record_without_goals_is_taken_over(call, job, tmp_path):
    plain = job.with_name("plain.toml")
    plain.write_text(JOB[:JOB.index("[run.precision]")])
    call("run", plain, "--set", "axes.seed=[1,2,3]", "--record", "out/cloning.h5")
    assert "run again with --extend" in call("run", job, expect=BAD_INPUT)
    assert "6 taken over" in call("run", job, "--extend")
    call("run", job, "--record", "fresh.h5")
    expect_equal(tmp_path / "out/cloning.h5", tmp_path / "fresh.h5")
    call("run", plain, "--record", "all.h5")
    assert "begun without these goals" in call("run", job, "--record", "all.h5", expect=BAD_INPUT)
    call("run", job, "--record", "all.h5", "--extend")
    assert json.loads(call("status", "all.h5", "--json"))["done"] == 120


def test_packed_copies_and_merged_records_keep_their_goals(call, job, tmp_path):
    call("run", job)
    call("pack", "out/cloning.h5", "--output", "packed.h5")
    one, other = (json.loads(call("status", path, "--json"))
                  for path in ("out/cloning.h5", "packed.h5"))
    assert one == other
    call("run", job, "--set", "axes.method=full", "--record", "a.h5")
    call("run", job, "--set", "axes.method=projected", "--record", "b.h5")
    call("merge", "b.h5", "a.h5", "--output", "merged.h5")
    call("run", job, "--record", "merged.h5")
    with h5py.File(tmp_path / "out/cloning.h5") as a, h5py.File(tmp_path / "merged.h5") as b:
        np.testing.assert_array_equal(np.sort(a["agreement"][...].ravel()),
                                      np.sort(b["agreement"][...].ravel()))


def test_mistakes_are_named(call, job):
    def refusal(*settings):
        words = [word for setting in settings for word in ("--set", setting)]
        return call("plan", job, *words, expect=BAD_INPUT)

    assert "did you mean 'agreement'?" in refusal("run.precision.agrement=0.1")
    assert "must be above 0" in refusal("run.precision.agreement=0")
    assert "takes a number" in refusal("run.precision.agreement=fine")
    assert "between 0 and 1" in refusal("run.precision.level=95")
    assert "axis 'seed' has only 10" in refusal("axes.seed=1,2,3,4,5,6,7,8,9,10")
    assert "run.refine lacks observable" in refusal("run.refine.axis=method")
    assert "has labels" in refusal("run.refine.axis=method", "run.refine.tolerance=1",
                                   "run.refine.observable=agreement")
    assert "unknown split axis of run.refine 'g'" in refusal(
        "run.refine.axis=g", "run.refine.tolerance=1", "run.refine.observable=agreement")
