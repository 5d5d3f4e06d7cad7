"""A sweep as a user meets it: its run, its status, its record, every exit code once."""

import json
import os
import re
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
import xarray
from commands import JOB, refusal
from processes import (
    BAD_INPUT,
    DAMAGED,
    DRAINED,
    MPI_ENVIRONMENT,
    SUCCESS,
    UNITS_FAILED,
    Run,
    observables,
    statuses,
    wait_until,
)

# Run

@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_a_sweep_runs_reports_and_can_be_read(call, job, tmp_path, ranks):
    out, err = call("run", job, "--record", "result.h5", ranks=ranks)
    assert "exact_score, small: 9 units on " in out
    assert "9 of 9 units done" in out and "record: result.h5" in out
    assert out.count("record: ") == 1  # from one rank
    assert "9/9 units" in err
    record = tmp_path / "result.h5"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.h5", "small.toml"]
    with h5py.File(record) as file:
        attributes = dict(file.attrs)
        assert attributes["experiment"] == "exact_score"
        assert attributes["title"] == "A small sweep"
        assert attributes["sweep_seed"] == 3
        assert attributes["job"] == JOB
        assert json.loads(attributes["options"])["trials"] == 50
        assert json.loads(attributes["option_docs"])["trials"]["doc"]
        for name in ("syncgap_version", "git_revision", "compiler", "build_type", "created", "host",
                     "libraries", "random_numbers"):
            assert attributes[name]
        assert attributes["Conventions"] == "syncgap-record-1"


def test_xarray_opens_a_record_with_named_dimensions(call, job, tmp_path):
    call("run", job, "--record", "result.h5", ranks=2)
    with xarray.open_dataset(tmp_path / "result.h5", engine="h5netcdf") as data:
        accuracy = data["accuracy"]
        assert set(accuracy.dims) >= {"theta", "g", "schedule"}
        assert accuracy.attrs["long_name"] and accuracy.attrs["units"]
        assert accuracy.sel(g=0.5).sizes["theta"] == 9
        np.testing.assert_allclose(data["theta"], np.linspace(0, np.pi, 9), rtol=1e-15)
        assert data["schedule"].attrs["labels"].split("\n")[0] == "constant"
        assert (data["unit_status"] == 1).all()
        assert np.isfinite(accuracy).all()


def test_a_quiet_run_shows_no_progress(call, job):
    out, err = call("run", job, "--record", "result.h5", "--quiet")
    assert err == "" and "9 of 9 units done" in out


def test_a_finished_job_is_left_alone(call, job, tmp_path):
    call("run", job, "--record", "result.h5")
    before = (tmp_path / "result.h5").read_bytes()
    out, _ = call("run", job, "--record", "result.h5", "--resume", ranks=2)
    assert "9 of 9 units done (9 before this run)\n" in out
    assert "nothing is left to run: the sweep is finished\nrecord: result.h5" in out
    assert " units in " not in out
    assert (tmp_path / "result.h5").read_bytes() == before


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_is_no_record(call, job, tmp_path, there):
    if there:
        (tmp_path / "results").mkdir()
    message = "(results/): name the file in it, results/NAME.h5"
    for command in ("run", "plan"):
        assert f"a folder is not the record {message}" in refusal(
            call, command, job, "--record", "results/", ranks=1)
    for command in ("status", "verify", "pack"):
        assert f"a folder is not the record {message}" in refusal(call, command, "results/",
                                                                  ranks=1)
    call("run", job, "--record", "result.h5")
    assert f"a folder is not the packed copy {message}" in refusal(
        call, "pack", "result.h5", "--output", "results/", ranks=1)
    if there:
        assert "name the file in it" in refusal(call, "run", job, "--record", "results", ranks=1)
        assert not list((tmp_path / "results").iterdir())


def test_resume_asks_for_a_record_that_is_there(call, job):
    assert "there is no record to resume (result.h5)" in refusal(
        call, "run", job, "--record", "result.h5", "--resume")


def test_profiles_and_overrides_are_kept_in_the_record(call, job, tmp_path):
    call("run", job, "--profile", "smoke", "--set", "run.seed=9", "-s", "axes.g=[0.1,0.3,0.7]")
    with h5py.File(tmp_path / "out/small-smoke.h5") as file:
        assert json.loads(file.attrs["options"])["trials"] == 20
        assert file.attrs["sweep_seed"] == 9 and file.attrs["profile"] == "smoke"
        assert list(file["g"]) == [0.1, 0.3, 0.7]
        assert "# --set run.seed=9" in file.attrs["job"]


@pytest.mark.parametrize("change, difference", [
    (["--set", "experiment.trials=60"], "option trials: recorded 50, the job has 60"),
    (["--set", "axes.g=[0.2]"], "captured axis g: recorded [0.2, 0.5], the job has [0.2]"),
    (["--set", "run.seed=4"], "seed: recorded 3, the job has 4"),
    (["--set", "axes.theta={linspace=[0.0,1.0,41]}"], "split axis theta"),
])
def test_a_record_of_another_job_is_refused_with_the_difference(call, job, tmp_path, change,
                                                              difference):
    call("run", job, "--record", "result.h5")
    before = (tmp_path / "result.h5").read_bytes()
    message = refusal(call, "run", job, "--record", "result.h5", *change)
    assert "the record belongs to another job (result.h5):" in message
    assert difference in message
    assert "Give this job its own file with --record" in message
    assert (tmp_path / "result.h5").read_bytes() == before
    assert not (tmp_path / "result.h5.lock").exists()


