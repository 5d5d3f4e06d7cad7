"""Every time of a picture of when as a number, with where it is from, and what is missing."""

from __future__ import annotations

import numpy as np

from ..experiments import image_units, replicas
from ..page.content import Table
from .kinds import KINDS
from .marks import Mark, weakest
from .shared import Picture


def numbers(found: Picture) -> Table:
    """The table below the figure.

    Parameters
    ----------
    found : Picture
        What the figure shows.

    Returns
    -------
    Table
        In the order of KINDS; a row for each mark, and for each kind that has none.
    """
    rows = []
    for kind, described in KINDS.items():
        marks = found.of(kind)
        for m in marks:
            rows.append([described.label, found.letter(m.source),
                         _coupling_text(m, marks),
                         m.found.text() if m.known else m.said, _step_text(found, m), m.count,
                         m.record, m.observable, m.warned or "–"])
        if not marks:
            rows.append([described.label, "–", "–", f"not in these records: {described.missing}",
                         "–", "–", "–", "–", "–"])
    letters = "; ".join(f"{found.letter(s)}: {found.told(s)}" for s in found.sources)
    told = sum(len({g.told_class for g in replicas.groups(p.record)} - {replicas.NO_CLASS})
               for p in found.parts if p.record.experiment == "replica_speciation")
    return Table("When, in numbers",
                 ["<what", "<of", "$g$", "$t$", "reverse step", "<measured on", "<record",
                  "<observable", "<unreliable"], rows,
                 f"On the axis of the figure, with 95% intervals. {letters}."
                 + (f" Left out: replicas told a class ({told}), which decide within it."
                    if told else ""))


def _coupling_text(mark: Mark, marks: list[Mark]) -> str:
    if mark.g is None:
        return "–"
    alike = [m for m in marks if (m.source.key, m.record) == (mark.source.key, mark.record)]
    return f"{mark.g:g}" + (", for $g\\to0$" if mark.known and mark in weakest(alike) else "")


def _step_text(found: Picture, mark: Mark) -> str:
    """As recorded of replicas; of other times, where the first replicas' trajectories pass."""
    if mark.steps.known:
        return mark.steps.text(1)
    if not mark.known or found.clock is None:
        return "–"
    high, low = (found.clock.step(v) for v in (mark.found.low, mark.found.high))
    return image_units.Measured(np.float64(found.clock.step(mark.found.value)), np.float64(low),
                                np.float64(high)).text(1)
