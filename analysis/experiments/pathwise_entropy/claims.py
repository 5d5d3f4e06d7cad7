"""What section 7 and appendix A of the information paper say, beside what a record holds."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.estimates import wilson
from ..processes import number, process_title
from .data import Case

YES, PARTLY, NO, OPEN = Verdict.REPRODUCED, Verdict.PARTLY, Verdict.CONTRADICTED, Verdict.OPEN
# What is said of d that grows is decided from here on.
LARGE = 64


def claims(found: list[Case]) -> list[Claim]:
    kept = [_rises(found), _not_at_branching(found), _speciation(found), _limit(found),
            _one_number(found), _no_localisation(found), _width(found), _absent(found)]
    return [claim for claim in kept if claim]


def _of(found: list[Case], process: str) -> list[Case]:
    return [c for c in found if c.process == process and c.main_peak()
            and c.number("speciation_time") > 0]


def _with_width(found: list[Case], process: str) -> list[Case]:
    """Those whose variance falls to half of its peak within the times of the scan."""
    return [c for c in _of(found, process) if np.isfinite(c.main_peak()[2])]


def _rises(found: list[Case]) -> Claim | None:
    known = [c for c in found if np.isfinite(c.number("largest_rise"))]
    if not known:
        return None
    c = known[0]
    share = c.number("rising_share")
    _, most = wilson(np.array(share), int(c.record.option("trials")))
    return Claim("Section 7, figure 3", "The pathwise entropy can rise locally although its mean "
                 "falls during generation.",
                 f"{100 * share:.0f}% of the trajectories "
                 f"({process_title(c.process)}, d = {c.d}) rise by more than "
                 f"{float(c.record.option('rise_threshold', 0.1)):g} nat at some point.",
                 YES if share > 0.01 else NO if most < 0.01 else OPEN)


def _not_at_branching(found: list[Case]) -> Claim | None:
    parts, farther = [], True
    for c in found:
        branchings, rates, peak = (c.peaks("branching_time"), c.peaks("rate_peak_time"),
                                   c.main_peak())
        if not (len(branchings) and len(rates) and peak):
            continue
        last = branchings[-1]
        rate = rates[np.argmin(np.abs(np.log(rates / last)))]
        times = c.peaks("variance_peak_time")
        variance = times[np.argmin(np.abs(np.log(times / last)))]
        farther &= abs(np.log(rate / last)) > abs(np.log(variance / last))
        parts.append(f"{process_title(c.process)}, d = {c.d}: branching {number(last)}, "
                     f"rate {number(rate)}, variance {number(variance)}")
    if not parts:
        return None
    return Claim("Sections 5, 8", "Peaks of the entropy rate mark the bifurcations.",
                 "; ".join(parts[:4]) + ".", NO if farther else PARTLY,
                 "Times." + (" The peak of the variance is nearer to the branching than that of "
                             "the rate." if farther else ""))


def _speciation(found: list[Case]) -> Claim | None:
    own = _of(found, "ou")
    if len(own) < 2:
        return None
    offsets = [c.main_peak()[0] - c.number("speciation_time") for c in own]
    return Claim("Section 7.1, figure 4", "Under VP the variance of the pathwise entropy peaks at "
                 "the speciation time $t_S=(\\log d)/2$ as d grows.",
                 "Peak minus $t_S$: " + ", ".join(f"{o:+.4f} (d = {c.d})"
                                                  for c, o in zip(own, offsets)) + ".",
                 YES if abs(offsets[-1]) < 0.25 else NO if own[-1].d >= LARGE else OPEN,
                 "The offset tends to a constant, so the ratio tends to 1 only as 1/log d.")


def _limit(found: list[Case]) -> Claim | None:
    own = [c for c in _of(found, "ou")
           if np.isfinite(c.number("predicted_peak_time")) and c.d >= 16]
    if not own:
        return None
    off = max(abs(c.main_peak()[0] - c.number("predicted_peak_time")) for c in own)
    return Claim("Appendix A.2, (90)", "The peak is where $\\eta_d(t)=\\eta^*$.",
                 f"Largest difference for d ≥ 16: {off:.1e}.", YES if off < 1e-3 else NO,
                 "At small d the Gaussians' own width keeps $V_h$ below the class variance.")


def _one_number(found: list[Case]) -> Claim | None:
    if len(found) < 2 or not np.isfinite(found[0].values("label_entropy_variance_exact")).any():
        return None
    heights = [float(np.nanmax(c.values("label_entropy_variance_exact"))) for c in found]
    predicted = found[0].number("predicted_peak_height")
    worst, compared = 0.0, 0
    reference = found[-1]
    order = np.argsort(reference.values("signal_to_noise"))
    x = np.log(reference.values("signal_to_noise")[order])
    y = reference.values("label_entropy_variance_exact")[order]
    for c in found[:-1]:
        here = np.log(c.values("signal_to_noise"))
        inside = (here > x[0]) & (here < x[-1])
        gap = np.abs(np.interp(here, x, y) - c.values("label_entropy_variance_exact"))[inside]
        worst = max(worst, float(gap.max()) if len(gap) else 0.0)
        compared += len(gap)
    if compared == 0:
        return Claim("(72), (83)", "The class variance depends on time and d through η alone.",
                     "The cases have no range of η in common.", OPEN)
    return Claim("(72), (83)", "The class variance depends on time and d through η alone.",
                 f"Largest distance from one curve: {worst:.1e}, the interpolation between its "
                 f"points included; largest values {min(heights):.6f} to {max(heights):.6f}, F(η*) "
                 f"= {predicted:.10f}.", YES if worst < 5e-3 else NO)


def _no_localisation(found: list[Case]) -> Claim | None:
    own = _with_width(found, "edm")
    if len(own) < 2:
        return None
    ratios = [c.main_peak()[2] / np.sqrt(c.d) for c in own]
    return Claim("Appendix A.4, figure 5a", "Under EDM the peak region broadens as √d.",
                 "Full width over √d: " + ", ".join(f"{r:.4f} (d = {c.d})"
                                                    for c, r in zip(own, ratios)) + ".",
                 YES if abs(ratios[-1] / ratios[-2] - 1) < 0.02
                 else NO if own[-2].d >= LARGE else OPEN)


def _width(found: list[Case]) -> Claim | None:
    own = _with_width(found, "ou")
    if len(own) < 2 or not _of(found, "edm"):
        return None
    widths = [c.main_peak()[2] for c in own]
    return Claim("Appendix A.4, figure 5b", "Under VP the transition keeps its width.",
                 "Full width: " + ", ".join(f"{w:.4f} (d = {c.d})"
                                            for c, w in zip(own, widths)) + ".",
                 YES if abs(widths[-1] / widths[-2] - 1) < 0.02
                 else NO if own[-2].d >= LARGE else OPEN)


def _absent(found: list[Case]) -> Claim | None:
    own, other = ({c.d: c.main_peak()[1] for c in _of(found, process)} for process in ("edm", "ou"))
    common = own.keys() & other.keys()
    if not common:
        return None
    d = max(common)
    return Claim("Section 7.1", "The variance peak is absent for the EDM and VE processes.",
                 f"Its height at d = {d} is {own[d]:.6f} (EDM) and {other[d]:.6f} (VP); it is not "
                 "localised.", NO if own[d] > other[d] / 2 else OPEN)
