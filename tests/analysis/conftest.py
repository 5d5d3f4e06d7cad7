"""Fixtures: the repository on the path, the built binary, records of small real sweeps."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]


@pytest.fixture(scope="session")
def syncgap() -> Path:
    """The binary under test: $SYNCGAP_BINARY (set by ctest), else the release build."""
    path = Path(os.environ.get("SYNCGAP_BINARY", ROOT / "build/release/syncgap"))
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


@pytest.fixture(scope="session")
def sweep_driver() -> Path:
    """Runs made-up units through the real engine: records with failed or missing units."""
    path = Path(os.environ.get("SYNCGAP_SWEEP_DRIVER", ROOT / "build/release/sweep_driver"))
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


@pytest.fixture(scope="session")
def run_job(syncgap, tmp_path_factory):
    """Runs a job given as text or as a file of jobs/, and returns the record's path."""

    def run(job, *arguments: str, expect: int = 0) -> Path:
        folder = tmp_path_factory.mktemp("sweep")
        path = job
        if isinstance(job, str):
            path = folder / "job.toml"
            path.write_text(job)
        record = folder / "record.h5"
        done = subprocess.run([syncgap, "run", path, "--record", record, *arguments],
                              capture_output=True, text=True, timeout=240)
        assert done.returncode == expect, done.stdout + done.stderr
        return record

    return run


@pytest.fixture(scope="session")
def record_of(run_job):
    """Records of jobs given as text, each swept once."""
    made = {}

    def record(job):
        if job not in made:
            made[job] = run_job(job)
        return made[job]

    return record


def set_pending(record: Path, copy: Path, which) -> Path:
    """A copy of a record as if the units for which `which(index)` holds were still to come."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        status = file["unit_status"][...]
        status.flat[[u for u in range(status.size) if which(u)]] = 0
        file["unit_status"][...] = np.asarray(status)
    return copy
