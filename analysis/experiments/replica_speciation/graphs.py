"""replica_speciation: more than two replicas on a coupling graph, by modes of their difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D

from ...page import style
from ...page.content import Claim, Figure, Table, Verdict
from ...reading.estimates import Z95
from ...reading.values import show
from ..image_units import Measured
from ..midpoints import FITTED, LEAST_SHARE, known_gap, metric
from ..reach import AXES
from ..replicas import Reaches, Unit, couplings, say_not_measured, symbol
from .data import (
    EQUAL_SHARE,
    FEW_RESAMPLES,
    FIT_WORDS,
    SYMBOLS,
    UNSTABLE_NOTE,
    coupled,
    unreliable_note,
)

PAIR = AXES["graph"]
# Modes are averaged alike where rho differs by no more than rounding.
SAME_CARRIED = 1e-6
WORDS = {True: "alike", False: "apart", None: "not decided"}


@dataclass(frozen=True)
class Mode:
    """Modes of difference of a unit's replicas that are averaged alike."""

    unit: Unit
    number: int

    @property
    def carried(self) -> float:
        """rho, what one average over the graph leaves of them."""
        return self.unit.value("mode_carried", self.number)

    @property
    def count(self) -> int:
        return int(self.unit.value("mode_count", self.number))

    @property
    def graph(self) -> str:
        return self.unit.reach.graph

    def fit_word(self, name: str) -> str:
        status = int(self.unit.value("mode_fit_status", self.number, self._metric(name)))
        few = status == FITTED and not self.is_fitted(name)
        return FIT_WORDS[FEW_RESAMPLES if few else status]

    def is_fitted(self, name: str) -> bool:
        m = self._metric(name)
        return (self.unit.value("mode_fit_status", self.number, m) == FITTED
                and self.unit.value("mode_share_fitted", self.number, m) >= LEAST_SHARE)

    def midpoint(self, name: str) -> Measured | None:
        """None where the curve is no sigmoid."""
        if not self.is_fitted(name):
            return None
        return self.unit.measured("mode_midpoint", self.number, self._metric(name))

    def gap(self) -> Measured | None:
        """None where one of the curves is no sigmoid, or too few samples have both midpoints."""
        if not (self.is_fitted("coarse") and self.is_fitted("fine")):
            return None
        return known_gap(self.unit.measured("mode_gap", self.number),
                         *(self.unit.value("mode_share_fitted", self.number, self._metric(name))
                           for name in ("coarse", "fine")))

    def end(self, name: str) -> np.ndarray:
        """Agreement of each row that was coupled all along."""
        return self.unit.array("mode_end")[self.number, self._metric(name)]

    def _metric(self, name: str) -> int:
        return metric(self.unit.record, name)


def modes(unit: Unit) -> list[Mode]:
    """The largest rho first; none in records from before rows of modes were kept."""
    if "mode_end" not in unit.record:
        return []
    return [Mode(unit, int(k)) for k in np.flatnonzero(np.isfinite(unit.array("mode_carried")))]


def has_graphs(over: Reaches) -> bool:
    return len({reach.graph for reach in over.places}) > 1


def on_first_graph(over: Reaches) -> Reaches:
    """Of these groups, those of one graph."""
    first = over.places[0].graph
    return Reaches(tuple(group for group in over.groups if group.reach.graph == first))


def _graphs(over: Reaches) -> list:
    """Of these groups, those coupled in one place, a graph each."""
    first = over.places[0].on(PAIR)
    return [group for group in over.groups if group.reach.on(PAIR) == first]


def _all_modes(over: Reaches, strengths: list[float]) -> Iterator[tuple[int, Mode]]:
    """(number of the graph, mode)."""
    for number, group in enumerate(_graphs(over)):
        for g in strengths:
            for unit in group.units(g):
                for mode in modes(unit):
                    yield number, mode


