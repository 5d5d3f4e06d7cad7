"""Steps of a reverse trajectory, and the time of an Ornstein-Uhlenbeck process at each."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .record import Record


@dataclass(frozen=True)
class StepClock:
    """The time after each number of steps of a reverse trajectory.

    Attributes
    ----------
    times : array (steps + 1)
        Descending; the last is 0, the clean image.
    """

    times: np.ndarray

    def time(self, step):
        """The time after so many steps, straight between whole ones; before the first and after
        the last it stands still."""
        return np.interp(step, np.arange(len(self.times)), self.times)

    def step(self, time):
        """The number of steps after which it is so late."""
        return np.interp(-np.asarray(time, dtype=float), -self.times, np.arange(len(self.times)))


def step_clock(record: Record) -> StepClock:
    """The clock of replicas' trajectories.

    Parameters
    ----------
    record : Record
        Of an experiment on replicas of a transformer.

    Returns
    -------
    StepClock
        -log(abar) / 2 of the visited steps of its schedule.
    """
    horizon, steps = int(record.option("horizon")), int(record.option("steps"))
    beta = np.linspace(record.option("beta_first"), record.option("beta_last"), horizon)
    times = -0.5 * np.cumsum(np.log1p(-beta))
    visited = visited_steps(str(record.option("step_grid", "even")), horizon, steps)
    return StepClock(np.append(times[visited], 0.0))


def visited_steps(grid: str, horizon: int, steps: int) -> list[int]:
    """Which steps of a schedule a trajectory visits.

    Parameters
    ----------
    grid : str
        "even", with both ends among them, or "strided", the multiples of a whole number.
    horizon, steps : int
        Of the schedule, and of the trajectory.

    Returns
    -------
    list of int
        Descending.
    """
    if grid == "strided":
        stride = next(s for s in range(1, horizon + 1) if -(-horizon // s) <= steps)
        return [stride * i for i in reversed(range(steps))]
    if steps == 1:
        return [0]
    # A half goes to the even neighbour, as round() has it of exact fractions.
    return [round(Fraction(i * (horizon - 1), steps - 1)) for i in reversed(range(steps))]
