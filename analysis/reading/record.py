"""Opening a record: axes, observables, unit status, provenance. The only file that sees h5py."""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from analysis.reading.old_names import Names

LAYOUT = "syncgap-record-1"
# What h5py and NumPy raise on structure they cannot interpret.
_CANNOT_READ = (OSError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError,
                OverflowError, MemoryError)
_BESIDE_OBSERVABLES = ("unit_status", "unit_seconds", "unit_checksum")


class ExitCode(IntEnum):
    """What `python3 -m analysis` returns; argparse itself returns 2 for a wrong command line."""

    DONE = 0
    UNDRAWN = 1  # the report is written, but a figure of it could not be drawn
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


class UnitStatus(IntEnum):
    PENDING = 0
    DONE = 1
    FAILED = 2


@dataclass(frozen=True)
class Axis:
    """A coordinate of the grid: float64, int64 or text values."""

    name: str
    values: np.ndarray
    units: str
    long_name: str
    role: str

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Option:
    """One option of the experiment as it ran."""

    name: str
    value: object
    symbol: str
    doc: str
    unit: str


@dataclass(frozen=True)
class Failure:
    """A unit that could not be finished, and why."""

    unit: int
    where: str
    message: str


@dataclass(frozen=True)
class Observable:
    """Values over named dimensions. `done` says which cells belong to finished units: NaN in a done
    cell is an answer of the experiment ("no speciation"), NaN elsewhere is a missing cell."""

    name: str
    dims: tuple[str, ...]
    coords: dict[str, np.ndarray]
    values: np.ndarray
    done: np.ndarray
    units: str = "1"
    long_name: str = ""
    source: str = ""

    def at(self, **where) -> Observable:
        """The slice at the given coordinates (reals matched to 1e-9), without those dimensions."""
        index: list[object] = [slice(None)] * len(self.dims)
        for name, value in where.items():
            if name not in self.dims:
                raise KeyError(f"{self.name} has no dimension {name!r}; it has {self.dims}")
            index[self.dims.index(name)] = position(self.coords[name], value, name)
        keep = tuple(d for d in self.dims if d not in where)
        return self._with(keep, self.values[tuple(index)], self.done[tuple(index)])

    def over(self, *dims: str) -> Observable:
        """The same values with the dimensions in this order; every dimension must be named."""
        order = [self.dims.index(d) for d in dims]
        if len(order) != len(self.dims):
            raise KeyError(f"{self.name} has dimensions {self.dims}, not {dims}")
        return self._with(dims, self.values.transpose(order), self.done.transpose(order))

    def sorted(self) -> Observable:
        """The same values with every numeric coordinate ascending, as figures need them."""
        values, done, coords = self.values, self.done, dict(self.coords)
        for i, dim in enumerate(self.dims):
            if dim in coords and coords[dim].dtype.kind in "fiu":
                order = np.argsort(coords[dim], kind="stable")
                coords[dim] = coords[dim][order]
                values, done = values.take(order, axis=i), done.take(order, axis=i)
        return Observable(self.name, self.dims, coords, values, done, self.units, self.long_name,
                          self.source)

    def _with(self, dims: tuple[str, ...], values: np.ndarray, done: np.ndarray) -> Observable:
        coords = {d: self.coords[d] for d in dims}
        return Observable(self.name, dims, coords, values, done, self.units, self.long_name,
                          self.source)

    @property
    def missing_count(self) -> int:
        return int(self.done.size - np.count_nonzero(self.done))


def position(values: np.ndarray, value, name: str = "axis") -> int:
    """Index of `value` on an axis; reals match within 1e-9 of the axis' largest value."""
    if values.dtype.kind == "f":
        scale = max(1.0, float(np.max(np.abs(values))))
        hits = np.flatnonzero(np.abs(values - float(value)) <= 1e-9 * scale)
    else:
        hits = np.flatnonzero(values == value)
    if len(hits) == 0:
        raise KeyError(f"{name} = {value} is not on the axis {list(values)}")
    return int(hits[0])


