"""What section 5.1 of the multimodal paper says about Protocol I, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.values import show
from ..coupled_pairs import Setting, couplings
from .data import is_table_1, pairings, published


def claims(found: list[Setting]) -> list[Claim]:
    answers = []
    for setting in found:
        answers += [_negative(setting), _larger_than_control(setting), _table_1(setting),
                    _control_moves_more(setting)]
    return [claim for claim in answers if claim is not None]


def _gaps(setting: Setting, pairing: str):
    """(g, tau, gaps over seeds) of every cell that was measured."""
    for g in couplings(setting.record):
        values = setting.over_seeds("gap", g, pairing=pairing)
        if len(values) and np.isfinite(values).all():
            for k, tau in enumerate(setting.record.axes["tau"].values):
                yield g, float(tau), values[:, k]


def _verdict(yes: int, count: int) -> Verdict:
    """Of `count` cells, at least one."""
    return (Verdict.REPRODUCED if yes == count else Verdict.CONTRADICTED if yes == 0
            else Verdict.PARTLY)


def _negative(setting: Setting) -> Claim | None:
    cells = list(_gaps(setting, "main")) if "main" in pairings(setting.record) else []
    if not cells:
        return None
    yes = sum(v.mean() < 0 for _, _, v in cells)
    low, high = min(v.mean() for *_, v in cells), max(v.mean() for *_, v in cells)
    return Claim("table 1", "In MAIN the common mode settles before the difference mode for every "
                 "coupling and threshold.",
                 f"{setting.text}: $\\Delta t<0$ in {yes} of {len(cells)} cells, means from "
                 f"{low:.1f} to {high:.1f} steps.", _verdict(yes, len(cells)))


def _larger_than_control(setting: Setting) -> Claim | None:
    if set(pairings(setting.record)) != {"main", "control"}:
        return None
    control = {(g, tau): v.mean() for g, tau, v in _gaps(setting, "control")}
    pairs = [(v.mean(), control[g, tau]) for g, tau, v in _gaps(setting, "main")
             if (g, tau) in control]
    if not pairs:
        return None
    yes = sum(abs(m) > abs(c) for m, c in pairs)
    ratios = [m / c for m, c in pairs if c != 0]
    text = f", median ratio {np.median(ratios):.2f}" if ratios else ""
    return Claim("table 1", "The gap of MAIN is larger than that of CTRL for every coupling and "
                 "threshold, by a factor of 2 to 3.",
                 f"{setting.text}: larger in {yes} of {len(pairs)} cells{text}.",
                 _verdict(yes, len(pairs)))


def _table_1(setting: Setting) -> Claim | None:
    record = setting.record
    if not is_table_1(record, setting):
        return None
    inside, outside = 0, []
    for pairing in pairings(record):
        for g, tau, values in _gaps(setting, pairing):
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
                    if outside else ""), _verdict(inside, count))


def _control_moves_more(setting: Setting) -> Claim | None:
    record = setting.record
    if set(pairings(record)) != {"main", "control"}:
        return None
    yes = count = 0
    for g in couplings(record):
        main = setting.over_seeds("rms_common", g, pairing="main")
        control = setting.over_seeds("rms_common", g, pairing="control")
        if len(main) and len(control):
            known = np.isfinite(main.mean(axis=0)) & np.isfinite(control.mean(axis=0))
            yes += int((control.mean(axis=0) > main.mean(axis=0))[known].sum())
            count += int(known.sum())
    if count == 0:
        return None
    return Claim("section 5.1, figure 9", "A perturbation of $v$ changes the end of CTRL more than "
                 "that of MAIN.",
                 f"{setting.text}: the common mode moves more in CTRL for {yes} of {count} "
                 "interventions (couplings, steps and scales).", _verdict(yes, count))
