"""Averages over the `seed` axis: independent repetitions of the same measurement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .record import Record
from .values import Observable


@dataclass(frozen=True)
class Measured:
    """Means over the finished seeds with standard errors, and which cells have any."""

    values: np.ndarray
    error: np.ndarray
    done: np.ndarray


def average(record: Record, name: str, **where) -> Measured:
    """An observable and its `_error` over all finished seeds: errors of independent means add in
    squares.

    Parameters
    ----------
    record : Record
        With a `seed` axis.
    name : str
        The observable.
    **where
        Coordinates to fix, as `Observable.at` takes them.

    Returns
    -------
    Measured
        Cells that are NaN in every finished seed stay NaN.
    """
    values = _over_seeds(record[name], where)
    errors = _over_seeds(record[name + "_error"], where)
    known = np.isfinite(values.values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values.values, 0).sum(axis=0) / count
        error = np.sqrt(np.where(known, errors.values ** 2, 0).sum(axis=0)) / count
    return Measured(np.where(count > 0, mean, np.nan), np.where(count > 0, error, np.nan),
                    values.done.any(axis=0))


def common(record: Record, name: str, **where) -> np.ndarray:
    """A prediction, which is the same in every seed.

    Parameters
    ----------
    record : Record
        With a `seed` axis.
    name : str
        The observable.
    **where
        Coordinates to fix, as `Observable.at` takes them.

    Returns
    -------
    array
        From any seed that is finished; NaN if none is.
    """
    found = _over_seeds(record[name], where)
    for values, done in zip(found.values, found.done):
        if np.all(done):
            return values
    return np.full(found.values.shape[1:], np.nan)


def finished(record: Record, name: str, **where) -> int:
    """How many seeds are finished.

    Parameters
    ----------
    record : Record
        With a `seed` axis.
    name : str
        The observable to look at.
    **where
        Coordinates to fix, as `Observable.at` takes them.

    Returns
    -------
    int
        Seeds of which every cell is there.
    """
    done = _over_seeds(record[name], where).done
    return int(done.reshape(len(done), -1).all(axis=1).sum())


def difference(first: Measured, second: Measured) -> np.ndarray:
    """The difference of two independent measurements in its standard errors.

    Parameters
    ----------
    first, second : Measured
        Of equal shape.

    Returns
    -------
    array
        `first` minus `second`; NaN where neither has an error.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return (first.values - second.values) / np.hypot(first.error, second.error)


def _over_seeds(observable: Observable, where: dict) -> Observable:
    """With the seed first and numeric coordinates ascending."""
    found = observable.at(**where).sorted()
    return found.over("seed", *(d for d in found.dims if d != "seed"))
