"""replica_speciation: names of axes, published numbers, and differences between couplings."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...reading.record import Record
from ...reading.values import position, show
from ..image_units import Measured
from ..replicas import NO_CLASS, Group, Unit, couplings

# Table 1 of the dit paper: g -> tau_spec and its 95% interval, DiT-XL/2 on ImageNet, 100 steps.
PUBLISHED_STEPS = 100
TABLE_1 = {0.1: (63.6, 50.0, 96.6), 0.3: (48.0, 33.7, 85.3), 0.5: (46.3, 31.6, 82.6),
           0.7: (45.6, 35.0, 59.7), 0.9: (45.0, 35.8, 56.0), 1.0: (44.2, 35.6, 58.8)}
CONTROL = 53.0  # g = 0, shared noise: figures 5 and 1
GAP = (39.0, 41.0)  # Delta tau beyond weak coupling, section 4.1

FITTED, FEW_RESAMPLES = 0, 5
FIT_WORDS = ("sigmoid", "flat", "too few points", "midpoint outside", "not a sigmoid",
             "a sigmoid, but not in most bootstrap samples")
METRICS = {"cosine": ("cosine of features, median", style.BLUE),
           "label": ("share of pairs with one label", style.GREEN),
           "coarse": ("coarse commitment", style.BLUE),
           "fine": ("fine commitment", style.VERMILLION)}
SYMBOLS = {"cosine": r"\tau_\mathrm{spec}", "label": r"\tau_\mathrm{label}",
           "coarse": r"\tau_\mathrm{g}", "fine": r"\tau_\mathrm{l}"}
RESAMPLES = 400


def metric(record: Record, name: str) -> int:
    """Place of a metric on its axis."""
    return position(record.axes["metric"].values, name, "metric")


def fit_word(unit: Unit, name: str) -> str:
    """What the fit of a sigmoid came to."""
    status = unit.value("fit_status", metric(unit.record, name))
    if status == FITTED and not is_fitted(unit, name):
        status = FEW_RESAMPLES  # what records made before this status had a word show by it
    return FIT_WORDS[int(status)] if 0 <= status < len(FIT_WORDS) else "–"


def has_plateau(unit: Unit, name: str) -> bool:
    """Whether all pairs together are a sigmoid, in most bootstrap samples or not."""
    return unit.value("fit_status", metric(unit.record, name)) in (FITTED, FEW_RESAMPLES)


def is_fitted(unit: Unit, name: str) -> bool:
    """Whether the curve is a sigmoid, and most of its bootstrap samples are: the midpoint then has
    an interval."""
    m = metric(unit.record, name)
    return unit.value("fit_status", m) == FITTED and all(
        np.isfinite(unit.value("midpoint" + end, m)) for end in ("", "_low", "_high"))


def of_metric(unit: Unit, quantity: str, name: str) -> Measured:
    return unit.measured(quantity, metric(unit.record, name))


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
        reasons.append("where none was told, one class has over "
                       f"{record.option('most_share'):.0%} of the samples")
    return ("Hollow symbols: unreliable, because " + ", or ".join(reasons)
            + ", or because no sigmoid was found.")


# -- differences between couplings ----------------------------------------------------------------
def resampled_curves(unit: Unit, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(K), (K, R): the measured t_int, and the curve of each bootstrap sample of the pairs. Pairs
    of one seed share their start and noise at every coupling, and every unit of a seed draws the
    same samples: differences between couplings are of the same pairs."""
    record = unit.record
    values = unit.array("pair_agreement")[metric(record, name)]
    known = np.isfinite(values).all(axis=1)
    values = values[known]
    random = np.random.default_rng(unit.seed)
    drawn = random.integers(values.shape[1], size=(RESAMPLES, values.shape[1]))
    statistic = np.median if name == "cosine" else np.mean
    return (record.axes["t_int"].values[known].astype(float),
            statistic(values[:, drawn], axis=2))


