"""Small estimators that tables and claims share: intervals, crossings, peaks, tests of no
effect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

Z95 = NormalDist().inv_cdf(0.975)


def t95(freedom: int) -> float:
    """The 97.5% quantile of Student's t: what 1.96 is where the error itself is estimated from few.

    Parameters
    ----------
    freedom : int
        Degrees of freedom, at least 1.

    Returns
    -------
    float
        Exact for 1 and 2, else by the expansion in 1/freedom about the normal law (Abramowitz and
        Stegun 26.7.5), off by less than 0.2%.
    """
    if freedom < 3:
        return math.tan(0.475 * math.pi) if freedom == 1 else 0.95 * math.sqrt(2 / (1 - 0.95**2))
    z = Z95
    terms = (z, (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96,
             (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
             (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160)
    return sum(term / freedom**power for power, term in enumerate(terms))


def plus_minus(value: float, standard_error: float) -> str:
    """A value and its 95% half width, to two digits of the half width.

    Parameters
    ----------
    value, standard_error : float
        Either may be NaN.

    Returns
    -------
    str
        Such as "0.0132 ± 0.0041"; "–" without a value.
    """
    if not math.isfinite(value):
        return "–"
    half = Z95 * standard_error
    if not math.isfinite(half):
        return f"{value:.4g}"
    digits = 4 if half == 0 else min(8, max(0, 1 - math.floor(math.log10(half))))
    return f"{signed(value, digits)} ± {half:.{digits}f}"


def standard_error(low, high):
    """The standard error that a 95% interval stands for.

    Parameters
    ----------
    low, high : float or array
        Its ends.

    Returns
    -------
    float or array
        Of a normal law.
    """
    return (high - low) / (2 * Z95)


def signed(value: float, digits: int) -> str:
    """A number of fixed digits with a true minus sign, and no minus before a zero.

    Parameters
    ----------
    value : float
        Finite.
    digits : int
        After the point.

    Returns
    -------
    str
        Such as "−0.50".
    """
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def wilson(share: np.ndarray, trials: int) -> tuple[np.ndarray, np.ndarray]:
    """95% Wilson interval of a probability.

    Parameters
    ----------
    share : array
        The share of trials in which it happened.
    trials : int
        How many there were.

    Returns
    -------
    tuple of arrays
        The lower and the upper ends; NaN without trials.
    """
    if trials <= 0:
        return np.full_like(share, np.nan), np.full_like(share, np.nan)
    z2 = Z95**2 / trials
    middle = (share + z2 / 2) / (1 + z2)
    half = Z95 * np.sqrt(np.maximum(share * (1 - share) / trials + z2 / (4 * trials), 0)) / (1 + z2)
    return middle - half, middle + half


def crossings(x: np.ndarray, y: np.ndarray) -> list[float]:
    """Where the polygon through some points changes sign.

    Parameters
    ----------
    x, y : array
        Of equal length, x ascending; a NaN breaks the polygon.

    Returns
    -------
    list of float
        By linear interpolation.
    """
    found = []
    for i in range(len(x) - 1):
        a, b = y[i], y[i + 1]
        if a * b < 0:
            found.append(float(x[i] + (x[i + 1] - x[i]) * a / (a - b)))
        elif a == 0 and b != 0 and i > 0 and y[i - 1] * b < 0:
            found.append(float(x[i]))
    return found


def peak(x: np.ndarray, y: np.ndarray) -> tuple[float, float] | None:
    """An interior maximum, from the parabola through its three top points.

    Parameters
    ----------
    x, y : array
        Of equal length, x ascending.

    Returns
    -------
    tuple of float, or None
        Place and height; None when the largest value lies at an end.
    """
    if not np.isfinite(y).any():
        return None
    i = int(np.nanargmax(y))
    if i in (0, len(y) - 1) or not np.isfinite(y[i - 1:i + 2]).all():
        return None
    curve = np.polynomial.Polynomial.fit(x[i - 1:i + 2], y[i - 1:i + 2], 2)
    place = curve.deriv().roots()
    if len(place) != 1 or not x[i - 1] <= place[0] <= x[i + 1]:
        return float(x[i]), float(y[i])
    return float(place[0]), float(curve(place[0]))


@dataclass(frozen=True)
class ZeroTest:
    """How many standard errors the worst of `count` cells lies from zero, and how many that many
    true zeros would exceed once in twenty sweeps (Bonferroni: holds for dependent cells too)."""

    count: int
    worst: float
    limit: float

    @property
    def consistent(self) -> bool:
        return self.worst <= self.limit


def zero_test(value: np.ndarray, standard_error: np.ndarray) -> ZeroTest | None:
    """Tests that every measured cell is zero.

    Parameters
    ----------
    value, standard_error : array
        Of equal shape; cells that are not finite are left out. A cell of value and error exactly
        0 agrees with zero.

    Returns
    -------
    ZeroTest or None
        None when nothing is measured.
    """
    value, error = np.ravel(value), np.ravel(standard_error)
    known = np.isfinite(value) & np.isfinite(error)
    if not known.any():
        return None
    value, error = np.abs(value[known]), error[known]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(value == 0, 0.0, value / error)
    return ZeroTest(len(z), float(z.max()), zero_limit(len(z)))


def zero_limit(count: int) -> float:
    """The threshold of `zero_test`.

    Parameters
    ----------
    count : int
        How many cells are tested.

    Returns
    -------
    float
        The |value|/SE that the largest of so many true zeros exceeds with probability at most 5%.
    """
    return NormalDist().inv_cdf(1 - 0.025 / count)