class Record:
    """An open record. Values are read when asked for and kept; a context manager closes the file.

    The status is read once, on opening. A unit's values are committed before its status, so every
    cell that counts as done here is complete even while a sweep is still writing."""

    def __init__(self, path: Path, file: h5py.File):
        self.path = path
        self._file = file
        self._cache: dict[str, Observable] = {}
        self.attributes = {key: _attribute(value) for key, value in file.attrs.items()}
        self.experiment = str(self.attributes["experiment"])
        self.title = str(self.attributes.get("title") or self.experiment)
        self.job = str(self.attributes.get("job", ""))
        self._names = Names(self.experiment, str(self.attributes.get("syncgap_version", "")))
        self.options = self._read_options()
        self.axes = self._read_axes()
        self.status = np.asarray(self._read("unit_status"), dtype=np.uint8)
        # In the order of the units' own dimensions: a file may list its axes in any order.
        self.split_axes = [self.axes[n] for n in self._dims_of(file["unit_status"])
                           if n in self.axes]
        if self.status.shape != tuple(len(a) for a in self.split_axes):
            raise RecordError(ExitCode.NOT_A_RECORD, f"{path}: unit_status has shape "
                              f"{self.status.shape} but its axes have lengths "
                              f"{[len(a) for a in self.split_axes]}: this is not the layout "
                              f"{LAYOUT}")
        self.seconds = np.asarray(self._read("unit_seconds"), dtype=float)

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    # -- progress ---------------------------------------------------------------------------------
    @property
    def unit_count(self) -> int:
        return int(self.status.size)

    @property
    def done_count(self) -> int:
        return int(np.count_nonzero(self.status == UnitStatus.DONE))

    @property
    def failed_count(self) -> int:
        return int(np.count_nonzero(self.status == UnitStatus.FAILED))

    @property
    def pending_count(self) -> int:
        return self.unit_count - self.done_count - self.failed_count

    @property
    def complete(self) -> bool:
        return self.done_count == self.unit_count

    @property
    def failures(self) -> list[Failure]:
        """Failed units with their messages, in unit order; a unit that later succeeded is left
        out."""
        if "failures" not in self._file:
            return []
        units = np.asarray(self._read("failures/unit"), dtype=np.int64)
        messages = self._read("failures/message")
        found = {}
        for unit, message in zip(units, messages):
            if 0 <= unit < self.unit_count and self.status.flat[unit] == UnitStatus.FAILED:
                found[int(unit)] = _text(message)
        return [Failure(u, self.describe(u), found[u]) for u in sorted(found)]

    def describe(self, unit: int) -> str:
        """The coordinates of a unit: "g = 0.3, theta = 1.5708"."""
        place = np.unravel_index(unit, self.status.shape) if self.status.ndim else ()
        return ", ".join(f"{a.name} = {show(a.values[i])}" for a, i in zip(self.split_axes, place))

    # -- observables ------------------------------------------------------------------------------
    @cached_property
    def names(self) -> list[str]:
        """Names of all observables, in the order in which the experiment declares them."""
        found = []
        for key in _links_in_order(self._file):
            item, name = self._file[key], self._names.today(key)
            if (isinstance(item, h5py.Dataset) and name not in self.axes
                    and key not in _BESIDE_OBSERVABLES and item.dtype.kind == "f"):
                found.append(name)
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> Observable:
        if name in self._cache:
            return self._cache[name]
        if name not in self:
            raise KeyError(f"{self.path.name} has no observable {name!r}; it has {self.names}")
        key = self._names.in_file(name)
        dataset = self._file[key]
        dims = self._dims_of(dataset)
        values = np.asarray(self._read(key), dtype=float)
        done = self._done_over(dims, values.shape)
        coords = {d: self.axes[d].values for d in dims if d in self.axes}
        meta = {key: str(_attribute(dataset.attrs[key])) for key in dataset.attrs
                if key in ("units", "long_name", "source")}
        found = Observable(name, dims, coords, np.where(done, values, np.nan), done,
                           meta.get("units", "1"), meta.get("long_name", ""),
                           meta.get("source", ""))
        self._cache[name] = found
        return found

    def _done_over(self, dims: tuple[str, ...], shape: tuple[int, ...]) -> np.ndarray:
        split = [a.name for a in self.split_axes]
        if list(dims[:len(split)]) != split:
            raise RecordError(ExitCode.NOT_A_RECORD,
                              f"{self.path}: an observable has dimensions {dims}, but the units "
                              f"are divided by {split}: this is not the layout {LAYOUT}")
        done = (self.status == UnitStatus.DONE).reshape(
            self.status.shape + (1,) * (len(shape) - self.status.ndim))
        return np.broadcast_to(done, shape)

    # -- reading ----------------------------------------------------------------------------------
    def _read(self, name: str):
        if name not in self._file:
            raise RecordError(ExitCode.NOT_A_RECORD, f"{self.path}: no dataset {name!r}, which "
                              f"every {LAYOUT} file has: was it written by syncgap?")
        try:
            dataset = self._file[name]
            if h5py.check_string_dtype(dataset.dtype) is not None:
                return dataset.asstr(errors="replace")[...]
            return dataset[...]
        except _CANNOT_READ as error:
            raise RecordError(ExitCode.DAMAGED, f"{self.path}: cannot read {name!r} ({error}): the "
                              "file is damaged; `syncgap verify` says which units") from error

    def read_everything(self) -> None:
        """Reads every dataset once and keeps none: a damaged file fails here."""
        for name in self.names:
            self._read(self._names.in_file(name))
        _ = self.failures

    def _read_axes(self) -> dict[str, Axis]:
        axes = {}
        for key in _links_in_order(self._file):
            item, name = self._file[key], self._names.today(key)
            if not isinstance(item, h5py.Dataset) or not h5py.h5ds.is_scale(item.id):
                continue
            values = self._read(key)
            if values.dtype.kind == "O":
                values = np.array([_text(v) for v in values], dtype=str)
            meta = {key: str(_attribute(item.attrs[key])) for key in item.attrs
                    if key in ("units", "long_name", "role")}
            axes[name] = Axis(name, np.atleast_1d(values), meta.get("units", "1"),
                              meta.get("long_name", name), meta.get("role", "split"))
        return axes

    def _dims_of(self, dataset: h5py.Dataset) -> tuple[str, ...]:
        return tuple(self._names.today(dim[0].name.rsplit("/", 1)[-1] if len(dim) else dim.label)
                     for dim in dataset.dims)

    def _read_options(self) -> dict[str, Option]:
        values = _json(self.attributes.get("options"))
        docs = _json(self.attributes.get("option_docs"))
        return {name: Option(name, value, docs.get(name, {}).get("symbol", ""),
                             docs.get(name, {}).get("doc", ""), docs.get(name, {}).get("unit", ""))
                for name, value in values.items()}

    def option(self, name: str, default=None):
        """The value an option had, or `default` when the experiment has no such option."""
        return self.options[name].value if name in self.options else default


