"""replica_speciation: table 1 of the dit paper, the gap, and what the numbers rest on."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.values import show
from ..midpoints import of_metric
from ..replicas import Group, Unit, couplings, rise_text
from .data import GAP, UNSTABLE_NOTE, fit_word, published, scaled, scaling_note


def tables(found: list[Group]) -> list[Table]:
    made = [table for group in found for table in (_speciation_table(group), _gap_table(group))]
    return [*made, _network_table(found)]


def _speciation_table(group: Group) -> Table:
    record, rows = group.record, []
    for g in couplings(record):
        for unit in group.units(g):
            known = published(record, g)
            rows.append([show(g), str(unit.seed), of_metric(unit, "midpoint", "cosine").text(1),
                         known.text(1) if known else "–", fit_word(unit, "cosine"),
                         of_metric(unit, "plateau", "cosine").text(3),
                         of_metric(unit, "floor", "cosine").text(3),
                         of_metric(unit, "crossing", "cosine").text(1),
                         of_metric(unit, "midpoint", "label").text(1),
                         "yes" if unit.reliable else "NO", f"{unit.value('evaluations'):.0%}"])
    return Table(f"Table 1: speciation times, {group.text}",
                 ["g", "seed", "$\\tau_{spec}$", "published", "<the curve", "plateau", "floor",
                  "crossing", "of labels", "reliable", "work"], rows,
                 f"Steps, with 95% bootstrap intervals over pairs. {UNSTABLE_NOTE} "
                 "Published: DiT-XL/2 on ImageNet, "
                 "median cosine of ResNet-50 features, 32 pairs; the paper does not say whether "
                 f"coupled replicas share their noise.{scaling_note(record)} Crossing: of the "
                 "level half way from independent to equal. Work: evaluations of the network over "
                 "those of measuring every step from its own start.")


def _gap_table(group: Group) -> Table:
    record, rows = group.record, []
    for g in couplings(record):
        for unit in group.units(g):
            rows.append([show(g), str(unit.seed), of_metric(unit, "midpoint", "coarse").text(1),
                         fit_word(unit, "coarse"), of_metric(unit, "midpoint", "fine").text(1),
                         fit_word(unit, "fine"), unit.measured("gap").text(1),
                         unit.measured("crossing_gap").text(1),
                         of_metric(unit, "plateau", "coarse").text(2),
                         of_metric(unit, "plateau", "fine").text(2),
                         "yes" if unit.reliable else "NO"])
    low, high = (scaled(record, v) for v in GAP)
    return Table(f"Coarse and fine commitment, {group.text}",
                 ["g", "seed", "$\\tau_g$", "<the curve", "$\\tau_l$", "<the curve",
                  "$\\Delta\\tau$", "of crossings", "coarse plateau", "fine plateau", "reliable"],
                 rows, f"Steps, with 95% bootstrap intervals over pairs. {UNSTABLE_NOTE} The "
                 "paper has "
                 f"$\\Delta\\tau$ from {show(low)} to {show(high)} beyond weak coupling.")


def _network_table(found: list[Group]) -> Table:
    rows, seen = [], set()
    for group in found:
        for unit in group.every_unit():
            if (group.key, unit.seed) not in seen:
                seen.add((group.key, unit.seed))
                rows.append([group.text, str(unit.seed), *_network_cells(unit)])
    return Table("What the numbers rest on",
                 ["<pairs", "seed", "parameters", "images", "classifier right",
                  "samples show what they were told", "largest class",
                  "without another's context", "without context", "reliable"], rows,
                 "Shares with 95% Wilson intervals; the samples are of pairs that were never "
                 "coupled. The last numbers: the largest relative rise of the denoising error over "
                 "the steps, where keys and values are another sample's, and where they are "
                 "replaced by their mean, with 95% intervals.")


def _network_cells(unit: Unit) -> list[str]:
    shares = unit.array("class_share")
    largest = (unit.measured("class_share", int(np.nanargmax(shares))).text(2)
               if np.isfinite(shares).any() else "–")
    return [_count(unit.value("parameters")), _count(unit.value("image_count")),
            unit.measured("classifier_accuracy").text(4), unit.measured("label_right").text(2),
            largest, *(rise_text(unit, name) for name in ("other", "uniform")),
            "yes" if unit.reliable else "NO"]


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "–"
