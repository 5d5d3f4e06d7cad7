"""exact_score: figures 12-14 of the multimodal paper, the three scores side by side, and what
becomes of them."""

from __future__ import annotations

import numpy as np

from ...page import maps, style
from ...page.angles import angle_axis, angle_text
from ...page.content import Content, Figure
from ...page.papers import MULTIMODAL
from ...reading.estimates import Z95, wilson, zero_limit
from ...reading.record import Record
from ...reading.values import show
from . import claims, tables
from .data import (
    FIGURE_OF_COUPLING,
    METRICS,
    SCORES,
    Curves,
    Metric,
    couplings_to_draw,
)

_FIGURE_LETTERS = "abc"


def content(record: Record) -> Content:
    """Figures 12-14 first, then what explains them."""
    curves = Curves(record)
    figures = [_difference_figure(curves, g) for g in couplings_to_draw(curves)]
    if len(curves.couplings) >= 4 and len(curves.angles) >= 3:
        figures += [_map_figure(curves, metric) for metric in METRICS]
    figures.append(_absolute_figure(curves))
    figures.append(_no_effect_figure(curves))
    figures.append(_variance_figure(curves))
    if len(record.axes["time"]) > 2:
        figures.append(_history_figure(curves))
    if len(curves.methods) > 1:
        figures.append(_method_figure(curves))
    return Content(_summary(curves), MULTIMODAL, figures,
                   tables.tables(curves), claims.claims(curves))


def _summary(curves: Curves) -> str:
    option = curves.record.option
    named = ", ".join(SCORES.get(s, s) for s in curves.scores)
    return (f"Reverse-time sampling of Y given X with the exact score of two coupled Ornstein-"
            f"Uhlenbeck processes (multimodal, appendix C), {curves.trials_text} per point, "
            f"$d={option('dimension')}$, $m={show(option('mean_amplitude'))}$, "
            f"$N={option('steps')}$ steps, $t_0={show(option('switch_time'))}$. Scores: {named}. "
            "An exact sampler must show no effect of the coupling at all, because $P_0(y|x_0)$ "
            "does not depend on it.")


def _difference_figure(curves: Curves, g: float) -> Figure:
    number = next((n for p, n in FIGURE_OF_COUPLING.items() if abs(p - g) < 1e-9), None)
    key = f"figure-{number}" if number else f"differences-g-{g:.4g}"
    name = f"Figure {number}" if number else "Differences"
    rows = len(curves.scores)
    caption = (f"Change of alignment accuracy, signal-plane MSE and NLL against the uncoupled "
               f"baseline at $g_0={show(g)}$, for each schedule, over the angle θ between the "
               f"class means. Points: means over {curves.trials_text}; bars and bands: 95% "
               "intervals from paired standard errors (coupled and uncoupled runs share their "
               "noise).")
    if rows > 1:
        caption += (" Each row is one score, on common vertical scales: the printed score makes "
                    "the paper's figure, the exact ones leave no effect.")

    def draw(canvas):
        panels = canvas.subplots(rows, len(METRICS), squeeze=False, sharex=True, sharey="col")
        for row, score in zip(panels, curves.scores):
            for ax, metric, letter in zip(row, METRICS, _FIGURE_LETTERS):
                ax.axhline(0, color=style.BLACK, linewidth=0.9)
                for i, schedule in enumerate(curves.schedules):
                    delta = curves.delta(metric, score, schedule, g)
                    style.band(ax, curves.angles, delta.mean, delta.error, i, schedule,
                               done=delta.done)
                if ax in panels[0]:
                    ax.set_title(f"({letter}) {metric.delta_label} vs. baseline")
                if ax in panels[-1]:
                    ax.set_xlabel(r"angle $\theta$")
                angle_axis(ax.xaxis, curves.angles)
            if rows > 1:
                style.row_title(row[0], SCORES.get(score, score))
        style.legend_below(canvas, panels)

    return Figure(key, f"{name}: $g_0={show(g)}$", caption, draw, (10.6, 1.1 + 2.75 * rows))


def _map_figure(curves: Curves, metric: Metric) -> Figure:
    """Delta over (g, theta) for every score and schedule, one diverging scale around zero."""
    rows, columns = len(curves.scores), len(curves.schedules)

    def draw(canvas):
        panels = canvas.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        values = curves.all_deltas(metric).mean
        finite = np.abs(values[np.isfinite(values)])
        top = float(finite.max()) if len(finite) and finite.max() > 0 else 1.0
        for row, score in zip(panels, curves.scores):
            for ax, schedule in zip(row, curves.schedules):
                delta = curves.delta_map(metric, score, schedule)
                mesh, _ = maps.heat_map(ax, curves.couplings, curves.angles, delta.mean,
                                        delta.done, label="", cmap=style.DIVERGING, vmin=-top,
                                        vmax=top, colorbar=False)
                if ax in panels[0]:
                    ax.set_title(schedule)
                if ax in panels[-1]:
                    ax.set_xlabel(r"coupling $g_0$")
                angle_axis(ax.yaxis, curves.angles)
            row[0].set_ylabel(r"angle $\theta$")
            if rows > 1:
                style.row_title(row[0], SCORES.get(score, score))
        bar = canvas.colorbar(mesh, ax=panels.ravel().tolist(), pad=0.02, aspect=30)
        bar.set_label(metric.delta_label)
        bar.outline.set_visible(False)

    return Figure(f"map-{metric.key}", f"{metric.name}: change over coupling and angle",
                  f"{metric.delta_title} against the uncoupled baseline for every coupling "
                  f"$g_0$ and angle θ, by schedule (columns) and score (rows). White is no change; "
                  f"one colour scale for all panels. {curves.trials_text} per cell.", draw,
                  (9.6, 0.9 + 2.5 * rows))


