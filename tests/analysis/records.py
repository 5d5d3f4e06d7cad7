"""Records of small real sweeps, as a test wants them: unfinished, or with other numbers in them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from analysis import Record, open_record


def run(syncgap: Path, folder: Path, job, *arguments: str) -> Path:
    """Runs a job given as text or as a file, and returns the record's path."""
    path = job
    if isinstance(job, str):
        path = folder / "job.toml"
        path.write_text(job)
    record = folder / "record.h5"
    done = subprocess.run([syncgap, "run", path, "--record", record, *arguments],
                          capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return record


def set_pending(record: Path, copy: Path, which) -> Path:
    """A copy of a record as if the units for which `which(index)` holds were still to come."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        status = file["unit_status"][...]
        status.flat[[u for u in range(status.size) if which(u)]] = 0
        file["unit_status"][...] = np.asarray(status)
    return copy


def parts_of(record: Path, folder: Path, shares, seed: int = 5) -> Iterator[Record]:
    """The record, opened, with a random `share` of its units still to come, for each share."""
    random = np.random.default_rng(seed)
    with open_record(record) as whole:
        count = whole.unit_count
    for share in shares:
        pending = set(np.flatnonzero(random.random(count) < share))
        with open_record(set_pending(record, folder / "part.h5", pending.__contains__)) as part:
            yield part


def changed(record: Path, copy: Path, **values) -> Path:
    """A copy of a record with other numbers in some observables, everywhere, or where an index
    comes before the number: `gap=(np.s_[0], -50.0)`."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        for name, value in values.items():
            index, value = value if isinstance(value, tuple) else (..., value)
            file[name][index] = value
    return copy