@pytest.mark.parametrize("change", [["--set", "run.title=Another title"],
                                    ["--set", "run.walltime=3600"]])
def test_what_does_not_change_a_result_does_not_matter(call, job, change):
    call("run", job, "--record", "result.h5")
    call("run", job, "--record", "result.h5", *change)


@pytest.mark.parametrize("words, expected", [
    (["--set", "experiment.trails=5"], "unknown option 'trails' (--set experiment.trails=5): did "
                                       "you mean 'trials'?"),
    (["--set", "experiment.trials=many"], "option 'trials' takes a whole number"),
    (["--set", "experiment.trials=0"], "option 'trials' is out of range"),
    (["--set", "axes.gg=[1.0]"], "unknown axis 'gg'"),
    (["--set", "axes.g=[]"], "axis 'g' has no values"),
    (["--set", "axes.g=[0.2,0.2]"], "axis 'g' has the value 0.2 twice"),
    (["--set", "axes.schedule=lat"], "did you mean 'late'?"),
    (["--set", "axes.theta={linspace=[0,1]}"], "write linspace = [first, last, count]"),
    (["--set", "experiment.name=exact_scor"], "did you mean 'exact_score'?"),
    (["--set", "nonsense"], "cannot read the override"),
    (["--set", "run.ranks_per_unit=4"], "run.ranks_per_unit is 4 but there are only 3 ranks"),
    (["--set", "run.ranks_per_unit=2"], "runs a unit on one rank"),
    (["--profile", "smok"], "unknown profile 'smok'"),
    (["--record", "small.toml/x.h5"], "choose another place with --record"),
    (["--record", "/proc/none/x.h5"], "choose another place with --record"),
])
def test_bad_input_is_one_message_on_one_rank(call, job, tmp_path, words, expected):
    before = sorted(tmp_path.rglob("*"))
    assert expected in refusal(call, "run", job, *words)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == [job]
    assert not any(path.name.endswith((".h5", ".lock")) for path in tmp_path.rglob("*")), before


def test_physics_out_of_range_is_bad_input(call, tmp_path):
    job = tmp_path / "unstable.toml"
    job.write_text('[experiment]\nname = "coupled_ou"\nvariance_x = -1.0\n')
    assert "option 'variance_x' is out of range" in refusal(call, "run", job)
    job.write_text('[experiment]\nname = "coupled_ou"\n[axes]\ng = [0.5, 1.5]\n')
    assert "|g| < beta (axes.g, saw 1.5 with beta = 1)" in refusal(call, "run", job)


def test_bad_toml_names_the_line(call, tmp_path):
    job = tmp_path / "broken.toml"
    job.write_text('[experiment]\nname = "exact_score"\ntrials = \n')
    assert f"the job is not valid TOML ({job}:3:" in refusal(call, "run", job)


def test_a_limit_on_file_sizes_is_a_message_not_a_signal(syncgap, job, tmp_path):
    many = "axes.theta={linspace=[0.0,1.0,20000]}"
    done = subprocess.run(["bash", "-c", 'ulimit -f 30000; exec "$0" "$@"', syncgap, "run", job,
                           "--set", many, "--record", "x.h5"], capture_output=True, text=True,
                          cwd=tmp_path, env={**os.environ, **MPI_ENVIRONMENT})
    assert done.returncode == BAD_INPUT, (done.returncode, done.stderr)
    assert "cannot create the record (x.h5)" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.toml"]


# While it runs

def test_status_from_another_shell_has_rate_and_time_left(syncgap, call, job, tmp_path):
    run = Run(2, [syncgap, "run", job, "--profile", "long", "--record", "result.h5"], cwd=tmp_path)
    record = tmp_path / "result.h5"
    wait_until(lambda: record.exists() and (statuses(record) == 1).sum() >= 2, "some units", 60)
    with run.held():
        text, _ = call("status", "result.h5")
        report = json.loads(call("status", "result.h5", "--json")[0])
        used = refusal(call, "run", job, "--profile", "long", "--record", "result.h5")
    assert "1 rank" not in text
    assert re.search(r"running +on \S+, process \d+, 2 ranks, for 00:00:\d\d, [\d.]+ units/s", text)
    assert report["running"] is True and report["units"] == 41
    assert 2 <= report["done"] < 41 and report["done"] + report["pending"] == 41
    assert report["units_per_second"] > 0 and report["seconds_left"] > 0
    assert "the record is in use (result.h5, by process" in used
    os.kill(run.pid, signal.SIGUSR1)  # passed on by every launcher
    code, out, err = run.finish()
    assert code == DRAINED, err
    assert "drained: run the same command again to go on" in out
    report = json.loads(call("status", "result.h5", "--json")[0])
    assert report["running"] is False and report["pending"] > 0
    assert report["seconds_left"] is None
    out, _ = call("status", "result.h5")
    assert "running    no" in out
    # The rest, quicker because it is less: and the same bits as in one go.
    call("run", job, "--profile", "long", "--record", "result.h5", ranks=3)
    call("run", job, "--profile", "long", "--record", "undisturbed.h5")
    assert observables(record) == observables(tmp_path / "undisturbed.h5")


