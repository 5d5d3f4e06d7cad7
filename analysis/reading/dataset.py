"""Records as xarray datasets and back. Nothing else imports xarray, which takes a third of a second
to load: a report does not need it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from .errors import ExitCode, RecordError
from .opening import open_record
from .record import LAYOUT, Cells, Record
from .values import Axis, UnitStatus

# Endings of the names of observables that say how sure another one is.
_ERRORS = ("_error", "_low", "_high")
_BESIDE = ("unit_status", "unit_seconds", "unit_message")


class RecordBackend(BackendEntrypoint):
    """What `xarray.open_dataset(path, engine="syncgap")` uses where the package is installed."""

    description = "records of syncgap"

    def open_dataset(self, filename_or_obj, *, drop_variables=None) -> xarray.Dataset:
        """See `open`.

        Parameters
        ----------
        filename_or_obj : str or path
            One record.
        drop_variables : str or list of str, optional
            Variables to leave out.

        Returns
        -------
        xarray.Dataset

        Raises
        ------
        RecordError
            If the file is no record.
        """
        return dataset_of(open_record(filename_or_obj)).drop_vars(drop_variables or ())


def dataset_of(record: Record) -> xarray.Dataset:
    """A record as a dataset.

    Parameters
    ----------
    record : Record
        Open; the dataset closes it.

    Returns
    -------
    xarray.Dataset
        Dimensions are the axes. Observables are read when they are used.
    """
    split = [a.name for a in record.split_axes]
    variables = {}
    for name, cells in record.cells.items():
        told = {"units": cells.units, "long_name": cells.long_name, "source": cells.source,
                "ancillary_variables": " ".join([*_errors_of(record, name), "unit_status"])}
        lazy = indexing.LazilyIndexedArray(_LazyCells(record, name))
        variables[name] = xarray.Variable(cells.dims, lazy, told)
    variables["unit_status"] = xarray.Variable(split, record.status, {
        "long_name": "state of the unit", "flag_values": np.array(list(UnitStatus), np.uint8),
        "flag_meanings": " ".join(state.name.lower() for state in UnitStatus)})
    variables["unit_seconds"] = xarray.Variable(split, record.seconds, {
        "long_name": "time that the unit took", "units": "s"})
    messages = np.full(record.unit_count, "", dtype=object)
    for failure in record.failures:
        messages[failure.unit] = failure.message
    variables["unit_message"] = xarray.Variable(split, messages.reshape(record.status.shape), {
        "long_name": "why the unit failed"})
    coords = {name: xarray.Variable((name,), axis.values, {
        "units": axis.units, "long_name": axis.long_name, "role": axis.role})
        for name, axis in record.axes.items()}
    coords["done"] = xarray.Variable(split, record.status == UnitStatus.DONE, {
        "long_name": "whether the unit is finished: NaN is a missing cell where it is not, and an "
                     "answer (there is no such value) where it is"})
    made = xarray.Dataset(variables, coords, record.attributes | {
        "Conventions": "CF-1.11", "record": "\n".join(map(str, record.paths))})
    made.set_close(_Closing(record))
    made.encoding["source"] = str(record.path)
    return made


def record_of(data: xarray.Dataset) -> Record:
    """A dataset of a record, perhaps narrowed, as what figures and claims are made of.

    Parameters
    ----------
    data : xarray.Dataset
        What `open` gave, or a selection of it that keeps every dimension: `data.sel(g=[0.3])`,
        `data.isel(seed=slice(2))`.

    Returns
    -------
    Record
        Backed by the dataset.

    Raises
    ------
    RecordError
        If the dataset is no record, or a selection dropped an axis.
    """
    if "experiment" not in data.attrs or "unit_status" not in data:
        raise RecordError(ExitCode.NOT_A_RECORD, "this dataset is not a record's: it has no "
                          "attribute 'experiment' or no variable 'unit_status'; use what open() "
                          "gave, and select with its methods")
    for name, coordinate in data.coords.items():
        if "role" in coordinate.attrs and name not in data.dims:
            raise RecordError(ExitCode.NOT_A_RECORD, f"the selection dropped the axis {name!r}: "
                              f"keep it with a list, as in data.sel({name}=[...])")
    split = [str(dim) for dim in data.unit_status.dims]
    axes = {str(name): Axis(str(name), c.values, c.attrs.get("units", "1"),
                            c.attrs.get("long_name", str(name)), c.attrs["role"])
            for name, c in data.coords.items() if "role" in c.attrs}
    cells = {}
    for name, variable in data.data_vars.items():
        if name not in _BESIDE and variable.dtype.kind == "f":
            ordered = variable.variable.transpose(*split, ...)
            cells[str(name)] = Cells(
                tuple(map(str, ordered.dims)), ordered.shape, variable.attrs.get("units", "1"),
                variable.attrs.get("long_name", ""), variable.attrs.get("source", ""),
                lambda key, ordered=ordered: ordered[key].values)
    messages = data.unit_message.values.ravel() if "unit_message" in data else ()
    seconds = data.unit_seconds.values if "unit_seconds" in data \
        else np.full(data.unit_status.shape, np.nan)
    return Record([Path(path) for path in str(data.attrs.get("record", "dataset")).split("\n")],
                  {key: value for key, value in data.attrs.items() if key != "record"}
                  | {"Conventions": LAYOUT}, axes, [axes[name] for name in split],
                  data.unit_status.values, seconds, cells,
                  {unit: str(text) for unit, text in enumerate(messages) if text}, data.close)


class _Closing:
    """Closes a record. In another process a dataset opens the files again, and so has none to close
    until then."""

    def __init__(self, record: Record | None = None):
        self.record = record

    def __call__(self) -> None:
        if self.record is not None:
            self.record.close()

    def __reduce__(self):
        return _Closing, ()


class _LazyCells(BackendArray):
    """An observable that xarray reads piece by piece."""

    def __init__(self, record: Record, name: str):
        self.record, self.name = record, name
        self.shape = record.cells[name].shape
        self.dtype = np.dtype(float)

    def __getitem__(self, key):
        if not isinstance(key, indexing.VectorizedIndexer):
            # xarray before 2023.3 miscounts slices that go back by more than one.
            key = indexing.OuterIndexer(tuple(
                np.arange(size)[place] if isinstance(place, slice) and (place.step or 1) < 0
                else place for place, size in zip(key.tuple, self.shape)))
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC,
            lambda place: self.record.read(self.name, place))


def _errors_of(record: Record, name: str) -> list[str]:
    return [name + ending for ending in _ERRORS if name + ending in record
            and record.cells[name + ending].dims == record.cells[name].dims]
