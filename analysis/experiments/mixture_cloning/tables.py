"""mixture_cloning: agreement beside theory, speciation times, crossings."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import plus_minus, signed
from .data import CRITERIA, Cloning


def tables(data: Cloning) -> list[Table]:
    made = [_agreement_table(data), _time_table(data), _crossing_table(data)]
    return [table for table in made if table]


def _agreement_table(data: Cloning) -> Table:
    rows = []
    for i in data.shown():
        for definition, name in (("agreement", "side"), ("label_agreement", "label")):
            if name == "label" and not data.definitions_differ:
                continue
            for method in data.methods:
                found = data.agreement(i, definition, method)
                exact = data.prediction(i, definition + "_closed_form")
                scheme = data.prediction(i, definition + "_scheme")
                cells = [str(data.dimensions[i]), name, method]
                for against in (exact, scheme):
                    with np.errstate(divide="ignore", invalid="ignore"):
                        z = (found.values - against) / found.error
                    z = z[np.isfinite(z) & (found.error > 0)]
                    cells += [f"{np.sqrt(np.mean(z ** 2)):.2f}" if len(z) else "–",
                              f"{np.max(np.abs(z)):.2f}" if len(z) else "–"]
                bias = np.max(np.abs(scheme - exact))
                rows.append(cells + [f"{bias:.1e}" if np.isfinite(bias) else "–"])
    return Table("Measured agreement against theory", [
        "$d$", "<class", "<method", "rms deviation / SE, continuous", "largest",
        "rms deviation / SE, Euler scheme", "largest", "largest bias of the scheme"], rows,
        "Over all cloning times with a standard error; an exact match has rms 1.")


def _time_table(data: Cloning) -> Table:
    found = data.times("level_time")
    rows = []
    for i, d in enumerate(data.dimensions):
        rows.append([str(d)] + [_time(data.criterion(key)[i]) for key in CRITERIA]
                    + [plus_minus(found.values[i], found.error[i]),
                       plus_minus(found.values[i] - 0.5 * np.log(d), found.error[i])])
    return Table("Speciation times", ["$d$"] + list(CRITERIA.values())
                 + [f"measured $\\phi={data.level:.4g}$ (95%)", "minus ½ log $d$"], rows,
                 "A dash: the criterion is met at no time.")


def _time(value: float) -> str:
    return signed(float(value), 4) if np.isfinite(value) else "–"


def _crossing_table(data: Cloning) -> Table | None:
    if len(data.dimensions) < 2:
        return None
    ratio, agreement = data.times("crossing_ratio"), data.times("crossing_agreement")
    rows = [[f"{data.dimensions[i]} and {data.dimensions[i + 1]}",
             plus_minus(ratio.values[i], ratio.error[i]),
             plus_minus(agreement.values[i], agreement.error[i])]
            for i in range(len(data.dimensions) - 1)]
    return Table("Crossings of curves over $t/t_S$", ["<dimensions", "$t/t_S$ (95%)",
                                                      "agreement there (95%)"], rows,
                 "The paper: all curves cross at $t/t_S\\approx1$, $\\phi\\approx0.775$.")