def test_progress_redraws_its_line_on_a_terminal(syncgap, job, tmp_path):
    """`script` gives the program a terminal."""
    command = f"{syncgap} run {job} --profile long --record result.h5"
    done = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True,
                          cwd=tmp_path, timeout=120, env={**os.environ, **MPI_ENVIRONMENT})
    assert done.returncode == SUCCESS
    lines = re.findall(rb"\r\x1b\[K(\d+)/41 units, [\d.e+]+ units/s([^\r]*)", done.stdout)
    assert lines and lines[-1][0] == b"41"
    assert any(rb" left" in rest for _, rest in lines[:-1])


# Afterwards

def test_verify_says_what_is_intact_and_what_is_not(call, job, tmp_path):
    call("run", job, "--record", "result.h5")
    out, _ = call("verify", "result.h5")
    assert "structure intact; 9 of 9 done units match their checksums" in out
    with h5py.File(tmp_path / "result.h5") as file:
        offset = file["accuracy"].id.get_offset()
        per_unit = file["accuracy"][...].nbytes // 9
    with open(tmp_path / "result.h5", "r+b") as file:
        file.seek(offset + 4 * per_unit)
        file.write(b"\x01")
    out, _ = call("verify", "result.h5", expect=DAMAGED)
    assert "damaged: unit 4 (theta=1.5707963267948966 " in out
    assert "8 of 9 done units match" in out
    out, _ = call("run", job, "--record", "result.h5", ranks=2)
    assert "1 found damaged and run again" in out
    call("verify", "result.h5")


def test_pack_makes_a_smaller_copy_that_reads_the_same(call, job, tmp_path):
    call("run", job, "--record", "result.h5", "--set", "axes.time={linspace=[0.0,2.0,401]}")
    out, _ = call("pack", "result.h5")
    assert out == "result.packed.h5\n"
    record, packed = tmp_path / "result.h5", tmp_path / "result.packed.h5"
    assert packed.stat().st_size < record.stat().st_size
    assert observables(packed) == observables(record)
    with h5py.File(record) as one, h5py.File(packed) as other:
        assert dict(one.attrs) == dict(other.attrs)
        for name, item in one.items():
            if not isinstance(item, h5py.Dataset):
                continue
            assert item.attrs["long_name"] == other[name].attrs["long_name"]
            np.testing.assert_array_equal(item[...], other[name][...])
    with xarray.open_dataset(record, engine="h5netcdf") as one, \
            xarray.open_dataset(packed, engine="h5netcdf") as other:
        xarray.testing.assert_identical(one.load(), other.load())
    assert "the packed copy exists already" in refusal(call, "pack", "result.h5")
    assert "packed" in refusal(call, "run", job, "--record", "result.packed.h5")


def test_the_time_in_the_record_is_about_right(call, job, tmp_path):
    start = time.monotonic()
    call("run", job, "--record", "result.h5")
    elapsed = time.monotonic() - start
    with h5py.File(tmp_path / "result.h5") as file:
        seconds = file["unit_seconds"][...]
    assert (seconds > 0).all() and seconds.sum() < elapsed


def test_status_ends_as_the_run_did_that_left_the_record_like_this(driver, call):
    """Launchers change exit codes; the record does not."""
    driver.run_part(3, "--units", 30, "--fail", 1)
    call("status", driver.record)
    out, _ = call("status", driver.record, "--exit-code", expect=DRAINED)
    assert "pending" in out
    driver.run("--units", 30, "--fail", 7, expect=UNITS_FAILED)
    call("status", driver.record, "--exit-code", expect=UNITS_FAILED)
    report = json.loads(call("status", driver.record, "--exit-code", "--json",
                             expect=UNITS_FAILED)[0])
    assert report["pending"] == 0 and report["failed"] >= 1
    driver.run("--units", 30, "--retry-failed")
    call("status", driver.record, "--exit-code")
    refusal(call, "status", driver.record.with_name("none.h5"), "--exit-code")


def test_failed_units_are_named_by_status_and_the_exit_code(driver, call):
    driver.run("--units", 30, "--fail", 7, expect=UNITS_FAILED)
    out, _ = call("status", driver.record)
    assert "29 of 30 done (96.7%), 1 failed, 0 pending" in out
    assert "failed     unit 7 (unit_number=7): this unit was asked to fail" in out
    report = json.loads(call("status", driver.record, "--json")[0])
    assert report["failures"] == [{"unit": 7, "coordinates": "unit_number=7",
                                   "message": "this unit was asked to fail"}]