def _absolute_figure(curves: Curves) -> Figure:
    """The observables themselves at the strongest coupling, with their exact values."""
    g = curves.couplings[-1]

    def draw(canvas):
        row = canvas.subplots(1, len(METRICS), squeeze=False)[0]
        for ax, metric in zip(row, METRICS):
            i = 0
            for score in curves.scores:
                base = curves.baseline(metric, score)
                style.band(ax, curves.angles, base.mean, base.error, i, f"{score}, uncoupled",
                           colour=style.CYCLE[i % 7], style=":", done=base.done)
                strong = curves.value(metric, score, curves.schedules[0], g)
                style.band(ax, curves.angles, strong.mean, strong.error, i,
                           f"{score}, {curves.schedules[0]}", colour=style.CYCLE[i % 7],
                           done=strong.done)
                i += 1
            ax.axhline(curves.perfect(metric), color=style.BLACK, linestyle="--", linewidth=1.2,
                       label="exact conditional law")
            ax.set_title(metric.name)
            ax.set_xlabel(r"angle $\theta$")
            ax.set_ylabel(metric.label)
            angle_axis(ax.xaxis, curves.angles)
        style.legend_below(canvas, row)

    return Figure("observables", "The observables themselves",
                  f"Accuracy, signal-plane MSE and NLL without coupling and at $g_0={show(g)}$ "
                  f"({curves.schedules[0]}), with 95% intervals over {curves.trials_text}. Dashed: "
                  "what samples of the exact conditional law $P_0(y|x_0)$ give, by quadrature; it "
                  "depends on neither θ nor g.", draw, (10.6, 4.3))


def _no_effect_figure(curves: Curves) -> Figure:
    """Every delta in standard errors over the angle, one panel for each score."""

    def draw(canvas):
        every = [(schedule, g) for schedule in curves.schedules for g in curves.couplings]
        _draw_scores(canvas, curves, "Δ / standard error", {
            SCORES.get(score, score): {
                metric.name: [curves.delta(metric, score, *where) for where in every]
                for metric in METRICS} for score in curves.scores})

    return Figure("no-effect", "Is there any effect of the coupling?",
                  "Every difference of figures 12-14 in units of its standard error: one line for "
                  f"each observable (colour), schedule and coupling. Grey: ±{Z95:.2f}, where 95% "
                  "of the cells lie if the coupling has no effect; dotted: the largest |Δ|/SE that "
                  "no effect exceeds once in twenty sweeps. Beyond ±4 the axis is logarithmic. "
                  "Angles share their noise, which makes the lines smooth.",
                  draw, (3.5 * max(2, len(curves.scores)), 4.2))


def _draw_scores(canvas, curves: Curves, label: str, panels: dict[str, dict[str, list]]) -> None:
    """Series in standard errors over the angle: a panel of each title, a colour for each label."""
    row = canvas.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for ax, (title, families) in zip(row, panels.items()):
        cells = sum(_draw_z(ax, curves, found, i, name)
                    for i, (name, found) in enumerate(families.items()))
        ax.set_title(title)
        _finish_z(ax, curves, cells)
    row[0].set_ylabel(label)
    style.legend_below(canvas, row, 5)


def _draw_z(ax, curves: Curves, found: list, number: int, label: str) -> int:
    """Lines of mean over standard error; returns how many cells they have."""
    cells = 0
    for series in found:
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(series.mean == 0, 0.0, series.mean / series.error)
        z[~np.isfinite(z)] = np.nan
        cells += int(np.isfinite(z).sum())
        ax.plot(curves.angles, z, color=style.CYCLE[number], linewidth=0.8, alpha=0.75,
                marker="." if len(curves.angles) < 12 else None, label=label)
        label = None
    return cells


def _finish_z(ax, curves: Curves, cells: int) -> None:
    ax.axhspan(-Z95, Z95, color="#DDDDDD", linewidth=0, zorder=0, label="95%")
    if cells:
        limit = zero_limit(cells)
        ax.axhline(limit, color=style.BLACK, linestyle=":", linewidth=1.2, label="limit")
        ax.axhline(-limit, color=style.BLACK, linestyle=":", linewidth=1.2)
    ax.set_yscale("symlog", linthresh=4, linscale=1.5)
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, -6), max(high, 6))
    ticks = [t for k in (0, 1, 2, 3) for t in (-4 * 5**k, 4 * 5**k)] + [-2, 0, 2]
    ticks = sorted(t for t in ticks if ax.get_ylim()[0] <= t <= ax.get_ylim()[1])
    ax.set_yticks(ticks, [str(t).replace("-", "−") for t in ticks])
    ax.minorticks_off()
    ax.set_xlabel(r"angle $\theta$")
    angle_axis(ax.xaxis, curves.angles)


