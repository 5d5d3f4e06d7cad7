"""What the regimes paper says about trained networks, beside what a record shows."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict, verdict_of
from ...reading.record import Record
from ..image_units import listed, told
from .data import TrainedUnit

FAR = 1.5  # times t_S and beyond count as limits


def claims(record: Record, found: list[TrainedUnit]) -> list[Claim]:
    made = [_speciation(record, found), _limits(found), _near_exact(found), _collapse(found),
            _copies(found)]
    return [claim for claim in made if claim]


def _speciation(record: Record, found: list[TrainedUnit]) -> Claim | None:
    if not found:
        return None
    names, texts, held = told(found), [], []
    for unit in found:
        crossing, scale = unit.measured("clone_speciation_time"), unit.measured("speciation_time")
        texts.append(f"{unit.label(names)}{unit.mark()}: "
                     f"{crossing.text()}, $t_S$ = {scale.text()}")
        if not unit.warnings() and crossing.known and scale.known:
            ends = [float(end / scale.value) for end in (crossing.low, crossing.high)]
            held += [0.75 <= float(crossing.value / scale.value) <= 1.33,
                     ends[0] <= 1.33 and ends[1] >= 0.75]
    return Claim("figure 4", "Trained networks speciate on the time scale "
                 "$t_S=\\frac{1}{2}\\log\\Lambda$.",
                 f"φ passes {record.option('speciation_level', 0.775):g} at "
                 + listed(texts), verdict_of(held),
                 "Reproduced means 0.75 to 1.33 times $t_S$, partly that the interval reaches "
                 "there. Unreliable units are left out.")


def _limits(found: list[TrainedUnit]) -> Claim | None:
    names, texts, held = told(found), [], []
    for unit in found:
        if unit.warnings():
            continue
        time, phi = unit.array("clone_time"), unit.measured("clone_agreement")
        early, late = int(np.argmax(time)), int(np.argmin(time))
        chance = float(unit.array("independent_agreement"))
        texts.append(f"{unit.label(names)}: {phi.value[early]:.2f} at $t={time[early]:.2f}$ "
                     f"(independent samples {chance:.2f}), {phi.value[late]:.2f} at "
                     f"$t={time[late]:.2f}$")
        scale = unit.array("speciation_time")
        reached = time[early] > FAR * scale and time[late] < scale / FAR
        held.append(bool(phi.low[early] <= chance + 0.05 and phi.high[late] > 0.95)
                    if reached else None)
    if not texts:
        return None
    return Claim("figure 4", "φ goes from the value of independent samples when $t\\gg t_S$ to one "
                 "when $t\\ll t_S$.", listed(texts), verdict_of(held),
                 "To 0.05, with the intervals; decided where the clones leave from beyond "
                 f"{FAR:g} $t_S$ and within $t_S/{FAR:g}$. Unreliable units are left out.")


def _near_exact(found: list[TrainedUnit]) -> Claim | None:
    names, texts, held = told(found), [], []
    for unit in found:
        if unit.warnings():
            continue
        largest = float(np.nanmax(np.abs(unit.measured("clone_agreement").value
                                         - unit.measured("clone_agreement_exact").value)))
        apart = np.abs(unit.deviations("clone_agreement"))
        errors = float(np.nanmax(apart)) if np.isfinite(apart).any() else np.nan
        trained, exact = (unit.measured(n) for n in ("clone_speciation_time",
                                                     "speciation_crossing_time"))
        texts.append(f"{unit.label(names)}: φ differs by up to {largest:.2f} ({errors:.1f} "
                     f"standard errors) and crosses at {trained.text()}, exact {exact.text()}")
        both = np.isfinite(trained.low) and np.isfinite(exact.low)
        held += [errors < 4 if np.isfinite(errors) else None,
                 bool(trained.low <= exact.high and exact.low <= trained.high) if both else None]
    if not texts:
        return None
    return Claim("numerical experiments", "The trained score is close to the exact one, so far as "
                 "speciation shows.", listed(texts), verdict_of(held),
                 "Against the exact empirical score of the same images; reproduced means within "
                 "four standard errors at every time and overlapping intervals of the crossing.")


def _collapse(found: list[TrainedUnit]) -> Claim | None:
    names, texts, held = told(found), [], []
    for unit in found:
        if float(unit.array("collapsed_share")) < 0.5:
            continue
        clones, change = (unit.measured(n) for n in ("clone_collapse_time",
                                                     "trajectory_last_change_mean"))
        texts.append(f"{unit.label(names)}: $\\phi_C=1/2$ at {clones.text()}, mean last change "
                     f"{change.text()}, exact score {unit.measured('last_change_mean').text()}")
        held.append(abs(float(change.value / clones.value) - 1) < 0.25
                    if clones.known and change.known else None)
    if not texts:
        return Claim("figure 5", "Where networks collapse, the time of $\\phi_C=1/2$ and the mean "
                     "time of the last change of the nearest image agree.",
                     "No network of this record repeats its training images in half of its "
                     "samples.",
                     Verdict.OPEN, "Fewer images, or longer training, or a larger network.")
    return Claim("figure 5", "Where networks collapse, the time of $\\phi_C=1/2$ and the mean time "
                 "of the last change of the nearest image agree.", listed(texts), verdict_of(held),
                 "Reproduced means within a quarter; only networks of which half "
                 "of the samples are three times as near to one training image as to any other.")


def _copies(found: list[TrainedUnit]) -> Claim | None:
    """One answer for each pair of classes and seed that has networks of several numbers of
    images."""
    names, texts, answers = told(found), [], []
    for series in dict.fromkeys((unit.classes, unit.seed) for unit in found):
        units = sorted((u for u in found if (u.classes, u.seed) == series), key=lambda u: u.count)
        if len({u.count for u in units}) < 2:
            continue
        fewest, most = (u.measured("collapsed_share") for u in (units[0], units[-1]))
        texts += [f"{u.label(names)}: {u.measured('collapsed_share').text(2)}" for u in units]
        answers.append([True, True] if fewest.low > 0.5 and most.high < 0.5
                       else [True, None] if fewest.low > most.high
                       else [False] if fewest.high < most.low else [None])
    if not texts:
        return None
    return Claim("figure 11", "With few training images generated ones repeat them, with many they "
                 "are new.", f"Share of collapsed samples: {listed(texts)}",
                 verdict_of(sum(answers, [])),
                 "Reproduced means more than half with the fewest images and less than half with "
                 "the most.")
