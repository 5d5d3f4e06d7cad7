"""mixture_collapse: times, sampled beside exact averages, crossings, precision."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import plus_minus, signed
from .crossings import crossings_of
from .data import METHODS, Collapse, Size


def tables(data: Collapse) -> list[Table]:
    made = [_time_table(data), _agreement_table(data), _crossing_table(data),
            _precision_table(data)]
    return [table for table in made if table]


def _time_table(data: Collapse) -> Table:
    rows = []
    for cell in data.cells[:40]:
        clock = data.number("collapse_time", cell) if data.in_collapse_times else 1.0
        measured = data.measured("weight_time", cell)
        rows.append([str(cell.dimension), f"{np.exp(data.number('log_points', cell)):.4g}",
                     f"{data.number('load', cell):.5f}",
                     f"{data.number('collapse_time', cell):.4f}",
                     plus_minus(float(measured.values) * clock, float(measured.error) * clock),
                     _number(data.number("weight_time_finite", cell) * clock),
                     f"{data.at_collapse('true_weight_finite', cell):.4f}",
                     f"{data.at_collapse('excess_entropy_finite', cell):.5f}",
                     _number(data.number("other_condensation_time", cell)),
                     _number(data.number("speciation_time", cell))])
    caption = "The paper's runs: $t_C=1.299$, 1.978, 2.667 for $d=256$, 1024, 4096 and $n=20000$."
    if len(data.cells) > 40:
        caption += f" The first 40 of {len(data.cells)} sizes."
    return Table("Times of collapse", ["$d$", "$n$", "$\\alpha$", "$t_C$ (10)",
                                       f"weight {data.level:g}, measured (95%)", "the same, exact",
                                       "weight at $t_C$", "$f^e(t_C)$", "$\\psi_-$ condenses",
                                       "$t_S$"], rows, caption)


def _number(value: float) -> str:
    return signed(value, 4) if np.isfinite(value) else "–"


def _agreement_table(data: Collapse) -> Table | None:
    rows = []
    for cell in data.cells[:24]:
        for method in data.sampled:
            row = [str(cell.dimension), f"{np.exp(data.number('log_points', cell)):.4g}",
                   METHODS[method]]
            for name in ("excess_entropy", "excess_entropy_printed", "true_weight"):
                z = data.deviation(name, cell, method)
                z = z[np.isfinite(z)]
                row += [f"{np.sqrt(np.mean(z ** 2)):.2f}" if len(z) else "–",
                        f"{np.max(np.abs(z)):.2f}" if len(z) else "–"]
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = (data.measured("excess_entropy_printed", cell, method).error
                         / data.measured("excess_entropy", cell, method).error)
            row.append(f"{np.nanmedian(ratio[np.isfinite(ratio)]):.1f}"
                       if np.isfinite(ratio).any() else "–")
            rows.append(row)
    return Table("Sampled against exact averages at finite $n$ and $d$", [
        "$d$", "$n$", "<method", "$f^e$: rms / SE", "largest", "as printed: rms / SE", "largest",
        "weight: rms / SE", "largest", "error as printed / error"], rows,
        "Deviations over the times at which the weight is below 0.99, in standard errors over data "
        "sets. Times share their draws, so "
        "an rms away from 1 is no surprise. The last column is what (56)-(57) lose by leaving the "
        "noise of $|z|^2$ in.") if rows else None


def _crossing_table(data: Collapse) -> Table | None:
    rows = []
    for size in data.sizes:
        for crossing in crossings_of(data, [Size(int(d), float(size)) for d in data.dimensions]):
            rows.append([f"{size:.4g}", f"{crossing.first} and {crossing.second}",
                         f"{crossing.ratio:.4f}", f"{crossing.weight:.4f}"])
    name = "$n$" if data.size_axis == "points" else "$\\alpha$"
    return Table("Crossings of the weight curves over $t/t_C$ (exact averages)", [
        name, "<dimensions", "$t/t_C$", "weight"], rows[:60]) if rows else None


def _precision_table(data: Collapse) -> Table | None:
    if "full" not in data.methods or "full_single" not in data.methods:
        return None
    rows = []
    for cell in data.cells[:24]:
        row = [str(cell.dimension), f"{cell.size:.6g}"]
        for name in ("excess_entropy", "true_weight"):
            exact = data.measured(name, cell, "full").values
            single = data.measured(name, cell, "full_single").values
            with np.errstate(divide="ignore", invalid="ignore"):
                relative = np.abs(single - exact) / np.abs(exact)
            relative = relative[np.isfinite(relative)]
            row += [f"{np.max(relative):.1e}" if len(relative) else "–",
                    f"{np.nanmax(np.abs(single - exact)):.1e}" if len(relative) else "–"]
        rows.append(row)
    return Table("What single precision costs", [
        "$d$", "<size", "$f^e$: largest relative error", "absolute", "weight: largest relative",
        "absolute"], rows, "Same data sets, same noise, the points rounded to single precision and "
        "their products computed in it; largest over the times.")
