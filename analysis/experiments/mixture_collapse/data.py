"""What a record of mixture_collapse holds, by the names its figures use. The only file here that
knows the names of its axes and observables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...reading import seeds
from ...reading.record import Record
from ...reading.seeds import Measured

METHODS = {"reduced": "energies from their law", "full": "data sets, double precision",
         "full_single": "data sets, single precision", "none": "closed forms only"}


@dataclass(frozen=True)
class Size:
    """One (n, d): a value of the size axis (points or alpha) and a dimension."""

    dimension: int
    size: float


class Collapse:
    """One record, averaged over seeds; dimensions, sizes and times ascending."""

    def __init__(self, record: Record):
        self.record = record
        self.size_axis = "points" if "points" in record.axes else "alpha"
        self.dimensions = np.sort(record.axes["dimension"].values).astype(int)
        self.sizes = np.sort(record.axes[self.size_axis].values)
        self.times = np.sort(record.axes["time"].values)
        self.curve_times = np.sort(record.axes["curve_time"].values)
        names = [str(m) for m in record.axes["method"].values]
        self.methods = [m for m in METHODS if m in names]
        self.sampled = [m for m in self.methods if m != "none"]
        self.mu = float(record.option("mean_amplitude"))
        self.sigma = float(record.option("standard_deviation"))
        self.level = float(record.option("weight_level"))
        self.in_collapse_times = record.option("clock") == "collapse"
        self.data_sets = int(record.option("data_sets"))
        self.evaluations = int(record.option("evaluations"))

        self.cells = [cell for cell in self.all_cells()
                      if np.isfinite(self.number("collapse_time", cell))]

    def all_cells(self) -> list[Size]:
        """Also those of which nothing is finished; `cells` are the others."""
        return [Size(int(d), float(n)) for n in self.sizes for d in self.dimensions]

    def name(self, cell: Size, short: bool = False) -> str:
        """ "$d=256$", with the size where several are shown."""
        text = f"$d={cell.dimension}$"
        if short or len(self.sizes) == 1:
            return text
        return text + (f", $n={cell.size:.0f}$" if self.size_axis == "points"
                       else f", $\\alpha={cell.size:.3g}$")

    @property
    def size_text(self) -> str:
        if len(self.sizes) > 1:
            return ""
        return (f"$n={self.sizes[0]:.0f}$" if self.size_axis == "points"
                else f"$\\alpha={self.sizes[0]:.3g}$")

    @property
    def main_method(self) -> str | None:
        """The way of sampling that figures show, where there is one."""
        return self.sampled[0] if self.sampled else None

    def measured(self, name: str, cell: Size, method: str | None = None) -> Measured:
        """Over the times (or a single number)."""
        return seeds.average(self.record, name, **self._where(cell, method))

    def prediction(self, name: str, cell: Size) -> np.ndarray:
        """Over the times, the curve times, or a single number: the same in every method, so from
        any that is finished."""
        for method in self.sampled + self.methods:
            found = seeds.common(self.record, name, **self._where(cell, method))
            if np.isfinite(found).any():
                break
        return found

    def deviation(self, name: str, cell: Size, method: str) -> np.ndarray:
        """Measured minus exact at this n and d, in standard errors, over the times. NaN where all
        there is to see are a few rare events, whose count has no normal error: the true point
        outweighs the others in all but one of a hundred evaluations, or in all but a few."""
        found = self.measured(name, cell, method)
        exact = self.prediction(name.removesuffix("_printed") + "_finite", cell)
        sets = self.data_sets * max(1, seeds.finished(self.record, "load",
                                                      **self._where(cell, method)))
        rare = max(0.01, 30 / (sets * self.evaluations))
        seen = 1 - self.prediction("true_weight_finite", cell) > rare
        # The quadrature has seven digits of f^e, and weights to 1e-7.
        error = np.hypot(found.error, 1e-7 if name == "true_weight" else 2e-7 * np.abs(exact))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(seen & (error > 0), (found.values - exact) / error, np.nan)
        # As many standard deviations of a normal as Student's t of few data sets stands for
        # (Wallace).
        freedom = max(1, sets - sets // self.data_sets)
        shrink = (8 * freedom + 1) / (8 * freedom + 3)
        return np.sign(t) * shrink * np.sqrt(freedom * np.log1p(t ** 2 / freedom))

    def number(self, name: str, cell: Size) -> float:
        return float(self.prediction(name, cell))

    def diffusion_times(self, cell: Size, curve: bool = False) -> np.ndarray:
        return self.prediction("curve_diffusion_time" if curve else "diffusion_time", cell)

    def at_collapse(self, name: str, cell: Size) -> float:
        """An exact average at t_C itself, between the times of the record."""
        t = self.diffusion_times(cell) / self.number("collapse_time", cell)
        return float(np.interp(1.0, t, self.prediction(name, cell)))

    def over_map(self, name: str) -> np.ndarray:
        """A number over (sizes, dimensions)."""
        return np.array([[self.number(name, Size(int(d), float(n))) for d in self.dimensions]
                         for n in self.sizes])

    def measured_map(self, name: str) -> Measured:
        """A measured number over (sizes, dimensions)."""
        found = [[self.measured(name, Size(int(d), float(n))) for d in self.dimensions]
                 for n in self.sizes]
        return Measured(*(np.array([[getattr(m, part) for m in row] for row in found])
                          for part in ("values", "error", "done")))

    def evaluations_text(self, method: str) -> str:
        where = self._where(self.all_cells()[0], method)
        count = max(1, seeds.finished(self.record, "load", **where))
        sets = f"{self.data_sets * count} data sets of {self.evaluations} evaluations"
        return f"{self.data_sets * count * self.evaluations} evaluations" if method == "reduced" \
            else sets

    def _where(self, cell: Size, method: str | None) -> dict:
        first = (self.sampled or self.methods)[0]
        return {"method": method or first, "dimension": cell.dimension, self.size_axis: cell.size}
