"""What section 5.1 of the multimodal paper says about Protocol I, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict, verdict_of
from ...reading.estimates import standard_error
from ...reading.values import show
from ..coupled_pairs import Setting, couplings, over_networks
from .data import is_table_1, pairings, published


def claims(found: list[Setting]) -> list[Claim]:
    answers = []
    for setting in found:
        answers += [_negative(setting), _larger_than_control(setting), _table_1(setting),
                    _control_moves_more(setting)]
    return [claim for claim in answers if claim is not None]


def _gaps(setting: Setting, pairing: str):
    """(g, tau, gaps over seeds, their standard errors) of every cell that was measured."""
    for g in couplings(setting.record):
        values, low, high = (setting.over_seeds("gap" + end, g, pairing=pairing)
                             for end in ("", "_low", "_high"))
        if len(values) and np.isfinite(values).all():
            errors = standard_error(low, high)
            for k, tau in enumerate(setting.record.axes["tau"].values):
                yield g, float(tau), values[:, k], errors[:, k]


def _above_zero(value: np.ndarray, half: np.ndarray) -> list[bool | None]:
    """Whether numbers are above zero; None where their intervals hold it, or are not known."""
    return [True if v > h else False if v < -h else None
            for v, h in zip(np.ravel(value), np.ravel(half))]


def _counts(answers: list[bool | None]) -> str:
    """"3 of 4 cells, the other way round in 0"."""
    return (f"{sum(a is True for a in answers)} of {len(answers)} cells, the other way round in "
            f"{sum(a is False for a in answers)}")


_INTERVALS = ("Beyond the 95% interval of the mean over seeds: of the trajectories, or of the "
              "networks' scatter (Student's t), whichever is wider.")


def _negative(setting: Setting) -> Claim | None:
    cells = list(_gaps(setting, "main")) if "main" in pairings(setting.record) else []
    if not cells:
        return None
    means = [over_networks(values, errors) for *_, values, errors in cells]
    answers = [answer for mean, half in means for answer in _above_zero(-mean, half)]
    return Claim("table 1", "In MAIN the common mode settles before the difference mode for every "
                 "coupling and threshold.",
                 f"{setting.text}: $\\Delta t<0$ in {_counts(answers)}; means from "
                 f"{min(m for m, _ in means):.1f} to {max(m for m, _ in means):.1f} steps.",
                 verdict_of(answers), _INTERVALS)


def _larger_than_control(setting: Setting) -> Claim | None:
    if set(pairings(setting.record)) != {"main", "control"}:
        return None
    control = {(g, tau): over_networks(v, e) for g, tau, v, e in _gaps(setting, "control")}
    pairs = [(over_networks(v, e), control[g, tau]) for g, tau, v, e in _gaps(setting, "main")
             if (g, tau) in control]
    if not pairs:
        return None
    answers = [answer for (m, m_half), (c, c_half) in pairs
               for answer in _above_zero(c - m, np.hypot(m_half, c_half))]
    ratios = [m / c for (m, _), (c, _) in pairs if c != 0]
    text = f"; median ratio {np.median(ratios):.2f}" if ratios else ""
    return Claim("table 1", "The gap of MAIN is larger (more negative) than that of CTRL for every "
                 "coupling and threshold; printed: by a factor of 2 to 3.",
                 f"{setting.text}: larger in {_counts(answers)}{text}.",
                 verdict_of(answers), _INTERVALS + " The factor is not tested.")


def _table_1(setting: Setting) -> Claim | None:
    record = setting.record
    if not is_table_1(record, setting):
        return None
    inside, outside = 0, []
    for pairing in pairings(record):
        for g, tau, values, _ in _gaps(setting, pairing):
            if (cell := published(pairing, g, tau)) is None:
                continue
            if abs(values.mean() - cell[0]) <= 2 * cell[1]:
                inside += 1
            else:
                outside.append(f"{pairing} g={show(g)} τ={show(tau)}: {values.mean():.1f} against "
                               f"{cell[0]:.1f} ± {cell[1]:.1f}")
    count = inside + len(outside)
    if count == 0:
        return None
    return Claim("table 1", "The published means.",
                 f"Within two published standard deviations: {inside} of {count} cells."
                 + (" Outside: " + "; ".join(outside[:6]) + ("; …" if len(outside) > 6 else "")
                    if outside else ""),
                 Verdict.REPRODUCED if inside == count else Verdict.CONTRADICTED if inside == 0
                 else Verdict.PARTLY)


def _control_moves_more(setting: Setting) -> Claim | None:
    record = setting.record
    if set(pairings(record)) != {"main", "control"}:
        return None
    answers: list[bool | None] = []
    for g in couplings(record):
        cells = [[setting.over_seeds("rms_common" + end, g, pairing=pairing)
                  for end in ("", "_error")] for pairing in ("main", "control")]
        if all(len(values) for values, _ in cells):
            (main, m_half), (control, c_half) = (over_networks(*cell) for cell in cells)
            known = np.isfinite(main) & np.isfinite(control)
            answers += _above_zero((control - main)[known], np.hypot(m_half, c_half)[known])
    if not answers:
        return None
    return Claim("section 5.1, figure 9", "A perturbation of $v$ changes the end of CTRL more than "
                 "that of MAIN.",
                 f"{setting.text}: the common mode moves more in CTRL in {_counts(answers)} "
                 "(couplings, steps and scales).", verdict_of(answers), _INTERVALS)
