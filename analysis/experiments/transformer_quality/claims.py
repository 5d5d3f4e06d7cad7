"""What the dit paper takes for granted of its network, beside what a record shows of this one."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict
from ...reading.estimates import Z95
from ...reading.record import Record
from .data import QualityUnit, data_name


def claims(record: Record, found: list[QualityUnit]) -> list[Claim]:
    answers = [_routes(record, found), _knows_classes(record, found)]
    return [claim for claim in answers if claim is not None]


def _verdict(yes: int, no: int, count: int) -> Verdict:
    if yes + no == 0:
        return Verdict.OPEN
    return (Verdict.REPRODUCED if yes == count else Verdict.CONTRADICTED if no == count
            else Verdict.PARTLY)


def _largest_rise(unit: QualityUnit) -> tuple[float, float]:
    """(rise, standard error) at the step where another sample's context changes most."""
    rise, error = (unit.array("context_rise" + end)[0] for end in ("", "_error"))
    k = int(np.nanargmax(rise))
    return float(rise[k]), float(error[k])


def _routes(record: Record, found: list[QualityUnit]) -> Claim | None:
    units = [unit for unit in found if np.isfinite(unit.largest_rise)]
    if not units:
        return None
    least = record.option("least_context_rise", 0)
    rises = [_largest_rise(unit) for unit in units]
    yes = sum(rise - Z95 * error > least for rise, error in rises)
    no = sum(rise + Z95 * error < least for rise, error in rises)
    text = "; ".join(f"{rise:.0%} ± {Z95 * error:.0%}" for rise, error in rises[:4])
    return Claim("section 2.3", "Attention routes what other tokens know: without that, coupling "
                 "has nothing to act on.",
                 f"{data_name(record)}: with another sample's keys and values the denoising error "
                 f"rises by up to {text}; above the least rise of {least:.0%} for {yes} of "
                 f"{len(units)} seeds, below for {no}.", _verdict(yes, no, len(units)))


def _knows_classes(record: Record, found: list[QualityUnit]) -> Claim | None:
    units = [unit for unit in found if np.isfinite(unit.value("label_right"))]
    if not units:
        return None
    least = record.option("least_right", 0)
    shares = [unit.measured("label_right") for unit in units]
    yes = sum(bool(share.low > least) for share in shares)
    no = sum(bool(share.high < least) for share in shares)
    text = "; ".join(f"{share.value:.2f} [{share.low:.2f}, {share.high:.2f}]"
                     for share in shares[:4])
    return Claim("section 4", "The network makes images of the class that it is told.",
                 f"{data_name(record)}: share of samples that show it {text}; above {least:.2f} "
                 f"for {yes} of {len(units)} seeds, below for {no}.", _verdict(yes, no, len(units)))
