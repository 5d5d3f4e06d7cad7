"""Midpoints of agreement curves of replicas, and differences of what two couplings did to the same
pairs."""

from __future__ import annotations

import numpy as np

from ..reading.record import Record
from ..reading.values import position
from .image_units import Measured
from .replicas import Unit

FITTED = 0  # value of fit_status
RESAMPLES = 400


def metric(record: Record, name: str) -> int:
    """Place of a metric on its axis."""
    return position(record.axes["metric"].values, name, "metric")


def is_fitted(unit: Unit, name: str) -> bool:
    """Whether the curve is a sigmoid, and most of its bootstrap samples are: the midpoint then has
    an interval."""
    m = metric(unit.record, name)
    return unit.value("fit_status", m) == FITTED and all(
        np.isfinite(unit.value("midpoint" + end, m)) for end in ("", "_low", "_high"))


def of_metric(unit: Unit, quantity: str, name: str) -> Measured:
    return unit.measured(quantity, metric(unit.record, name))


def resampled_curves(unit: Unit, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(K), (K, R): the measured t_int, and the curve of each bootstrap sample of the pairs. Pairs
    of one seed share their start and noise at every coupling, and every unit of a seed draws the
    same samples: differences between couplings are of the same pairs."""
    record = unit.record
    values = unit.array("pair_agreement")[metric(record, name)]
    known = np.isfinite(values).all(axis=1)
    values = values[known]
    random = np.random.default_rng(unit.seed)
    drawn = random.integers(values.shape[1], size=(RESAMPLES, values.shape[1]))
    statistic = np.median if name == "cosine" else np.mean
    return (record.axes["t_int"].values[known].astype(float),
            statistic(values[:, drawn], axis=2))


def fitted_midpoints(t: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """(R): midpoints of the sigmoids with free floor and plateau that come nearest to some curves
    (K, R), on a grid of midpoints and widths; the best floor and plateau are linear in the curve.

    NaN where there are fewer points than a sigmoid has parameters, and one."""
    if len(t) < 5:
        return np.full(curves.shape[1], np.nan)
    span = t[-1] - t[0]
    midpoints = np.linspace(t[0], t[-1], 201)
    widths = np.geomspace(span / 200, span / 2, 12)
    place = np.repeat(midpoints, len(widths))
    with np.errstate(over="ignore"):
        basis = 1 / (1 + np.exp(-(t - place[:, None]) / np.tile(widths, len(midpoints))[:, None]))
    basis = basis - basis.mean(axis=1, keepdims=True)
    squares = (basis**2).sum(axis=1)
    usable = squares > 1e-6 * len(t)
    gain = (basis[usable] @ (curves - curves.mean(axis=0)))**2 / squares[usable, None]
    return place[usable][gain.argmax(axis=0)]


def interval(value: float, resampled: np.ndarray) -> Measured:
    """A number with the 95% interval of its bootstrap samples."""
    known = resampled[np.isfinite(resampled)]
    if len(known) < 0.5 * len(resampled):
        return Measured(np.float64(value), np.float64(np.nan), np.float64(np.nan))
    return Measured(np.float64(value), *np.percentile(known, [2.5, 97.5]))


def midpoint_difference(first: list[Unit], second: list[Unit], name: str) -> Measured | None:
    """tau of `first` minus tau of `second`, units of the same seeds, their mean over seeds."""
    values, resampled = [], []
    for a, b in _same_seeds(first, second):
        if is_fitted(a, name) and is_fitted(b, name):
            values.append(float(of_metric(a, "midpoint", name).value
                                - of_metric(b, "midpoint", name).value))
            resampled.append(fitted_midpoints(*resampled_curves(a, name))
                             - fitted_midpoints(*resampled_curves(b, name)))
    return interval(np.mean(values), np.mean(resampled, axis=0)) if values else None


def gap_difference(first: list[Unit], second: list[Unit]) -> Measured | None:
    """Delta tau of `first` minus that of `second`, units of the same seeds, their mean over
    seeds."""
    values, resampled = [], []
    for a, b in _same_seeds(first, second):
        if all(is_fitted(unit, name) for unit in (a, b) for name in ("coarse", "fine")):
            values.append(a.value("gap") - b.value("gap"))
            of_a, of_b = ([fitted_midpoints(*resampled_curves(unit, name))
                           for name in ("fine", "coarse")] for unit in (a, b))
            resampled.append(of_a[0] - of_a[1] - of_b[0] + of_b[1])
    return interval(np.mean(values), np.mean(resampled, axis=0)) if values else None


def end_difference(first: list[Unit], second: list[Unit], name: str) -> Measured | None:
    """How much more replicas of `first` agree that were coupled all along, mean over seeds."""
    values, resampled = [], []
    for a, b in _same_seeds(first, second):
        steps, of_a = resampled_curves(a, name)
        others, of_b = resampled_curves(b, name)
        if not len(steps) or not len(others) or steps[-1] != others[-1]:
            continue
        values.append(end_agreement(a, name) - end_agreement(b, name))
        resampled.append(of_a[-1] - of_b[-1])
    return interval(np.mean(values), np.mean(resampled, axis=0)) if values else None


def end_agreement(unit: Unit, name: str) -> float:
    """The agreement at the last t_int that was measured; NaN where none was."""
    values = unit.array("agreement")[metric(unit.record, name)]
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else np.nan


def _same_seeds(first: list[Unit], second: list[Unit]) -> list[tuple[Unit, Unit]]:
    by_seed = {unit.seed: unit for unit in second}
    return [(unit, by_seed[unit.seed]) for unit in first if unit.seed in by_seed]
