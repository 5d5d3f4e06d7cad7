"""What can be wrong with a file, and the exit code that says so."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command returns."""

    DONE = 0
    UNDRAWN = 1  # the report is written, but a figure of it could not be drawn
    NO_LIBRARY = 2  # h5py, NumPy or Matplotlib; argparse returns it too, for a wrong command line
    UNREADABLE = 3  # no such file, a folder, no permission
    NOT_HDF5 = 4
    NOT_A_RECORD = 5
    DAMAGED = 6  # truncated, or a dataset that cannot be read
    CANNOT_WRITE = 7


class RecordError(Exception):
    """A file that cannot be used as a record: what is wrong, and what to do."""

    def __init__(self, code: ExitCode, message: str):
        super().__init__(message)
        self.code = code


# What h5py and NumPy raise on structure they cannot interpret.
CANNOT_READ = (OSError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError,
                OverflowError, MemoryError)
