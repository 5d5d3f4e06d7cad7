"""What a record of exact_score holds, by the names its figures use. The only file here that
knows the names of its axes and observables."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...reading.record import Record

SCORES = {"printed": "printed score (biased)", "path": "path score (exact)",
          "joint": "joint score (exact)"}
EXACT_SCORES = ("path", "joint")
FIGURE_OF_COUPLING = {0.2: "12", 0.5: "13", 1.0: "14"}
MOST_COUPLINGS = 6
_SCHEDULE_ORDER = ("constant", "late", "early")


@dataclass(frozen=True)
class Metric:
    """One observable of appendix C and how figures call it."""

    key: str
    name: str
    label: str
    delta_title: str
    delta_label: str


METRICS = (
    Metric("accuracy", "Alignment accuracy", "accuracy", "Δ accuracy", "Δ accuracy"),
    Metric("mse", "Signal-plane MSE", "MSE in the signal plane", "Δ MSE", "Δ MSE"),
    Metric("nll", "Negative log-likelihood", "NLL [nat]", "Δ NLL", "Δ NLL [nat]"),
)


@dataclass(frozen=True)
class Series:
    """Means, standard errors, and which cells are measured, over the same coordinates."""

    mean: np.ndarray
    error: np.ndarray
    done: np.ndarray


@dataclass(frozen=True)
class Variance:
    """Terminal variance over the couplings: sampled (NaN where all d coordinates were not
    simulated), exact for the scheme as run, and its limit of infinitely many steps."""

    mean: np.ndarray
    error: np.ndarray
    exact: np.ndarray
    limit: np.ndarray


class Curves:
    """Slices of one record over (score, schedule, g, theta), angles ascending, seeds averaged."""

    def __init__(self, record: Record):
        self.record = record
        self.angles = np.sort(record.axes["theta"].values)
        self.couplings = [float(g) for g in np.sort(record.axes["g"].values) if g != 0]
        self.schedules = _ordered(record.axes["schedule"].values, _SCHEDULE_ORDER)
        self.scores = _ordered(record.axes["score"].values, tuple(SCORES))
        self.methods = _ordered(record.axes["method"].values, ("plane", "full"))
        self.seeds = len(record.axes["seed"])
        self.trials = int(record.option("trials", 0))

    @property
    def trials_text(self) -> str:
        return f"{self.trials} trials" + (f" of each of {self.seeds} seeds" if self.seeds > 1
                                          else "")

    def value(self, metric: Metric, score: str, schedule: str, g: float,
              method: str | None = None) -> Series:
        return self._series(metric.key, score=score, schedule=schedule, g=g, method=method)

    def delta(self, metric: Metric, score: str, schedule: str, g: float) -> Series:
        return self._series("delta_" + metric.key, score=score, schedule=schedule, g=g)

    def baseline(self, metric: Metric, score: str) -> Series:
        """The uncoupled runs of one score."""
        return self._series("baseline_" + metric.key, score=score)

    def delta_map(self, metric: Metric, score: str, schedule: str) -> Series:
        """Over (theta, g), couplings other than zero."""
        return self._stack([self.delta(metric, score, schedule, g) for g in self.couplings])

    def all_deltas(self, metric: Metric, score: str | None = None) -> Series:
        """Every cell of one score, or of all, couplings other than zero."""
        return self._stack([self.delta(metric, s, schedule, g)
                            for s in ([score] if score else self.scores)
                            for schedule in self.schedules for g in self.couplings])

    def perfect(self, metric: Metric) -> float:
        """What exact samples of P_0(y|x_0) give; NaN while nothing is measured."""
        values = self.record["perfect_" + metric.key].values
        return float(np.nanmean(values)) if np.isfinite(values).any() else math.nan

    def method_differences(self, metric: Metric, score: str) -> list[Series]:
        """`plane` minus `full`, which draw independent noise, over the angles: one Series for each
        schedule and coupling."""
        found = []
        for schedule in self.schedules:
            for g in self.couplings:
                plane, full = (self.value(metric, score, schedule, g, method)
                               for method in ("plane", "full"))
                found.append(Series(plane.mean - full.mean, np.hypot(plane.error, full.error),
                                    plane.done))
        return found

    def terminal_variance(self, score: str, schedule: str) -> Variance:
        """Over the couplings. Angles share their noise outside the signal plane, so the standard
        error is that of one angle."""
        method = "full" if "full" in self.methods else self.methods[0]
        mean, error, exact, limit = [], [], [], []
        for g in self.couplings:
            sampled = self._series("terminal_variance", score=score, schedule=schedule, g=g,
                                   method=method)
            known = np.isfinite(sampled.mean)
            mean.append(sampled.mean[known].mean() if known.any() else math.nan)
            error.append(sampled.error[known].mean() if known.any() else math.nan)
            for values, name in ((exact, "terminal_variance_exact"),
                                 (limit, "terminal_variance_limit")):
                found = self.record[name].at(score=score, schedule=schedule, g=g).values
                values.append(np.nanmean(found) if np.isfinite(found).any() else math.nan)
        return Variance(*map(np.array, (mean, error, exact, limit)))

    def history(self, name: str, theta: float, score: str, schedule: str | None = None,
                g: float | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Times, and the share of trials averaged over seeds, at one angle."""
        found = self.record[name].sorted().at(theta=theta, score=score, method=self.methods[0])
        if schedule is not None:
            found = found.at(schedule=schedule, g=g)
        found = found.over("seed", "time")
        with np.errstate(invalid="ignore"):
            known = np.isfinite(found.values).any(axis=0)
            mean = np.full(known.shape, np.nan)
            mean[known] = np.nanmean(found.values[:, known], axis=0)
        return found.coords["time"], mean

    def nearest_angles(self, parts_of_pi: tuple[float, ...]) -> list[int]:
        """Indices of the angles nearest to these multiples of pi, without repeats."""
        nearest = [int(np.argmin(np.abs(self.angles - p * np.pi))) for p in parts_of_pi]
        return sorted(set(nearest))

    def _series(self, name: str, method: str | None = None, **where) -> Series:
        """Over the angles, seeds averaged: their noise is independent."""
        where["method"] = method or self.methods[0]
        mean = self.record[name].sorted().at(**where).over("theta", "seed")
        error = self.record[name + "_error"].sorted().at(**where).over("theta", "seed")
        known = np.isfinite(mean.values) & np.isfinite(error.values)
        count = known.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            average = np.where(known, mean.values, 0).sum(axis=1) / count
            spread = np.sqrt((np.where(known, error.values, 0)**2).sum(axis=1)) / count
        return Series(average, spread, mean.done.all(axis=1))

    def _stack(self, parts: list[Series]) -> Series:
        """Over (theta, part)."""
        return Series(*(np.stack([getattr(p, name) for p in parts], axis=1)
                        for name in ("mean", "error", "done")))


def _ordered(values, preferred: tuple[str, ...]) -> list[str]:
    found = [str(v) for v in values]
    return [p for p in preferred if p in found] + [v for v in found if v not in preferred]


def couplings_to_draw(curves: Curves) -> list[float]:
    """All couplings if they are few, else the paper's, else some spread over the axis."""
    if len(curves.couplings) <= MOST_COUPLINGS:
        return list(curves.couplings)
    ours = [g for g in curves.couplings if any(abs(g - p) < 1e-9 for p in FIGURE_OF_COUPLING)]
    if ours:
        return ours
    picked = np.unique(np.linspace(0, len(curves.couplings) - 1, MOST_COUPLINGS).round())
    return [curves.couplings[int(i)] for i in picked]
