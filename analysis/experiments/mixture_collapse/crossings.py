"""mixture_collapse: where weight curves of different dimensions cross, and what that says about
infinite dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...reading.estimates import crossings
from .data import Collapse, Size


@dataclass(frozen=True)
class Crossing:
    """Of the exact weight curves of two dimensions over t / t_C."""

    first: int
    second: int
    ratio: float
    weight: float

    @property
    def inverse_dimension(self) -> float:
        return (self.first * self.second) ** -0.5


@dataclass(frozen=True)
class Line:
    intercept: float
    slope: float


def crossings_of(data: Collapse, cells: list[Size]) -> list[Crossing]:
    """For neighbouring dimensions; the crossing nearest to t_C where there are several."""
    found = []
    for a, b in zip(cells, cells[1:]):
        curves = [(data.diffusion_times(c) / data.number("collapse_time", c),
                   data.prediction("true_weight_finite", c)) for c in (a, b)]
        if not all(np.isfinite(y).all() for _, y in curves):
            continue
        low, high = (pick(x[end] for x, _ in curves) for pick, end in ((max, 0), (min, -1)))
        if not low < high:
            continue
        x = np.linspace(low, high, 4001)
        first, second = (_smooth(t, y, x) for t, y in curves)
        # Where both are 1 or 0 to rounding, a change of sign means nothing.
        apart = np.where((first > 0.02) & (first < 0.98), first - second, np.nan)
        places = crossings(x, apart)
        if places:
            at = min(places, key=lambda place: abs(place - 1))
            found.append(Crossing(a.dimension, b.dimension, at, float(np.interp(at, x, first))))
    return found


def extrapolate(found: list[Crossing]) -> Line | None:
    """Straight line in the inverse dimension through the last three crossings."""
    if len(found) < 3:
        return None
    x = np.array([c.inverse_dimension for c in found[-3:]])
    slope, intercept = np.polyfit(x, [c.ratio for c in found[-3:]], 1)
    return Line(float(intercept), float(slope))


def _smooth(t: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Cubic Hermite interpolation with slopes from neighbouring points."""
    if len(t) < 3:
        return np.interp(x, t, y)
    slope = np.gradient(y, t)
    i = np.clip(np.searchsorted(t, x) - 1, 0, len(t) - 2)
    h = t[i + 1] - t[i]
    s = (x - t[i]) / h
    return ((1 + 2 * s) * (1 - s) ** 2 * y[i] + s * (1 - s) ** 2 * h * slope[i]
            + s ** 2 * (3 - 2 * s) * y[i + 1] + s ** 2 * (s - 1) * h * slope[i + 1])
