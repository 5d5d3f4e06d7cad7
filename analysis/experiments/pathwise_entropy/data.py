"""What a record of pathwise_entropy holds, by the names its figures use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...reading.record import Record
from ...reading.values import show
from ..processes import Series


@dataclass(frozen=True)
class Case:
    """One process and dimension: slices of the first seed, time ascending."""

    record: Record
    process: str
    d: int

    def values(self, name: str, **where) -> np.ndarray:
        found = self.record[name].sorted()
        return found.at(process=self.process, d=self.d, seed=self.record.axes["seed"].values[0],
                        **where).values

    def series(self, name: str) -> Series:
        found = self.record[name].sorted().at(process=self.process, d=self.d,
                                              seed=self.record.axes["seed"].values[0])
        return Series(found.values, self.values(name + "_error"), found.done)

    def number(self, name: str) -> float:
        return float(self.values(name))

    @property
    def time(self) -> np.ndarray:
        return self.values("time")

    @property
    def rescaled(self) -> np.ndarray:
        """u = t / t_S(d)."""
        return self.time / self.number("speciation_time")

    @property
    def done(self) -> bool:
        return bool(self.record["time"].at(process=self.process, d=self.d,
                                           seed=self.record.axes["seed"].values[0]).done.all())

    def peaks(self, name: str) -> np.ndarray:
        found = self.values(name)
        return found[np.isfinite(found)]

    def main_peak(self) -> tuple[float, float, float] | None:
        """Time, height and full width at half height of the highest maximum of V_h."""
        heights = self.values("variance_peak_height")
        if not np.isfinite(heights).any():
            return None
        i = int(np.nanargmax(heights))
        return tuple(float(self.values(f"variance_peak_{n}")[i])
                     for n in ("time", "height", "width"))

    @property
    def are_points(self) -> bool:
        return float(self.record.option("variance", 0)) == 0


def cases(record: Record) -> list[Case]:
    """Every finished process and dimension, d ascending."""
    found = [Case(record, str(p), int(d)) for p in record.axes["process"].values
             for d in np.sort(record.axes["d"].values)]
    return [c for c in found if c.done]


def mixture_text(record: Record) -> str:
    """The classes of the record in words."""
    means = np.array(record.option("means", []), dtype=float)
    size = int(record.option("mean_dimension", 1))
    variance = float(record.option("variance", 0))
    kind = "points" if variance == 0 else f"Gaussians of variance {show(variance)}"
    scale = "" if list(record.axes["d"].values) == [1] else "√d"
    if size == 1 and len(means) == 2 and means[0] == -means[1]:
        amplitude = abs(means[0])
        text = f"{show(amplitude)} {scale}".strip()
        if scale and amplitude == 1:
            text = scale
        elif scale and abs(amplitude**2 - 4 / 3) < 1e-9:
            text = "√(4d/3)"
        return f"two {kind} at ±{text}"
    places = ", ".join(show(m) for m in means[:8]) + (", …" if len(means) > 8 else "")
    return f"{len(means) // size} {kind} at {scale + ' × ' if scale else ''}({places})"
