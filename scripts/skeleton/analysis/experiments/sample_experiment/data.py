"""What a record of sample_experiment holds.

The only file here that knows the names of its axes and observables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...reading.record import Record


@dataclass(frozen=True)
class Curve:
    """Moments of one power against sigma, of the first seed."""

    power: int
    sigma: np.ndarray
    value: np.ndarray
    error: np.ndarray
    exact: np.ndarray
    done: np.ndarray

    def deviation(self) -> np.ndarray:
        """Distances from the closed form in standard errors, of finished units."""
        return (np.abs(self.value - self.exact) / self.error)[self.done]


def curves(record: Record) -> list[Curve]:
    seed = record.axes["seed"].values[0]
    return [_curve(record, int(power), seed) for power in record.axes["power"].values]


def _curve(record: Record, power: int, seed) -> Curve:
    value, error, exact = (record[name].sorted().at(power=power, seed=seed)
                           for name in ("moment", "moment_error", "moment_exact"))
    return Curve(power, value.coords["sigma"], value.values, error.values, exact.values,
                 value.done)
