"""pathwise_entropy: peaks of the variance, sampled beside exact values."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import plus_minus
from ...reading.record import Record
from ..overview import range_table
from ..processes import number, process_title
from .data import Case


def tables(record: Record, found: list[Case]) -> list[Table]:
    made = [_peak_table(found), _agreement_table(found), _rise_table(found)]
    return [table for table in made if table] + [range_table(record)]


def _peak_table(found: list[Case]) -> Table | None:
    rows = []
    for c in found:
        peak = c.main_peak()
        if not peak:
            continue
        speciation = c.number("speciation_time")
        rows.append([process_title(c.process), str(c.d), f"{speciation:.6g}", f"{peak[0]:.6g}",
                     f"{c.number('predicted_peak_time'):.6g}",
                     f"{peak[0] / speciation:.5f}" if speciation > 0 else "–",
                     f"{peak[1]:.8g}", f"{c.number('predicted_peak_height'):.8g}",
                     f"{peak[2]:.5g}", f"{c.number('predicted_peak_width'):.5g}",
                     ", ".join(number(t) for t in c.peaks("rate_peak_time")) or "none",
                     ", ".join(number(t) for t in c.peaks("branching_time")) or "none"])
    if not rows:
        return None
    return Table("The variance peak",
                 ["<process", "$d$", "$t_S$", "peak of $V_h$", "predicted", "peak / $t_S$",
                  "height", "predicted", "full width", "predicted", "maxima of $dH/dt$",
                  "branchings"], rows,
                 "By quadrature. Predicted: from the class entropy alone, a function of the "
                 "signal-to-noise ratio; it leaves out what a Gaussian's own width adds at small "
                 "d.")


def _agreement_table(found: list[Case]) -> Table | None:
    rows = []
    for c in found:
        exact = c.values("entropy_variance_exact")
        if not np.isfinite(exact).any():
            continue
        row = [process_title(c.process), str(c.d)]
        worst, count = 0.0, 0
        for name in ("entropy", "entropy_variance"):
            measured, truth = c.series(name), c.values(name + "_exact")
            trials = int(c.record.option("trials", 1))
            use = (measured.error > 0) & (exact > 100.0 / trials * np.nanmax(exact))
            z = np.abs(measured.value - truth)[use] / measured.error[use]
            count += len(z)
            worst = max(worst, float(z.max()) if len(z) else 0.0)
        i = int(np.nanargmax(exact))
        measured = c.series("entropy_variance")
        rows.append(row + [f"{exact[i]:.6g}", plus_minus(measured.value[i], measured.error[i]),
                           f"{worst:.2f}", str(count)])
    if not rows:
        return None
    return Table("Trajectories against quadrature",
                 ["<process", "$d$", "$V_h$ at its maximum, exact", "over the trajectories",
                  "worst deviation / SE", "values compared"], rows,
                 "Mean and variance of $h_t$ at every time where the variance times the number of "
                 "trajectories is more than 100 times its maximum; times share their "
                 "trajectories.")


def _rise_table(found: list[Case]) -> Table | None:
    rows = []
    for c in found:
        rise = c.number("largest_rise")
        if np.isfinite(rise):
            rows.append([process_title(c.process), str(c.d),
                         plus_minus(rise, c.number("largest_rise_error")),
                         f"{100 * c.number('rising_share'):.1f}%"])
    if not rows:
        return None
    threshold = float(found[0].record.option("rise_threshold", 0.1))
    return Table("How far the pathwise entropy climbs back",
                 ["<process", "$d$", "largest rise of a trajectory, mean [nat]",
                  f"trajectories that rise by more than {threshold:g} nat"], rows,
                 "Largest rise of $h$ above its lowest value so far, against the direction of "
                 "generation; 95% half widths.")
