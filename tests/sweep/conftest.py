"""Fixtures of tests that damage or share a made-up sweep's record."""

import pytest
from made_up import UNITS
from processes import Driver, observables


@pytest.fixture(scope="session")
def reference(driver_program, tmp_path_factory):
    driver = Driver(driver_program, tmp_path_factory.mktemp("undisturbed") / "record.h5")
    driver.run(*UNITS)
    return observables(driver.record)


@pytest.fixture
def half_done(driver):
    """A record whose sweep was drained half way."""
    driver.run_part(20, *UNITS)
    return driver