def open_record(path: str | os.PathLike) -> Record:
    """Opens a record for reading, finished or not; throws RecordError for anything else."""
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
        seen = _attribute(file.attrs.get("Conventions", ""))
        if seen != LAYOUT or "experiment" not in file.attrs:
            raise RecordError(ExitCode.NOT_A_RECORD, f"{path} is an HDF5 file but not a syncgap "
                              f"record (Conventions is {seen!r}, not {LAYOUT!r}): give the file "
                              "that `syncgap run` wrote")
        return Record(path, file)
    except RecordError:
        file.close()
        raise
    except _CANNOT_READ as error:
        file.close()
        raise RecordError(ExitCode.DAMAGED, f"{path} cannot be interpreted ({error}): it is "
                          "damaged; copy it again, or run the job again") from error


def check_readable(path: str | os.PathLike) -> None:
    """Reads a record in a child process first and throws RecordError if that dies: the HDF5 library
    may crash, or never return, on a file whose structure is damaged."""
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
                record.read_everything()
            code = 0
        except RecordError:
            code = 0  # the parent will meet it again, and report it
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RecordError(ExitCode.DAMAGED, f"{path} cannot be read to its end: its structure is "
                          "damaged; `syncgap verify` says more, or copy it again")


def show(value) -> str:
    """A coordinate or option as a reader expects it: "0.3", "late", "[0.2, 0.5]"."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ", ".join(show(v) for v in value) + "]"
    return str(value)


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


def _links_in_order(file: h5py.File) -> list[str]:
    """Names in the root group in order of creation, where the file kept it, else by name."""
    names: list[str] = []
    try:
        file.id.links.iterate(lambda name: names.append(name.decode()),
                              idx_type=h5py.h5.INDEX_CRT_ORDER)
        return names
    except (RuntimeError, ValueError, OSError):
        return sorted(file)


def _no_locking() -> dict:
    # Shared file systems often refuse locks, and a running sweep never holds the file open through
    # HDF5: reading needs none.
    return {"locking": False} if h5py.version.hdf5_version_tuple >= (1, 10, 7) else {}


def _attribute(value):
    return _text(value) if isinstance(value, (bytes, np.bytes_, str)) else value


def _text(value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _json(text) -> dict:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
