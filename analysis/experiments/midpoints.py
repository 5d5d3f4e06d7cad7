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
# An interval leaves out resamples without a value, which are no random ones: where more are
# missing than its tails hold, it decides nothing.
LEAST_SHARE = 0.95


def metric(record: Record, name: str) -> int:
    """Place of a metric on its axis."""
    return position(record.axes["metric"].values, name, "metric")


def is_fitted(unit: Unit, name: str) -> bool:
    """Whether the curve is a sigmoid, and nearly all of its bootstrap samples are: the midpoint
    then has an interval."""
    m = metric(unit.record, name)
    return (unit.value("fit_status", m) == FITTED
            and unit.value("share_fitted", m) >= LEAST_SHARE
            and all(np.isfinite(unit.value("midpoint" + end, m)) for end in ("", "_low", "_high")))


def known_gap(found: Measured, coarse: float, fine: float) -> Measured | None:
    """A gap, where nearly all bootstrap samples have both midpoints: shares of them that have the
    one and the other, which overlap the least that they can."""
    return found if coarse + fine - 1 >= LEAST_SHARE and np.isfinite(found.low) else None


def gap_of(unit: Unit) -> Measured | None:
    """Delta tau, where both scales have a midpoint and nearly all bootstrap samples have both."""
    if not (is_fitted(unit, "coarse") and is_fitted(unit, "fine")):
        return None
    return known_gap(unit.measured("gap"),
                     *(unit.value("share_fitted", metric(unit.record, name))
                       for name in ("coarse", "fine")))


def of_metric(unit: Unit, quantity: str, name: str) -> Measured:
    return unit.measured(quantity, metric(unit.record, name))


def resampled_curves(unit: Unit, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(K), (K, 1 + R): the measured t_int, the curve of all pairs and that of each bootstrap sample
    of them. Pairs of one seed share their start and noise at every coupling, and every unit of a
    seed draws the same samples: differences between couplings are of the same pairs."""
    record = unit.record
    values = unit.array("pair_agreement")[metric(record, name)]
    known = np.isfinite(values).all(axis=1)
    values = values[known]
    random = np.random.default_rng(unit.seed)
    drawn = random.integers(values.shape[1], size=(RESAMPLES, values.shape[1]))
    drawn = np.vstack([np.arange(values.shape[1]), drawn])
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


def over_seeds(resampled: list[np.ndarray]) -> Measured | None:
    """The mean over seeds of numbers (1 + R), that of all pairs and those of bootstrap samples,
    with its 95% interval."""
    if not resampled:
        return None
    value, *drawn = np.mean(resampled, axis=0)
    drawn = np.asarray(drawn)
    known = drawn[np.isfinite(drawn)]
    if len(known) < LEAST_SHARE * len(drawn):
        return Measured(np.float64(value), np.float64(np.nan), np.float64(np.nan))
    return Measured(np.float64(value), *np.percentile(known, [2.5, 97.5]))


def midpoint_difference(first: list[Unit], second: list[Unit], name: str) -> Measured | None:
    """tau of `first` minus tau of `second`, units of the same pairs, their mean over seeds. Value
    and interval are of sigmoids by least squares, which need not be those of the record."""
    return over_seeds([fitted_midpoints(*resampled_curves(a, name))
                       - fitted_midpoints(*resampled_curves(b, name))
                       for a, b in _same_pairs(first, second)
                       if is_fitted(a, name) and is_fitted(b, name)])


def gap_difference(first: list[Unit], second: list[Unit]) -> Measured | None:
    """Delta tau of `first` minus that of `second`, units of the same pairs, their mean over seeds;
    as midpoint_difference."""
    return gap_difference_of(_same_pairs(first, second))


def gap_difference_of(pairs: list[tuple[Unit, Unit]]) -> Measured | None:
    """The same of units that are known to be of the same pairs, two by two."""
    def gaps(unit: Unit) -> np.ndarray:
        fine, coarse = (fitted_midpoints(*resampled_curves(unit, name))
                        for name in ("fine", "coarse"))
        return fine - coarse

    return over_seeds([gaps(a) - gaps(b) for a, b in pairs
                       if all(is_fitted(unit, name)
                              for unit in (a, b) for name in ("coarse", "fine"))])


def end_difference(first: list[Unit], second: list[Unit], name: str) -> Measured | None:
    """How much more replicas of `first` agree that were coupled all along, mean over seeds."""
    resampled = []
    for a, b in _same_pairs(first, second):
        steps, of_a = resampled_curves(a, name)
        others, of_b = resampled_curves(b, name)
        if len(steps) and len(others) and steps[-1] == others[-1]:
            resampled.append(of_a[-1] - of_b[-1])
    return over_seeds(resampled)


def end_agreement(unit: Unit, name: str) -> float:
    """The agreement at the last t_int that was measured; NaN where none was."""
    values = unit.array("agreement")[metric(unit.record, name)]
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else np.nan


def _same_pairs(first: list[Unit], second: list[Unit]) -> list[tuple[Unit, Unit]]:
    """Units of one seed and class told. Where there are several, the one that has most in common:
    noise, then graph and g."""
    found = []
    for unit in first:
        others = [other for other in second if other.seed == unit.seed
                  and other.coordinates.get("told_class") == unit.coordinates.get("told_class")]
        if others:
            found.append((unit, max(others, key=lambda other: [
                a == b for a, b in zip(_pairs_of(unit), _pairs_of(other))])))
    return found


def _pairs_of(unit: Unit) -> tuple:
    return unit.coordinates.get("noise_correlation"), unit.reach.graph, unit.g
