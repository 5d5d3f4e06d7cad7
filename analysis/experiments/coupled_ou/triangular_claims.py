"""What the multimodal paper says about figures 3, 4 and 5, beside what a record holds."""

from __future__ import annotations

import math

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.record import Record
from ...reading.values import Observable, show
from .data import Status, over_g, range_text, values_over_g
from .triangular import critical_lines, over_theta_g

YES, PARTLY, NO, OPEN = Verdict.REPRODUCED, Verdict.PARTLY, Verdict.CONTRADICTED, Verdict.OPEN


def figure_3(record: Record) -> list[Claim | None]:
    theta = record.axes["theta"].values[0]
    g, time = values_over_g(over_g(record, "speciation_time", theta=theta))
    if len(g) < 3:
        return []
    rises = int(np.count_nonzero(np.diff(time[g >= 0]) >= 0))
    initial = record["kappa_initial"].values
    status = record["speciation_status"]
    never = int(np.count_nonzero((status.values == Status.NO_SPECIATION) & status.done))
    return [Claim("figure 3", "Without information in X the speciation time falls monotonically "
                  "with $g$.", f"Falls from {time[0]:.5f} at $g={show(g[0])}$ to {time[-1]:.5f} at "
                  f"{show(g[-1])}; {rises} steps do not fall.", YES if rises == 0 else NO),
            Claim("section 4", "Coupling delays or completely prevents the onset of additional "
                  "fixed points.", f"κ(0) is {np.nanmin(initial):.4g} to {np.nanmax(initial):.4g} "
                  f"over all couplings, above 1 always; {never} cells without speciation.",
                  PARTLY if never == 0 else YES,
                  "With $\\mu_x(0)=0$, κ(0) does not depend on $g$: speciation is delayed, never "
                  "prevented.")]


def figure_4(record: Record) -> list[Claim | None]:
    time = over_theta_g(record, "speciation_time")
    theta, g = time.coords["theta"], time.coords["g"]
    aligned = np.flatnonzero(np.abs(theta) < 1e-9)
    opposed = np.flatnonzero(np.abs(theta - math.pi) < 1e-9)
    found = [_acceleration(time)]
    if len(aligned):
        found += [_rapid_drop(g, time.values[aligned[0]]), _critical(record, time, aligned[0])]
    if len(opposed):
        found += [_initial_time(time), _opposed_robust(g, time, opposed[0])]
    found.append(_initial_kappa(record))
    return found


def _acceleration(time: Observable) -> Claim | None:
    rises = np.diff(time.values, axis=1) > 0
    known = np.isfinite(np.diff(time.values, axis=1))
    if not known.any():
        return None
    theta, g = time.coords["theta"], time.coords["g"]
    best = np.unravel_index(np.nanargmax(time.values), time.values.shape)
    zero = np.flatnonzero(g == 0)
    start = float(time.values[best[0], zero[0]]) if len(zero) else float("nan")
    where = theta[np.flatnonzero(rises.any(axis=1))]
    text = (f"$t_S$ rises with $g$ in {int((rises & known).sum())} of {int(known.sum())} steps"
            + (f", for angles up to {where.max() / math.pi:.3g} π" if len(where) else "")
            + f". Largest: {time.values[best]:.5f} at θ = {theta[best[0]] / math.pi:.3g} π, "
            f"$g={show(g[best[1]])}$" + (f", against {start:.5f} at $g=0$." if start == start
                                         else "."))
    return Claim("section 4", "There is no regime where coupling accelerates speciation by "
                 "increasing $t_S$.", text, NO if (rises & known).any() else YES,
                 "At $g=0$ the slope is $\\cos\\theta(2\\ln 2-1)/4$, positive for every "
                 "$\\theta<\\pi/2$.")


def _rapid_drop(g: np.ndarray, time: np.ndarray) -> Claim | None:
    shown = [(w, int(np.argmin(np.abs(g - w)))) for w in (1.0, 1.25, 1.5, 1.7)]
    shown = [(g[i], time[i]) for w, i in shown if abs(g[i] - w) < 0.03 and np.isfinite(time[i])]
    if len(shown) < 2:
        return None
    text = ", ".join(f"$t_S({show(a)})={t:.3f}$" for a, t in shown)
    near = [t for a, t in shown if a < 1.3]
    return Claim("section 4", "For aligned means $t_S$ drops rapidly from ≈ 0.6 to ≈ 0.1 around "
                 "$g\\approx 1.0$.", f"At θ = 0: {text}.",
                 OPEN if not near else YES if min(near) < 0.2 else NO,
                 "Only the smaller of the two roots, which exists for $1.5<g<1.705$, is near 0.1.")


