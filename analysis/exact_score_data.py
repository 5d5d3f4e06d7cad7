"""What a record of exact_score holds, by the names its figures use. The only file here that knows the
names of its axes and observables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analysis.record import Observable, Record

SCORES = {"printed": "printed score (biased)", "path": "path score (exact)",
          "joint": "joint score (exact)"}
EXACT_SCORES = ("path", "joint")
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
    """Sampled terminal variance over the couplings, and its closed form."""

    mean: np.ndarray
    error: np.ndarray
    closed_form: np.ndarray


class Curves:
    """Slices of one record over (score, schedule, g, theta), angles ascending."""

    def __init__(self, record: Record):
        self.record = record
        self.angles = np.sort(record.axes["theta"].values)
        self.couplings = [float(g) for g in np.sort(record.axes["g"].values) if g != 0]
        self.schedules = _ordered(record.axes["schedule"].values, _SCHEDULE_ORDER)
        self.scores = _ordered(record.axes["score"].values, tuple(SCORES))
        self.trials = int(record.option("trials", 0))
        self.dimension = int(record.option("dimension", 32))
        self.mean_amplitude = float(record.option("mean_amplitude", 0.5))
        self.perfect = perfect_values(self.dimension, self.mean_amplitude)

    @property
    def trials_text(self) -> str:
        return f"{self.trials} trials" if self.trials else "the trials"

    def value(self, metric: Metric, score: str, schedule: str, g: float) -> Series:
        return self._series(metric.key, score=score, schedule=schedule, g=g)

    def delta(self, metric: Metric, score: str, schedule: str, g: float) -> Series:
        return self._series("delta_" + metric.key, score=score, schedule=schedule, g=g)

    def delta_map(self, metric: Metric, score: str, schedule: str) -> Series:
        """Over (theta, g), couplings other than zero."""
        name = "delta_" + metric.key
        mean, error = (self._sorted(n).at(score=score, schedule=schedule).over("theta", "g")
                       for n in (name, name + "_error"))
        keep = mean.coords["g"] != 0
        return Series(mean.values[:, keep], error.values[:, keep], mean.done[:, keep])

    def all_deltas(self, metric: Metric, score: str | None = None) -> Series:
        """Every cell of one score, or of all, couplings other than zero."""
        name = "delta_" + metric.key
        where = {} if score is None else {"score": score}
        mean, error = self._sorted(name).at(**where), self._sorted(name + "_error").at(**where)
        place = mean.dims.index("g")
        keep = np.flatnonzero(mean.coords["g"] != 0)
        return Series(mean.values.take(keep, place), error.values.take(keep, place),
                      mean.done.take(keep, place))

    def baseline(self, metric: Metric, score: str) -> Series | None:
        """The uncoupled runs of one score."""
        name = "baseline_" + metric.key
        if name not in self.record:
            return None
        return self._series(name, score=score, schedule=self.schedules[0], g=self.couplings[0])

    def z_scores(self, score: str) -> np.ndarray:
        """Delta over standard error of every measured cell; cells without spread left out."""
        found = []
        for metric in METRICS:
            delta = self.all_deltas(metric, score)
            known = np.isfinite(delta.mean) & (delta.error > 0)
            found.append(delta.mean[known] / delta.error[known])
        return np.concatenate(found)

    @property
    def has_terminal_variance(self) -> bool:
        return "terminal_variance" in self.record

    def terminal_variance(self, score: str, schedule: str) -> Variance | None:
        return None

    def nearest_angles(self, parts_of_pi: tuple[float, ...]) -> list[int]:
        """Indices of the angles nearest to these multiples of pi, without repeats."""
        nearest = [int(np.argmin(np.abs(self.angles - p * np.pi))) for p in parts_of_pi]
        return sorted(set(nearest))

    def _sorted(self, name: str) -> Observable:
        return self.record[name].sorted()

    def _series(self, name: str, **where) -> Series:
        mean = self._sorted(name).at(**where).over("theta")
        error = self._sorted(name + "_error").at(**where).over("theta")
        return Series(mean.values, error.values, mean.done)


def perfect_values(dimension: int, mean_amplitude: float) -> dict[str, float]:
    """Accuracy, plane MSE and NLL of exact samples of P_0(y|x_0), for unit variance: they depend on
    the distance a = sqrt(d) m of a class mean from the origin alone."""
    a = math.sqrt(dimension) * mean_amplitude
    normal = NormalDist()
    right, wrong = normal.cdf(a), normal.cdf(-a)
    grid = np.linspace(-12, 12, 4801)
    weight = np.exp(-grid**2 / 2) / math.sqrt(2 * math.pi) * (grid[1] - grid[0])
    label_cost = weight @ np.logaddexp(0, -2 * a * (a + grid))
    both_cost = weight @ np.logaddexp(0, -2 * a * (2 * a + math.sqrt(2) * grid))
    return {"accuracy": right**2 + wrong**2, "mse": 1 + 2 * a**2 * wrong,
            "nll": dimension / 2 * math.log(2 * math.pi * math.e) + float(label_cost - both_cost)}


def _ordered(values, preferred: tuple[str, ...]) -> list[str]:
    found = [str(v) for v in values]
    return [p for p in preferred if p in found] + [v for v in found if v not in preferred]
