"""What a record holds: axes, options, observables over named dimensions, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class UnitStatus(IntEnum):
    PENDING = 0
    DONE = 1
    FAILED = 2
    NOT_NEEDED = 3


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
        """The slice at the given coordinates, without their dimensions.

        Parameters
        ----------
        **where
            A coordinate of each dimension to fix: `at(g=0.3, schedule="late")`. Reals are
            matched to 1e-9.

        Returns
        -------
        Observable
            With the other dimensions.

        Raises
        ------
        KeyError
            If there is no such dimension or coordinate.
        """
        index: list[object] = [slice(None)] * len(self.dims)
        for name, value in where.items():
            if name not in self.dims:
                raise KeyError(f"{self.name} has no dimension {name!r}; it has {self.dims}")
            index[self.dims.index(name)] = position(self.coords[name], value, name)
        keep = tuple(d for d in self.dims if d not in where)
        return self._with(keep, self.values[tuple(index)], self.done[tuple(index)])

    def over(self, *dims: str) -> Observable:
        """The same values with their dimensions in another order.

        Parameters
        ----------
        *dims : str
            Every dimension, in the order wanted.

        Returns
        -------
        Observable
            Of these dimensions.

        Raises
        ------
        KeyError
            If a dimension is missing or unknown.
        """
        order = [self.dims.index(d) for d in dims]
        if len(order) != len(self.dims):
            raise KeyError(f"{self.name} has dimensions {self.dims}, not {dims}")
        return self._with(dims, self.values.transpose(order), self.done.transpose(order))

    def sorted(self) -> Observable:
        """The same values with every numeric coordinate ascending, as figures need them.

        Returns
        -------
        Observable
            Text coordinates keep their order.
        """
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
        """Cells of units that are not finished."""
        return int(self.done.size - np.count_nonzero(self.done))


def position(values: np.ndarray, value, name: str = "axis") -> int:
    """Place of a value on an axis.

    Parameters
    ----------
    values : array
        The axis.
    value : float, int or str
        What to find; reals match within 1e-9 of the axis' largest value.
    name : str
        How the error calls the axis.

    Returns
    -------
    int
        The first place.

    Raises
    ------
    KeyError
        If it is not there.
    """
    if values.dtype.kind == "f":
        scale = max(1.0, float(np.max(np.abs(values))))
        hits = np.flatnonzero(np.abs(values - float(value)) <= 1e-9 * scale)
    else:
        hits = np.flatnonzero(values == value)
    if len(hits) == 0:
        raise KeyError(f"{name} = {value} is not on the axis {list(values)}")
    return int(hits[0])


def show(value) -> str:
    """A coordinate or option as a reader expects it.

    Parameters
    ----------
    value : object
        A number, text, flag, or a list of these.

    Returns
    -------
    str
        Such as "0.3", "late", "[0.2, 0.5]".
    """
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ", ".join(show(v) for v in value) + "]"
    return str(value)
