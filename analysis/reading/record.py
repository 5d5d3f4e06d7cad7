"""A record in memory: axes, options, progress, and observables that are read when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from .errors import ExitCode, RecordError
from .goals import Goals
from .values import Axis, Failure, Observable, Option, UnitStatus, show

LAYOUT = "syncgap-record-1"


@dataclass(frozen=True)
class Cells:
    """What is known of an observable before any of its values is read. `read` takes a tuple of
    whole numbers and slices, one a dimension."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    units: str
    long_name: str
    source: str
    read: Callable[[tuple], np.ndarray]


@dataclass(eq=False)
class Record:
    """The record of one sweep. Made by `open_record` from a file, by `join` from several records,
    by `record_of` from a dataset.

    Attributes
    ----------
    paths : list of Path
        The files it is in.
    attributes : dict
        Those of the file: the job, options, facts, where and when it ran.
    axes : dict of Axis
        By name, in the order of the experiment.
    split_axes : list of Axis
        Those that divide the grid into units, in the order in which units are counted.
    status, seconds : array
        Of every unit, over the split axes: see `UnitStatus`; NaN where it is not finished.
        The status is read once, and cells are committed before it, so every cell that counts as
        done here is complete even while a sweep is still writing.
    cells : dict of Cells
        Of every observable, by its name of today, in the order of the experiment.
    messages : dict
        Why units failed, by their number.
    goals : Goals or None
        What the sweep stopped at instead of running every unit.
    """

    paths: list[Path]
    attributes: dict
    axes: dict[str, Axis]
    split_axes: list[Axis]
    status: np.ndarray
    seconds: np.ndarray
    cells: dict[str, Cells]
    messages: dict[int, str]
    close: Callable[[], None] = lambda: None
    goals: Goals | None = None
    _read: dict[str, Observable] = field(default_factory=dict, repr=False)

    def __post_init__(self):
        if self.status.shape != tuple(len(a) for a in self.split_axes):
            raise RecordError(ExitCode.NOT_A_RECORD, f"{self.path}: unit_status has shape "
                              f"{self.status.shape} but its axes have lengths "
                              f"{[len(a) for a in self.split_axes]}: this is not the layout "
                              f"{LAYOUT}")
        self.experiment = str(self.attributes["experiment"])
        self.title = str(self.attributes.get("title") or self.experiment)
        self.job = str(self.attributes.get("job", ""))

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file, or the first of several."""
        return self.paths[0]

    @cached_property
    def options(self) -> dict[str, Option]:
        """Every option of the experiment with the value it had, by name."""
        values = _json(self.attributes.get("options"))
        docs = _json(self.attributes.get("option_docs"))
        return {name: Option(name, value, docs.get(name, {}).get("symbol", ""),
                             docs.get(name, {}).get("doc", ""), docs.get(name, {}).get("unit", ""))
                for name, value in values.items()}

    def option(self, name: str, default=None):
        """The value an option had when the record was made.

        Parameters
        ----------
        name : str
            Without the section: `trials`, not `experiment.trials`.
        default : object
            For an option that the experiment does not have.

        Returns
        -------
        object
            As the job gave it, or the experiment's own default.
        """
        return self.options[name].value if name in self.options else default

    # -- progress ---------------------------------------------------------------------------------
    @property
    def unit_count(self) -> int:
        return int(self.status.size)

    @property
    def done_count(self) -> int:
        return int(np.count_nonzero(self.status == UnitStatus.DONE))

    @property
    def failed_count(self) -> int:
        return int(np.count_nonzero(self.status == UnitStatus.FAILED))

    @property
    def pending_count(self) -> int:
        """Units that are still to be run, at most those of a sweep with goals."""
        return int(np.count_nonzero(self.status == UnitStatus.PENDING))

    @property
    def not_needed_count(self) -> int:
        """Units that were left out because the goals of the sweep are reached without them."""
        return int(np.count_nonzero(self.status == UnitStatus.NOT_NEEDED))

    @property
    def complete(self) -> bool:
        """Whether every unit is done that the sweep needs."""
        return self.done_count + self.not_needed_count == self.unit_count

    @property
    def failures(self) -> list[Failure]:
        """Failed units with their messages, in unit order; a unit that later succeeded is left
        out."""
        return [Failure(unit, self.describe(unit), self.messages[unit])
                for unit in sorted(self.messages) if 0 <= unit < self.unit_count
                and self.status.flat[unit] == UnitStatus.FAILED]

    def describe(self, unit: int) -> str:
        """The coordinates of a unit.

        Parameters
        ----------
        unit : int
            Its number, in the order of the split axes.

        Returns
        -------
        str
            Such as "g = 0.3, theta = 1.5708".
        """
        place = np.unravel_index(unit, self.status.shape) if self.status.ndim else ()
        return ", ".join(f"{a.name} = {show(a.values[i])}" for a, i in zip(self.split_axes, place))

    # -- observables ------------------------------------------------------------------------------
    @property
    def names(self) -> list[str]:
        """Names of all observables, in the order in which the experiment declares them."""
        return list(self.cells)

    def __contains__(self, name: str) -> bool:
        return name in self.cells

    def __getitem__(self, name: str) -> Observable:
        """An observable with all its values, which are kept.

        Parameters
        ----------
        name : str
            One of `names`.

        Returns
        -------
        Observable
            Cells of units that are not finished are NaN, whatever the file holds there.

        Raises
        ------
        KeyError
            If the record has no such observable.
        """
        if name not in self._read:
            if name not in self:
                raise KeyError(f"{self.path.name} has no observable {name!r}; it has {self.names}")
            cells, every = self.cells[name], (slice(None),) * len(self.cells[name].dims)
            coords = {d: self.axes[d].values for d in cells.dims if d in self.axes}
            done = np.broadcast_to(self._done(name, every), cells.shape)
            self._read[name] = Observable(name, cells.dims, coords, self.read(name, every), done,
                                          cells.units, cells.long_name, cells.source)
        return self._read[name]

    def read(self, name: str, key: tuple) -> np.ndarray:
        """Some cells of an observable, and nothing else from the file.

        Parameters
        ----------
        name : str
            One of `names`.
        key : tuple of int and slice
            One for each of its dimensions; steps of slices are positive.

        Returns
        -------
        array of float
            Cells of units that are not finished are NaN.
        """
        values = np.asarray(self.cells[name].read(key), dtype=float)
        return np.where(self._done(name, key), values, np.nan)

    def _done(self, name: str, key: tuple) -> np.ndarray:
        """Which of the cells are of finished units, with a length of 1 along captured axes."""
        split, dims = [a.name for a in self.split_axes], self.cells[name].dims
        if list(dims[:len(split)]) != split:
            raise RecordError(ExitCode.NOT_A_RECORD,
                              f"{self.path}: an observable has dimensions {dims}, but the units "
                              f"are divided by {split}: this is not the layout {LAYOUT}")
        done = np.asarray((self.status == UnitStatus.DONE)[key[:len(split)]])
        captured = sum(isinstance(place, slice) for place in key[len(split):])
        return done.reshape(done.shape + (1,) * captured)


def _json(text) -> dict:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
