"""coupled_cloning: speciation times, and how good the classifiers are."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.values import show
from ..coupled_pairs import Setting, couplings, mode
from .data import MODES


def tables(found: list[Setting]) -> list[Table]:
    return [table for setting in found
            for table in (_speciation_table(setting), _classifier_table(setting))]


def _speciation_table(setting: Setting) -> Table:
    record = setting.record
    rows = []
    for g in couplings(record):
        for k, seed in enumerate(setting.seeds("gap", g)):
            cells = [show(g), str(seed)]
            for name in MODES:
                m = mode(record, name)
                cells.append(_with_interval(setting, "speciation_time", g, (k, m)))
                cells.append(f"{setting.over_seeds('passages', g)[k, m]:.0f}")
                cells.append("yes" if setting.over_seeds("reliable", g)[k, m] == 1 else "NO")
            cells.append(_with_interval(setting, "gap", g, (k,)))
            cells.append(_with_interval(setting, "label_match", g, (k,), digits=3))
            rows.append(cells)
    columns = ["g", "seed", "$t_u$", "passages", "reliable", "$t_v$", "passages", "reliable",
               "$t_v-t_u$", "labels agree"]
    return Table(f"Speciation times, {setting.text}", columns, rows,
                 f"With 95% intervals; {record.option('trajectories')} trajectories each. More "
                 "than one passage: the curve falls below the threshold and rises again, and the "
                 "time is the outermost.")


def _with_interval(setting: Setting, name: str, g: float, index: tuple, digits: int = 1) -> str:
    value, low, high = (setting.over_seeds(name + e, g)[index] for e in ("", "_low", "_high"))
    if not np.isfinite(value):
        return "–"
    text = f"{value:.{digits}f}"
    return text + (f" [{low:.{digits}f}, {high:.{digits}f}]" if np.isfinite(low) else "")


def _classifier_table(setting: Setting) -> Table:
    record = setting.record
    rows = []
    for name, (label, _) in MODES.items():
        m = mode(record, name)
        for g in couplings(record):
            values = setting.over_seeds("classifier_accuracy", g)
            if len(values):
                tests = setting.over_seeds("classifier_tests", g)[0, m]
                enough = values[0, m] >= record.option("least_accuracy")
                rows.append([label, _with_interval(setting, "classifier_accuracy", g, (0, m), 4),
                             f"{tests:.0f}", "yes" if enough else "NO: numbers above that use it "
                             "are unreliable"])
                break
    return Table(f"Classifiers, {setting.text}", ["<mode", "test accuracy", "test images",
                                                  "<good enough"], rows,
                 "Share of real test images named rightly, with 95% Wilson intervals.")
