"""Time-dependent couplings g(t): what each schedule does to speciation and collapse."""

from __future__ import annotations

import math

import numpy as np

from ...page import style
from ...page.angles import angle_text
from ...page.content import Figure
from ...reading.record import Record
from .data import (
    Status,
    is_symmetric,
    nearest,
    over_g,
    parameter_text,
)
from .symmetric import fraction_text, fractions


def figures(record: Record) -> list[Figure]:
    if "schedule" not in record.axes or len(record.axes["schedule"]) < 2 \
            or len(record.axes["g"]) < 2:
        return []
    found = []
    if "speciation_time" in record:
        found.append(_speciation_figure(record))
    if "collapse_time" in record:
        found.append(_collapse_figure(record))
    return found


def schedule_shape(record: Record, name: str, times: np.ndarray) -> np.ndarray:
    """g(t)/g of a schedule by the record's options: multimodal (144), ramps and pieces."""
    option = record.option
    switch, ramp = option("switch_time", 0.35), option("ramp_time", 2.0)
    first, last = option("ramp_start", 1.0), option("ramp_end", 0.0)
    part = np.clip(times / ramp, 0, 1)
    if name == "late":
        return np.where(times <= switch, 1.0, 0.0)
    if name == "early":
        return np.where(times >= switch, 1.0, 0.0)
    if name == "linear":
        return first + (last - first) * part
    if name == "cosine":
        return last + (first - last) * (1 + np.cos(np.pi * part)) / 2
    if name == "piecewise":
        starts, factors = option("piece_starts", [0.0]), option("piece_factors", [1.0])
        return np.asarray(factors)[np.searchsorted(starts, times, side="right") - 1]
    return np.ones_like(times)


def _speciation_figure(record: Record) -> Figure:
    names = [str(s) for s in record.axes["schedule"].values]
    if is_symmetric(record):
        every = fractions(record)
        panels = [({"common_fraction": f}, fraction_text(record, f))
                  for f in dict.fromkeys((every[0], every[len(every) // 2], every[-1]))]
    else:
        panels = [({"theta": t}, f"$\\theta$ = {angle_text(t)}")
                  for t in nearest(record.axes["theta"].values, (0, math.pi / 2, math.pi))]
    caption = (f"Top left: the schedules $g(t)/g$ over forward time (small $t$ is late in "
               f"generation). Others: speciation time $t_S$ over the coupling strength $g$; "
               f"{parameter_text(record)}. A cross marks a $t_S$ at a switch of $g(t)$, where κ "
               "jumps through 1; a circle ends a curve beyond which there is no speciation.")

    def draw(canvas):
        axes = canvas.subplots(2, 2).ravel()
        _draw_shapes(axes[0], record, names)
        for ax, (where, title) in zip(axes[1:], panels):
            for i, name in enumerate(names):
                time = over_g(record, "speciation_time", schedule=name, **where)
                status = over_g(record, "speciation_status", schedule=name, **where)
                g = time.coords["g"]
                style.line(ax, g, time.values, i, name, done=time.done)
                style.mark_ends(ax, g, time.values, time.done, style.CYCLE[i % 7])
                jump = status.values == Status.AT_SWITCH
                ax.plot(g[jump], time.values[jump], "x", color=style.CYCLE[i % 7], markersize=4)
            ax.set_title(title)
            ax.set_xlabel(r"coupling strength $g$")
            ax.set_ylabel(r"speciation time $t_S$")
        for ax in axes[1 + len(panels):]:
            ax.set_visible(False)
        style.legend_below(canvas, axes[1:1 + len(panels)])

    return Figure("schedules-speciation", "Coupling schedules: speciation", caption, draw,
                  (9.6, 7.4))


def _draw_shapes(ax, record: Record, names: list[str]) -> None:
    longest = max([record.option("switch_time", 0.35) * 2, record.option("ramp_time", 2.0) * 1.15]
                  + list(record.option("piece_starts", [])))
    times = np.linspace(0, longest, 1201)
    for i, name in enumerate(names):
        style.line(ax, times, schedule_shape(record, name, times), i, name)
    ax.set_title("schedules")
    ax.set_xlabel(r"forward time $t$")
    ax.set_ylabel(r"$g(t)/g$")


def _collapse_figure(record: Record) -> Figure:
    names = [str(s) for s in record.axes["schedule"].values]
    if is_symmetric(record):
        panels = [("collapse_time", {}, "both modalities")]
        panels += [("mode_collapse_time", {"mode": m}, f"{w} mode")
                   for m, w in ((0, "common"), (1, "difference"))
                   if m in record.axes["mode"].values]
    else:
        panels = [("collapse_time", {}, "X and Y together"),
                  ("conditional_collapse_time", {}, "Y given X")]

    def draw(canvas):
        row = canvas.subplots(1, len(panels), squeeze=False)[0]
        for ax, (key, where, title) in zip(row, panels):
            for i, name in enumerate(names):
                time = over_g(record, key, schedule=name, **where)
                style.line(ax, time.coords["g"], time.values, i, name, done=time.done)
            ax.set_title(title)
            ax.set_xlabel(r"coupling strength $g$")
        row[0].set_ylabel("collapse time")
        style.legend_below(canvas, row, 6)

    return Figure("schedules-collapse", "Coupling schedules: collapse",
                  f"Collapse time over the coupling strength for each schedule; "
                  f"{parameter_text(record)}. Single modes: random energy model. The vertical axes "
                  "do not begin at zero.", draw, (3.6 * len(panels) + 0.6, 3.8))
