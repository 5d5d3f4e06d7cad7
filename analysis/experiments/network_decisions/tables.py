"""network_decisions: times by each clock, and what the numbers rest on."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.record import Record
from ...reading.steps import step_clock
from ...reading.values import show
from .data import TIMES, DecisionUnit, excess_level, loss_part


def tables(record: Record, found: list[DecisionUnit]) -> list[Table]:
    return [_time_table(record, found), _quality_table(record, found)] if found else []


def _time_table(record: Record, found: list[DecisionUnit]) -> Table:
    rows = []
    clock = step_clock(record)
    for unit in found:
        for name, text in TIMES.items():
            time = unit.measured(name)
            rows.append([str(unit.seed), text, time.text(),
                         f"{clock.step(time.value):.1f}" if time.known else "–"])
    return Table("When the network decides", ["seed", "<by which clock", "$t$", "reverse step"],
                 rows,
                 "95% bootstrap intervals: of what is of the class over images, of $V_h$ and "
                 "clones over trajectories. No time: the largest value lies at an end of the "
                 "axis, or the level is not crossed. Of $dH/dt$ the axis ends where a twentieth "
                 "of log K is left, from the loss alone where log K is used up. Clones part where "
                 "their excess agreement is "
                 f"{excess_level(record):g}.")


def _quality_table(record: Record, found: list[DecisionUnit]) -> Table:
    rows = []
    for unit in found:
        rise = unit.largest_rise
        rows.append([str(unit.seed), f"{int(unit.value('image_count')):,}",
                     f"{int(unit.value('loss_image_count')):,}",
                     f"{unit.measured('class_information_total').text()} of "
                     f"{unit.value('class_entropy_prior'):.3f}",
                     f"{_fall(unit):.3f} of {unit.measured('own_information_total').text()}",
                     f"{unit.array('own_class_probability').max():.2f}",
                     f"{int(unit.value('trunk_count')):,} × {show(record.option('clones'))}",
                     unit.measured("independent_agreement").text(),
                     f"{unit.array('class_share').max():.2f}",
                     f"{rise:.3f}".replace("-", "−") if np.isfinite(rise) else "–",
                     unit.measured("classifier_accuracy").text(4),
                     "yes" if unit.reliable else "NO", "; ".join(unit.warnings()) or "–"])
    return Table("What the times rest on",
                 ["seed", "trained on", "loss images", "information on the class (nat)",
                  "fall of $H[z|x_t]$, of that by its own law (nat)",
                  "largest probability of the own class",
                  "trajectories × clones", "independent samples agree", "largest class",
                  "largest context rise", "classifier accuracy", "reliable", "<why not"], rows,
                 f"Loss: on {loss_part(record)}. The information on the class that the denoising "
                 "loss has from the noise to the image would be log K for a network without "
                 "error: what is missing, or too much, is its own, above all what telling it "
                 "none costs beyond what it cannot know. The network's posterior of the class does "
                 "without that: its entropy falls as the rate for images of the network's own law "
                 "says where the images follow that law. Largest class: its share among "
                 "clones that left at the noise. 95% intervals.")


def _fall(unit: DecisionUnit) -> float:
    """Of the entropy of the class, between noise and image."""
    entropy = unit.array("conditional_class_entropy")
    return float(entropy[-1] - entropy[0])
