"""replica_speciation: agreement and distance of a pair's images over the steps they are coupled."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Figure
from ...reading.estimates import Z95
from ...reading.values import show
from ..midpoints import is_fitted, metric, of_metric
from ..replicas import (
    Group,
    Unit,
    coupling_panels,
    couplings,
    legend_columns,
    panels_size,
    say_not_measured,
    spread,
)
from .data import METRICS, SYMBOLS, fit_word, unreliable_note

CURVES = ("Symbols: pairs that were coupled for $t_{int}$ steps and then let go, with 95% "
          "bootstrap intervals over pairs; full lines: the sigmoid fitted to them, or their mean "
          "where they are flat; upright lines and shades: its midpoint with its 95% interval; "
          "diamonds: where straight lines between the points pass the dotted level, half way from "
          "independent to equal and the same at every $g$. First seed; thin lines: further seeds. "
          "$t_{int}$ is counted from the start of the generation; it runs from left to right.")


def cosine_figure(group: Group) -> Figure:
    shared = group.correlation == 1
    name = "Figure 5 at $g=0$, and figures 2 to 4 with shared noise" if shared else "Figures 2 to 4"
    return _curve_figure(group, ("cosine",), f"figure-2-{group.key}",
                         f"{name}: agreement of the images' features",
                         "Median cosine of the features of both images of a pair (70). Dashed: "
                         "images of different pairs. ", "median cosine")


def commitment_figure(group: Group) -> Figure:
    return _curve_figure(group, ("coarse", "fine"), f"figure-6-{group.key}",
                         "Figures 6 to 8: coarse and fine commitment",
                         "Commitment scores $1-d/d_{ind}$ of the coarse (71) and the fine (72) "
                         "distance, over that of images of different pairs: 0 independent, 1 "
                         "equal. ", "commitment score")


def label_figure(group: Group) -> Figure:
    return _curve_figure(group, ("label",), f"labels-{group.key}", "Agreement of labels",
                         "Share of pairs whose images the classifier gives the same label. Dashed: "
                         "images of different pairs. ", "share of pairs")


def _curve_figure(group: Group, metrics: tuple[str, ...], key: str, title: str, meaning: str,
                  label: str) -> Figure:
    record = group.record

    def draw(canvas):
        panels = coupling_panels(canvas, record)
        for ax, g in panels:
            units = group.units(g)
            ax.set_title(_panel_title(units, g, metrics), fontsize=9.5)
            if not units:
                say_not_measured(ax)
            for number, name in enumerate(metrics):
                for n, unit in enumerate(units):
                    if n == 0:
                        _draw_curve(ax, unit, name, number)
                    else:
                        t, values, _ = _curve(unit, name)
                        ax.plot(t, values, color=METRICS[name][1], linewidth=0.6, alpha=0.7)
        columns = max(1, sum(ax.get_subplotspec().is_first_row() for ax, _ in panels))
        for k, (ax, _) in enumerate(panels):
            if k % columns == 0:
                ax.set_ylabel(label)
            if k + columns >= len(panels):
                ax.set_xlabel("$t_{int}$ [steps]")
        style.legend_below(canvas, [ax for ax, _ in panels], legend_columns(canvas))

    return Figure(key, f"{title}, {group.text}",
                  f"{meaning}{CURVES} {unreliable_note(record)}", draw, panels_size(record))


def _panel_title(units: list[Unit], g: float, metrics: tuple[str, ...]) -> str:
    if not units:
        return f"$g={show(g)}$"
    texts = []
    for name in metrics:
        found = of_metric(units[0], "midpoint", name)
        texts.append(f"${SYMBOLS[name]}=$ {found.text(1)}" if is_fitted(units[0], name)
                     else f"${SYMBOLS[name]}$: {fit_word(units[0], name)}")
    return f"$g={show(g)}$\n" + "\n".join(texts)


def _curve(unit: Unit, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    m = metric(unit.record, name)
    values, error = unit.array("agreement")[m], unit.array("agreement_error")[m]
    known = np.isfinite(values)
    return unit.record.axes["t_int"].values[known], values[known], error[known]


def _draw_curve(ax, unit: Unit, name: str, number: int) -> None:
    record, (label, colour) = unit.record, METRICS[name]
    t, values, error = _curve(unit, name)
    m = metric(record, name)
    floor, plateau = unit.value("floor", m), unit.value("plateau", m)
    midpoint, width = (of_metric(unit, q, name) for q in ("midpoint", "width"))
    solid = unit.reliable and is_fitted(unit, name)
    if number == 0:
        baseline = unit.value("independent_agreement", m)
        half = Z95 * unit.value("independent_agreement_error", m)
        ax.axhline(baseline, color=style.GREY, linestyle="--", linewidth=1,
                   label="images of different pairs")
        ax.axhspan(baseline - half, baseline + half, color=style.GREY, alpha=0.2, linewidth=0)
        level = unit.value("level", m)
        if np.isfinite(level):
            ax.axhline(level, color=style.GREY, linewidth=0.9, linestyle=":",
                       label="half way to equal")
    ax.errorbar(t, values, yerr=Z95 * error, color=colour, linestyle="none", elinewidth=0.7,
                marker=style.MARKERS[number], markersize=3.6,
                markerfacecolor=colour if solid else "white")
    ax.plot([], [], color=colour, linestyle="none", marker=style.MARKERS[number], label=label)
    fine = np.linspace(*record.axes["t_int"].values[[0, -1]], 300)
    if is_fitted(unit, name):
        rise = 1 / (1 + np.exp(np.clip(-(fine - midpoint.value) / width.value, -500, 500)))
        ax.plot(fine, floor + (plateau - floor) * rise, color=colour, linewidth=1.4,
                label="sigmoid" if number == 0 else None)
        ax.axvline(midpoint.value, color=colour, linewidth=0.9,
                   label="its midpoint" if number == 0 else None)
        if np.isfinite(midpoint.low):
            ax.axvspan(midpoint.low, midpoint.high, color=colour, alpha=0.1, linewidth=0)
    elif np.isfinite(floor) and unit.value("fit_status", m) == 1:
        ax.plot(fine, np.full(len(fine), floor), color=colour, linewidth=1.4)
    crossing = of_metric(unit, "crossing", name)
    if np.isfinite(crossing.value):
        bars = np.nan_to_num(np.maximum([[crossing.value - crossing.low],
                                         [crossing.high - crossing.value]], 0))
        ax.errorbar([crossing.value], [unit.value("level", m)], xerr=bars, color=style.BLACK,
                    marker="D", markersize=5, markerfacecolor=colour, elinewidth=0.8,
                    linestyle="none", zorder=4,
                    label="passes half way" if number == 0 else None)


def distance_figure(group: Group) -> Figure:
    record = group.record
    t = record.axes["t_int"].values

    def draw(canvas):
        panels = canvas.subplots(1, 2)
        for k, (ax, scale) in enumerate(zip(panels, record.axes["scale"].values)):
            for number, g in enumerate(spread(couplings(record), 7)):
                units = group.units(g)
                if not units:
                    continue
                values = units[0].array("distance")[k]
                known = np.isfinite(values)
                style.band(ax, t[known], values[known], units[0].array("distance_error")[k][known],
                           number, f"$g={show(g)}$")
                if number == 0:
                    ax.axhline(units[0].array("independent_distance")[k], color=style.GREY,
                               linestyle="--", linewidth=1, label="images of different pairs")
            if not ax.lines:
                say_not_measured(ax)
            ax.set_title(f"{scale} scale, $d_{{{'low' if scale == 'coarse' else 'high'}}}$")
            ax.set_ylabel("mean squared distance")
            ax.set_xlabel("$t_{int}$ [steps]")
            ax.set_ylim(bottom=0)
        style.legend_below(canvas, panels)

    return Figure(f"distances-{group.key}", f"Coarse and fine distances, {group.text}",
                  "Squared distance of both images of a pair, averaged over cells (71), and of "
                  "what averaging leaves (72). Bands: 95% intervals over pairs. Dashed: images of "
                  "different pairs. First seed.", draw, (9.6, 4.3))
