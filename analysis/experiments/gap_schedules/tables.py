"""gap_schedules: gaps, pieces to copy into a job, and what was measured under them."""

from __future__ import annotations

from ...page.content import Table
from ...reading.record import Record
from ...reading.values import show
from .data import NAMES, STATUS, Schedule, Seen, difference, schedules, strengths


def tables(record: Record, found: list[Seen]) -> list[Table]:
    made = [_gaps(record), _pieces(record)]
    return [*made, _seen(found), *_differences(found)] if found else made


def _gaps(record: Record) -> Table:
    rows = [[show(g), s.text, _number(s.gap), *_times(s)]
            for g in strengths(record) for s in schedules(record, g) if s.done]
    least = show(record.option("least_restoring"))
    return Table("Gaps", ["$g$", "<schedule", "gap", "common mode", "difference mode"], rows,
                 "Time. Confined too little: $1-|\\lambda|c/\\sigma_W^2$ of a mode, by which its "
                 f"reverse drift confines it, falls below {least} (option least_restoring; without "
                 "coupling it tends to 1/2). Such schedules have no gap here, and among the "
                 "others the largest gap often lies at that limit: a smaller one makes it larger. "
                 "No schedule: none of this budget has a gap.")


def _times(schedule: Schedule) -> list[str]:
    return [_number(time) if time == time else STATUS.get(status, "–")
            for time, status in zip((schedule.common, schedule.difference), schedule.status)]


def _number(value: float) -> str:
    return f"{value:.4f}".replace("-", "−") if value == value else "–"


def _pieces(record: Record) -> Table:
    """The lines that a job of replica_speciation, or of coupled_ou, takes."""
    rows = []
    for g in strengths(record):
        for s in schedules(record, g):
            if s.known and s.name.endswith("_gap"):
                rows.append([show(g), s.text, _listed(s.shares), _listed(s.times),
                             _listed(s.factors)])
    return Table("Pieces", ["$g$", "<schedule", "<piece_starts of replica_speciation",
                            "<piece_starts of coupled_ou", "<piece_factors"], rows,
                 "From the data on: shares of a trajectory's steps, and forward time.")


def _listed(values) -> str:
    # Enough digits for the largest factor times g to be 1 again, and not more than 1.
    return "[" + ", ".join(f"{value + 0.0:.12g}" for value in values) + "]"


def _seen(found: list[Seen]) -> Table:
    rows = [[one.schedule.text, show(one.unit.g), str(one.unit.seed), _number(one.schedule.gap),
             one.gap.text(1) if one.gap else "–", one.crossing_gap.text(1),
             "yes" if one.unit.reliable else "NO"] for one in found]
    return Table("On a trained network",
                 ["<schedule", "$g$", "seed", "gap of the theory [time]",
                  "$\\Delta\\tau$ of the midpoints [steps]", "of the crossings [steps]",
                  "reliable"], rows,
                 f"Theory at $g={show(found[0].schedule.g)}$. 95% bootstrap intervals over pairs; "
                 "a dash: one of the scales is no sigmoid.")


def _differences(found: list[Seen]) -> list[Table]:
    gaps = {one.schedule.name: one.schedule.gap for one in found}
    pairs = [(name, "constant") for name in gaps] + [("largest_gap", "smallest_gap")]
    rows = [[f"{NAMES[name]} minus {NAMES[base]}", _number(gaps[name] - gaps[base]), apart.text(1)]
            for name, base in pairs if (apart := difference(found, name, base)) is not None]
    return [Table("Schedules against each other",
                  ["<schedules", "gap of the theory [time]", "$\\Delta\\tau$ [steps]"], rows,
                  "Of the same pairs of reliable units, mean over seeds; 95% bootstrap intervals "
                  "over pairs.")] \
        if rows else []
