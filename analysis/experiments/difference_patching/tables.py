"""difference_patching: the pairs that nothing was done to, and how many patches matter."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import Z95, plus_minus
from ...reading.record import Record
from ...reading.values import show
from ..replicas import Group, couplings, groups, rise_text


def tables(record: Record) -> list[Table]:
    return [_table(group) for group in groups(record)]


def _table(group: Group) -> Table:
    record, rows = group.record, []
    for g in couplings(record):
        for unit in group.units(g):
            metrics = list(record.axes["metric"].values)
            cells = [plus_minus(unit.value("unpatched", k), unit.value("unpatched_error", k))
                     for k in range(len(metrics))]
            effect, error = unit.array("effect"), unit.array("effect_error")
            with np.errstate(invalid="ignore", divide="ignore"):
                clear = np.mean(np.abs(effect) > Z95 * error)
            rows.append([show(g), str(unit.seed), *cells, f"{clear:.0%}",
                         rise_text(unit, "other"), "yes" if unit.reliable else "NO"])
    return Table(f"Pairs that nothing was done to ({group.text})",
                 ["$g$", "seed", "cosine", "equal labels", "coarse distance", "fine distance",
                  "effects beyond 95%", "without another's context", "reliable"], rows,
                 "± 95% over pairs. Effects beyond 95%: share of all patches and metrics; 5% are "
                 "by chance.")
