"""What the regimes paper says about real images, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict, verdict_of
from ...reading.estimates import zero_test
from ...reading.image_sets import is_mnist
from ...reading.record import Record
from ..image_units import Measured, Unit, differing, listed, told
from . import information
from .data import MNIST_EIGENVALUE, MNIST_PAIR, MNIST_TIME


def claims(record: Record, found: list[Unit]) -> list[Claim]:
    made = [_table_row(record, found), _speciation_at_predicted_time(record, found),
            _clones_are_posterior(found), _collapse_estimates_agree(found), _order(found),
            _curse(found)]
    return [claim for claim in made if claim] + information.claims(found)


def _table_row(record: Record, found: list[Unit]) -> Claim | None:
    rows = [u for u in found if set(u.classes) == MNIST_PAIR and u.has("largest_eigenvalue")]
    if not is_mnist(record) or not rows:
        return None
    rows = [u for u in rows if u.count == max(u.count for u in rows)]
    names, values = told(rows), [u.measured("largest_eigenvalue") for u in rows]
    return Claim("table", f"MNIST, $n=10000$: $\\Lambda={MNIST_EIGENVALUE}$, $t_S={MNIST_TIME}$.",
                 "Classes 1 and 8, " + listed([
                     f"{u.label(names)}: $\\Lambda$ = {value.text()}, $t_S$ = "
                     f"{u.measured('speciation_time').text()}" for u, value in zip(rows, values)]),
                 verdict_of([bool(v.low <= MNIST_EIGENVALUE <= v.high) for v in values]),
                 "The appendix names zero and seven, which give 12.1; one and eight give the "
                 "table's number.")


def _speciation_at_predicted_time(record: Record, found: list[Unit]) -> Claim | None:
    units = [u for u in found if u.has("speciation_crossing_time") and u.has("speciation_time")]
    if not units:
        return None
    ratios = [float(u.array("speciation_crossing_time") / u.array("speciation_time"))
              for u in units]
    texts = [f"{u.label(told(units))}: φ passes "
             f"{record.option('speciation_level', 0.775):g} at "
             f"{u.measured('speciation_crossing_time').text()}, $t_S$ = "
             f"{u.measured('speciation_time').text()}" for u in units]
    verdict = verdict_of([0.75 <= r <= 1.33 if np.isfinite(r) else None for r in ratios])
    return Claim("figure 4", "Speciation happens on the time scale "
                 "$t_S=\\frac{1}{2}\\log\\Lambda$.", listed(texts), verdict,
                 "Here without training. Reproduced means 0.75 to 1.33 times $t_S$; the paper "
                 "itself claims the scale up to a constant.")


def _clones_are_posterior(found: list[Unit]) -> Claim | None:
    units = [unit for unit in found if unit.has("clone_agreement")]
    if not units:
        return None
    apart, errors = [], []
    for unit in units:
        for name in ("clone_agreement", "clone_collapse"):
            clones, exact = unit.measured(name), unit.measured(name + "_exact")
            apart.append(np.ravel(clones.value - exact.value))
            errors.append(np.ravel(np.hypot(clones.standard_error, exact.standard_error)))
    test = zero_test(np.concatenate(apart), np.concatenate(errors))
    return Claim("syncgap", "Clones of the backward diffusion do what posterior weights say: a "
                 "trajectory through $x_t$ ends at image $i$ with probability $p_i(x_t)$.",
                 f"Largest deviation over {test.count} points: {test.worst:.1f} standard errors "
                 f"(limit {test.limit:.1f})." if test else "No point has an error.",
                 verdict_of([test.consistent if test else None]),
                 "It follows from time reversal, and is why the lines of the figures need no "
                 "simulation; the points are the simulation.")


def _collapse_estimates_agree(found: list[Unit]) -> Claim | None:
    units = [u for u in found if u.has("last_change_mean") and u.has("collapse_crossing_time")]
    if not units:
        return None
    statement = ("The mean time of the last change of the nearest image and the time at which "
                 "$\\phi_C$ crosses over agree.")
    units = [u for u in units if u.measured("last_change_mean").known
             and u.measured("collapse_crossing_time").known]
    if not units:
        return Claim("figure 5", statement, "The times of the scan do not reach both.",
                     Verdict.OPEN)
    texts, agree = [], []
    for unit in units:
        clones, change = (unit.measured(n) for n in ("collapse_crossing_time", "last_change_mean"))
        at_mean = float(np.interp(change.value, unit.axis("time"),
                                  unit.array("collapse_agreement")))
        entropy = float(np.interp(change.value, unit.axis("time"), unit.array("excess_entropy")))
        texts.append(f"{unit.label(told(units))}: φ_C = 1/2 at {clones.text()}, mean last change "
                     f"{change.text()} (φ_C = {at_mean:.2f} and $f^e$ at "
                     f"{entropy / unit.late_entropy:.2f} of its late value there)")
        agree.append(bool(abs(change.value / clones.value - 1) < 0.25))
    return Claim("figure 5", statement, listed(texts), verdict_of(agree),
                 "Reproduced means within a quarter. With the exact score all estimates are of one "
                 "law; what remains is that the crossover has a width.")


def _order(found: list[Unit]) -> Claim | None:
    units = [u for u in found if u.has("collapse_crossing_time") and u.has("speciation_time")]
    times = [(u, u.measured("speciation_time"), u.measured("collapse_crossing_time"))
             for u in units]
    times = [(u, s, c) for u, s, c in times if s.known and c.known]
    if not times:
        return None
    first = [True if s.low > c.high else False if s.high < c.low else None for _, s, c in times]
    return Claim("main results", "Collapse comes after speciation: $t_C<t_S$.",
                 listed([f"{u.label(told(units))}: $t_S$ = {s.text()}, $t_C$ = {c.text()}"
                         for u, s, c in times]),
                 verdict_of(first), "$t_C$ where half of the clones end on the same image; "
                 "decided where the intervals do not overlap.")


def _curse(found: list[Unit]) -> Claim | None:
    by_series: dict[tuple, list[Unit]] = {}
    for unit in found:
        if unit.has("collapse_crossing_time") and np.isfinite(unit.array("collapse_crossing_time")):
            by_series.setdefault((unit.classes, unit.seed), []).append(unit)
    series = [sorted(us, key=lambda u: u.count) for us in by_series.values()
              if len({u.count for u in us}) > 1]
    if not series:
        return None
    names = tuple(name for name in differing(sum(series, [])) if name != "images")
    texts, falls = [], []
    for units in series:
        times: list[Measured] = [u.measured("collapse_crossing_time") for u in units]
        name = f"{units[0].label(names)}: " if names else ""
        texts.append(name + ", ".join(f"$n={u.count}$: {t.text()}" for u, t in zip(units, times)))
        falls += [True if b.high < a.low else False if b.low > a.high else None
                  for a, b in zip(times, times[1:])]
    return Claim("eq. (10)", "More data postpone collapse, slowly: $t_C$ falls with $\\log n$.",
                 "$t_C$ by $\\phi_C=1/2$: " + listed(texts), verdict_of(falls))
