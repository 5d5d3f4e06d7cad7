"""What a record of mixture_cloning holds, by the names its figures use. The only file here that
knows the names of its axes and observables."""

from __future__ import annotations

import numpy as np

from ...reading import seeds
from ...reading.record import Record
from ...reading.seeds import Measured

# Observable -> how figures call the criterion.
CRITERIA = {
    "speciation_time": r"$t_S=\frac{1}{2}\log\Lambda$ (4)",
    "landau_time": "Landau matrix (16)",
    "potential_splitting_time": "$V(q,t)$ splits (23)",
    "drift_splitting_time": "drift splits",
    "density_splitting_time": r"$\log P_t$ splits",
}
# More dimensions than this would crowd a figure.
_MOST_DIMENSIONS = 7


class Cloning:
    """One record, averaged over seeds; dimensions and times ascending. Index i runs over
    dimensions, s over the time offsets of the histograms."""

    def __init__(self, record: Record):
        self.record = record
        self.dimensions = np.sort(record.axes["dimension"].values).astype(int)
        self.branch_times = np.sort(record.axes["branch_time"].values)
        self.curve_times = np.sort(record.axes["curve_time"].values)
        self.offsets = np.sort(record.axes["time_offset"].values)
        self.overlaps = record.axes["overlap"].values
        self.scaled_overlaps = record.axes["scaled_overlap"].values
        names = [str(m) for m in record.axes["method"].values]
        self.methods = [m for m in ("projected", "full") if m in names]
        self.mu = float(record.option("mean_amplitude"))
        self.sigma = float(record.option("standard_deviation"))
        self.horizon = float(record.option("horizon"))
        self.steps = int(record.option("steps"))
        self.trials = int(record.option("trials"))
        self.clones = int(record.option("clones"))
        self.level = float(record.option("level"))
        self.speciation_times = self.criterion("speciation_time")

    @property
    def any_done(self) -> bool:
        return bool(np.isfinite(self._common("agreement_closed_form")).any())

    @property
    def seeds_done(self) -> int:
        return seeds.finished(self.record, "speciation_time", method=self.methods[0])

    @property
    def trials_text(self) -> str:
        pairs = "pairs" if self.clones == 2 else f"groups of {self.clones} clones"
        return f"{self.trials * max(1, self.seeds_done)} {pairs} at each cloning time"

    @property
    def level_is_scaling(self) -> bool:
        """The level is phi at a = 1, where curves of different d cross when sigma = mu = 1."""
        return self.mu == self.sigma == 1 and abs(self.level - 0.7752002454) < 1e-6

    @property
    def definitions_differ(self) -> bool:
        """Label and side are told apart by more than a thousandth somewhere."""
        gap = (self._common("label_agreement_closed_form")
               - self._common("agreement_closed_form"))
        return bool(np.nanmax(np.abs(gap), initial=0) > 1e-3)

    def shown(self) -> list[int]:
        """Indices of all dimensions, or of some spread over the axis if there are many."""
        count = len(self.dimensions)
        if count <= _MOST_DIMENSIONS:
            return list(range(count))
        return sorted({int(i) for i in np.linspace(0, count - 1, _MOST_DIMENSIONS).round()})

    def agreement(self, i: int, definition: str = "agreement",
                  method: str | None = None) -> Measured:
        """Over the branch times."""
        found = seeds.average(self.record, definition, method=method or self.methods[0])
        return Measured(found.values[i], found.error[i], found.done[i])

    def prediction(self, i: int, name: str) -> np.ndarray:
        """A closed form over the branch times."""
        return self._common(name)[i]

    def curve(self, i: int, definition: str = "agreement") -> np.ndarray:
        """The closed form over curve_times."""
        return self._common(definition + "_curve")[i]

    def criterion(self, name: str) -> np.ndarray:
        """Over the dimensions."""
        return self._common(name)

    def times(self, name: str) -> Measured:
        """A measured time, or its like, over the dimensions."""
        return seeds.average(self.record, name, method=self.methods[0])

    def density(self, i: int, s: int, kind: str = "overlap") -> tuple[Measured, np.ndarray]:
        """Histogram and forward law over the bins."""
        found = seeds.average(self.record, kind + "_density", method=self.methods[0])
        exact = self._common(kind + "_density_closed_form")
        return Measured(found.values[i, s], found.error[i, s], found.done[i, s]), exact[i, s]

    def potential(self, s: int) -> np.ndarray:
        """V(q, t) over the overlaps."""
        return self._common("potential")[s]

    def offsets_by_time(self) -> list[int]:
        """Indices of the offsets, latest diffusion time (earliest in reverse) first."""
        return list(range(len(self.offsets)))[::-1]

    def _common(self, name: str) -> np.ndarray:
        """A prediction: the same in every method, so from any that is finished."""
        for method in self.methods:
            found = seeds.common(self.record, name, method=method)
            if np.isfinite(found).any():
                break
        return found
