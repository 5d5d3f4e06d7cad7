"""gap_schedules: the schedules that make the synchronization gap smallest and largest, and the gap
that replicas of a trained network have under them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D

from ...page import style
from ...page.content import Content, Figure
from ...reading.record import Record
from ...reading.values import show
from ..replicas import say_not_measured, spread, symbol
from . import claims, tables
from .data import (
    NAMES,
    Seen,
    difference,
    names,
    schedules,
    seen,
    seen_elsewhere,
    strengths,
)

MOST_SHAPES = 4


def content(record: Record) -> Content:
    return content_beside(record, ())


def content_beside(record: Record, beside: Sequence[Record]) -> Content:
    """The same with records of replica_speciation under these schedules."""
    found = seen(record, beside)
    clock = ("the steps of a trajectory" if record.option("budget_clock") == "steps"
             else "forward time")
    summary = ("Which coupling schedule $g(t)$ makes the synchronization gap of two modalities "
               f"smallest or largest? {record.option('pieces')} pieces, equally long in {clock}, "
               "with the same mean of $g(t)$ over it, and $g(t)$ at most "
               f"{show(record.option('most_factor'))} times that mean. {parameters(record)}")
    figures = [_gap_figure(record), _shape_figure(record)]
    if found:
        figures.append(_seen_figure(found, seen_elsewhere(record, beside, found)))
    return Content(summary, figures=figures, tables=tables.tables(record, found),
                   claims=claims.claims(found))


def parameters(record: Record) -> str:
    option = record.option
    return (f"$\\beta={show(option('beta'))}$, $\\sigma_W^2={show(option('noise_variance'))}$, "
            f"$\\sigma^2={show(option('variance'))}$, "
            f"$m_+^2+m_-^2={show(option('mean_square'))}$.")


def _gap_figure(record: Record) -> Figure:
    gs = np.array(strengths(record))

    def draw(canvas):
        gaps, times = canvas.subplots(1, 2)
        for i, name in enumerate(names(record)):
            found = [next(s for s in schedules(record, g) if s.name == name) for g in gs]
            done = np.array([s.done for s in found])
            style.line(gaps, gs, np.array([s.gap for s in found]), i, NAMES.get(name, name),
                       done=done, marker=style.MARKERS[i % len(style.MARKERS)], markersize=3)
            colour = style.CYCLE[i % len(style.CYCLE)]
            times.plot(gs, [s.common for s in found], color=colour, linestyle="-")
            times.plot(gs, [s.difference for s in found], color=colour, linestyle="--")
        zero = gaps.axhline(0, color=style.BLACK, linewidth=0.8)
        gaps.set_ylabel("synchronization gap [time]")
        times.set_ylabel("speciation time $t_S$ [time]")
        for ax, text in ((gaps, "no gap"), (times, "no speciation time")):
            ax.set_xlabel("mean coupling strength $g$")
            if not any(np.isfinite(line.get_ydata()).any() for line in ax.lines
                       if line.get_transform() == ax.transData and line is not zero):
                say_not_measured(ax, text)
        style.legend_below(canvas, [gaps])

    return Figure("gap", "The gap by schedule",
                  "Every schedule of one $g$ has the same integrated coupling. Left: speciation "
                  "time of the common mode minus that of the difference mode; below 0 the "
                  "difference mode is first in generation. Right: both times, common (full) and "
                  "difference mode (dashed).", draw, (9.0, 4.4))


def _shape_figure(record: Record) -> Figure:
    shown = spread(strengths(record), MOST_SHAPES)

    def draw(canvas):
        rows = canvas.subplots(2, len(shown), squeeze=False, sharey="row")
        for (upper, lower), g in zip(rows.T, shown):
            for i, schedule in enumerate(schedules(record, g)):
                if not (schedule.known and schedule.name.endswith("_gap")):
                    continue
                colour = style.CYCLE[i % len(style.CYCLE)]
                ends = np.append(schedule.shares, 1.0)
                upper.stairs(schedule.factors, ends, color=colour, label=schedule.text,
                             linestyle=style.DASHES[i % len(style.DASHES)])
                lower.stairs(schedule.sensitivity, ends, color=colour,
                             linestyle=style.DASHES[i % len(style.DASHES)])
            if not upper.patches:
                say_not_measured(upper, "no such schedule")
            upper.set_title(f"$g={show(g)}$")
            lower.axhline(0, color=style.BLACK, linewidth=0.6)
            lower.set_xlabel("share of the steps, 0 at the data")
        rows[0, 0].set_ylabel("$g(t)/g$")
        rows[1, 0].set_ylabel("change of the gap by $g(t)/g$")
        style.legend_below(canvas, rows[0])

    return Figure("shapes", "The schedules of the smallest and the largest gap",
                  "Over a reverse trajectory, which runs from right to left. Below: how the gap "
                  "changes with $g(t)/g$ on each piece, the others held; where it is 0 no "
                  "speciation time moves, and another $g(t)/g$ would do as well.", draw,
                  (3.0 * len(shown) + 0.8, 5.4))


def _seen_figure(found: list[Seen], elsewhere: int) -> Figure:
    left = ("" if not elsewhere else " Left out: 1 unit whose schedule is of another $g$."
            if elsewhere == 1 else f" Left out: {elsewhere} units whose schedules are of another "
            "$g$.")
    order = list(dict.fromkeys(one.schedule.name for one in found))
    by_name = {one.schedule.name: one.schedule for one in found}
    g = found[0].schedule.g

    def draw(canvas):
        theory, measured, differences = canvas.subplots(1, 3)
        for place, name in enumerate(order):
            theory.plot(place, by_name[name].gap, "o", color=style.BLACK)
            units = [one for one in found if one.schedule.name == name]
            for k, one in enumerate(units):
                x = place + 0.5 * (k - 0.5 * (len(units) - 1)) / len(units)
                if one.gap is not None:
                    symbol(measured, x - 0.04, one.gap, colour=style.BLUE, marker="o",
                           filled=one.unit.reliable)
                symbol(measured, x + 0.04, one.crossing_gap, colour=style.VERMILLION, marker="D",
                       filled=one.unit.reliable)
            apart = difference(found, name, "constant")
            if apart is not None:
                symbol(differences, place, apart, colour=style.GREEN, marker="s", filled=True)
        theory.set_ylabel("synchronization gap [time]")
        differences.set_ylabel("$\\Delta\\tau$ minus that of constant [steps]")
        measured.set_ylabel("$\\Delta\\tau$ [steps]")
        for ax in (theory, measured, differences):
            ax.axhline(0, color=style.GREY, linewidth=0.6)
            ax.set_xticks(range(len(order)), [NAMES.get(name, name).replace(" ", "\n")
                                              for name in order])
            ax.set_xlim(-0.6, len(order) - 0.4)
        handles = [Line2D([], [], color=style.BLUE, marker="o", linestyle="", label="midpoints"),
                   Line2D([], [], color=style.GREEN, marker="s", linestyle="",
                          label="midpoints, the same pairs")]
        if any(one.crossing_gap.known for one in found):
            handles.append(Line2D([], [], color=style.VERMILLION, marker="D", linestyle="",
                                  label="crossings"))
        style.legend_below(canvas, (), 3, handles)

    return Figure("seen", "The same schedules on a trained network",
                  f"Left: the theory at $g={show(g)}$, common minus difference mode. Middle: "
                  "replicas of a diffusion transformer coupled by the same $g(t)/g$ over the "
                  "steps, $\\Delta\\tau=\\tau_\\mathrm{l}-\\tau_\\mathrm{g}$ of fine and coarse "
                  "scale by midpoints of sigmoids, where both are, and by crossings; 95% bootstrap "
                  "intervals over pairs, one symbol a seed and coupling strength, hollow where "
                  "unreliable. Right: the difference to constant coupling of the same pairs of "
                  "reliable units, mean over seeds. "
                  "The two gaps are of different pairs of modes: what can agree is which schedule "
                  f"has the larger.{left}", draw, (12.0, 4.2))
