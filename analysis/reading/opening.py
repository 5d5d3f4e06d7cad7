"""Opening a file as a record, and saying what is wrong where it is none."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
from pathlib import Path

import h5py

from .errors import CANNOT_READ, ExitCode, RecordError
from .hdf5 import plain, record_in
from .record import LAYOUT, Record


def open_record(path: str | os.PathLike) -> Record:
    """Opens a record for reading, finished or not.

    Parameters
    ----------
    path : str or path
        A file that `syncgap run` wrote.

    Returns
    -------
    Record
        Open; close it, or use it in a `with` statement.

    Raises
    ------
    RecordError
        For anything else, with what is wrong and an exit code.
    """
    path = Path(path)
    if not path.exists():
        raise RecordError(ExitCode.UNREADABLE, f"{path}: no such file; a record is what "
                          "`syncgap run JOB --record PATH` writes")
    if path.is_dir():
        raise RecordError(ExitCode.UNREADABLE, f"{path} is a folder: give the record inside it")
    if not os.access(path, os.R_OK):
        raise RecordError(ExitCode.UNREADABLE, f"{path} cannot be read: check its permissions")
    if path.stat().st_size == 0:
        raise RecordError(ExitCode.DAMAGED, f"{path} is empty: it was cut off before anything was "
                          "written; run the job again")
    try:
        file = h5py.File(path, "r", **_no_locking())
    except OSError as error:
        raise _explain(path, error) from error
    try:
        seen = plain(file.attrs.get("Conventions", ""))
        if seen != LAYOUT or "experiment" not in file.attrs:
            raise RecordError(ExitCode.NOT_A_RECORD, f"{path} is an HDF5 file but not a syncgap "
                              f"record (Conventions is {seen!r}, not {LAYOUT!r}): give the file "
                              "that `syncgap run` wrote")
        return record_in(path, file)
    except RecordError:
        file.close()
        raise
    except CANNOT_READ as error:
        file.close()
        raise RecordError(ExitCode.DAMAGED, f"{path} cannot be interpreted ({error}): it is "
                          "damaged; copy it again, or run the job again") from error


def check_readable(path: str | os.PathLike) -> None:
    """Reads a record in a child process first: the HDF5 library may crash, or never return, on a
    file whose structure is damaged.

    Parameters
    ----------
    path : str or path
        The file.

    Raises
    ------
    RecordError
        If the child died.
    """
    path = Path(path)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            # A crash is an answer here: no last words of the library, no traceback, no core file.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            faulthandler.disable()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            size = path.stat().st_size if path.exists() else 0
            signal.alarm(60 + size // 20_000_000)
            with open_record(path) as record:
                for cells in record.cells.values():
                    cells.read((slice(None),) * len(cells.dims))
            code = 0
        except RecordError:
            code = 0  # the parent will meet it again, and report it
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RecordError(ExitCode.DAMAGED, f"{path} cannot be read to its end: its structure is "
                          "damaged; `syncgap verify` says more, or copy it again")


def _explain(path: Path, error: OSError) -> RecordError:
    text = str(error)
    if "truncated file" in text:
        return RecordError(ExitCode.DAMAGED, f"{path} is truncated: it is shorter than its own "
                           "header says, as after an incomplete copy; copy it again, or run the "
                           "job into a new record")
    with open(path, "rb") as raw:
        signature = raw.read(8)
    if signature == b"\x89HDF\r\n\x1a\n":
        return RecordError(ExitCode.DAMAGED, f"{path} begins like an HDF5 file but cannot be "
                           f"opened ({text}): it is damaged; copy it again, or run the job again")
    return RecordError(ExitCode.NOT_HDF5, f"{path} is not an HDF5 file: give the record that "
                       "`syncgap run JOB --record PATH` wrote")


def _no_locking() -> dict:
    # Shared file systems often refuse locks, and a running sweep never holds the file open through
    # HDF5: reading needs none.
    return {"locking": False} if h5py.version.hdf5_version_tuple >= (1, 10, 7) else {}
