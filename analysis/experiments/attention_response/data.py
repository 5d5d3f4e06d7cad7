"""attention_response: gains of blocks by their parts, along modes and bands, and what follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...page import style
from ...reading.record import Record
from ...reading.seeds import Measured, average
from ...reading.values import UnitStatus, show
from ..replicas import NO_CLASS, Unit, class_name

PARTS = {"routing": r"routing $\chi$", "query": "queries", "key": "keys",
         "perceptron": r"perceptron $\lambda^{MLP}$"}
COLOURS = {"routing": style.BLUE, "query": style.VERMILLION, "key": style.ORANGE,
           "perceptron": style.GREY}
STATES = {"symmetric": "replicas that are alike", "mean": "means of real pairs"}
# As kappa_status; the last two have no parameter.
STATUS = ("two branches", "one branch", r"$\gamma \leq 0$", "amplified, (55)")


@dataclass(frozen=True)
class Told:
    """Units that are told the same class; they differ in their seed."""

    record: Record
    told_class: int

    @property
    def text(self) -> str:
        return ("no class told" if self.told_class == NO_CLASS
                else f"class {class_name(self.record, self.told_class)} told")

    @property
    def key(self) -> str:
        return "untold" if self.told_class == NO_CLASS else f"told-{self.told_class}"

    def units(self) -> list[Unit]:
        found = []
        for place in np.argwhere(self.record.status == UnitStatus.DONE):
            at = {a.name: a.values[i] for a, i in zip(self.record.split_axes, place)}
            if at["told_class"] == self.told_class:
                found.append(Unit(self.record, tuple(int(i) for i in place), np.nan,
                                  int(at["seed"])))
        return found

    def average(self, name: str, **where) -> Measured:
        """Over the seeds."""
        return average(self.record, name, told_class=self.told_class, **where)

    def seed_mean(self, name: str, **where) -> np.ndarray:
        """The same of what has no error; NaN where no seed has a value."""
        values = self.record[name].at(told_class=self.told_class, **where).sorted()
        values = values.over("seed", *(d for d in values.dims if d != "seed")).values
        known = np.isfinite(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)

    def axis(self, name: str) -> np.ndarray:
        return self.record.axes[name].values


def groups(record: Record) -> list[Told]:
    return [Told(record, int(told)) for told in record.axes["told_class"].values]


def strengths(record: Record) -> list[float]:
    return [float(g) for g in record.axes["g"].values]


def root_mean_square(values: np.ndarray, errors: np.ndarray) -> float:
    """Of numbers without what their errors add to it; 0 where these are all of it."""
    known = np.isfinite(values) & np.isfinite(errors)
    if not known.any():
        return np.nan
    return float(np.sqrt(max(0.0, np.mean(values[known] ** 2 - errors[known] ** 2))))


def ratio(part: float, whole: float) -> float:
    """NaN over nothing."""
    return part / whole if whole > 0 else np.nan


def two_branches_found(unit: Unit, g=slice(None)) -> tuple[float, int]:
    """The share of steps, blocks and modes where two branches are found, NaN of none, and how many
    these are."""
    chance = unit.array("bimodal_chance")[g]
    chance = chance[np.isfinite(chance)]
    level = unit.record.option("bimodal_level")
    return float((chance <= level).mean()) if chance.size else np.nan, chance.size


def size_of(unit: Unit, part: str, directions=slice(None)) -> float:
    """Root mean square of a part at symmetric states over steps, blocks and these directions."""
    values, errors = (unit.array(part + end)[0][..., directions] for end in ("", "_error"))
    return root_mean_square(values, errors)


def mode_note(record: Record) -> str:
    step = int(record.option("mode_step"))
    what = ("where a trajectory starts, as published: these differences are noise" if step == 0
            else f"at step {show(step)} of the trajectory")
    pairs = show(record.option("mode_pairs"))
    return (f"Modes: principal directions of the differences of {pairs} uncoupled pairs of their "
            f"own, {what}.")