def fitted_midpoints(t: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """(R): midpoints of the sigmoids with free floor and plateau that come nearest to some curves
    (K, R), on a grid of midpoints and widths; the best floor and plateau are linear in the curve.

    NaN where there are fewer points than a sigmoid has parameters, and one."""
    if len(t) < 5:
        return np.full(curves.shape[1], np.nan)
    span = t[-1] - t[0]
    midpoints = np.linspace(t[0], t[-1], 201)
    widths = np.geomspace(span / 200, span / 2, 12)
    place = np.repeat(midpoints, len(widths))
    with np.errstate(over="ignore"):
        basis = 1 / (1 + np.exp(-(t - place[:, None]) / np.tile(widths, len(midpoints))[:, None]))
    basis = basis - basis.mean(axis=1, keepdims=True)
    squares = (basis**2).sum(axis=1)
    usable = squares > 1e-6 * len(t)
    gain = (basis[usable] @ (curves - curves.mean(axis=0)))**2 / squares[usable, None]
    return place[usable][gain.argmax(axis=0)]


def interval(value: float, resampled: np.ndarray) -> Measured:
    """A number with the 95% interval of its bootstrap samples."""
    known = resampled[np.isfinite(resampled)]
    if len(known) < 0.5 * len(resampled):
        return Measured(np.float64(value), np.float64(np.nan), np.float64(np.nan))
    return Measured(np.float64(value), *np.percentile(known, [2.5, 97.5]))


def midpoint_difference(first: list[Unit], second: list[Unit], name: str) -> Measured | None:
    """tau of `first` minus tau of `second`, units of the same seeds, their mean over seeds."""
    values, resampled = [], []
    for a, b in _same_seeds(first, second):
        if is_fitted(a, name) and is_fitted(b, name):
            values.append(float(of_metric(a, "midpoint", name).value
                                - of_metric(b, "midpoint", name).value))
            resampled.append(fitted_midpoints(*resampled_curves(a, name))
                             - fitted_midpoints(*resampled_curves(b, name)))
    return interval(np.mean(values), np.mean(resampled, axis=0)) if values else None


def gap_difference(first: list[Unit], second: list[Unit]) -> Measured | None:
    """Delta tau of `first` minus that of `second`, units of the same seeds, their mean over
    seeds."""
    values, resampled = [], []
    for a, b in _same_seeds(first, second):
        if all(is_fitted(unit, name) for unit in (a, b) for name in ("coarse", "fine")):
            values.append(a.value("gap") - b.value("gap"))
            of_a, of_b = ([fitted_midpoints(*resampled_curves(unit, name))
                           for name in ("fine", "coarse")] for unit in (a, b))
            resampled.append(of_a[0] - of_a[1] - of_b[0] + of_b[1])
    return interval(np.mean(values), np.mean(resampled, axis=0)) if values else None


def end_difference(first: list[Unit], second: list[Unit], name: str) -> Measured | None:
    """How much more replicas of `first` agree that were coupled all along, mean over seeds."""
    values, resampled = [], []
    for a, b in _same_seeds(first, second):
        steps, of_a = resampled_curves(a, name)
        others, of_b = resampled_curves(b, name)
        if not len(steps) or not len(others) or steps[-1] != others[-1]:
            continue
        values.append(end_agreement(a, name) - end_agreement(b, name))
        resampled.append(of_a[-1] - of_b[-1])
    return interval(np.mean(values), np.mean(resampled, axis=0)) if values else None


def end_agreement(unit: Unit, name: str) -> float:
    """The agreement at the last t_int that was measured; NaN where none was."""
    values = unit.array("agreement")[metric(unit.record, name)]
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else np.nan


def _same_seeds(first: list[Unit], second: list[Unit]) -> list[tuple[Unit, Unit]]:
    by_seed = {unit.seed: unit for unit in second}
    return [(unit, by_seed[unit.seed]) for unit in first if unit.seed in by_seed]


def reliable_units(group: Group, g: float) -> list[Unit]:
    return [unit for unit in group.units(g) if unit.reliable]


def coupled(record: Record) -> list[float]:
    """The couplings above zero."""
    return [g for g in couplings(record) if g > 0]