# -- figure ----------------------------------------------------------------------------------------
def graph_figure(over: Reaches) -> Figure:
    record = over.record
    names = [group.reach.graph for group in _graphs(over)]
    strengths = coupled(record) or couplings(record)

    def draw(canvas):
        (times, coarse, fine), ends = canvas.subplots(2, 3, sharex=True)
        for number, mode in _all_modes(over, strengths):
            colour, marker = (style.CYCLE[number % 7], style.MARKERS[number % 7])
            shown = {"colour": colour, "marker": marker, "filled": mode.unit.reliable}
            # Beside each other where several have one rho.
            x = mode.carried + 0.012 * (number - (len(names) - 1) / 2)
            for ax, name in zip((times, coarse, fine), ("cosine", "coarse", "fine")):
                if (found := mode.midpoint(name)) is not None:
                    symbol(ax, x, found, **shown)
            for ax, name in zip(ends, ("cosine", "coarse", "fine")):
                symbol(ax, x, _mean_of(mode.end(name)), **shown)
        for ax, name in zip(ends, ("cosine", "coarse", "fine")):
            _pair_line(ax, over, name)
            ax.set_xlabel("$\\rho_k$")
        for ax, name in zip((times, coarse, fine), ("cosine", "coarse", "fine")):
            ax.set_ylabel(f"${SYMBOLS[name]}$ of the mode [steps]")
            if not ax.has_data():
                say_not_measured(ax, "no sigmoid")
                ax.set_yticks([])
        for ax, label in zip(ends, ("cosine", "coarse commitment", "fine commitment")):
            ax.set_ylabel(f"{label} at the end")
        handles = [Line2D([], [], color=style.CYCLE[n % 7], marker=style.MARKERS[n % 7],
                          linestyle="none", label="pair" if name == PAIR else name)
                   for n, name in enumerate(names)]
        style.legend_below(canvas, (), min(6, len(handles)), handles)

    return Figure(f"graphs-{over.key}", f"Replicas on graphs, {over.told}",
                  "What happens to modes of difference of replicas on a coupling graph, by what "
                  "one average over the graph leaves of them, $\\rho_k$; that of a pair is "
                  "$(1-g)/(1+g)$, and 1 is no coupling. Upper row: midpoints of the cosine, of "
                  "coarse and of fine commitment; without a symbol: no sigmoid. Lower row: "
                  "mean agreement by the mode of rows that were coupled all along; line: mean of "
                  "the pairs over seeds. To first order the graph acts through $\\rho_k$ alone: "
                  "then all symbols at one $\\rho_k$ are alike. Modes of one graph and $\\rho_k$ "
                  "are one symbol; one symbol a seed, 95% intervals over rows. "
                  f"{unreliable_note(record)}", draw, (10.6, 6.6))


def _pair_line(ax, over: Reaches, name: str) -> None:
    """The pairs' means over seeds at every rho they have."""
    points: dict[float, list[float]] = {}
    for _, mode in _all_modes(over, couplings(over.record)):
        if mode.graph == PAIR:
            points.setdefault(round(mode.carried, 9), []).append(mode.end(name).mean())
    known = sorted(points)
    if len(known) > 1:
        ax.plot(known, [np.mean(points[rho]) for rho in known], color=style.GREY, linewidth=1,
                zorder=0)


# -- table -----------------------------------------------------------------------------------------
def graph_table(over: Reaches) -> Table:
    rows = []
    for _, mode in _all_modes(over, couplings(over.record)):
        gap = mode.gap()
        rows.append(["pair" if mode.graph == PAIR else mode.graph, show(mode.unit.g),
                     str(mode.unit.seed), f"{mode.carried:.3f}", str(mode.count),
                     *(found.text(1) if (found := mode.midpoint(name)) else
                       f"– ({mode.fit_word(name)})"
                       for name in ("cosine", "coarse", "fine")),
                     gap.text(1) if gap else "–",
                     *(_mean_of(mode.end(name)).text(3) for name in ("cosine", "coarse", "fine")),
                     "yes" if mode.unit.reliable else "NO"])
    return Table(f"Modes of replicas on graphs, {over.told}",
                 ["<graph", "g", "seed", "$\\rho_k$", "modes",
                  *(f"${SYMBOLS[name]}$" for name in ("cosine", "coarse", "fine")),
                  "$\\Delta\\tau$", "cosine at the end", "coarse", "fine", "reliable"], rows,
                 "Midpoints in steps, and mean agreement by the mode of rows that were coupled all "
                 f"along, with 95% intervals over rows. {UNSTABLE_NOTE}")


