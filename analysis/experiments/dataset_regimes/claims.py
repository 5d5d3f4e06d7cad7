"""What the regimes paper says about real images, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict, verdict_of
from ...reading.image_sets import class_text, is_mnist
from ...reading.record import Record
from ..image_units import Measured, Unit, first_seeds, of_first_seeds
from . import information
from .data import MNIST_EIGENVALUE, MNIST_PAIR, MNIST_TIME


def claims(record: Record, found: list[Unit]) -> list[Claim]:
    shown = first_seeds(found)
    made = [_table_row(record, shown), _speciation_at_predicted_time(record, shown),
            _clones_are_posterior(shown), _collapse_estimates_agree(shown), _order(shown),
            _curse(shown)]
    return of_first_seeds([claim for claim in made if claim] + information.claims(record, found),
                          found)


def _table_row(record: Record, shown: list[Unit]) -> Claim | None:
    rows = [u for u in shown if set(u.classes) == MNIST_PAIR and u.has("largest_eigenvalue")]
    if not is_mnist(record) or not rows:
        return None
    unit = max(rows, key=lambda u: u.count)
    value = unit.measured("largest_eigenvalue")
    inside = value.low <= MNIST_EIGENVALUE <= value.high
    return Claim("table", f"MNIST, $n=10000$: $\\Lambda={MNIST_EIGENVALUE}$, $t_S={MNIST_TIME}$.",
                 f"Classes 1 and 8, $n={unit.count}$: $\\Lambda$ = {value.text()}, $t_S$ = "
                 f"{unit.measured('speciation_time').text()}.",
                 Verdict.REPRODUCED if inside else Verdict.CONTRADICTED,
                 "The appendix names zero and seven, which give 12.1; one and eight give the "
                 "table's number.")


def _speciation_at_predicted_time(record: Record, shown: list[Unit]) -> Claim | None:
    units = [u for u in shown if u.has("speciation_crossing_time") and u.has("speciation_time")]
    if not units:
        return None
    ratios = [float(u.array("speciation_crossing_time") / u.array("speciation_time"))
              for u in units]
    texts = [f"{class_text(record, u.classes)}, $n={u.count}$: φ passes "
             f"{record.option('speciation_level', 0.775):g} at "
             f"{u.measured('speciation_crossing_time').text()}, $t_S$ = "
             f"{u.measured('speciation_time').text()}" for u in units]
    verdict = verdict_of([0.75 <= r <= 1.33 if np.isfinite(r) else None for r in ratios])
    return Claim("figure 4", "Speciation happens on the time scale "
                 "$t_S=\\frac{1}{2}\\log\\Lambda$.", "; ".join(texts) + ".", verdict,
                 "Here without training. Reproduced means 0.75 to 1.33 times $t_S$; the paper "
                 "itself claims the scale up to a constant.")


def _clones_are_posterior(shown: list[Unit]) -> Claim | None:
    found_in = [unit for unit in shown if unit.has("clone_agreement")]
    if not found_in:
        return None
    worst, cells = 0.0, 0
    for unit in found_in:
        for name in ("clone_agreement", "clone_collapse"):
            found, exact = unit.measured(name), unit.measured(name + "_exact")
            error = np.hypot(found.standard_error, exact.standard_error)
            with np.errstate(invalid="ignore"):
                apart = np.abs(found.value - exact.value) / error
            known = apart[~np.isnan(apart)]
            worst = max(worst, *known.ravel(), 0.0)
            cells += known.size
    return Claim("syncgap", "Clones of the backward diffusion do what posterior weights say: a "
                 "trajectory through $x_t$ ends at image $i$ with probability $p_i(x_t)$.",
                 f"Largest deviation over {cells} points: {worst:.1f} standard errors.",
                 Verdict.OPEN if cells == 0 else Verdict.REPRODUCED if worst < 4
                 else Verdict.CONTRADICTED,
                 "It follows from time reversal, and is why the lines of the figures need no "
                 "simulation; the points are the simulation.")


def _collapse_estimates_agree(shown: list[Unit]) -> Claim | None:
    units = [u for u in shown if u.has("last_change_mean") and u.has("collapse_crossing_time")]
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
        texts.append(f"$n={unit.count}$: φ_C = 1/2 at {clones.text()}, mean last change "
                     f"{change.text()} (φ_C = {at_mean:.2f} and $f^e$ at "
                     f"{entropy / unit.late_entropy:.2f} of its late value there)")
        agree.append(abs(change.value / clones.value - 1) < 0.25)
    return Claim("figure 5", statement, "; ".join(texts) + ".",
                 Verdict.REPRODUCED if all(agree) else
                 Verdict.PARTLY if any(agree) else Verdict.CONTRADICTED,
                 "Reproduced means within a quarter. With the exact score all estimates are of one "
                 "law; what remains is that the crossover has a width.")


def _order(shown: list[Unit]) -> Claim | None:
    units = [u for u in shown if u.has("collapse_crossing_time") and u.has("speciation_time")]
    pairs = [(u.measured("speciation_time"), u.measured("collapse_crossing_time")) for u in units]
    pairs = [(s, c) for s, c in pairs if s.known and c.known]
    if not pairs:
        return None
    first = [True if s.low > c.high else False if s.high < c.low else None for s, c in pairs]
    return Claim("main results", "Collapse comes after speciation: $t_C<t_S$.",
                 "; ".join(f"$t_S$ = {s.text()}, $t_C$ = {c.text()}" for s, c in pairs) + ".",
                 verdict_of(first), "$t_C$ where half of the clones end on the same image; "
                 "decided where the intervals do not overlap.")


def _curse(shown: list[Unit]) -> Claim | None:
    by_pair: dict[tuple, list[Unit]] = {}
    for unit in shown:
        if unit.has("collapse_crossing_time") and np.isfinite(unit.array("collapse_crossing_time")):
            by_pair.setdefault(unit.classes, []).append(unit)
    series = [sorted(us, key=lambda u: u.count) for us in by_pair.values()
              if len({u.count for u in us}) > 1]
    if not series:
        return None
    texts, falls = [], []
    for units in series:
        times: list[Measured] = [u.measured("collapse_crossing_time") for u in units]
        texts.append(", ".join(f"$n={u.count}$: {t.text()}" for u, t in zip(units, times)))
        falls += [True if b.high < a.low else False if b.low > a.high else None
                  for a, b in zip(times, times[1:])]
    return Claim("eq. (10)", "More data postpone collapse, slowly: $t_C$ falls with $\\log n$.",
                 "$t_C$ by $\\phi_C=1/2$: " + "; ".join(texts) + ".", verdict_of(falls))
