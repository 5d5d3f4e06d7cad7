"""layer_energies: axes, the step at which layers are shown, and what chance makes of the gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...page import style
from ...reading.record import Record
from ...reading.values import position, show
from ..replicas import TRAINING, Group, Unit, couplings, groups, spread

MODES_FROM = {"same": "modes of the pairs they are measured on, as published",
              "others": "modes of other pairs"}
READINGS = {"same": "modes of the same pairs", "others": "modes of other pairs"}
CHANNELS = {"plain": "plain channels", "normalised": "normalised channels"}
BANDS = {"leading": ("leading modes", style.BLUE), "trailing": ("trailing modes", style.VERMILLION)}
PUBLISHED_COUPLINGS = (0.0, 0.1, 0.3, 0.9)  # figures 1, 9 and 10
PUBLISHED_LAYERS = 28
LAST_LAYERS = 5  # of the 28: where the gap is
INVERTED_LAYERS = (16, 22)  # where it is the other way round
MOST_COUPLINGS = 4
MOST_LAYERS = 3
ROUNDING = 1e-5  # of a gap that is 1 by definition, at the first step
LATE = 0.75  # share of the trajectory, where nothing says when replicas speciate
CHANCE = ("chance: differences of the same number, size and overlap with the start, but without "
          "preferred directions")

# What a record of replica_speciation of the same images has to share for its midpoints to be of
# this network's trajectories.
SAME_NETWORK = (*TRAINING, "published", "steps", "step_grid", "start_spread", "guidance")


@dataclass(frozen=True)
class ShownStep:
    """The step of a trajectory at which layers are shown, and why that one."""

    step: int
    reason: str


def shown_step(unit: Unit, told_class: int, beside=()) -> ShownStep:
    """What the job names; else the midpoint of the cosine from a record of replica_speciation of
    the same network; else three quarters of the trajectory."""
    steps = unit.record.axes["step"].values
    named = unit.value("speciation_step")
    if np.isfinite(named):
        return ShownStep(_nearest(steps, named), "named by the job")
    for record in beside:
        if is_same_network(unit.record, record):
            found = _midpoints(record, told_class, unit)
            if found:
                return ShownStep(_nearest(steps, float(np.mean(found))),
                                 f"midpoint of the cosine in {record.path.name}")
    return ShownStep(_nearest(steps, LATE * len(steps)), "three quarters of the trajectory")


def is_same_network(record: Record, other: Record) -> bool:
    """Whether a record is of replica_speciation with the same network, trained alike."""
    return (other.experiment == "replica_speciation"
            and all(str(other.attributes.get(name)) == str(record.attributes.get(name))
                    for name in ("sweep_seed", "fact_data"))
            and all(other.option(name) == record.option(name) for name in SAME_NETWORK))


def _midpoints(record: Record, told_class: int, unit: Unit) -> list[float]:
    """tau_spec of one seed, coupled as strongly in the same place; with independent noise, but at
    g = 0 with shared noise, as in the paper, where there is such a unit."""
    wanted = 1.0 if unit.g == 0 else 0.0
    same = sorted((group for group in groups(record)
                   if group.told_class == told_class and group.reach == unit.reach),
                  key=lambda group: abs(group.correlation - wanted))
    m = position(record.axes["metric"].values, "cosine", "metric")
    for group in same:
        found = [other.value("midpoint", m) for other in group.units(unit.g)
                 if other.seed == unit.seed and other.value("fit_status", m) == 0]
        if np.isfinite(found).any():
            return [tau for tau in found if np.isfinite(tau)]
    return []


def _nearest(steps: np.ndarray, value: float) -> int:
    return int(steps[np.argmin(np.abs(steps - value))])


def step_note(shown: dict[float, ShownStep]) -> str:
    """At which step s each coupling is shown, and why, for a caption."""
    by_reason: dict[str, list[str]] = {}
    for g, found in shown.items():
        by_reason.setdefault(found.reason, []).append(f"{found.step} at $g={show(g)}$")
    return "Step " + "; ".join(f"{', '.join(steps)} ({reason})"
                               for reason, steps in by_reason.items()) + "."


def shown_couplings(record: Record) -> list[float]:
    """Those of the paper's figures, where the record has them; else as many, evenly spread."""
    every = couplings(record)
    named = [g for g in every if any(abs(g - p) < 1e-9 for p in PUBLISHED_COUPLINGS)]
    return named if len(named) == len(PUBLISHED_COUPLINGS) else spread(every, MOST_COUPLINGS)


