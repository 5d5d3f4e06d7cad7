"""Experiments on trained denoisers of coupled pairs: readings of the experiment as cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..reading.estimates import Z95, t95
from ..reading.record import Record
from ..reading.values import position, show

MOST_COUPLINGS = 4
SETTING = ("modality", "schedule", "pixel_low", "horizon")


@dataclass(frozen=True)
class Setting:
    """How images became states and which schedule; g, seed and pairing vary within one."""

    record: Record
    modality: str
    schedule: str
    pixel_low: float
    horizon: int

    @property
    def text(self) -> str:
        return (f"{self.modality}, pixels in [{show(self.pixel_low)}, 1], {self.schedule} "
                f"schedule, $T={self.horizon}$")

    @property
    def key(self) -> str:
        return f"{self.modality}-{self.schedule}-{self.pixel_low:g}-{self.horizon}"

    def over_seeds(self, name: str, g: float, **where) -> np.ndarray:
        """(seeds, captured...): the values of all finished seeds; `where` fixes further axes."""
        found, done = self._finished(name, g, where)
        return found.values[done]

    def seeds(self, name: str, g: float, **where) -> list[int]:
        """Those that over_seeds has values of."""
        return [int(seed) for seed in
                self.record.axes["seed"].values[self._finished(name, g, where)[1]]]

    def _finished(self, name: str, g: float, where: dict):
        found = self.record[name].at(modality=self.modality, schedule=self.schedule,
                                     pixel_low=self.pixel_low, horizon=self.horizon, g=g, **where)
        return found, found.done.reshape(len(found.done), -1).all(axis=1)

    def first_seed(self, name: str, g: float, **where):
        values = self.over_seeds(name, g, **where)
        return values[0] if len(values) else None


def settings(record: Record) -> Iterator[Setting]:
    axes = [record.axes[name].values for name in SETTING]
    for index in np.ndindex(*(len(a) for a in axes)):
        modality, schedule, low, horizon = (a[i] for a, i in zip(axes, index))
        yield Setting(record, str(modality), str(schedule), float(low), int(horizon))


def couplings(record: Record) -> list[float]:
    return sorted(float(g) for g in record.axes["g"].values)


def shown_couplings(record: Record) -> list[float]:
    """As many as fit side by side."""
    every = couplings(record)
    if len(every) <= MOST_COUPLINGS:
        return every
    return [every[i] for i in np.linspace(0, len(every) - 1, MOST_COUPLINGS).round().astype(int)]


def over_networks(values: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over the first axis, the seeds, and the half width of its 95% interval: that of the
    standard errors of single networks, or Student's of their scatter where that is wider."""
    count = len(values)
    half = Z95 * np.sqrt(np.sum(np.square(errors), axis=0)) / count
    if count > 1:
        scatter = values.std(axis=0, ddof=1) / np.sqrt(count)
        half = np.fmax(half, t95(count - 1) * scatter)
    return values.mean(axis=0), half


def mode(record: Record, name: str) -> int:
    """Place of a mode on its axis."""
    return position(record.axes["mode"].values, name, "mode")


def first_count(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    return f"{int(known.flat[0]):,}" if known.size else "?"
