"""What a report says of the statements that a record does not decide."""

from pathlib import Path

from analysis import open_record
from analysis.experiments.table import content


def undecided(path: Path) -> dict[str, list[str]]:
    """By place in the paper, what was measured, of each claim that is "not decided"."""
    found: dict[str, list[str]] = {}
    with open_record(path) as record:
        for claim in content(record).claims:
            if claim.verdict.value == "not decided":
                found.setdefault(claim.where, []).append(claim.measured)
    return found
