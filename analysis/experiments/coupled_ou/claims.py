"""What sections 3 and 4 of the multimodal paper say about figures 1-5, beside what a record holds.
Claims are checked only where the record has the parameters of the figure they are about."""

from __future__ import annotations

from ...page.content import Claim
from ...reading.record import Record
from .data import is_symmetric
from .symmetric import FIGURE_1, FIGURE_2
from .symmetric_claims import figure_1, figure_2
from .triangular import FIGURE_3, FIGURE_4, FIGURE_5
from .triangular_claims import figure_3, figure_4, figure_5


def claims(record: Record) -> list[Claim]:
    """The statements this record can answer, in the paper's order."""
    found: list[Claim | None] = []
    if len(record.axes["g"]) >= 5 and record.option("dimension", 1) == 1:
        if is_symmetric(record):
            if "speciation_time" in record and _has(record, FIGURE_1):
                found += figure_1(record)
            if "collapse_time" in record and _has(record, FIGURE_2):
                found += figure_2(record)
        else:
            if "speciation_time" in record and _has(record, FIGURE_3):
                found += figure_3(record)
            if "speciation_time" in record and _has(record, FIGURE_4):
                found += figure_4(record)
            if "collapse_time" in record and _has(record, FIGURE_5):
                found += figure_5(record)
    return [claim for claim in found if claim is not None]


def _has(record: Record, paper: dict[str, float]) -> bool:
    return all(record.option(name, value) == value for name, value in paper.items())