def _variance_figure(curves: Curves) -> Figure:
    sampled = "full" in curves.methods

    def draw(canvas):
        row = canvas.subplots(1, len(curves.schedules), squeeze=False, sharey=True)[0]
        span = (curves.couplings[-1] - curves.couplings[0]) or 1.0
        for ax, schedule in zip(row, curves.schedules):
            ax.axhline(curves.record.option("data_variance", 1.0), color=style.BLACK, linewidth=0.9)
            for i, score in enumerate(curves.scores):
                found = curves.terminal_variance(score, schedule)
                colour = style.CYCLE[i % 7]
                shift = 0.025 * span * (i - (len(curves.scores) - 1) / 2)
                ax.plot(curves.couplings, found.exact, color=colour, linestyle=style.DASHES[i % 7],
                        linewidth=1.1, marker="_", markersize=13, markeredgewidth=1.6,
                        label=f"{score}: closed form")
                if np.isfinite(found.mean).any():
                    ax.errorbar(np.array(curves.couplings) + shift, found.mean,
                                yerr=Z95 * found.error, color=colour, linestyle="none",
                                marker=style.MARKERS[i % 7], elinewidth=1.2,
                                label=f"{score}: sampled")
            ax.set_title(schedule)
            ax.set_xlabel(r"coupling $g_0$")
        row[0].set_ylabel(r"variance of $y_0$")
        style.legend_below(canvas, row, 3)

    caption = ("Variance of the generated $y_0$ in a coordinate outside the signal plane, where "
               "the data have $\\sigma^2$ (black line). Bars joined by lines to guide the eye: "
               f"closed form of the scheme with its {curves.record.option('steps')} steps.")
    caption += (f" Points, shifted sideways: sampled by method full, with 95% intervals over "
                f"{curves.trials_text}." if sampled else
                " Not sampled in this record: method full does.")
    return Figure("terminal-variance", "Variance of a coordinate without signal", caption, draw,
                  (3.3 * max(2, len(curves.schedules)), 4.2))


def _history_figure(curves: Curves) -> Figure:
    """When the class of y_t is decided, at the strongest coupling."""
    angles = [curves.angles[i] for i in curves.nearest_angles((0.0, 0.5, 1.0))]
    g, schedule = curves.couplings[-1], curves.schedules[0]
    kinds = (("agreement", "agrees with $x_0$"), ("commitment", "already as at the end"))
    trials = curves.trials * curves.seeds

    def draw(canvas):
        panels = canvas.subplots(2, len(angles), squeeze=False, sharex=True, sharey="row")
        for row, (name, label) in zip(panels, kinds):
            for ax, theta in zip(row, angles):
                for i, score in enumerate(curves.scores):
                    colour = style.CYCLE[i % 7]
                    for key, where, dashes, text in (
                            (name, (schedule, g), "-", f"{score}, {schedule}"),
                            ("baseline_" + name, (), ":", f"{score}, uncoupled")):
                        time, share = curves.history(key, theta, score, *where)
                        low, high = wilson(share, trials)
                        ax.fill_between(time, low, high, color=colour, alpha=0.15, linewidth=0)
                        style.line(ax, time, share, i, text, style=dashes, colour=colour,
                                   linewidth=1.5)
                if ax in panels[0]:
                    ax.set_title(f"$\\theta$ = {angle_text(theta)}")
                if ax in panels[-1]:
                    ax.set_xlabel(r"forward time $t$")
            row[0].set_ylabel(f"class of $y_t$\n{label}")
        style.legend_below(canvas, panels, 3)

    return Figure("class-history", "When the class is decided",
                  f"Share of trials whose side of $y_t$ agrees with that of $x_0$ (top) and is "
                  f"already that of the final $y_0$ (bottom), over forward time; generation runs "
                  f"from right to left. Coupled at $g_0={show(g)}$ ({schedule}) and uncoupled. "
                  f"Bands: 95% Wilson intervals, {curves.trials_text}.", draw, (9.6, 6.2))


def _method_figure(curves: Curves) -> Figure:
    def draw(canvas):
        _draw_scores(canvas, curves, "(plane − full) / standard error", {
            metric.name: {
                SCORES.get(score, score): curves.method_differences(metric, score)
                for score in curves.scores} for metric in METRICS})

    return Figure("plane-full", "Signal plane against all coordinates",
                  "Difference between simulating the signal plane alone and all $d$ coordinates, "
                  "in standard errors: one line for each score (colour), schedule and coupling. "
                  "The two draw independent noise, but angles and couplings of one method share "
                  "theirs. Grey and dotted as above.", draw, (10.4, 4.2))
