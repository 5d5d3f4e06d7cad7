"""A unit that fails, and a result that is no number."""

import h5py
import numpy as np
from processes import DONE, FAILED, UNITS_FAILED, observables, statuses

UNITS = ("--units", 60, "--doubles", 9)


def failures_of(record):
    with h5py.File(record) as file:
        units, messages = file["failures/unit"][...], file["failures/message"][...]
    return {int(u): m.tobytes().rstrip(b"\0").decode() for u, m in zip(units, messages) if u >= 0}


def test_one_failing_unit_is_recorded_and_the_others_go_on(driver, tmp_path):
    for ranks in (3, 1):
        report = driver.run(*UNITS, "--fail", 17, ranks=ranks, expect=UNITS_FAILED)
        assert (report["done"], report["failed"], report["pending"]) == (59, 1, 0)
        assert failures_of(driver.record) == {17: "this unit was asked to fail"}
    state = statuses(driver.record)
    assert state[17] == FAILED and (np.delete(state, 17) == DONE).all()
    with h5py.File(driver.record) as file:
        assert np.isnan(file["value"][17]).all()
        assert np.isfinite(np.delete(file["value"][...], 17, axis=0)).all()


def test_retry_failed_runs_just_that_unit_again(driver, tmp_path):
    driver.run(*UNITS, "--fail", 17, expect=UNITS_FAILED)
    log = tmp_path / "log"
    report = driver.run(*UNITS, "--retry-failed", "--log", log, ranks=2)
    assert report["done"] == 60 and log.read_text() == "17\n"
    assert failures_of(driver.record) == {}
    with h5py.File(driver.record) as file:
        assert np.isfinite(file["value"][17]).all()


def test_a_unit_that_fails_again_has_one_message(driver):
    driver.run(*UNITS, "--fail", 17, expect=UNITS_FAILED)
    driver.run(*UNITS, "--fail", 17, "--retry-failed", ranks=2, expect=UNITS_FAILED)
    assert failures_of(driver.record) == {17: "this unit was asked to fail"}


def test_a_nan_is_a_failure_with_a_message_not_a_value(driver):
    report = driver.run(*UNITS, "--nan", 5, ranks=2, expect=UNITS_FAILED)
    assert report["failed"] == 1
    assert failures_of(driver.record) == {
        5: "observable 'value' is nan at captured index 4 of 9: the computation diverged or left "
           "the value unset"}
    with h5py.File(driver.record) as file:
        assert np.isnan(file["value"][5]).all()  # not the eight numbers beside the NaN either
    assert statuses(driver.record)[5] == FAILED


def test_one_rank_of_a_team_is_enough_to_fail_a_unit(driver):
    report = driver.run(*UNITS, "--ranks-per-unit", 2, "--fail", 17, "--fail-on-rank", 1, ranks=2,
                        expect=UNITS_FAILED)
    assert (report["done"], report["failed"]) == (59, 1)
    assert failures_of(driver.record) == {17: "this unit was asked to fail"}


def test_a_failure_does_not_change_the_bits_of_the_others(driver, driver_program, tmp_path):
    driver.run(*UNITS, "--fail", 17, "--order-seed", 3, ranks=3, expect=UNITS_FAILED)
    driver.run(*UNITS, "--retry-failed")
    other = type(driver)(driver_program, tmp_path / "other.h5")
    other.run(*UNITS)
    assert observables(driver.record) == observables(other.record)
