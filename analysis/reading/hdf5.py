"""A record from its HDF5 file: the only file that knows how a record is laid out there."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np

from .errors import CANNOT_READ, ExitCode, RecordError
from .goals import Goals
from .old_names import Names
from .record import LAYOUT, Cells, Record
from .values import Axis

REPETITIONS = "seed"  # the split axis of independent repetitions
_BESIDE_OBSERVABLES = ("unit_status", "unit_seconds", "unit_checksum")


def record_in(path: Path, file: h5py.File) -> Record:
    """What an open file holds; observables are read later.

    Parameters
    ----------
    path : Path
        The file's name, for messages.
    file : h5py.File
        Stays open; the record closes it.

    Returns
    -------
    Record
        By today's names; a file of version 0.1 is translated.
    """
    reader = _Reader(path, file)
    attributes = {key: plain(value) for key, value in file.attrs.items()}
    axes = reader.axes()
    status = np.asarray(reader.read("unit_status"), dtype=np.uint8)
    # In the order of the units' own dimensions: a file may list its axes in any order.
    split = [axes[name] for name in reader.dims_of("unit_status") if name in axes]
    seconds = np.asarray(reader.read("unit_seconds"), dtype=float)
    return Record([path], attributes, axes, split, status, seconds, reader.observables(axes),
                  reader.messages(), file.close, reader.goals(split))


def plain(value):
    """An attribute as text, where it is text of any kind, else as it is."""
    return _text(value) if isinstance(value, (bytes, np.bytes_, str)) else value


class _Reader:
    def __init__(self, path: Path, file: h5py.File):
        self.path, self.file = path, file
        experiment, version = file.attrs["experiment"], file.attrs.get("syncgap_version", "")
        self.names = Names(str(plain(experiment)), str(plain(version)), file)

    def read(self, key: str, place=...):
        if key not in self.file:
            raise RecordError(ExitCode.NOT_A_RECORD, f"{self.path}: no dataset {key!r}, which "
                              f"every {LAYOUT} file has: was it written by syncgap?")
        try:
            dataset = self.file[key]
            if h5py.check_string_dtype(dataset.dtype) is not None:
                return dataset.asstr(errors="replace")[place]
            return dataset[place]
        except CANNOT_READ as error:
            raise RecordError(ExitCode.DAMAGED, f"{self.path}: cannot read {key!r} ({error}): the "
                              "file is damaged; `syncgap verify` says which units") from error

    def datasets(self) -> dict[str, h5py.Dataset]:
        """Of the root group, by their names there, in order of creation where the file kept it."""
        keys: list[str] = []
        try:
            self.file.id.links.iterate(lambda key: keys.append(key.decode()),
                                       idx_type=h5py.h5.INDEX_CRT_ORDER)
        except (RuntimeError, ValueError, OSError):
            keys = sorted(self.file)
        return {key: item for key in keys if isinstance(item := self.file[key], h5py.Dataset)}

    def dims_of(self, key: str) -> tuple[str, ...]:
        return tuple(self.names.today(dim[0].name.rsplit("/", 1)[-1] if len(dim) else dim.label)
                     for dim in self.file[key].dims)

    def axes(self) -> dict[str, Axis]:
        found = {}
        for key, item in self.datasets().items():
            if not h5py.h5ds.is_scale(item.id):
                continue
            name, values, told = self.names.today(key), np.atleast_1d(self.read(key)), _told(item)
            if "labels" in told:
                values = np.array(told["labels"].split("\n"), dtype=str)
            elif values.dtype.kind == "O":  # as version 0.1 wrote them
                values = np.array([_text(v) for v in values], dtype=str)
            found[name] = Axis(name, values, *_description(told, name), told.get("role", "split"))
        return found

    def observables(self, axes: dict[str, Axis]) -> dict[str, Cells]:
        found = {}
        for key, item in self.datasets().items():
            name, told = self.names.today(key), _told(item)
            if name in axes or key in _BESIDE_OBSERVABLES or item.dtype.kind != "f":
                continue
            found[name] = Cells(self.dims_of(key), item.shape, *_description(told, ""),
                                told.get("source", ""),
                                lambda place, key=key: self.read(key, place))
        return found

    def goals(self, split: list[Axis]) -> Goals | None:
        text = _message(np.asarray(self.read("goals/text"))) if "goals" in self.file else ""
        if not text:
            return None
        told = json.loads(text)
        observables = sorted(told.get("precision", {}).get("bounds", {}))
        dims = tuple(axis.name for axis in split if axis.name != REPETITIONS)
        count, half_width, target = (
            self.read(f"goals/{name}") if observables else np.zeros((*map(len, split), 0))
            for name in ("count", "half_width", "target"))
        return Goals(told.get("precision", {}), told.get("refine", {}), observables, dims,
                     np.asarray(count), np.asarray(half_width), np.asarray(target))

    def messages(self) -> dict[int, str]:
        if "failures" not in self.file:
            return {}
        units = np.asarray(self.read("failures/unit"), dtype=np.int64)
        return {int(unit): _message(message)
                for unit, message in zip(units, self.read("failures/message")) if unit >= 0}


def _told(item: h5py.Dataset) -> dict[str, str]:
    return {key: str(plain(item.attrs[key])) for key in item.attrs
            if key in ("units", "unit", "long_name", "source", "role", "labels")}


def _description(told: dict[str, str], default: str) -> tuple[str, str]:
    """Unit and meaning. Where `units` is for unit libraries, which know no "nat" and no "step", the
    unit itself is the attribute `unit`, and the long name ends with it."""
    unit, meaning = told.get("unit", told.get("units", "1")), told.get("long_name", default)
    return unit, meaning.removesuffix(f" ({unit})") if "unit" in told else meaning


def _message(value) -> str:
    """Of a failed unit: a row of bytes; in records of version 0.1 a string."""
    if isinstance(value, np.ndarray):
        return value.tobytes().rstrip(b"\0").decode("utf-8", "replace")
    return _text(value)


def _text(value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
