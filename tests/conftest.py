"""Fixtures of the tests with real processes."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from processes import Driver, binary  # noqa: E402


@pytest.fixture(scope="session")
def driver_program():
    """Runs made-up units through the real engine ($SYNCGAP_SWEEP_DRIVER, set by ctest)."""
    path = binary("sweep_driver", "SYNCGAP_SWEEP_DRIVER")
    if path is None:
        pytest.fail("sweep_driver is not built")
    return path


@pytest.fixture(scope="session")
def syncgap():
    """The program ($SYNCGAP_BINARY, set by ctest)."""
    path = binary("syncgap", "SYNCGAP_BINARY")
    if path is None:
        pytest.fail("syncgap is not built")
    return path


@pytest.fixture
def driver(driver_program, tmp_path):
    return Driver(driver_program, tmp_path / "record.h5")
