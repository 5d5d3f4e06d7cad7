"""synchronization_gap: table 1 of the multimodal paper."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.values import show
from ..coupled_pairs import Setting, couplings
from .data import PAIRINGS, is_table_1, pairings, published


def tables(found: list[Setting]) -> list[Table]:
    return [_gap_table(setting) for setting in found]


def _gap_table(setting: Setting) -> Table:
    record = setting.record
    rows = []
    for g in couplings(record):
        for pairing in pairings(record):
            cells = [show(g), PAIRINGS[pairing]]
            gaps = setting.over_seeds("gap", g, pairing=pairing)
            persistent = setting.over_seeds("persistent_gap", g, pairing=pairing)
            cells.append(str(len(gaps)))
            for k, tau in enumerate(record.axes["tau"].values):
                cells.append(_mean_and_deviation(gaps[:, k]))
                cells.append(_mean_and_deviation(persistent[:, k]))
                if is_table_1(record, setting):
                    cell = published(pairing, g, float(tau))
                    cells.append(f"{cell[0]:.1f} ± {cell[1]:.1f}" if cell else "–")
            rows.append(cells)
    columns = ["g", "<pairing", "seeds"]
    for tau in record.axes["tau"].values:
        columns += [f"τ={show(float(tau))}", "persistent"]
        if is_table_1(record, setting):
            columns.append("published")
    return Table(f"Table 1: synchronization gap in steps, {setting.text}", columns, rows,
                 "Mean ± standard deviation over seeds. The first value of each threshold takes "
                 "the outermost crossing as (99) does, the second the step up to which the curve "
                 "stays above the threshold; they differ where a curve crosses more than once.")


def _mean_and_deviation(values: np.ndarray) -> str:
    if not len(values):
        return "–"
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{values.mean():.1f} ± {values.std(ddof=1):.1f}"