def _critical(record: Record, time: Observable, aligned: int) -> Claim | None:
    statement = "For aligned means there is no speciation for $g\\gtrsim 1.7$."
    lines = critical_lines(record)
    if lines is not None and math.isfinite(lines[1][aligned]):
        exact = float(lines[1][aligned])
        return Claim("section 4", statement, f"Exact boundary at θ = 0: $g_{{crit}}={exact:.5f}$.",
                     YES if abs(exact - 1.7) < 0.05 else NO)
    status = over_theta_g(record, "speciation_status")
    none = (status.values[aligned] == Status.NO_SPECIATION) & status.done[aligned]
    if not none.any():
        return None
    g = time.coords["g"]
    first = float(g[none].min())
    below = g[np.isfinite(time.values[aligned]) & (g < first)]
    last = float(below.max()) if len(below) else -math.inf
    # The boundary lies between the two.
    verdict = (YES if abs(first - 1.7) < 0.1 else OPEN if last < 1.75 and first > 1.65 else NO)
    return Claim("section 4", statement, f"First measured coupling without speciation at θ = 0: "
                 f"{show(first)}" + (f", the last with it {show(last)}." if len(below) else "."),
                 verdict)


def _initial_time(time: Observable) -> Claim | None:
    zero = np.flatnonzero(time.coords["g"] == 0)
    if len(zero) == 0 or not np.isfinite(time.values[:, zero[0]]).all():
        return None
    values = time.values[:, zero[0]]
    same = np.ptp(values) < 1e-9
    return Claim("section 4", "For anti-aligned means ($\\theta\\approx\\pi$) the initial "
                 "speciation time is lower, due to signal interference.",
                 f"At $g=0$: {values.max():.6f} at every angle (spread {np.ptp(values):.1e})."
                 if same else f"At $g=0$: {range_text(values)}.", NO if same else YES)


def _opposed_robust(g: np.ndarray, time: Observable, opposed: int) -> Claim | None:
    row, done = time.values[opposed], time.done[opposed]
    if not done.any():
        return None
    none = int(np.count_nonzero(~np.isfinite(row) & done))
    known = np.flatnonzero(np.isfinite(row))
    if not len(known):
        return None
    return Claim("section 4", "For anti-aligned means the decrease is more gradual and the system "
                 "avoids failure to bifurcate within the plotted range.",
                 f"At θ = π: from {row[known[0]]:.4f} to {row[known[-1]]:.4f} at "
                 f"$g={show(g[known[-1]])}$; {none} cells without speciation.",
                 YES if none == 0 else NO)


def _initial_kappa(record: Record) -> Claim | None:
    top, initial = over_theta_g(record, "kappa_peak"), over_theta_g(record, "kappa_initial")
    known = np.isfinite(top.values) & np.isfinite(initial.values)
    if not known.any():
        return None
    later = int(np.count_nonzero((top.values > initial.values * (1 + 1e-9)) & known))
    text = (f"The largest κ lies at $t>0$ in {later} of {int(known.sum())} cells.")
    lines = critical_lines(record)
    verdict = PARTLY if later else YES
    if lines is not None:
        theta, exact, line = lines
        both = np.flatnonzero(np.isfinite(exact) & np.isfinite(line))
        if len(both):
            off = exact[both] / line[both] - 1
            i = int(np.argmax(np.abs(off)))
            shown = [int(both[np.argmin(np.abs(theta[both] - w))]) for w in (0, math.pi / 6,
                                                                            math.pi / 3)]
            text += (f" The exact boundary lies up to {100 * off[i]:.1f}% beyond the κ(0) = 1 "
                     "line: "
                     + ", ".join(f"{exact[j]:.4f} against {line[j]:.4f} at θ = "
                                 f"{theta[j] / math.pi:.3g} π" for j in dict.fromkeys(shown)) + ".")
    return Claim("below (85)", "κ(t) is maximized near $t=0$, so κ(0) ≤ 1 is an accurate "
                 "diagnostic, and for larger θ correctly approximates the boundary.", text, verdict)


def figure_5(record: Record) -> list[Claim | None]:
    joint, conditional = (over_g(record, n) for n in ("collapse_time", "conditional_collapse_time"))
    known = np.isfinite(joint.values) & np.isfinite(conditional.values)
    if known.sum() < 2:
        return []
    g = joint.coords["g"][known]
    first, second = joint.values[known], conditional.values[known]
    larger = int(np.count_nonzero(second > first + 1e-12))
    change = max(np.ptp(first) / first.max(), np.ptp(second) / second.max())
    return [Claim("figure 5", "The collapse times depend weakly on $g$.",
                  f"Joint {range_text(first)}, conditional {range_text(second)} over "
                  f"$g={show(g[0])}$ to {show(g[-1])}: at most "
                  f"{100 * change:.2f}%.", YES if change < 0.02 else PARTLY),
            Claim("figure 5", "The conditional collapse time is smaller than the joint one.",
                  f"Larger in {larger} of {len(g)} cells; difference {(first - second).min():.1e} "
                  f"to {(first - second).max():.1e}.", YES if larger == 0 else NO,
                  "With $\\alpha_C=\\alpha$, which the paper leaves open; equal at $g=0$. It is "
                  "not general: at $\\sigma_W^2=2$, $\\alpha=0.25$ the conditional time is "
                  "larger.")]
