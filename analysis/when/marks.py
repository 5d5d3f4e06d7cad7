"""Times that a record holds, each with what it is of, on the axis of the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..experiments import replicas
from ..experiments.image_units import Measured, Unit
from ..experiments.midpoints import is_fitted, of_metric
from ..experiments.network_decisions.data import DecisionUnit, excess_level
from ..experiments.network_decisions.data import units as decision_units
from ..experiments.replica_speciation.data import fit_word
from ..experiments.trained_regimes.data import TrainedUnit
from ..reading.networks import network_text
from ..reading.record import Record
from ..reading.steps import step_clock
from ..reading.values import UnitStatus, show
from .clocks import moved, of_covariance, rate_peak, same_noise

NO_VALUE = Measured(*(np.float64(np.nan),) * 3)
# From black to white, in numbers of a state. Replicas' networks see -1 to 1, all others 0 to 1.
RANGES = {"dataset_regimes": 1.0, "trained_regimes": 1.0, "replica_speciation": 2.0,
          "network_decisions": 2.0}
# Experiments on a network of replicas: of one list of classes each, on its clock of steps.
ON_REPLICAS = ("replica_speciation", "network_decisions")


@dataclass(frozen=True)
class Source:
    """What a time is of: some images under their exact score, or a network.

    Attributes
    ----------
    network : tuple
        Equal for one network, or one set of images.
    text : str
        Which that is.
    protocol : str
        What was done with it, where that is not always the same.
    """

    network: tuple
    text: str
    protocol: str = ""

    @property
    def key(self) -> tuple:
        return (*self.network, self.protocol)


@dataclass(frozen=True)
class Mark:
    """A time, or why there is none.

    Attributes
    ----------
    kind : str
        A key of KINDS.
    source : Source
    found : Measured
        On the axis of the picture; no value where there is none.
    count : str
        What it was measured on.
    record, observable : str
        The file's name, and what it holds the time as.
    said : str
        Why there is no value.
    g : float or None
        Coupling of replicas.
    shared_noise : bool
        Whether replicas are coupled by their noise, too: at g = 0 they then are by it alone.
    steps : Measured
        As recorded in steps of a trajectory; no value of other times.
    warned : str
        Why it cannot be relied on; empty if it can.
    """

    kind: str
    source: Source
    found: Measured
    count: str
    record: str
    observable: str
    said: str = ""
    g: float | None = None
    shared_noise: bool = False
    steps: Measured = NO_VALUE
    warned: str = ""

    @property
    def known(self) -> bool:
        return self.found.known


@dataclass(frozen=True)
class Part:
    """What a record holds of some classes of an image set."""

    record: Record
    classes: tuple[int, ...]
    places: tuple[tuple[int, ...], ...] = ()

    @property
    def pixel_range(self) -> float:
        return RANGES[self.record.experiment]

    def marks(self, pixel_range: float) -> list[Mark]:
        """Its times, where images reach over `pixel_range` from black to white."""
        if self.record.experiment in ON_REPLICAS:
            return list(_OF_REPLICAS[self.record.experiment](self.record))
        of_unit = (_of_network if self.record.experiment == "trained_regimes" else _of_images)
        return [mark for place in self.places for mark in of_unit(
            self.record, int(np.ravel_multi_index(place, self.record.status.shape)),
            pixel_range / self.pixel_range)]


def parts_of(record: Record) -> list[Part]:
    """What a record has to say of when, apart by classes; nothing where it has not.

    Parameters
    ----------
    record : Record
        Of any experiment.

    Returns
    -------
    list of Part
        With classes ascending.
    """
    if record.experiment not in RANGES or not record.attributes.get("fact_data"):
        return []
    if record.experiment in ON_REPLICAS:
        return [Part(record, tuple(sorted(int(c) for c in record.option("classes", []))))]
    places: dict[tuple[int, ...], list] = {}
    for place in np.argwhere(record.status == UnitStatus.DONE):
        at = {a.name: a.values[i] for a, i in zip(record.split_axes, place)}
        classes = tuple(sorted(int(c) for c in str(at["classes"]).split("-")))
        places.setdefault(classes, []).append(tuple(int(i) for i in place))
    return [Part(record, classes, tuple(found)) for classes, found in places.items()]


# -- images under their exact score, and networks trained on them ----------------------------------
def _of_images(record: Record, index: int, scale: float) -> Iterator[Mark]:
    unit = Unit(record, index)
    source = Source(("images", float(unit.array("data_checksum"))),
                    f"exact score of {unit.count:,} images (subset of seed {unit.seed})")
    level = record.option("speciation_level", 0.775)
    noised = f"{show(record.option('samples'))} noised images"

    def noise(t):
        return same_noise(t, scale)

    def mark(kind: str, name: str, count: str, clock: Callable = noise, said: str = "") -> Mark:
        found = moved(unit.measured(name), clock)
        return Mark(kind, source, found, count, _file(record), name,
                    "" if found.known else said)

    if unit.has("speciation_time"):
        yield mark("covariance", "speciation_time", f"{unit.count} images",
                   lambda t: of_covariance(t, scale))
    for kind, name, curve, at in (
            ("exact speciation", "speciation_crossing_time", "speciation_agreement", level),
            ("exact collapse", "collapse_crossing_time", "collapse_agreement", 0.5)):
        if unit.has(name):
            yield mark(kind, name, noised, said=_no_crossing(unit.array(curve), at))
    for kind, name in (("class variance", "class_entropy_variance_peak_time"),
                       ("image variance", "entropy_variance_peak_time")):
        if unit.has(name):
            yield mark(kind, name, noised, said="no maximum inside the axis")
    if unit.has("class_entropy_rate"):
        name = "class_entropy_rate_peak_time"
        found = rate_peak(unit.axis("time"), unit.array("class_entropy_rate"), unit.measured(name),
                          scale)
        yield Mark("class rate", source, found, noised, _file(record), name,
                   "" if found.known else "no maximum inside the axis")


def _of_network(record: Record, index: int, scale: float) -> Iterator[Mark]:
    yield from _of_images(record, index, scale)
    unit = TrainedUnit(record, index)
    source = Source(("network", *map(str, record.paths), index),
                    f"one of {network_text(record)}, seed {unit.seed}, trained on those "
                    f"{unit.count:,} images, no class told")
    count = f"{len(unit.axis('trajectory'))} trajectories"
    level = record.option("speciation_level", 0.775)
    for kind, name, curve, at, warned in (
            ("trained speciation", "clone_speciation_time", "clone_agreement", level,
             "; ".join(unit.warnings())),
            ("trained collapse", "clone_collapse_time", "clone_collapse", 0.5, "")):
        found = moved(unit.measured(name), lambda t: same_noise(t, scale))
        yield Mark(kind, source, found, count, _file(record), name,
                   "" if found.known else _no_crossing(unit.array(curve), at), warned=warned)


def _file(record: Record) -> str:
    others = len(record.paths) - 1
    return record.path.name + (f" and {others} more" if others else "")


def _no_crossing(curve: np.ndarray, level: float) -> str:
    known = curve[np.isfinite(curve)]
    if not len(known):
        return "not measured"
    if known.max() < level:
        return f"not reached: at most {known.max():.2f}, not {show(level)}"
    if known.min() > level:
        return f"beyond the axis: at least {known.min():.2f}, not {show(level)}"
    return f"no crossing of {show(level)}"


# -- replicas --------------------------------------------------------------------------------------
def _of_replicas(record: Record) -> Iterator[Mark]:
    clock = step_clock(record)
    for group in replicas.groups(record):
        if group.told_class != replicas.NO_CLASS or not group.reach.everywhere:
            continue  # decides within its class, or is no pair coupled everywhere
        for unit in group.every_unit():
            source = _network_of(unit, replicas.noise_name(group.correlation or 0.0))
            for metric in ("cosine", "coarse", "fine"):
                mark = replace(_of_unit(unit, metric, source, clock.time), g=unit.g,
                               shared_noise=bool(group.correlation))
                alone = mark.known and unit.g == 0 and not mark.shared_noise
                yield replace(mark, warned="by chance: nothing couples them") if alone else mark


def _of_unit(unit: replicas.Unit, metric: str, source: Source, clock: Callable) -> Mark:
    fitted = is_fitted(unit, metric)
    steps = of_metric(unit, "midpoint", metric) if fitted else NO_VALUE
    return Mark(metric, source, moved(steps, clock), f"{show(unit.value('pair_count'))} pairs",
                _file(unit.record), f"midpoint, {metric}",
                "" if fitted else f"no midpoint: {fit_word(unit, metric)}", steps=steps,
                warned="" if unit.reliable else "network, classifier or samples unreliable")


def _of_decisions(record: Record) -> Iterator[Mark]:
    """Of the network by itself, told no class."""
    for unit in decision_units(record):
        source = _network_of(unit, "by itself")
        trunks = f"{unit.value('trunk_count'):,.0f} trajectories"
        excess = unit.array("clone_excess")
        for kind, name, count, said in (
                ("network clones", "clone_speciation_time", trunks,
                 _no_crossing(excess, excess_level(record))),
                ("network class rate", "class_entropy_rate_peak_time",
                 f"{unit.value('loss_image_count'):,.0f} images", "no maximum inside the axis"),
                ("network class information", "class_information_rate_peak_time",
                 f"{unit.value('loss_image_count'):,.0f} images", "no maximum inside the axis"),
                ("network class variance", "class_entropy_variance_peak_time",
                 f"{unit.value('loss_image_count'):,.0f} images", "no maximum inside the axis"),
                ("network variance", "entropy_variance_peak_time", trunks,
                 "no maximum inside the axis")):
            found = unit.measured(name)
            yield Mark(kind, source, found, count, _file(record), name,
                       "" if found.known else said,
                       warned="" if unit.reliable else "; ".join(unit.warnings()))


_OF_REPLICAS = {"replica_speciation": _of_replicas, "network_decisions": _of_decisions}


def _network_of(unit: replicas.Unit | DecisionUnit, protocol: str) -> Source:
    record = unit.record
    made = tuple(str(record.option(name)) for name in replicas.TRAINING)
    depth, width, patch = (record.option(name) for name in ("depth", "width", "patch"))
    text = (f"transformer of replicas ({depth} blocks of width {width}, {patch} × {patch} pixels a "
            f"token), seed {unit.seed}, trained on {unit.value('image_count'):,.0f} images with "
            f"their classes, none told")
    return Source(("replicas", made, record.attributes.get("sweep_seed"), unit.seed), text,
                  protocol)


def weakest(marks: list[Mark]) -> list[Mark]:
    """Which of some marks stand for g -> 0.

    Parameters
    ----------
    marks : list of Mark
        Of one kind and network.

    Returns
    -------
    list of Mark
        Those at the weakest coupling that has a value. Replicas that nothing couples, not even
        their noise, have one by chance alone. Marks that know no coupling are all of them.
    """
    coupled = [m for m in marks if m.known and m.g is not None and (m.g > 0 or m.shared_noise)]
    weakest = min((m.g for m in coupled), default=None)
    return [m for m in marks if m.g is None or m.g == weakest]
