"""What a sweep stopped at instead of running every unit, and what it reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Goals:
    """The goals of a sweep.

    Attributes
    ----------
    precision : dict
        Confidence level (`level`), repetitions before the first look (`first`) and what half widths
        are to be at most (`bounds`, by observable); empty without such goals.
    refine : dict
        Axis, observable and tolerance of a refinement; empty without one.
    observables : list of str
        Those with a precision goal.
    dims : tuple of str
        The split axes without repetitions: a cell is one point of them.
    count, half_width, target : array
        Over `dims` and then the goals: repetitions with a value, half width of the interval of
        their mean, and what it is to be at most, of the element farthest from its goal.
    """

    precision: dict
    refine: dict
    observables: list[str]
    dims: tuple[str, ...]
    count: np.ndarray
    half_width: np.ndarray
    target: np.ndarray

    @property
    def met(self) -> np.ndarray:
        """Where the half width is as small as wanted; false where nothing has a value."""
        with np.errstate(invalid="ignore"):
            return self.half_width <= self.target