def first_units(group: Group, strengths: list[float]) -> dict[float, Unit]:
    """The first finished seed of each coupling."""
    found = {g: group.units(g) for g in strengths}
    return {g: units[0] for g, units in found.items() if units}


def channel_place(record: Record, modes_from: str, channels: str) -> tuple[int, int]:
    return (position(record.axes["modes_from"].values, modes_from, "modes_from"),
            position(record.axes["channels"].values, channels, "channels"))


def chance(unit: Unit, modes_from: str, channels: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(layer, step) three times: the gap that chance makes, the lower and the upper end of the
    interval that holds 95% of such gaps, by straight lines in the step between those at which they
    were drawn. At the first step energies are measured in units of themselves, and the gap is 1."""
    place = channel_place(unit.record, modes_from, channels)
    steps = unit.record.axes["step"].values
    drawn = unit.record.axes["chance_step"].values
    order = np.argsort(drawn)
    drawn = drawn[order]
    parts = []
    for end in ("", "_low", "_high"):
        rows = []
        for values in unit.array("chance_gap" + end)[place][..., order]:
            known = np.isfinite(values)
            rows.append(np.interp(steps, np.concatenate([[steps[0]], drawn[known]]),
                                  np.concatenate([[1.0], values[known]]))
                        if known.any() else np.full(len(steps), np.nan))
        parts.append(np.array(rows))
    return tuple(parts)


def gap(unit: Unit, modes_from: str, channels: str) -> tuple[np.ndarray, np.ndarray]:
    """(layer, step): G_int and its standard error."""
    place = channel_place(unit.record, modes_from, channels)
    return unit.array("gap")[place], unit.array("gap_error")[place]


def beyond_chance(unit: Unit, modes_from: str, channels: str) -> np.ndarray:
    """(layer, step): 1 where trailing modes keep more energy than leading ones and than chance
    makes of it, -1 where they keep less than either, otherwise 0."""
    found, _ = gap(unit, modes_from, channels)
    _, low, high = chance(unit, modes_from, channels)
    with np.errstate(invalid="ignore"):
        return (np.where(found > np.maximum(high, 1) + ROUNDING, 1, 0)
                - np.where(found < np.minimum(low, 1) - ROUNDING, 1, 0))


def last_layers(record: Record) -> np.ndarray:
    """Layers as deep as the paper's last five of 28."""
    layers = record.axes["layer"].values
    count = max(1, round(LAST_LAYERS / PUBLISHED_LAYERS * layers.max()))
    return layers > layers.max() - count


def inverted_layers(record: Record) -> np.ndarray:
    """Layers as deep as the paper's 16th to 22nd of 28."""
    layers = record.axes["layer"].values
    first, last = (round(n / PUBLISHED_LAYERS * layers.max()) for n in INVERTED_LAYERS)
    return (layers >= first) & (layers <= last)


def mode_frequencies(unit: Unit) -> tuple[np.ndarray, np.ndarray]:
    """(layer, mode), (layer): mean spatial frequency of each mode, and of all differences at the
    start; NaN for a mode that is none."""
    bands = unit.record.axes["band"].values
    return (unit.array("mode_band_share") @ bands, unit.array("band_share") @ bands)


def band_of_modes(unit: Unit, frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The leading and the trailing ones of a layer's modes, (modes)."""
    known = frequencies[np.isfinite(frequencies)]
    count = max(1, round(unit.record.option("band_share") * len(known) - 1e-9))
    return known[:count], known[max(0, len(known) - count):]


def panels_width(count: int) -> float:
    """Of a figure with so many panels side by side."""
    return max(6.4, 1.4 + 2.6 * count)
