"""sample_experiment: every moment with its error."""

from __future__ import annotations

from ...page.content import Table
from ...reading.estimates import plus_minus
from .data import Curve


def tables(found: list[Curve]) -> list[Table]:
    rows = [[str(curve.power), f"{curve.sigma[i]:g}",
             plus_minus(curve.value[i], curve.error[i]), f"{curve.exact[i]:.6g}"]
            for curve in found for i in range(len(curve.sigma)) if curve.done[i]]
    return [Table("Moments", ["$p$", "$\\sigma$", "over the trials", "exact"], rows,
                  "95% half widths.")]
