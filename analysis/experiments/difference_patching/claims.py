"""What section 2.7 of the dit paper predicts, beside what patches show."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, verdict_of
from ...reading.estimates import zero_test
from ...reading.record import Record
from ...reading.values import position, show
from ..replicas import Group, Unit, couplings, groups

DRAWS = 2000
SURE = 0.975  # share of the draws that have one order, of a two-sided interval of 95%


def claims(record: Record) -> list[Claim]:
    highest = _highest_band(record)
    if highest is None:
        return []
    return [_coarse_first(group, g, highest) for group in groups(record) for g in couplings(record)
            if group.units(g)]


def _highest_band(record: Record) -> str | None:
    """The one that is set against the mean, band 0; None where the record has not both."""
    bands = sorted((int(part.removeprefix("band ")), part)
                   for part in record.axes["part"].values.astype(str) if part.startswith("band "))
    return bands[-1][1] if bands and bands[0][0] == 0 and bands[-1][0] > 0 else None


def _coarse_first(group: Group, g: float, highest: str) -> Claim:
    """Each seed: when the mean band has ceased to matter for the coarse scale, and the highest band
    for the fine one."""
    answers, texts = [], []
    for unit in group.units(g):
        if not unit.reliable:
            continue
        coarse, fine = (half_steps(unit, metric, part)
                        for metric, part in (("coarse", "band 0"), ("fine", highest)))
        answers.append(_earlier(coarse, fine))
        texts.append(f"seed {unit.seed}: {_text(coarse)} and {_text(fine)}")
    said = ("half of the largest effect is left at step " + "; ".join(texts)
            + " (the mean band for the coarse scale, the highest band for the fine one)"
            if texts else "nothing reliable")
    return Claim("section 2.7, prediction 1", "Coarse structure commits before fine detail.",
                 f"{group.text}, $g$ = {show(g)}: {said}.", verdict_of(answers),
                 "What has committed is not changed by a patch. Means over layers, the step by "
                 f"straight lines; 95% intervals from {DRAWS} draws of normal errors, which are "
                 "those of one layer, as layers share their pairs. No step where no effect is "
                 "beyond its error at the level of all steps together.")


def half_steps(unit: Unit, metric: str, part: str) -> np.ndarray | None:
    """(1 + DRAWS): steps from which on a patch has less than half of its largest effect, of the
    mean over layers and of draws around it; infinite where it never falls so far. None where there
    is no effect beyond its error."""
    axes = unit.record.axes
    kinds = list(axes["kind"].values)
    kind = kinds.index("removed") if "removed" in kinds else 0
    index = (position(axes["metric"].values, metric, "metric"), kind, slice(None), slice(None),
             position(axes["part"].values.astype(str), part, "part"))
    effect, error = (np.nanmean(unit.array("effect" + end)[index], axis=1)
                     for end in ("", "_error"))
    known = np.isfinite(effect) & np.isfinite(error)
    effect, error = effect[known], error[known]
    tested = zero_test(effect, error)
    if tested is None or tested.consistent:
        return None
    random = np.random.default_rng([unit.seed, *index[:1]])
    drawn = effect + error * random.normal(size=(DRAWS, len(effect)))
    steps = axes["patch_step"].values[known].astype(float)
    direction = np.sign(effect[np.argmax(np.abs(effect))])
    return np.array([_half_step(steps, direction * curve) for curve in (effect, *drawn)])


def _half_step(steps: np.ndarray, size: np.ndarray) -> float:
    half = size.max() / 2
    last = int(np.flatnonzero(size >= half)[-1]) if half > 0 else len(size) - 1
    if last == len(size) - 1:
        return np.inf
    share = (size[last] - half) / (size[last] - size[last + 1])
    return float(steps[last] + share * (steps[last + 1] - steps[last]))


def _earlier(first: np.ndarray | None, second: np.ndarray | None) -> bool | None:
    if first is None or second is None:
        return None
    if (first[1:] < second[1:]).mean() >= SURE:
        return True
    return False if (first[1:] > second[1:]).mean() >= SURE else None


def _text(found: np.ndarray | None) -> str:
    if found is None:
        return "no effect"
    low, high = (np.percentile(found[1:], at, method=way)
                 for at, way in ((2.5, "lower"), (97.5, "higher")))
    return " ".join((_step(found[0]), f"[{_step(low)}, {_step(high)}]"))


def _step(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "never"