def _mean_of(rows: np.ndarray) -> Measured:
    """With its 95% interval, the rows independent."""
    value, half = rows.mean(), Z95 * _error_of(rows)
    return Measured(*(np.float64(value + sign * half) for sign in (0, -1, 1)))


def _error_of(rows: np.ndarray) -> float:
    return rows.std(ddof=1) / np.sqrt(len(rows))


# -- claim -----------------------------------------------------------------------------------------
def graph_claim(over: Reaches) -> Claim | None:
    """Whether modes that are averaged as a pair's is agree as the pair does."""
    if not has_graphs(over):
        return None
    statement = ("To first order a coupling graph acts on a mode of difference through $\\rho_k$ "
                 "alone: at one $\\rho_k$ modes of any graph agree as a pair does.")
    found = {name: _differences(over, name) for name in ("cosine", "coarse", "fine")}
    if not any(map(len, found.values())):
        return Claim("(27), for more replicas", statement,
                     f"{over.told}: no reliable mode has the $\\rho$ of a pair in this record.",
                     Verdict.OPEN)
    means = {name: _mean(values) for name, values in found.items()}
    rises = {name: np.mean([each.rise for each in values]) for name, values in found.items()}
    answers = {name: means[name].within(EQUAL_SHARE * abs(rises[name])) for name in means}
    texts = "; ".join(f"{name} {mean.text(3)}, where pairs rise by {rises[name]:.3f} "
                      f"({WORDS[answers[name]]})" for name, mean in means.items())
    each = found["cosine"]
    inside = sum(abs(one.value) <= Z95 * one.error for one in each)
    return Claim("(27), for more replicas", statement,
                 f"{over.told}: coupled all along, modes agree more than the pair of the same seed "
                 f"and $\\rho$ by, on average over {len(each)}, {texts}. The cosine's difference "
                 f"is within its own interval for {inside} of them.",
                 _verdict(set(answers.values())),
                 "Means over rows; errors are of the differences between a mode and the pair in "
                 "the same row, which share start and noise, and that of the mean takes one seed's "
                 f"differences for one. None: within {EQUAL_SHARE:.0%} of the pairs' rise.")


def _verdict(answers: set) -> Verdict:
    if False in answers:
        return Verdict.CONTRADICTED
    if answers == {True}:
        return Verdict.REPRODUCED
    return Verdict.PARTLY if True in answers else Verdict.OPEN


@dataclass(frozen=True)
class _Difference:
    """How much more a mode agrees at the end than a pair of its seed and rho, the error of that,
    and how far the pair rose above independent images."""

    seed: int
    value: float
    error: float
    rise: float


def _differences(over: Reaches, name: str) -> list[_Difference]:
    """Of every mode with the rho of a pair of its seed."""
    every = [mode for _, mode in _all_modes(over, coupled(over.record)) if mode.unit.reliable]
    out = []
    for mode in every:
        pair = next((other for other in every
                     if other.graph == PAIR and other.unit.seed == mode.unit.seed
                     and abs(other.carried - mode.carried) < SAME_CARRIED), None)
        if mode.graph == PAIR or pair is None:
            continue
        more = mode.end(name) - pair.end(name)
        independent = pair.unit.value("independent_agreement", metric(over.record, name))
        out.append(_Difference(mode.unit.seed, more.mean(), _error_of(more),
                               pair.end(name).mean() - independent))
    return out


def _mean(differences: list[_Difference]) -> Measured:
    """Differences of one seed are taken for one: they move together."""
    value = np.mean([each.value for each in differences])
    errors = [np.mean([each.error for each in differences if each.seed == seed])
              for seed in {each.seed for each in differences}]
    half = Z95 * np.sqrt(np.sum(np.square(errors))) / len(errors)
    return Measured(*(np.float64(value + sign * half) for sign in (0, -1, 1)))
