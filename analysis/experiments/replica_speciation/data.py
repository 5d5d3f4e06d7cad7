"""replica_speciation: names of axes and published numbers."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...reading.record import Record
from ...reading.values import show
from ..image_units import Measured
from ..midpoints import FITTED, LEAST_SHARE, is_fitted, metric
from ..replicas import NO_CLASS, Group, Unit, couplings, most_share

# Table 1 of the dit paper: g -> tau_spec and its 95% interval, DiT-XL/2 on ImageNet, 100 steps.
PUBLISHED_STEPS = 100
TABLE_1 = {0.1: (63.6, 50.0, 96.6), 0.3: (48.0, 33.7, 85.3), 0.5: (46.3, 31.6, 82.6),
           0.7: (45.6, 35.0, 59.7), 0.9: (45.0, 35.8, 56.0), 1.0: (44.2, 35.6, 58.8)}
CONTROL = 53.0  # g = 0, shared noise: figures 5 and 1
GAP = (39.0, 41.0)  # Delta tau beyond weak coupling, section 4.1

# Ends are the same if they differ by less than this share of the rise above independent images.
EQUAL_SHARE = 0.2
FEW_RESAMPLES = 5
UNSTABLE_NOTE = f"Unstable: found in under {LEAST_SHARE:.0%} of the bootstrap samples."
FIT_WORDS = ("sigmoid", "flat", "too few points", "midpoint outside", "not a sigmoid",
             "unstable sigmoid")
METRICS = {"cosine": ("cosine of features, median", style.BLUE),
           "label": ("share of pairs with one label", style.GREEN),
           "coarse": ("coarse commitment", style.BLUE),
           "fine": ("fine commitment", style.VERMILLION)}
SYMBOLS = {"cosine": r"\tau_\mathrm{spec}", "label": r"\tau_\mathrm{label}",
           "coarse": r"\tau_\mathrm{g}", "fine": r"\tau_\mathrm{l}"}


def fit_word(unit: Unit, name: str) -> str:
    """What the fit of a sigmoid came to."""
    status = unit.value("fit_status", metric(unit.record, name))
    if status == FITTED and not is_fitted(unit, name):
        status = FEW_RESAMPLES  # what records made before this status had a word show by it
    return FIT_WORDS[int(status)] if 0 <= status < len(FIT_WORDS) else "–"


def has_plateau(unit: Unit, name: str) -> bool:
    """Whether all pairs together are a sigmoid, in most bootstrap samples or not."""
    return unit.value("fit_status", metric(unit.record, name)) in (FITTED, FEW_RESAMPLES)


def published(record: Record, g: float) -> Measured | None:
    """Table 1 at a coupling strength, in steps of this record's trajectories."""
    scale = record.option("steps") / PUBLISHED_STEPS
    for strength, cell in TABLE_1.items():
        if abs(strength - g) < 1e-9:
            return Measured(*(np.float64(scale * v) for v in cell))
    return None


def scaled(record: Record, steps: float) -> float:
    """A published number of steps, in steps of this record's trajectories."""
    return steps * record.option("steps") / PUBLISHED_STEPS


def scaling_note(record: Record) -> str:
    steps = record.option("steps")
    if steps == PUBLISHED_STEPS:
        return ""
    return f" Published steps are multiplied by {show(steps / PUBLISHED_STEPS)}."


def unreliable_note(record: Record) -> str:
    """What makes a symbol hollow."""
    reasons = []
    if record.option("context_samples"):
        reasons.append("the network hardly uses its context (its error rises by under "
                       f"{record.option('least_context_rise'):.0%} without it)")
    reasons.append("the classifier is right on under "
                   f"{record.option('least_accuracy'):.0%} of the real test images")
    told = record.axes["told_class"].values
    if np.any(told != NO_CLASS):
        reasons.append(f"under {record.option('least_right'):.0%} of the samples show the class "
                       "they were told")
    if np.any(told == NO_CLASS):
        reasons.append(f"where none was told, one class has over {most_share(record):.0%} of the "
                       "samples")
    return ("Hollow symbols: unreliable, because " + ", or ".join(reasons)
            + f", or because no sigmoid was found, or an unstable one. {UNSTABLE_NOTE}")


def reliable_units(group: Group, g: float) -> list[Unit]:
    return [unit for unit in group.units(g) if unit.reliable]


def coupled(record: Record) -> list[float]:
    """The couplings above zero."""
    return [g for g in couplings(record) if g > 0]
