"""Fixtures of tests with real processes: the program, records it wrote, the made-up sweep."""

import subprocess

import pytest
from processes import Driver, binary
from records import run

from analysis import open_record


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


@pytest.fixture(scope="session")
def run_job(syncgap, tmp_path_factory):
    """Runs a job given as text or as a file of jobs/, and returns the record's path."""
    return lambda job, *arguments: run(syncgap, tmp_path_factory.mktemp("sweep"), job, *arguments)


@pytest.fixture(scope="session")
def record_of(run_job):
    """Records of jobs given as text, each swept once."""
    made = {}

    def record(job):
        if job not in made:
            made[job] = run_job(job)
        return made[job]

    return record


@pytest.fixture(scope="session")
def with_torch(syncgap):
    """Skips what needs networks in a build without LibTorch."""
    version = subprocess.run([syncgap, "version"], capture_output=True, text=True, check=True)
    if "LibTorch" not in version.stdout:
        pytest.skip("built without LibTorch")


@pytest.fixture(scope="session")
def run_trained(with_torch, run_job, tmp_path_factory):
    """run_job for experiments that train networks, which share what they trained."""
    models = tmp_path_factory.mktemp("models")
    return lambda job: run_job(job, "--set", f'experiment.models="{models}"')


@pytest.fixture(scope="module")
def record(path):
    """The record at the module's own `path`, opened for the analysis."""
    with open_record(path) as opened:
        yield opened
