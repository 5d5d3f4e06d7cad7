"""Claims of "regimes" about speciation of two Gaussian clusters, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.estimates import Z95, plus_minus, zero_test
from .data import Cloning

# Cloning up to here is early: the noise is well below the width of a cluster.
EARLY = 0.1


def claims(data: Cloning) -> list[Claim]:
    """The statements this record can answer, in the paper's order."""
    found = [_formula(data), _jump(data), _crossing(data), _growth(data)]
    if data.definitions_differ:
        found.append(_label(data))
    return [claim for claim in found if claim is not None]


def _formula(data: Cloning) -> Claim:
    value, error = [], []
    for i in range(len(data.dimensions)):
        for definition in ("agreement", "label_agreement"):
            measured = data.agreement(i, definition)
            value.append(measured.values - data.prediction(i, definition + "_scheme"))
            error.append(measured.error)
    deviation, error = np.concatenate(value), np.concatenate(error)
    known = error > 0
    test = zero_test(deviation[known], error[known])
    if test is None:
        return Claim("(6), figure 2", "Simulations agree with the one-dimensional integral for "
                     "$\\phi(t)$ already for moderately large dimensions.",
                     "No cell of which the error is known.", Verdict.OPEN)
    bias = max(np.nanmax(np.abs(data.prediction(i, "agreement_scheme")
                                - data.prediction(i, "agreement_closed_form")))
               for i in range(len(data.dimensions)))
    return Claim("(6), figure 2", "Simulations agree with the one-dimensional integral for "
                 "$\\phi(t)$ already for moderately large dimensions.",
                 f"Largest deviation of {test.count} cells from the exact value of the scheme: "
                 f"{test.worst:.2f} standard errors (limit {test.limit:.2f}). The scheme itself "
                 f"lies within {bias:.1e} of the integral.",
                 Verdict.REPRODUCED if test.consistent else Verdict.CONTRADICTED)


def _jump(data: Cloning) -> Claim | None:
    last = data.agreement(0)
    value, error = last.values[-1], last.error[-1]
    if not np.isfinite(value):
        return None
    where, statement = "figure 2, text", ("In the limit of infinite $d$ the curve jumps from one "
                                          "to zero at $t_S$.")
    seen = (f"At the latest cloning time $t={data.branch_times[-1]:g}$ the agreement for "
            f"$d={data.dimensions[0]}$ is {plus_minus(value, error)}")
    if not abs(value - 0.5) < 0.05 + Z95 * np.nan_to_num(error):
        return Claim(where, statement, f"{seen}: the scan ends before the curve does.",
                     Verdict.OPEN)
    return Claim(where, statement, f"{seen}: it falls to one half, not to zero.",
                 Verdict.CONTRADICTED,
                 "A slip of the text: independent clones agree every second time.")


def _crossing(data: Cloning) -> Claim | None:
    ratio, agreement = data.times("crossing_ratio"), data.times("crossing_agreement")
    known = np.isfinite(ratio.values) & (ratio.error > 0) & (agreement.error > 0)
    if not data.level_is_scaling or len(data.dimensions) < 2:
        return None
    if not known.any():
        return Claim("figure 2", "Curves for different $d$ cross at one point, which defines "
                     "$t_S$, at $\\phi\\approx0.775$.",
                     f"No curves cross at cloning times from {data.branch_times[0]:g} to "
                     f"{data.branch_times[-1]:g}.", Verdict.OPEN)
    weight = 1 / ratio.error[known] ** 2
    mean, error = np.average(ratio.values[known], weights=weight), weight.sum() ** -0.5
    weight = 1 / agreement.error[known] ** 2
    height, height_error = np.average(agreement.values[known], weights=weight), weight.sum() ** -0.5
    good = abs(mean - 1) < 3 * error + 0.02 and abs(height - data.level) < 3 * height_error + 0.01
    return Claim("figure 2", "Curves for different $d$ cross at one point, which defines $t_S$, at "
                 "$\\phi\\approx0.775$.",
                 f"Mean over {known.sum()} pairs of neighbouring dimensions: $t/t_S=$ "
                 f"{plus_minus(mean, error)}, $\\phi=$ {plus_minus(height, height_error)} (closed "
                 f"form: {data.level:.6f} at $t=$½ log $d$).",
                 Verdict.REPRODUCED if good else Verdict.PARTLY)


def _growth(data: Cloning) -> Claim | None:
    found = data.times("level_time")
    known = np.isfinite(found.values) & (found.error > 0)
    if known.sum() < 3 or not data.level_is_scaling:
        return None
    x, y, w = np.log(data.dimensions[known]), found.values[known], found.error[known] ** -2.0
    centre = np.average(x, weights=w)
    spread = np.sum(w * (x - centre) ** 2)
    slope, error = np.sum(w * (x - centre) * y) / spread, spread ** -0.5
    good = abs(slope - 0.5) < 3 * error + 0.005
    return Claim("(4), B.1", "The speciation time grows as ½ log $d$.",
                 f"Slope of the measured time of $\\phi={data.level:.4g}$ over log $d$: "
                 f"{plus_minus(slope, error)}.",
                 Verdict.REPRODUCED if good else Verdict.CONTRADICTED)


def _label(data: Cloning) -> Claim:
    i = 0
    found, side = data.agreement(i, "label_agreement"), data.agreement(i)
    exact = data.prediction(i, "label_agreement_closed_form")[0]
    first = data.branch_times[0]
    verdict = (Verdict.REPRODUCED if found.values[0] >= 0.99 - Z95 * found.error[0]
               else Verdict.PARTLY if first <= EARLY else Verdict.OPEN)
    return Claim("(27)", "$\\phi(t)$ goes to 1 for early cloning.",
                 f"$d={data.dimensions[i]}$, $t={data.branch_times[0]:g}$: the label agrees with "
                 f"probability {plus_minus(found.values[0], found.error[0])} (closed form "
                 f"{exact:.4f}), the side with {plus_minus(side.values[0], side.error[0])}.",
                 verdict,
                 "Only for separated clusters: the label of a point between overlapping clusters "
                 "is random.")
