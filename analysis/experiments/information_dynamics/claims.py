"""What sections 4 to 6 of the information paper say, beside what a record holds."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict, verdict_of
from ..processes import number, process_title
from .data import Dynamics

YES, PARTLY, NO, OPEN = Verdict.REPRODUCED, Verdict.PARTLY, Verdict.CONTRADICTED, Verdict.OPEN
# Noise that leaves a subspace of unit width as it is.
WEAK = 0.1


def claims(sets: list[Dynamics]) -> list[Claim]:
    found = [_identities(sets), _exact_identities(sets), _peaks(sets), _variance_peaks(sets),
             _kinds(sets), _mode_count(sets), _bandwidth(sets), _orthogonal(sets), _monotone(sets)]
    return [claim for claim in found if claim]


def _identities(sets: list[Dynamics]) -> Claim | None:
    count, worst = 0, 0.0
    for d in sets:
        common = d.common()
        for name in ("gap_score_norm", "gap_denoising"):
            gap = d.series(name)
            use = common & (gap.error > 0)
            count += int(use.sum())
            if use.any():
                worst = max(worst, float(np.max(np.abs(gap.value[use] / gap.error[use]))))
    if not count:
        return None
    return Claim("(19), (33), (56), (62)", "Score norm, denoising error and divergence of the "
                 "score give the same entropy rate.",
                 f"Largest difference of {count} sampled pairs: {worst:.2f} standard errors.",
                 YES if worst < 4.5 else NO, "Rate (33) with the factor α² that VP needs.")


def _exact_identities(sets: list[Dynamics]) -> Claim | None:
    worst = 0.0
    for d in sets:
        if d.is_exact:
            rates = [d.exact(n) for n in ("log_rate_score_norm", "log_rate_denoising",
                                          "log_rate_divergence")]
            worst = max(worst, float(np.nanmax(np.ptp(rates, axis=0))))
    if not any(d.is_exact for d in sets):
        return None
    return Claim("(19), (33), (56), (62)", "The same, by quadrature.",
                 f"Largest difference: {worst:.1e} nat.", YES if worst < 1e-8 else NO)


def _pairs(sets: list[Dynamics], name: str) -> list[tuple[Dynamics, str, float, float]]:
    """For each data set on a line with a branching: the last branching and the peak nearest to it
    in the logarithm of time."""
    found = []
    for d in sets:
        if not (d.is_exact and d.on_line and d.branchings()):
            continue
        for process in d.processes:
            times = d.values("branching_time", process=process)
            last = float(np.nanmax(times))
            peaks = d.peaks(name, process=process)
            if len(peaks):
                found.append((d, process, last,
                              float(peaks[np.argmin(np.abs(np.log(peaks / last)))])))
    return found


def _peak_text(pairs) -> str:
    return "; ".join(f"{d.title}, {process_title(p)}: peak {number(peak)}, branching {number(at)}"
                     for d, p, at, peak in pairs) + "."


def _peaks(sets: list[Dynamics]) -> Claim | None:
    pairs = _pairs(sets, "rate_peak_time")
    if not pairs:
        return None
    note = "Coincide: within a tenth of the time."
    if all(peak < at for _, _, at, peak in pairs):
        note += " Every peak is at weaker noise than the bifurcation."
    return Claim("Sections 1, 5, 8", "Peaks of the entropy rate coincide with the bifurcations.",
                 _peak_text(pairs),
                 verdict_of([bool(abs(np.log(peak / at)) <= 0.1) for _, _, at, peak in pairs]),
                 note)


def _variance_peaks(sets: list[Dynamics]) -> Claim | None:
    pairs, rates = _pairs(sets, "variance_peak_time"), _pairs(sets, "rate_peak_time")
    # Only symmetric decisions are asked for: at a fold one mode vanishes that was never an equal.
    symmetric = [pair for pair in pairs if pair[0].branchings()[-1][1] is False]
    if not symmetric:
        return None
    where = {(d.data, p): peak for d, p, _, peak in rates}
    nearer = all(abs(np.log(peak / at)) < abs(np.log(where.get((d.data, p), peak * 9) / at))
                 for d, p, at, peak in symmetric)
    note = "Near: nearer than the peak of the entropy rate."
    if len(symmetric) < len(pairs):
        note += " Not so at a fold, where weights differ: " + _peak_text(
            [pair for pair in pairs if pair not in symmetric])
    return Claim("Section 7.1", "The variance of the pathwise entropy peaks near the decision "
                                "time.",
                 _peak_text(symmetric), YES if nearer else PARTLY, note)


def _kinds(sets: list[Dynamics]) -> Claim | None:
    by_name = {d.data: d for d in sets if d.has_paths}
    parts, right, unknown = [], True, False
    if "two_points" in by_name and by_name["two_points"].branchings():
        noise, jump = by_name["two_points"].branchings()[0]
        unknown |= jump is None
        parts.append(f"equal weights: {_kind(jump)} at σ = {number(noise)}")
        right &= jump is False and abs(noise - 1) < 1e-9
    if "unequal_points" in by_name and by_name["unequal_points"].branchings():
        noise, jump = by_name["unequal_points"].branchings()[0]
        unknown |= jump is None
        parts.append(f"weights 0.7 and 0.3: {_kind(jump)} at σ = {number(noise)}")
        right &= jump is True
    if not parts:
        return None
    return Claim("(44)", "Two symmetric points branch continuously; an external field makes the "
                 "transition discontinuous.", "; ".join(parts) + ".",
                 OPEN if unknown else YES if right else NO)


def _kind(jump: bool | None) -> str:
    return "a branching of unknown kind" if jump is None else "fold" if jump else "pitchfork"


def _mode_count(sets: list[Dynamics]) -> Claim | None:
    for d in sets:
        if d.data != "triangle" or not d.branchings():
            continue
        # Between the two the centre is a mode of its own beside those of the points.
        centre, last = float(d.values("centre_noise")), d.branchings()[-1][0]
        more = centre < last
        text = (f"Three points on a circle have four modes for σ from {number(centre)}, where the "
                f"centre becomes stable, to {number(last)}, where the three paths end." if more else
                "The centre becomes stable no earlier than the paths end.")
        return Claim("Below (41)", "K points have exactly K stable fixed-point paths.", text,
                     NO if more else OPEN, "True on a line.")
    return None


def _bandwidth(sets: list[Dynamics]) -> Claim | None:
    for d in sets:
        if d.data != "subspace":
            continue
        small = int(np.argmin(d.noise))
        rate = d.series("log_rate_divergence")
        wanted = int(d.record.option("subspace_dimension", 0))
        counted = d.values("manifold_dimension")[small]
        return Claim("(36)-(38), (61)", "Data in a subspace of dimension $D_{data}$ use its share "
                     "of the bandwidth, and the Fisher spectrum shows that dimension.",
                     f"{number(rate.value[small])} of {d.dimension} dimensions at σ/α = "
                     f"{number(d.noise[small])}, {int(counted)} Fisher eigenvalues above 1/2; "
                     f"$D_{{data}}$ = {wanted}.",
                     YES if counted == wanted and abs(rate.value[small] - wanted) < 0.05 * wanted
                     else NO if d.noise[small] <= WEAK else OPEN)
    return None


def _orthogonal(sets: list[Dynamics]) -> Claim | None:
    for d in sets:
        if d.data != "cloud":
            continue
        norm, approximate = d.series("score_norm"), d.values("score_norm_orthogonal")
        taken = d.dimension - norm.value
        middle = taken > 0.2 * np.nanmax(taken)
        off = np.abs(approximate - norm.value)[middle] / taken[middle]
        return Claim("(29)", "For nearly orthogonal points the concentration of the posterior "
                     "gives the score norm.",
                     f"Off by at most {100 * off.max():.0f}% of what the data take off it, for "
                     f"{int(d.record.option('cloud_points', 0))} Gaussian points in "
                     f"{d.dimension} dimensions.", YES if off.max() < 0.15 else PARTLY)
    return None


def _monotone(sets: list[Dynamics]) -> Claim | None:
    exact = [d for d in sets if d.is_exact]
    if not exact:
        return None
    worst = max(float(-np.min(np.diff(d.exact("entropy")))) for d in exact)
    return Claim("(4), section 4", "The conditional entropy never falls as noise is added.",
                 f"Largest fall between neighbouring levels: {max(worst, 0):.1e} nat.",
                 YES if worst < 1e-12 else NO)
