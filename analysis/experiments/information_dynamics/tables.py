"""information_dynamics: peaks, branchings and the three identities."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import plus_minus
from ...reading.record import Record
from ..overview import range_table
from ..processes import number, process_title
from .data import IDENTITIES, Dynamics


def tables(record: Record, sets: list[Dynamics]) -> list[Table]:
    made = [_peak_table(sets), _branching_table(sets), _identity_table(sets)]
    return [table for table in made if table] + [range_table(record)]


def _peak_table(sets: list[Dynamics]) -> Table | None:
    rows = []
    for d in sets:
        if not (d.is_exact and d.branchings()):
            continue
        for process in d.processes:
            times = [t for t in (np.interp(n, d.noise, d.values("time", process=process))
                                 for n, _ in d.branchings())]
            exact = np.unique(np.round(d.values("branching_time", process=process), 12))
            exact = [t for t in exact[np.isfinite(exact)] if t > 0]
            rows.append([d.title, process_title(process),
                         ", ".join(number(t) for t in (exact or times)),
                         _list(d.peaks("rate_peak_time", process=process)),
                         _list(d.peaks("variance_peak_time", process=process))])
    if not rows:
        return None
    return Table("Where modes branch and where entropy is decided",
                 ["<data", "<process", "branching times", "maxima of $dH/dt$",
                  "maxima of $V_h$"], rows,
                 "By quadrature and continuation; no statistical error.")


def _list(values) -> str:
    return ", ".join(number(v) for v in values) or "none"


def _branching_table(sets: list[Dynamics]) -> Table | None:
    rows = []
    for d in sets:
        if not d.has_paths:
            continue
        for noise, jump in d.branchings():
            rows.append([d.title, "fold" if jump else "pitchfork", f"{noise:.12g}",
                         *[f"{_time(d, p, noise):.12g}" for p in d.processes]])
        if np.isfinite(centre := float(d.values("centre_noise"))):
            rows.append([d.title, "centre loses stability", f"{centre:.12g}",
                         *[f"{float(d.values('centre_time', process=p)):.12g}"
                           for p in d.processes]])
    if not rows:
        return None
    names = [f"time, {process_title(p)}" for p in sets[0].processes]
    return Table("Branchings", ["<data", "<kind", "σ/α", *names], rows,
                 "Roots found by continuation and refined to rounding.")


def _time(d: Dynamics, process: str, noise: float) -> float:
    levels, times = d.values("branching_noise"), d.values("branching_time", process=process)
    with np.errstate(invalid="ignore"):
        i, j = np.argwhere(np.abs(levels - noise) < 1e-9 * noise)[0]
    return float(times[i, j])


def _identity_table(sets: list[Dynamics]) -> Table | None:
    rows = []
    for d in sets:
        common = d.common()
        if not common.any():
            continue
        i = int(np.flatnonzero(common)[len(np.flatnonzero(common)) // 2])
        row = [d.title, number(d.noise[i])]
        row.append(number(d.exact("log_rate_denoising")[i]) if d.is_exact else "–")
        for name, _ in IDENTITIES:
            found = d.series(name)
            row.append(plus_minus(found.value[i], found.error[i]))
        worst = []
        for name in ("gap_score_norm", "gap_denoising"):
            gap = d.series(name)
            with np.errstate(divide="ignore", invalid="ignore"):
                z = np.abs(gap.value / gap.error)[common & (gap.error > 0)]
            worst.append(f"{z.max():.2f}" if len(z) else "–")
        rows.append(row + worst + [str(int(common.sum()))])
    if not rows:
        return None
    return Table("The entropy rate by three identities",
                 ["<data", "σ/α", "quadrature", "(19)", "(33)", "(56)", "worst (19) − (56)",
                  "worst (33) − (56)", "noise levels"], rows,
                 "At one noise level in the middle of the range, nats per unit of log(σ/α), with "
                 "95% half widths; then the largest difference over all levels, in standard errors "
                 "of the pairs.")
