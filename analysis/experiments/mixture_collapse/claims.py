"""Claims of "regimes" about collapse of two Gaussian clusters, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.estimates import zero_test
from .crossings import crossings_of, extrapolate
from .data import Collapse, Size

_PAPER_TIMES = {256: 1.299, 1024: 1.978, 4096: 2.667}


def claims(data: Collapse) -> list[Claim]:
    """The statements this record can answer, in the paper's order."""
    found = [_times(data), _fit(data), _moderate(data), _exponential(data), _threshold(data)]
    return [claim for claim in found if claim is not None]


def _times(data: Collapse) -> Claim | None:
    if data.size_axis != "points" or data.sigma != 1:
        return None
    texts, good = [], True
    for d, printed in _PAPER_TIMES.items():
        cell = Size(d, 20000.0)
        if cell in data.cells and np.isfinite(data.number("collapse_time", cell)):
            here = data.number("collapse_time", cell)
            good &= abs(here - printed) < 1e-3
            texts.append(f"$d={d}$: {here:.4f} (paper's runs {printed})")
    if not texts:
        return None
    return Claim("(10)", "The collapse time is $t_C=$½ log $(1+\\sigma^2/(n^{2/d}-1))$.",
                 "; ".join(texts) + ".", Verdict.REPRODUCED if good else Verdict.CONTRADICTED)


def _fit(data: Collapse) -> Claim | None:
    deviations = [data.deviation(name, cell, method) for cell in data.cells
                  for method in data.sampled for name in ("excess_entropy", "true_weight")]
    if not deviations:
        return None
    deviation = np.concatenate(deviations)
    deviation = deviation[np.isfinite(deviation)]
    test = zero_test(deviation, np.ones_like(deviation))
    if test is None:
        return None
    return Claim("(56)-(57)", "$f^e$ can be estimated from the data set alone.",
                 f"{test.count} sampled values of $f^e$ and of the true point's weight against "
                 "their exact averages at the same $n$ and $d$: largest deviation "
                 f"{test.worst:.2f} standard errors (limit {test.limit:.2f}).",
                 Verdict.REPRODUCED if test.consistent else Verdict.CONTRADICTED,
                 "The paper compares with the limit of infinite dimension only.")


def _moderate(data: Collapse) -> Claim | None:
    texts = []
    for cell in data.cells[:3]:
        t = data.diffusion_times(cell) / data.number("collapse_time", cell)
        finite = data.prediction("excess_entropy_finite", cell)
        limit = np.interp(data.diffusion_times(cell), data.diffusion_times(cell, curve=True),
                          data.prediction("excess_entropy_limit", cell))
        if not np.isfinite(finite).all():
            continue
        gap = np.abs(finite - limit) / data.number("load", cell)
        texts.append(f"{data.name(cell)}: up to {np.max(gap):.3f} α, at $t={t[np.argmax(gap)]:.2f}"
                     "\\,t_C$")
    if not texts:
        return None
    return Claim("figure 3", "The numerical excess entropy compares well with the analytic curve "
                 "even at moderately large $d$.",
                 "Distance of the exact finite-size average from the limit: " + "; ".join(texts)
                 + ".", Verdict.PARTLY,
                 "Away from $t_C$ it does; at $t_C$ the transition is rounded, and $f^e$ vanishes "
                 "only as the fluctuations of $\\log Z/d$ do, as $1/\\sqrt{d}$.")


def _exponential(data: Collapse) -> Claim | None:
    if data.size_axis != "points" or len(data.sizes) < 3 or len(data.dimensions) < 3:
        return None
    times = data.measured_map("weight_time").values if data.sampled \
        else data.over_map("weight_time_finite")
    closed = data.over_map("collapse_time")
    known = np.isfinite(times) & np.isfinite(closed)
    if not known.any():
        return Claim("(10), curse of dimensionality", "Avoiding collapse takes a number of data "
                     "that is exponential in the dimension.", "The times of the scan reach no "
                     "collapse.", Verdict.OPEN)
    ratio = times[known] / closed[known]
    return Claim("(10), curse of dimensionality", "Avoiding collapse takes a number of data that "
                 "is exponential in the dimension.",
                 f"Over {known.sum()} pairs of $n$ and $d$ whose collapse times span "
                 f"{closed[known].min():.3g} to {closed[known].max():.3g}, the measured time is "
                 f"{np.median(ratio):.2f} of $t_C$ in the median, between {ratio.min():.2f} and "
                 f"{ratio.max():.2f}.",
                 Verdict.REPRODUCED if 0.5 < np.median(ratio) < 2 else Verdict.PARTLY,
                 "It depends on $n$ and $d$ through $n^{2/d}$ up to finite-size corrections.")


def _threshold(data: Collapse) -> Claim | None:
    if data.size_axis != "alpha" or len(data.dimensions) < 4:
        return None
    texts, good = [], []
    for size in data.sizes:
        found = crossings_of(data, [Size(int(d), float(size)) for d in data.dimensions])
        line = extrapolate(found)
        if line:
            good.append(abs(line.intercept - 1) < 0.02)
            texts.append(f"$\\alpha={size:.3g}$: {found[-1].ratio:.4f} for $d={found[-1].first}$ "
                         f"and {found[-1].second}, extrapolated {line.intercept:.4f}")
    if not texts:
        return None
    return Claim("(5), (43)", "In the limit of infinite $d$ at fixed $\\alpha$ the collapse is a "
                 "sharp transition at $t_C$.",
                 "Crossings of the weight curves in units of $t_C$: " + "; ".join(texts) + ".",
                 Verdict.REPRODUCED if all(good) else Verdict.PARTLY)
