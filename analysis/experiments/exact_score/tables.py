"""Tables of exact_score: tests of no effect, exact values, sign changes, differences."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import Z95, crossings, plus_minus, signed, zero_test
from ...reading.values import show
from .data import METRICS, SCORES, Curves, Metric, couplings_to_draw


def tables(curves: Curves) -> list[Table]:
    found = [_zero_table(curves), _perfect_table(curves), _variance_table(curves),
             _method_table(curves), _crossing_table(curves)]
    found += [_difference_table(curves, metric) for metric in METRICS]
    return [table for table in found if table]


def _zero_table(curves: Curves) -> Table:
    rows = []
    for score in curves.scores:
        for metric in METRICS:
            delta = curves.all_deltas(metric, score)
            test = zero_test(delta.mean, delta.error)
            if test is None:
                rows.append([SCORES.get(score, score), metric.name, "0", "–", "–", "–", "–"])
                continue
            largest = np.nanmax(np.abs(delta.mean))
            rows.append([SCORES.get(score, score), metric.name, str(test.count),
                         f"{largest:.3g}", f"{test.worst:.2f}", f"{test.limit:.2f}",
                         "no effect seen" if test.consistent else "effect"])
    return Table("Does the coupling change anything?",
                 ["<score", "<observable", "cells", "largest |Δ|", "largest |Δ|/SE", "limit",
                  "<verdict"], rows,
                 "The limit is exceeded once in twenty sweeps if no cell has an effect "
                 "(Bonferroni; valid although cells share noise). With enough trials the error of "
                 f"the {curves.record.option('steps')} steps shows as an effect of the exact "
                 "scores too.")


def _perfect_table(curves: Curves) -> Table | None:
    rows = []
    for score in curves.scores:
        for metric in METRICS:
            base = curves.baseline(metric, score)
            if not np.isfinite(base.mean).any():
                continue
            exact = curves.perfect(metric)
            test = zero_test(base.mean - exact, base.error)
            i = int(np.nanargmax(np.abs(base.mean - exact)))
            rows.append([SCORES.get(score, score), metric.name, f"{exact:.5f}",
                         plus_minus(float(base.mean[i]), float(base.error[i])),
                         f"{curves.angles[i] / np.pi:.3g} π", f"{test.worst:.2f}",
                         f"{test.limit:.2f}"])
    if not rows:
        return None
    return Table("The uncoupled baseline against the exact conditional law",
                 ["<score", "<observable", "exact", "farthest measured (95%)", "at θ",
                  "largest |deviation|/SE", "limit"], rows,
                 "Exact values by quadrature over $P_0(y|x_0)$. The printed score is biased even "
                 "without coupling when $x_t$ carries information on the class.")


def _crossing_table(curves: Curves) -> Table | None:
    rows = []
    for score in curves.scores:
        for g in curves.couplings:
            for schedule in curves.schedules:
                cells = []
                for metric in METRICS[:2]:
                    delta = curves.delta(metric, score, schedule, g)
                    if zero_test(delta.mean, delta.error) is None:
                        cells.append("–")
                        continue
                    if zero_test(delta.mean, delta.error).consistent:
                        cells.append("no effect")
                        continue
                    cells.append(crossing_text(curves.angles, delta.mean, delta.error))
                rows.append([SCORES.get(score, score), show(g), schedule, *cells])
    rows = [r for r in rows if any(c not in ("–", "no effect") for c in r[3:])]
    if not rows:
        return None
    return Table("Where the effect changes sign",
                 ["<score", "$g_0$", "<schedule", "Δ accuracy", "Δ MSE"], rows,
                 "Angle of the sign change by linear interpolation, in units of π; in brackets the "
                 "range outside which every 95% interval excludes zero with one sign.")


def crossing_text(angles, mean, error) -> str:
    """"0.58 [0.52, 0.66]" in units of pi, from means and standard errors over the angles."""
    found = crossings(angles, mean)
    if not found:
        return "none"
    sure = np.where(np.abs(mean) > Z95 * error, np.sign(mean), 0)
    low = high = None
    ends = np.flatnonzero(sure != 0)
    if len(ends) and sure[ends[0]] != sure[ends[-1]]:
        first, last = sure[ends[0]], sure[ends[-1]]
        low = angles[max(i for i in ends if sure[i] == first and all(sure[:i] != last))]
        high = angles[min(i for i in ends if sure[i] == last and all(sure[i:] != first))]
    middle = min(found, key=lambda c: abs(c - (low + high) / 2)) if low is not None else found[0]
    text = f"{middle / np.pi:.2f}"
    return text if low is None else f"{text} [{low / np.pi:.2f}, {high / np.pi:.2f}]"


def _difference_table(curves: Curves, metric: Metric) -> Table:
    picked = curves.nearest_angles((0.0, 0.25, 0.5, 0.75, 1.0))
    rows = []
    for g in couplings_to_draw(curves):
        for schedule in curves.schedules:
            for score in curves.scores:
                delta = curves.delta(metric, score, schedule, g)
                rows.append([show(g), schedule, SCORES.get(score, score)]
                            + [plus_minus(delta.mean[i], delta.error[i]) for i in picked])
    return Table(f"{metric.name}: change against the uncoupled baseline",
                 ["$g_0$", "<schedule", "<score"]
                 + [f"θ = {curves.angles[i] / np.pi:.3g} π" for i in picked], rows,
                 f"Means and 95% half widths over {curves.trials_text}, from paired differences.")


def _variance_table(curves: Curves) -> Table:
    rows = []
    for score in curves.scores:
        for schedule in curves.schedules:
            found = curves.terminal_variance(score, schedule)
            for i, g in enumerate(curves.couplings):
                mean, error, exact = found.mean[i], found.error[i], found.exact[i]
                off = signed((mean - exact) / error, 2) if error > 0 else "–"
                rows.append([SCORES.get(score, score), schedule, show(g),
                             plus_minus(mean, error) if error > 0 else "not sampled",
                             f"{exact:.5f}", off, f"{found.limit[i]:.5f}"])
    return Table("Terminal variance of a coordinate without signal",
                 ["<score", "<schedule", "$g_0$", "sampled (95%)", "closed form, steps as run",
                  "deviation / SE", "infinitely many steps"], rows,
                 f"The data have {show(curves.record.option('data_variance', 1.0))}. Sampled "
                 "values need method full.")


def _method_table(curves: Curves) -> Table | None:
    if len(curves.methods) < 2:
        return None
    rows = []
    for metric in METRICS:
        found = [d for score in curves.scores for d in curves.method_differences(metric, score)]
        mean = np.concatenate([d.mean for d in found])
        test = zero_test(mean, np.concatenate([d.error for d in found]))
        if test is not None:
            rows.append([metric.name, str(test.count), f"{np.nanmax(np.abs(mean)):.3g}",
                         f"{test.worst:.2f}", f"{test.limit:.2f}",
                         "agree" if test.consistent else "differ"])
    return Table("Signal plane against all coordinates",
                 ["<observable", "cells", "largest |difference|", "largest |difference|/SE",
                  "limit", "<verdict"], rows,
                 "The limit is exceeded once in twenty sweeps if both sample the same law.")
