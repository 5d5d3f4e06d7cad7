"""What the information and regimes papers say of decisions, beside what a trained network does."""

from __future__ import annotations

from dataclasses import replace

from ...page.content import Claim, left_out_text, verdict_of
from ...reading.record import Record
from ..image_units import Measured
from .data import DecisionUnit, data_name, excess_level

# As near to each other as two clocks of two Gaussian clusters are.
WITHIN = 1.33
WHOLE = 0.1


def claims(record: Record, found: list[DecisionUnit]) -> list[Claim]:
    """Of the reliable units; open where there is none."""
    if not found:
        return []
    unreliable = sum(not unit.reliable for unit in found)
    found = [unit for unit in found if unit.reliable]
    made = [
        _beside_clones(record, found, "class_information_rate_peak_time",
                       "information, sections 5, 8",
                       "Peaks of the entropy rate mark where the class is decided.",
                       "$dI/d\\log\\gamma$ of the class peaks"),
        _beside_clones(record, found, "class_entropy_variance_peak_time",
                       "information, section 7.1",
                       "The variance of the pathwise class entropy peaks where the class is "
                       "decided.", "$V_Z$ peaks"),
        _beside_clones(record, found, "entropy_variance_peak_time", "information, section 7",
                       "The variance of the pathwise entropy peaks where the class is decided.",
                       "$V_h$ of the image peaks"),
        _whole_information(record, found),
        _limits(record, found)]
    return [replace(claim, measured=claim.measured + left_out_text(unreliable)) for claim in made]


def _said(record: Record, texts: list[str]) -> str:
    return f"{data_name(record)}: {'; '.join(texts) or 'nothing reliable'}."


def _near(first: Measured, second: Measured) -> bool | None:
    """Whether two times are within a third of each other; None where their intervals hold both
    answers, or one of them has no time."""
    if not (first.known and second.known):
        return None
    lowest, highest = first.low / second.high, first.high / second.low
    if 1 / WITHIN <= lowest and highest <= WITHIN:
        return True
    return False if highest < 1 / WITHIN or lowest > WITHIN else None


def _beside_clones(record: Record, found: list[DecisionUnit], name: str, where: str,
                   statement: str, text: str) -> Claim:
    times = [(unit.measured(name), unit.measured("clone_speciation_time")) for unit in found]
    said = [f"seed {unit.seed}: {text} {_at(time)}, clones part {_at(parted)}"
            for unit, (time, parted) in zip(found, times)]
    return Claim(where, statement, _said(record, said),
                 verdict_of([_near(*pair) for pair in times]),
                 "Of a trained network's own law, clones at an excess agreement of "
                 f"{excess_level(record):g}. Reproduced means within a factor of {WITHIN:g} of "
                 "each other, with both intervals.")


def _at(time: Measured) -> str:
    return f"at {time.text()}" if time.known else "at no time of the axis"


def _whole_information(record: Record, found: list[DecisionUnit]) -> Claim:
    answers, texts = [], []
    for unit in found:
        total, prior = unit.measured("class_information_total"), unit.value("class_entropy_prior")
        low, high = total.low / prior, total.high / prior
        inside = 1 - WHOLE <= low and high <= 1 + WHOLE
        outside = high < 1 - WHOLE or low > 1 + WHOLE
        answers.append(True if inside else False if outside else None)
        texts.append(f"seed {unit.seed}: {total.text()} of {prior:.3f} nat")
    return Claim("information (33), (78)", "The denoising loss of a network holds the entropy of "
                 "the class: what it says between noise and image is log K.",
                 _said(record, texts), verdict_of(answers),
                 f"Reproduced means within {WHOLE:.0%}, with the interval.")


def _limits(record: Record, found: list[DecisionUnit]) -> Claim:
    answers, texts = [], []
    for unit in found:
        excess = unit.measured("clone_excess")
        time = unit.array("branch_time")
        first, last = (Measured(excess.value[k], excess.low[k], excess.high[k]).text(2)
                       for k in (0, -1))
        texts.append(f"seed {unit.seed}: {first} at $t={time[0]:.2f}$, {last} at "
                     f"$t={time[-1]:.2f}$")
        ends = (_at_most(excess, 0, 0.05), _at_least(excess, -1, 0.95))
        answers.append(False if False in ends else None if None in ends else True)
    return Claim("regimes, figure 4", "Clones agree as independent samples do where they leave in "
                 "the noise, and always where they leave at the image.",
                 f"Excess agreement, {_said(record, texts)}", verdict_of(answers),
                 "At most 0.05 and at least 0.95, with the interval.")


def _at_most(found: Measured, k: int, level: float) -> bool | None:
    """None where the interval holds both answers."""
    if found.high[k] <= level:
        return True
    return False if found.low[k] > level else None


def _at_least(found: Measured, k: int, level: float) -> bool | None:
    if found.low[k] >= level:
        return True
    return False if found.high[k] < level else None
