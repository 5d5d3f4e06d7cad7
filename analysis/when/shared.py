"""Which records share an image set and classes, and all their times on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..reading.image_sets import class_text, data_text
from ..reading.record import Record
from ..reading.steps import StepClock, step_clock
from .kinds import KINDS
from .marks import ON_REPLICAS, Mark, Part, Source, parts_of

LEAST_RECORDS, LEAST_KINDS = 2, 3
MOST_NAMED = 4


@dataclass(frozen=True)
class Picture:
    """Records that share an image set and classes.

    Attributes
    ----------
    parts : list of Part
    marks : list of Mark
        In the order of KINDS, on the clock of the replicas' states where there are any.
    clock : StepClock or None
        Of the first trajectories of replicas, or of their network.
    speaking : int
        How many of the records have a value.
    """

    parts: list[Part]
    marks: list[Mark]
    clock: StepClock | None
    speaking: int

    @property
    def sources(self) -> list[Source]:
        return list({m.source.key: m.source for m in self.marks}.values())

    @property
    def speaks(self) -> bool:
        """Whether enough records say enough."""
        return (self.speaking >= LEAST_RECORDS
                and len({m.kind for m in self.marks if m.known}) >= LEAST_KINDS)

    @property
    def text(self) -> str:
        """The data in words."""
        record, classes = self.parts[0].record, self.parts[0].classes
        named = (class_text(record, classes) if len(classes) <= MOST_NAMED
                 else f"{len(classes)} classes")
        return f"{named} of {data_text(record).split(',')[0]}"

    def letter(self, source: Source) -> str:
        place = [s.key for s in self.sources].index(source.key)
        return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")

    def told(self, source: Source) -> str:
        """A source in words, short where its network was named before."""
        first = next(s for s in self.sources if s.network == source.network)
        text = source.text if first is source else f"the network of {self.letter(first)}"
        return text + (f", {source.protocol}" if source.protocol else "")

    def of(self, kind: str) -> list[Mark]:
        return [m for m in self.marks if m.kind == kind]


def pictures(records: Sequence[Record]) -> list[Picture]:
    """One for each data set of which several records speak.

    Parameters
    ----------
    records : sequence of Record
        Of any experiments, joined.

    Returns
    -------
    list of Picture
        Only those that speak: two records at least, of three kinds of times.
    """
    shared: dict[object, list[Part]] = {}
    for record in records:
        for part in parts_of(record):
            shared.setdefault((str(record.attributes["fact_data"]), part.classes), []).append(part)
    return [found for found in map(_picture, shared.values()) if found.speaks]


def _picture(parts: list[Part]) -> Picture:
    pixel_range = max(part.pixel_range for part in parts)
    order = list(KINDS)
    of_parts = [part.marks(pixel_range) for part in parts]
    marks = [mark for of_part in of_parts for mark in of_part]
    trajectories = [p.record for p in parts if p.record.experiment in ON_REPLICAS]
    return Picture(parts, sorted(marks, key=lambda m: order.index(m.kind)),
                   step_clock(trajectories[0]) if trajectories else None,
                   sum(any(mark.known for mark in of_part) for of_part in of_parts))
