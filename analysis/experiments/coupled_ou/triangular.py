"""Triangular coupling, X drives Y: figures 3, 4 and 5."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...page import maps, style
from ...page.angles import angle_axis, angle_text
from ...page.content import Figure, Table
from ...reading.record import Record
from ...reading.values import Observable
from .data import (
    Status,
    nearest,
    over_g,
    paper_differences,
    parameter_text,
    reference_slice,
    slice_text,
    spread,
    time_text,
)

FIGURE_3 = {"beta": 1.0, "noise_variance": 2.0, "variance_x": 1.0, "variance_y": 1.0,
            "mean_square_x": 0.0, "mean_square_y": 2.0}
FIGURE_4 = FIGURE_3 | {"mean_square_x": 1.0, "mean_square_y": 1.0}
FIGURE_5 = {"beta": 1.0, "noise_variance": 1.0, "variance_x": 1.0, "variance_y": 1.0, "alpha": 1.0,
            "conditional_alpha_ratio": 1.0}
_LINE_COLOUR = "#2F5FFF"


def figures(record: Record) -> list[Figure]:
    found = []
    many_g, many_theta = len(record.axes["g"]) > 1, len(record.axes["theta"]) > 1
    if "speciation_time" in record and many_g:
        if many_theta and not _is_uninformative(record):
            found += [_figure_4(record), _slice_figure(record)]
        else:
            found.append(_figure_3(record))
    if "collapse_time" in record and many_g:
        found.append(_figure_5(record))
    return found


def tables(record: Record) -> list[Table]:
    found = []
    if "speciation_time" in record:
        found.append(_speciation_table(record))
    if "critical_coupling" in record:
        found.append(_critical_table(record))
    if "collapse_time" in record:
        found.append(_collapse_table(record))
    return found


def _is_uninformative(record: Record) -> bool:
    return record.option("mean_square_x", 1.0) == 0.0


def over_theta_g(record: Record, name: str) -> Observable:
    """An observable over (theta, g) in the reference slice."""
    found = record[name].sorted()
    where = {k: v for k, v in reference_slice(record).items() if k in found.dims}
    return found.at(**where).over("theta", "g")


def critical_lines(record: Record) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """theta, exact g_crit and the kappa(0) = 1 line; NaN where there is none. Every finished unit
    holds the same curves."""
    if "critical_coupling" not in record:
        return None
    exact = over_theta_g(record, "critical_coupling")
    done = np.flatnonzero(exact.done.all(axis=0))
    if len(done) == 0:
        return None
    line = over_theta_g(record, "critical_coupling_line")
    return exact.coords["theta"], exact.values[:, done[0]], line.values[:, done[0]]


def _figure_3(record: Record) -> Figure:
    angles = [record.axes["theta"].values[0]] if _is_uninformative(record) else \
        spread(record.axes["theta"].values, 5)
    what = "the uninformative context $\\mu_x(0)=0$" if _is_uninformative(record) else \
        "a few angles between the means"
    caption = (f"Speciation time over the coupling strength in {what}; {parameter_text(record)}."
               + slice_text(record, reference_slice(record)))
    if _is_uninformative(record):
        caption += (" The angle plays no role. κ(0) stays above 1 at every coupling, so "
                    "speciation is delayed but never prevented."
                    if _smallest_initial_kappa(record) > 1 else "")
        caption += paper_differences(record, FIGURE_3)

    def draw(canvas):
        ax = canvas.subplots()
        for i, theta in enumerate(angles):
            time = over_g(record, "speciation_time", theta=theta)
            style.line(ax, time.coords["g"], time.values, i,
                       f"$\\theta$ = {angle_text(theta)}", done=time.done)
            style.mark_ends(ax, time.coords["g"], time.values, time.done, style.CYCLE[i % 7])
        ax.set_xlabel(r"coupling strength $g$")
        ax.set_ylabel(r"speciation time $t_S$")
        ax.set_ylim(bottom=0)
        if len(angles) > 1:
            ax.legend()

    title = "Figure 3: speciation time in the uninformative context" if _is_uninformative(record) \
        else "Speciation time over the coupling"
    key = "figure-3" if _is_uninformative(record) else "speciation-coupling"
    return Figure(key, title, caption, draw, (7.2, 4.2))


def _smallest_initial_kappa(record: Record) -> float:
    values = record["kappa_initial"].values
    return float(np.nanmin(values)) if np.isfinite(values).any() else math.nan


def _figure_4(record: Record) -> Figure:
    time = over_theta_g(record, "speciation_time")
    status = over_theta_g(record, "speciation_status")
    lower = over_theta_g(record, "lower_speciation_time")
    lines = critical_lines(record)
    caption = (f"Speciation time $t_S$, the largest root of $\\kappa(t)=1$, over coupling strength "
               f"and angle between the class means; {parameter_text(record)}; "
               f"{time.done.size - time.missing_count} of {time.done.size} cells measured. White: "
               "no speciation, $\\kappa(t)\\leq 1$ for all $t$.")
    if lines:
        caption += (" Solid: the exact boundary $g_{crit}(\\theta)$, where the largest κ falls to "
                    "1. Dashed: κ(0) = 1, the approximation drawn in the paper.")
    if np.isfinite(lower.values).any():
        caption += (" Between them, dotted: κ crosses 1 twice, and the time shown is the larger "
                    "root.")
    caption += slice_text(record, reference_slice(record)) + paper_differences(record, FIGURE_4)

    def draw(canvas):
        ax = canvas.subplots()
        g, theta = time.coords["g"], time.coords["theta"]
        _, handles = maps.heat_map(ax, g, theta, time.values, time.done,
                                   label=r"speciation time $t_S$", blank_label=None)
        if np.any((status.values == Status.NO_SPECIATION) & time.done):
            handles.append(Patch(facecolor="white", edgecolor="black", linewidth=0.6,
                                 label="no speciation"))
        unstable = np.isin(status.values, (Status.UNSTABLE, Status.UNSTABLE_FORWARD))
        if unstable.any():
            maps.hatch_cells(ax, g, theta, unstable, hatch="xx")
            handles.append(Patch(facecolor=style.MISSING, hatch="xx", edgecolor="#9A9A9A",
                                 label="unstable"))
        if np.isfinite(lower.values).any():
            maps.dot_cells(ax, g, theta, np.isfinite(lower.values))
            handles.append(Line2D([], [], linestyle="none", marker=".", markersize=4,
                                  color=style.BLACK, label="two roots"))
        if lines:
            angles, exact, approximate = lines
            handles.append(ax.plot(exact, angles, color=style.BLACK, linewidth=1.8,
                                   label=r"exact $g_{\mathrm{crit}}(\theta)$")[0])
            handles.append(ax.plot(approximate, angles, color=_LINE_COLOUR, linestyle="--",
                                   linewidth=1.8, label=r"$\kappa(0)=1$")[0])
        left, right = maps.edges(g)[[0, -1]]
        ax.set_xlim(left, right)
        ax.set_ylim(*maps.edges(theta)[[0, -1]])
        angle_axis(ax.yaxis, theta)
        ax.set_xlabel(r"coupling strength $g$")
        ax.set_ylabel(r"angle $\theta$ between the means")
        style.legend_below(canvas, [ax], 5, handles)

    return Figure("figure-4", "Figure 4: phase diagram of speciation, triangular matrix", caption,
                  draw, (7.8, 5.2))


def _slice_figure(record: Record) -> Figure:
    angles = nearest(record.axes["theta"].values, [k * math.pi / 4 for k in range(5)])

    def draw(canvas):
        ax = canvas.subplots()
        two_roots = False
        for i, theta in enumerate(angles):
            time = over_g(record, "speciation_time", theta=theta)
            lower = over_g(record, "lower_speciation_time", theta=theta)
            g = time.coords["g"]
            style.line(ax, g, time.values, i, f"$\\theta$ = {angle_text(theta)}", style="-",
                       done=time.done)
            ax.plot(g, lower.values, color=style.CYCLE[i % 7], linestyle=":", linewidth=1.5)
            two_roots |= bool(np.isfinite(lower.values).any())
            style.mark_ends(ax, g, time.values, time.done, style.CYCLE[i % 7])
        ax.set_xlabel(r"coupling strength $g$")
        ax.set_ylabel(r"speciation time $t_S$")
        ax.set_ylim(bottom=0)
        if two_roots:
            ax.plot([], [], color=style.GREY, linestyle=":", linewidth=1.5, label="smaller root")
        ax.legend()

    return Figure("figure-4-slices", "Cuts through figure 4",
                  "Speciation time over the coupling strength at a few angles. Solid: the largest "
                  "root; dotted: the smaller root of κ = 1 where there are two; a circle ends a "
                  "curve beyond which there is no speciation."
                  + slice_text(record, reference_slice(record)), draw, (7.4, 4.6))


def _figure_5(record: Record) -> Figure:
    caption = (f"Collapse time of X and Y together and of Y given X, over the coupling strength; "
               f"{parameter_text(record)}, $\\alpha_C/\\alpha="
               f"{record.option('conditional_alpha_ratio', 1.0):g}$. Neither depends on the angle "
               "or the means. The vertical axis does not begin at "
               "zero." + slice_text(record, reference_slice(record))
               + paper_differences(record, FIGURE_5))

    def draw(canvas):
        ax = canvas.subplots()
        for i, (name, label) in enumerate((("collapse_time", r"joint $t_C$"),
                                           ("conditional_collapse_time",
                                            r"conditional $t_{C,y|x}$"))):
            time = over_g(record, name)
            style.line(ax, time.coords["g"], time.values, i, label, done=time.done)
        ax.set_xlabel(r"coupling strength $g$")
        ax.set_ylabel("collapse time")
        ax.legend()

    return Figure("figure-5", "Figure 5: joint and conditional collapse time, triangular matrix",
                  caption, draw, (7.2, 4.2))


def _speciation_table(record: Record) -> Table:
    g = record.axes["g"].values
    picked = nearest(g, np.linspace(np.min(g), np.max(g), 9))
    rows = []
    for theta in nearest(record.axes["theta"].values, [k * math.pi / 4 for k in range(5)]):
        time = over_g(record, "speciation_time", theta=theta)
        status = over_g(record, "speciation_status", theta=theta)
        rows.append([angle_text(theta)] + [time_text(time, status, g) for g in picked])
    return Table("Speciation times", ["θ"] + [f"$g={g:.4g}$" for g in picked], rows,
                 "Largest root of κ = 1; “none”: no speciation. Roots of the closed form; no "
                 "statistical error.")


def _critical_table(record: Record) -> Table:
    lines = critical_lines(record)
    rows = []
    if lines:
        angles, exact, approximate = lines
        for theta in nearest(angles, [k * math.pi / 12 for k in range(13)]):
            i = int(np.argmin(np.abs(angles - theta)))
            if not np.isfinite(exact[i]) and not np.isfinite(approximate[i]):
                continue
            rows.append([angle_text(theta)] + [f"{v:.6g}" if np.isfinite(v) else "none"
                                               for v in (exact[i], approximate[i],
                                                         exact[i] / approximate[i] - 1)])
    return Table("Critical coupling", ["θ", "exact $g_{crit}$", "κ(0) = 1", "relative difference"],
                 rows or [["–", "not measured", "–", "–"]],
                 "Angles without either boundary are left out: speciation survives every coupling.")


def _collapse_table(record: Record) -> Table:
    picked = nearest(record.axes["g"].values, (0.0, 0.5, 1.0, 2.0, 3.0))
    rows = []
    for label, name in (("joint", "collapse_time"), ("Y given X", "conditional_collapse_time")):
        time = over_g(record, name)
        values = [float(time.at(g=g).values) for g in picked]
        rows.append([label] + [f"{value:.6f}" if np.isfinite(value) else "not measured"
                               for value in values])
    return Table("Collapse times", ["<system"] + [f"$g={g:.4g}$" for g in picked], rows,
                 "Roots of the closed form; no statistical error.")
