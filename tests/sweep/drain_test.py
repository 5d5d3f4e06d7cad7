"""A walltime signal or limit: finish the unit, leave, go on later."""

import os
import signal
import time

import pytest
from processes import (
    DONE,
    DRAINED,
    PENDING,
    Driver,
    launcher_library,
    observables,
    statuses,
    units_begun,
    wait_until,
)

UNITS = ("--units", 400, "--doubles", 8)


@pytest.fixture(scope="module")
def reference(driver_program, tmp_path_factory):
    driver = Driver(driver_program, tmp_path_factory.mktemp("undisturbed") / "record.h5")
    driver.run(*UNITS)
    return observables(driver.record)


def target(run, whom):
    return {"mpirun": run.pid, "the last rank": run.rank_pids()[-1]}[whom]


# Of the signals a launcher gets, those that reach the ranks and let them drain (README, "Signals").
PASSED_ON = {"Open MPI": ("USR1", "USR2", "XCPU"), "MPICH": ("USR1", "TERM", "INT")}


@pytest.mark.parametrize("name, ranks, whom", [
    *((name, 1, "the last rank") for name in ("USR1", "USR2", "TERM", "HUP", "XCPU")),
    *((name, 3, "the last rank") for name in ("USR2", "TERM")),
    *((name, 3, "mpirun") for name in PASSED_ON[launcher_library()])])
def test_a_signal_drains_and_the_rest_is_run_later(driver, reference, tmp_path, name, ranks,
                                                   whom):
    number = signal.Signals[f"SIG{name}"]
    log = tmp_path / "log"
    run = driver.start(*UNITS, "--sleep", 0.02, "--log", log, ranks=ranks)
    wait_until(lambda: len(units_begun(log)) >= 5, "some units")
    os.kill(target(run, whom), number)
    start = time.monotonic()
    code, out, err = run.finish(30)
    # MPICH's launcher may say 0 for ranks that drained.
    assert code == DRAINED or (whom == "mpirun" and code == 0), err
    assert time.monotonic() - start < 20
    state = statuses(driver.record)
    assert set(state) == {PENDING, DONE}
    assert (state == DONE).sum() == len(units_begun(log)), "a unit was begun and not finished"
    second = tmp_path / "second"
    report = driver.run(*UNITS, "--log", second, ranks=2)
    assert report["done"] == 400
    assert not set(units_begun(log)) & set(units_begun(second))
    assert observables(driver.record) == reference


@pytest.mark.parametrize("ranks, per_unit", [(1, 1), (3, 1), (4, 2)])
def test_units_with_checkpoints_are_left_in_the_middle(driver, tmp_path, ranks, per_unit):
    log = tmp_path / "log"
    words = ("--units", 8, "--doubles", 8, "--checkpoints", "--ranks-per-unit", per_unit)
    run = driver.start(*words, "--sleep", 30, "--log", log, ranks=ranks)
    wait_until(lambda: len(units_begun(log)) >= ranks, "all ranks")
    os.kill(run.rank_pids()[-1], signal.SIGUSR2)
    code, _, err = run.finish(20)  # no unit would have ended by then
    assert code == DRAINED and "failed" not in err
    assert set(statuses(driver.record)) == {PENDING}
    assert driver.run(*words, ranks=ranks)["done"] == 8


@pytest.mark.parametrize("ranks", [1, 3])
def test_the_wall_drains_before_it_is_reached(driver, reference, tmp_path, ranks):
    # The wall counts from the start of the program, MPI's own included; finishing is not cut off.
    start = time.monotonic()
    Driver(driver.program, tmp_path / "one.h5").run("--units", 1, ranks=ranks)
    launch = time.monotonic() - start
    wall = launch + 2
    report = driver.run(*UNITS, "--sleep", 0.1, "--walltime", wall, ranks=ranks, expect=DRAINED)
    assert report["drained"] and 0 < report["done"] < 400
    assert report["seconds"] < wall + 0.5
    driver.run(*UNITS)
    assert observables(driver.record) == reference


def test_a_sweep_too_long_for_one_wall_gets_there_in_several(driver, reference):
    launches = 0
    while True:
        launches += 1
        code, out, err = driver.start(*UNITS, "--sleep", 0.01, "--walltime", 1.5,
                                      ranks=1 + launches % 2).finish()
        assert code in (0, DRAINED), err
        if code == 0:
            break
    assert launches >= 2
    assert observables(driver.record) == reference


def test_a_drained_record_is_not_in_use(driver):
    driver.run(*UNITS, "--sleep", 0.03, "--walltime", 1, expect=DRAINED)
    assert not driver.lock.exists()
