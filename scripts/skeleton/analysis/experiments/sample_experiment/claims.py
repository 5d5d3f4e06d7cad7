"""What is stated of the moments, beside what a record holds."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from .data import Curve

MOST = 4.0  # standard errors


def claims(found: list[Curve]) -> list[Claim]:
    deviations = np.concatenate([curve.deviation() for curve in found])
    if not len(deviations):
        return []
    worst = float(deviations.max())
    return [Claim("closed form", "The mean of $x^p$ is $\\sigma^p (p-1)!!$.",
                  f"Largest deviation: {worst:.2f} standard errors of {len(deviations)}.",
                  Verdict.REPRODUCED if worst < MOST else Verdict.CONTRADICTED)]
