"""What section 5.2 of the multimodal paper says about Protocol II, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.estimates import Z95, standard_error, t95
from ...reading.values import show
from ..coupled_pairs import Setting, couplings


def claims(found: list[Setting]) -> list[Claim]:
    answers = []
    for setting in found:
        answers += [_no_gap_without_coupling(setting), _gap_grows(setting)]
    return [claim for claim in answers if claim is not None]


def _gaps(setting: Setting, g: float):
    """(gap, low, high) of the seeds whose numbers are reliable, and how many are not."""
    values = setting.over_seeds("gap", g)
    low, high = (setting.over_seeds("gap" + end, g) for end in ("_low", "_high"))
    # Without an interval, or with one of no width, nothing is known of the error.
    good = (setting.over_seeds("reliable", g).min(axis=1) == 1) & np.isfinite(values) & (low < high)
    return list(zip(values[good], low[good], high[good])), int(len(values) - good.sum())


def _left_out(count: int) -> str:
    return f" {count} unreliable, or without a crossing or its interval, left out." if count else ""


def _no_gap_without_coupling(setting: Setting) -> Claim | None:
    if 0.0 not in couplings(setting.record):
        return None
    gaps, left_out = _gaps(setting, 0.0)
    if not gaps and not left_out:
        return None
    inside = sum(low <= 0 <= high for _, low, high in gaps)
    text = "; ".join(f"{v:.1f} [{low:.1f}, {high:.1f}]" for v, low, high in gaps[:4])
    verdict = (Verdict.OPEN if not gaps else Verdict.REPRODUCED if inside == len(gaps)
               else Verdict.CONTRADICTED if inside == 0 else Verdict.PARTLY)
    return Claim("section 5.2, figure 11a", "The gap nearly vanishes at $g=0$.",
                 f"{setting.text}: $t_v-t_u$ = {text or 'not known'} steps; the 95% interval holds "
                 f"0 for {inside} of {len(gaps)} seeds.{_left_out(left_out)}", verdict)


def _gap_grows(setting: Setting) -> Claim | None:
    """Weighted slope of the gap over g, each gap with the error its interval stands for: that of
    the trajectories of one network. Networks differ besides, so that the slope's interval is
    widened to what the gaps scatter about the line."""
    points, left_out = [], 0
    for g in couplings(setting.record):
        gaps, lost = _gaps(setting, g)
        left_out += lost
        points += [(g, v, standard_error(low, high)) for v, low, high in gaps]
    if not points and not left_out:
        return None
    if len({g for g, *_ in points}) < 2:
        return Claim("section 5.2, figure 10", "The gap grows with the coupling strength.",
                     f"{setting.text}: too few reliable "
                     f"couplings.{_left_out(left_out)}", Verdict.OPEN)
    g, v, error = (np.array(column) for column in zip(*points))
    weight = 1 / error**2
    centre = np.sum(weight * g) / weight.sum()
    spread = np.sum(weight * (g - centre)**2)
    slope = np.sum(weight * (g - centre) * v) / spread
    rest = v - np.sum(weight * v) / weight.sum() - slope * (g - centre)
    half = Z95 / np.sqrt(spread)
    if (freedom := len(v) - 2) > 0:
        half = max(half, t95(freedom) * np.sqrt(np.sum(weight * rest**2) / freedom / spread))
    verdict = (Verdict.REPRODUCED if slope < -half else Verdict.CONTRADICTED if slope > half
               else Verdict.OPEN)
    return Claim("section 5.2, figure 10", "The gap grows with the coupling strength: the common "
                 "mode speciates ever earlier than the difference mode.",
                 f"{setting.text}: $t_v-t_u$ changes by {slope:.1f} ± {half:.1f} "
                 f"steps per unit of $g$ over $g={show(float(g.min()))}$ to "
                 f"{show(float(g.max()))}, from {len(points)} "
                 f"measurements.{_left_out(left_out)}", verdict,
                 "A line of least squares, weighted by the intervals; ± is 95% of their errors, "
                 "or of what the gaps scatter about it (Student's t) where that is more.")
