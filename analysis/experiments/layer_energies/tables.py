"""layer_energies: the gap at the step shown, and what the numbers rest on."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import plus_minus
from ...reading.values import show
from ..replicas import Group, Unit, rise_text
from .data import (
    BANDS,
    CHANNELS,
    MODES_FROM,
    beyond_chance,
    chance,
    channel_place,
    gap,
    shown_couplings,
    shown_step,
)

OUTSIDE = {1: "above", 0: "inside", -1: "below"}


def tables(found: list[Group], beside) -> list[Table]:
    return [*(_gap_table(group, channels, beside) for group in found for channels in CHANNELS),
            _network_table(found)]


def _gap_table(group: Group, channels: str, beside) -> Table:
    record, rows = group.record, []
    steps = record.axes["step"].values
    for g in shown_couplings(record):
        for unit in group.units(g):
            shown = shown_step(unit, group.told_class, beside).step
            k = int(np.flatnonzero(steps == shown)[0])
            for layer, block in enumerate(record.axes["layer"].values):
                rows.append([show(g), str(unit.seed), str(shown), str(block),
                             *_energy_cells(unit, channels, layer, k),
                             *(cell for modes in MODES_FROM
                               for cell in _gap_cells(unit, modes, channels, layer, k))])
    return Table(f"Energies at the step shown, {CHANNELS[channels]}, {group.text}",
                 ["g", "seed", "s", "block", "leading", "trailing", "$G_{int}$", "by chance",
                  "<it is", "$G_{int}$, other pairs", "by chance", "<it is"], rows,
                 "Energies, 1 at the start, and their ratio along modes of the pairs they are "
                 "measured on, as published, then the ratio along modes of other pairs; ± 95% "
                 "over pairs at given modes. By chance: the interval that holds 95% of what "
                 "differences without preferred directions give; above: larger than that and "
                 "than 1; below: smaller than that and than 1.")


def _energy_cells(unit: Unit, channels: str, layer: int, k: int) -> list[str]:
    place = (*channel_place(unit.record, "same", channels), layer, k)
    return [plus_minus(unit.value(name, *place), unit.value(name + "_error", *place))
            for name in BANDS]


def _gap_cells(unit: Unit, modes: str, channels: str, layer: int, k: int) -> list[str]:
    values, error = gap(unit, modes, channels)
    _, low, high = chance(unit, modes, channels)
    if not np.isfinite(values[layer, k]):
        return ["–", "–", "–"]
    ends = (f"[{low[layer, k]:.3f}, {high[layer, k]:.3f}]" if np.isfinite(low[layer, k])
            else "–")
    return [plus_minus(values[layer, k], error[layer, k]), ends,
            OUTSIDE[int(beyond_chance(unit, modes, channels)[layer, k])]]


def _network_table(found: list[Group]) -> Table:
    rows, seen = [], set()
    for group in found:
        for unit in group.every_unit():
            if (group.key, unit.seed) in seen:
                continue
            seen.add((group.key, unit.seed))
            dimension = unit.array("effective_dimension")
            rows.append([group.text, str(unit.seed), _count(unit.value("parameters")),
                         _count(unit.value("image_count")), _count(unit.value("pair_count")),
                         *(rise_text(unit, name) for name in ("other", "uniform")),
                         *(_ends(row) for row in dimension),
                         "yes" if unit.reliable else "NO"])
    return Table("What the numbers rest on",
                 ["<pairs", "seed", "parameters", "images", "number of pairs",
                  "without another's context", "without context", "dimensions, plain",
                  "dimensions, normalised", "reliable"], rows,
                 "Rises: the largest relative rise of the denoising error over the steps, where "
                 "keys and values are another sample's, and where they are replaced by their mean. "
                 "Dimensions: in so many isotropic differences would be as nearly orthogonal as "
                 "those at the start, from the first block to the last; many more than pairs mean "
                 "that modes of the start differ by chance alone.")


def _ends(row: np.ndarray) -> str:
    return " to ".join(f"{v:,.0f}" if np.isfinite(v) else "–" for v in row[[0, -1]])


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "–"
