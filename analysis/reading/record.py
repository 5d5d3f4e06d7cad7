"""Opening a record: axes, observables, unit status, provenance. The only file that sees h5py."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from analysis.reading.errors import CANNOT_READ, ExitCode, RecordError
from analysis.reading.old_names import Names
from analysis.reading.values import Axis, Failure, Observable, Option, UnitStatus, show

LAYOUT = "syncgap-record-1"
_BESIDE_OBSERVABLES = ("unit_status", "unit_seconds", "unit_checksum")


class Record:
    """An open record. Values are read when asked for and kept; a context manager closes the file.

    The status is read once, on opening. A unit's values are committed before its status, so every
    cell that counts as done here is complete even while a sweep is still writing."""

    def __init__(self, path: Path, file: h5py.File):
        self.path = path
        self._file = file
        self._cache: dict[str, Observable] = {}
        self.attributes = {key: plain(value) for key, value in file.attrs.items()}
        self.experiment = str(self.attributes["experiment"])
        self.title = str(self.attributes.get("title") or self.experiment)
        self.job = str(self.attributes.get("job", ""))
        self._names = Names(self.experiment, str(self.attributes.get("syncgap_version", "")), file)
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
        """Units that are neither done nor failed."""
        return self.unit_count - self.done_count - self.failed_count

    @property
    def complete(self) -> bool:
        """Whether every unit is done."""
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
                found[int(unit)] = _message(message)
        return [Failure(u, self.describe(u), found[u]) for u in sorted(found)]

    def describe(self, unit: int) -> str:
        """The coordinates of a unit.

        Parameters
        ----------
        unit : int
            Its number, in the order of the split axes.

        Returns
        -------
        str
            Such as "g = 0.3, theta = 1.5708".
        """
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
        """An observable by its name of today; a record of version 0.1 is translated.

        Parameters
        ----------
        name : str
            One of `names`.

        Returns
        -------
        Observable
            Cells of units that are not finished are NaN, whatever the file holds there.

        Raises
        ------
        KeyError
            If the record has no such observable.
        """
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
        source = str(plain(dataset.attrs.get("source", "")))
        found = Observable(name, dims, coords, np.where(done, values, np.nan), done,
                           *_description(dataset, ""), source)
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
        except CANNOT_READ as error:
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
            if "labels" in item.attrs:
                values = np.array(str(plain(item.attrs["labels"])).split("\n"), dtype=str)
            elif values.dtype.kind == "O":  # as version 0.1 wrote them
                values = np.array([_text(v) for v in values], dtype=str)
            axes[name] = Axis(name, np.atleast_1d(values), *_description(item, name),
                              str(plain(item.attrs.get("role", "split"))))
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
        """The value an option had when the record was made.

        Parameters
        ----------
        name : str
            Without the section: `trials`, not `experiment.trials`.
        default : object
            For an option that the experiment does not have.

        Returns
        -------
        object
            As the job gave it, or the experiment's own default.
        """
        return self.options[name].value if name in self.options else default


def _links_in_order(file: h5py.File) -> list[str]:
    """Names in the root group in order of creation, where the file kept it, else by name."""
    names: list[str] = []
    try:
        file.id.links.iterate(lambda name: names.append(name.decode()),
                              idx_type=h5py.h5.INDEX_CRT_ORDER)
        return names
    except (RuntimeError, ValueError, OSError):
        return sorted(file)


def _description(item: h5py.Dataset, default: str) -> tuple[str, str]:
    """Unit and meaning. Where `units` is for unit libraries, which know no "nat" and no "step", the
    unit itself is the attribute `unit`, and the long name ends with it."""
    unit = str(plain(item.attrs.get("unit", item.attrs.get("units", "1"))))
    meaning = str(plain(item.attrs.get("long_name", default)))
    return unit, meaning.removesuffix(f" ({unit})") if "unit" in item.attrs else meaning


def _message(value) -> str:
    """Of a failed unit: a row of bytes; in records of version 0.1 a string."""
    if isinstance(value, np.ndarray):
        return value.tobytes().rstrip(b"\0").decode("utf-8", "replace")
    return _text(value)


def plain(value):
    return _text(value) if isinstance(value, (bytes, np.bytes_, str)) else value


def _text(value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _json(text) -> dict:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
