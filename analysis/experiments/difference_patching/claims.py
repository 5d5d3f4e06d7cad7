"""What section 2.7 of the dit paper predicts, beside what patches show."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, verdict_of
from ...reading.estimates import Z95
from ...reading.record import Record
from ...reading.values import show
from ..replicas import Group, couplings, groups


def claims(record: Record) -> list[Claim]:
    return [_coarse_first(group, g) for group in groups(record) for g in couplings(record)
            if group.units(g)]


def _coarse_first(group: Group, g: float) -> Claim:
    """Each seed: from which step on the mean band matters most for the coarse scale, and the
    highest band for the fine one."""
    record = group.record
    steps = record.axes["patch_step"].values
    kinds = list(record.axes["kind"].values)
    kind = kinds.index("removed") if "removed" in kinds else 0
    metrics = list(record.axes["metric"].values)
    answers, texts = [], []
    for unit in group.units(g):
        if not unit.reliable:
            continue
        found = []
        for metric, band in (("coarse", "band 0"), ("fine", str(record.axes["part"].values[-1]))):
            part = [str(p) for p in record.axes["part"].values].index(band)
            index = (metrics.index(metric), kind, slice(None), slice(None), part)
            effect, error = unit.array("effect")[index], unit.array("effect_error")[index]
            size = np.nanmean(np.abs(effect), axis=1)
            clear = np.nanmax(np.abs(effect) - Z95 * error) > 0
            found.append(int(steps[np.argmax(size)]) if clear else None)
        answers.append(None if None in found else found[0] < found[1])
        texts.append(f"seed {unit.seed}: {found[0] if found[0] is not None else 'nowhere'} and "
                     f"{found[1] if found[1] is not None else 'nowhere'}")
    return Claim("section 2.7, prediction 1", "Coarse structure commits before fine detail.",
                 f"{group.text}, $g$ = {show(g)}: patches matter most from step "
                 f"{'; '.join(texts) or 'none reliable'} (the mean band for the coarse scale, the "
                 "highest band for the fine one).", verdict_of(answers),
                 "Mean size of the effect over layers, where an effect is beyond its 95% interval.")
