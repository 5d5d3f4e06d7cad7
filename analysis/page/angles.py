"""Angles on axes and in words."""

from __future__ import annotations

import numpy as np


def angle_axis(axis, values) -> None:
    """Ticks of an angle axis at multiples of pi/4 (pi/2 on a short one)."""
    span = float(np.max(values) - np.min(values))
    if span < np.pi / 2 * 0.99:
        return
    quarter = np.pi / 4
    first = np.ceil(np.min(values) / quarter - 1e-9)
    last = np.floor(np.max(values) / quarter + 1e-9)
    ticks = np.arange(first, last + 1)
    names = {0: "0", 4: "π", -4: "−π"}
    axis.set_ticks(ticks * quarter,
                   [names.get(int(k), _fraction_of_pi(int(k))) for k in ticks])


def angle_text(theta: float) -> str:
    """An angle in words of pi.

    Parameters
    ----------
    theta : float
        In radians.

    Returns
    -------
    str
        "π/4" where it is a simple fraction of pi, else a number and π.
    """
    part = theta / np.pi
    for divisor in (1, 2, 3, 4, 6, 8):
        times = part * divisor
        if abs(times - round(times)) < 1e-9:
            k = round(times)
            head = "0" if k == 0 else "π" if k == 1 else f"{k}π"
            return head if divisor == 1 or k == 0 else f"{head}/{divisor}"
    return f"{part:.3g}π"


def _fraction_of_pi(quarters: int) -> str:
    divisor = np.gcd(abs(quarters), 4)
    over, under = quarters // divisor, 4 // divisor
    sign = "−" if over < 0 else ""
    head = "π" if abs(over) == 1 else f"{abs(over)}π"
    return sign + (head if under == 1 else f"{head}/{under}")
