"""What a record of gap_schedules holds, and what records of replica_speciation measured under its
schedules.

The only file here that knows the names of axes and observables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...reading.record import Record
from ...reading.values import position
from ..image_units import Measured
from ..midpoints import gap_difference_of, gap_of
from ..reach import Reach
from ..replicas import Unit, groups

NAMES = {"constant": "constant", "early": "early", "late": "late",
         "smallest_gap": "smallest gap", "largest_gap": "largest gap"}
# What may differ between records of the same pairs under different schedules.
SCHEDULE_OPTIONS = ("piece_starts", "piece_factors", "switch_time", "ramp_start", "ramp_end",
                    "ramp_time")
# Mean difference of g(t)/g below which two schedules are one: piece_factors are copied with a few
# digits, and a step of a trajectory lies on one side of a switch.
SAME_SHAPE = 0.02
# As speciation_status, of modes without a time.
STATUS = {1: "no speciation", 2: "confined too little", 4: "no schedule"}
EQUAL = 1e-6
_SHARES = (np.arange(2000) + 0.5) / 2000


@dataclass(frozen=True)
class Schedule:
    """One schedule at one coupling strength: pieces from the data on, (K)."""

    name: str
    g: float
    done: bool
    times: np.ndarray
    shares: np.ndarray
    factors: np.ndarray
    sensitivity: np.ndarray
    gap: float
    common: float
    difference: float
    status: tuple[int, int]  # of both modes, as speciation_status

    @property
    def text(self) -> str:
        return NAMES.get(self.name, self.name)

    @property
    def known(self) -> bool:
        return self.done and bool(np.isfinite(self.factors).all())


def strengths(record: Record) -> list[float]:
    return sorted(float(g) for g in record.axes["g"].values)


def names(record: Record) -> list[str]:
    return [str(name) for name in record.axes["schedule"].values]


def schedules(record: Record, g: float) -> list[Schedule]:
    """In the order of the record's axis."""
    return [_schedule(record, g, name) for name in names(record)]


def _schedule(record: Record, g: float, name: str) -> Schedule:
    def of(quantity: str):
        return record[quantity].at(g=g, schedule=name)

    mode = record.axes["mode"].values
    times, gap = of("speciation_time").values, of("gap")
    status = np.nan_to_num(of("speciation_status").values, nan=0).astype(int)
    return Schedule(name, g, bool(np.all(gap.done)), of("piece_time").values,
                    of("piece_share").values, of("factor").values, of("sensitivity").values,
                    float(gap.values), float(times[position(mode, "common", "mode")]),
                    float(times[position(mode, "difference", "mode")]),
                    tuple(int(status[position(mode, name, "mode")])
                          for name in ("common", "difference")))


# -- beside it, what was measured ------------------------------------------------------------------
@dataclass(frozen=True)
class Seen:
    """A unit of replica_speciation whose g(t) is one of the schedules."""

    schedule: Schedule
    unit: Unit

    @property
    def gap(self) -> Measured | None:
        """Delta tau of the midpoints, where both scales are a sigmoid."""
        return gap_of(self.unit)

    @property
    def crossing_gap(self) -> Measured:
        return self.unit.measured("crossing_gap")


def seen(record: Record, beside: Sequence[Record]) -> list[Seen]:
    """Units of coupled replicas under the schedules of that coupling strength of the theory whose
    schedules most of them have; in the order of the schedules."""
    best: list[Seen] = []
    nearest = np.inf
    for found in _of_each_strength(record, beside).values():
        apart = sum(_apart(one.unit, one.schedule) for one in found)
        if (len(_units(found)), -apart) > (len(_units(best)), -nearest):
            best, nearest = found, apart
    return best


def seen_elsewhere(record: Record, beside: Sequence[Record], found: list[Seen]) -> int:
    """How many units have schedules of another coupling strength of the theory alone."""
    known = _units(one for each in _of_each_strength(record, beside).values() for one in each)
    return len(known - _units(found))


def _units(found: Iterable[Seen]) -> set[tuple]:
    return {(id(one.unit.record), one.unit.place) for one in found}


def _of_each_strength(record: Record, beside: Sequence[Record]) -> dict[float, list[Seen]]:
    """Units by the coupling strength of the theory whose schedules they have, each with the one it
    comes nearest to, or those where an optimum is early or late coupling itself; in the order of
    the schedules."""
    units = [unit for other in beside if other.experiment == "replica_speciation"
             for group in groups(other) for unit in group.every_unit() if unit.g > 0]
    out = {}
    for g in strengths(record):
        known = [schedule for schedule in schedules(record, g) if schedule.known]
        found = []
        for unit in units if known else ():
            apart = [_apart(unit, schedule) for schedule in known]
            if min(apart) < SAME_SHAPE:
                found += [(k, unit) for k, one in enumerate(apart) if one < min(apart) + EQUAL]
        out[g] = [Seen(known[k], unit) for k, unit in sorted(found, key=lambda one: one[0])]
    return out


def difference(found: list[Seen], name: str, base: str) -> Measured | None:
    """Delta tau under one schedule minus that under another at the same coupling strength, of the
    same pairs of reliable units; mean over seeds."""
    if name == base:
        return None
    first, second = ([one.unit for one in found if one.schedule.name == which and one.unit.reliable]
                     for which in (name, base))
    pairs = ((unit, next((other for other in second if _same_pairs(unit, other)), None))
             for unit in first)
    return gap_difference_of([pair for pair in pairs if pair[1] is not None])


def _same_pairs(unit: Unit, other: Unit) -> bool:
    """Whether starts, noise and network are the same, what replicas are told, and g."""
    def asked(one: Unit) -> tuple:
        return (one.seed, one.coordinates.get("told_class"),
                one.coordinates.get("noise_correlation"), _sampling(one.record))

    return abs(unit.g - other.g) < 1e-9 and asked(unit) == asked(other)


def _sampling(record: Record) -> tuple:
    lines = str(record.attributes.get("identity", "")).splitlines()
    skipped = tuple(f"option {name} " for name in SCHEDULE_OPTIONS)
    return (str(record.attributes.get("sweep_seed")),
            *(line for line in lines
              if line.startswith(("option ", "fact ")) and not line.startswith(skipped)))


def _apart(unit: Unit, schedule: Schedule) -> float:
    """Mean difference of g(t)/g; infinite where the unit has no such shape."""
    shape = _replica_shape(unit)
    if shape is None:
        return np.inf
    return float(np.mean(np.abs(shape - _shape(schedule.shares, schedule.factors))))


def _replica_shape(unit: Unit) -> np.ndarray | None:
    """g(t) over its mean, over the share of the trajectory's steps; None of shapes that are no
    pieces, of coupling that does not act everywhere else or is not that of a pair, and where g is
    not the mean, so that another schedule at the same g has another integrated coupling."""
    reach, option = unit.reach, unit.record.option
    if reach.layers != "all" or reach.heads != "all" or reach.graph != Reach().graph:
        return None
    switch = option("switch_time")
    shapes = {"constant": ([0.0], [1.0]), "early": ([0.0, switch], [0.0, 1.0]),
              "late": ([0.0, switch], [1.0, 0.0]),
              "piecewise": (option("piece_starts"), option("piece_factors"))}
    if reach.schedule not in shapes:
        return None
    found = _shape(*shapes[reach.schedule])
    mean = found.mean()
    if option("g_budget", "kept") == "free" and abs(mean - 1) > SAME_SHAPE:
        return None
    return found / mean


def _shape(starts, factors) -> np.ndarray:
    return np.asarray(factors)[np.searchsorted(starts, _SHARES, side="right") - 1]
