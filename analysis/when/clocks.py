"""Times of different clocks: data of another scale.

Every time here is that of an Ornstein-Uhlenbeck process, x_t = e^-t a + sqrt(1 - e^-2t) z, which is
t = -log(abar) / 2 of a discrete one. Where the data a are s times as large, the same noise level
(sigma_t / alpha_t over the data's size) comes later.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..experiments.image_units import Measured
from ..reading.estimates import peak


def same_noise(time, scale: float):
    """When data that are `scale` times as large are as noisy.

    Parameters
    ----------
    time : float or array
        Of the data as they are.
    scale : float
        Positive.

    Returns
    -------
    float or array
        log(1 + scale^2 (e^2t - 1)) / 2: what depends on the noise level alone, such as posterior
        weights, is there what it was at `time`.
    """
    return 0.5 * np.log1p(scale**2 * np.expm1(2 * np.asarray(time, dtype=float)))


def of_covariance(time, scale: float):
    """The speciation time of a covariance whose eigenvalues are `scale`^2 times as large.

    Parameters
    ----------
    time : float or array
        log(Lambda) / 2.
    scale : float
        Positive.

    Returns
    -------
    float or array
        log(scale^2 Lambda) / 2. regimes (4)
    """
    return np.asarray(time, dtype=float) + math.log(scale)


def moved(found: Measured, clock: Callable) -> Measured:
    """A time and its interval by another clock, which may run backwards.

    Parameters
    ----------
    found : Measured
        A number with its interval.
    clock : callable
        Monotone.

    Returns
    -------
    Measured
        By that clock, the ends in order.
    """
    ends = sorted((float(clock(found.low)), float(clock(found.high))))
    return Measured(np.float64(clock(found.value)), *map(np.float64, ends))


def rate_peak(time: np.ndarray, rate: np.ndarray, recorded: Measured, scale: float) -> Measured:
    """When a rate is largest by the clock of larger data. A rate is per time, so that its maximum
    is not the same noise level by another clock.

    Parameters
    ----------
    time, rate : array
        The curve, time ascending, of the data as they are.
    recorded : Measured
        Its maximum by its own clock.
    scale : float
        How many times as large the data are.

    Returns
    -------
    Measured
        The maximum of rate dt/dt'. Its interval is the recorded one, moved along: it lies about
        the maximum as that did, and there is none where there was none. No value where the largest
        rate lies at an end of the curve.
    """
    if scale == 1:
        return recorded
    later = same_noise(time, scale)
    top = peak(later, rate * np.exp(2 * (later - time)) / scale**2)
    if top is None:
        return Measured(*np.full(3, np.nan))
    if not np.isfinite(recorded.value):  # by its own clock it has none, and so no interval
        return Measured(np.float64(top[0]), np.float64(np.nan), np.float64(np.nan))
    along = moved(recorded, lambda t: same_noise(t, scale))
    by = top[0] - along.value
    return Measured(along.value + by, along.low + by, along.high + by)
