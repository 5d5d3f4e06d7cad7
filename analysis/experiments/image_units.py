"""Experiments on image sets: one unit of a record as plain arrays, its name, and its curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..reading.estimates import signed, standard_error
from ..reading.image_sets import class_text
from ..reading.record import Record

MOST_LISTED = 12


@dataclass(frozen=True)
class Measured:
    """A number or a curve with the ends of its 95% interval."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.value).any())

    @property
    def standard_error(self) -> np.ndarray:
        return standard_error(self.low, self.high)

    def within(self, size: float) -> bool | None:
        """Whether a single number is less than this away from 0; None where its interval has both
        such numbers and others, or no ends."""
        if not np.isfinite(self.low) or not np.isfinite(self.high):
            return None
        if max(abs(self.low), abs(self.high)) < size:
            return True
        return False if self.low > size or self.high < -size else None

    def text(self, digits: int = 3) -> str:
        """"7.668 [7.51, 7.80]" of a single number."""
        if not np.isfinite(self.value):
            return "–"
        text = signed(float(self.value), digits)
        if np.isfinite(self.low):
            low, high = signed(float(self.low), digits), signed(float(self.high), digits)
            text += f" [{low}, {high}]"
        return text


class Unit:
    """The measurements of one pair of classes, number of images and seed."""

    def __init__(self, record: Record, index: int):
        self.record = record
        self.place = np.unravel_index(index, record.status.shape)
        coordinates = {a.name: a.values[i] for a, i in zip(record.split_axes, self.place)}
        self.classes = tuple(int(c) for c in str(coordinates["classes"]).split("-"))
        self.seed = int(coordinates["seed"])
        self.asked = int(coordinates["images"])
        self.count = int(self.array("image_count"))
        self.dimension = int(self.array("dimension"))

    def array(self, name: str) -> np.ndarray:
        return self.record[name].values[self.place]

    def has(self, name: str) -> bool:
        return name in self.record

    def measured(self, name: str) -> Measured:
        return Measured(*(self.array(name + end) for end in ("", "_low", "_high")))

    def axis(self, name: str) -> np.ndarray:
        return self.record.axes[name].values

    @property
    def late_entropy(self) -> float:
        """log(n) / d, where the excess entropy ends."""
        return np.log(self.count) / self.dimension

    def label(self, differing: tuple[str, ...]) -> str:
        """What tells this unit from the others on a figure."""
        parts = []
        if "classes" in differing:
            parts.append(class_text(self.record, self.classes))
        if "images" in differing or not differing:
            parts.append(f"$n={self.count}$")
        if "seed" in differing:
            parts.append(f"seed {self.seed}")
        return ", ".join(parts)


def units(record: Record) -> list[Unit]:
    """The finished units, in the order of the record."""
    return [Unit(record, int(i)) for i in np.flatnonzero(record.status.ravel() == 1)]


def first_seeds(found: list[Unit]) -> list[Unit]:
    """One unit of each pair and number of images: figures would be too full otherwise."""
    seen: dict[tuple, Unit] = {}
    for unit in found:
        seen.setdefault((unit.classes, unit.asked), unit)
    return list(seen.values())


def told(found: list[Unit]) -> tuple[str, ...]:
    """What claims name units by: the number of images, and classes and seed where they differ."""
    return ("images", *differing(found))


def listed(texts: list[str]) -> str:
    """What a claim says of its units; those that would make it too long are counted."""
    more = len(texts) - MOST_LISTED
    return "; ".join(texts[:MOST_LISTED]) + (f"; and {more} more" if more > 0 else "") + "."


def differing(found: list[Unit]) -> tuple[str, ...]:
    """The axes along which the units differ."""
    return tuple(name for name, values in (("classes", {u.classes for u in found}),
                                           ("images", {u.count for u in found}),
                                           ("seed", {u.seed for u in found})) if len(values) > 1)


def curve(ax, unit: Unit, name: str, colour, label=None, scale=1.0, x=None, dashes="-") -> None:
    """A measured curve with its 95% interval."""
    found = unit.measured(name)
    time = unit.axis("time") if x is None else x
    ax.plot(time, scale * found.value, color=colour, label=label, linestyle=dashes)
    ax.fill_between(time, scale * found.low, scale * found.high, color=colour, alpha=0.2,
                    linewidth=0)


def points(ax, unit: Unit, name: str, colour, marker, x=None, label=None) -> None:
    """Measured shares with their 95% interval as bars."""
    found = unit.measured(name)
    time = unit.array("clone_time") if x is None else x
    # A share of 0 or 1 may lie outside its interval by a rounding error.
    bars = np.maximum([found.value - found.low, found.high - found.value], 0)
    ax.errorbar(time, found.value, yerr=bars,
                color=colour, marker=marker, linestyle="none", markersize=4, elinewidth=0.8,
                label=label)
