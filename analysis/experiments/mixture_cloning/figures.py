"""mixture_cloning: figure 2 of "regimes", when reverse trajectories of two clusters choose a
class."""

from __future__ import annotations

import numpy as np

from ...page import maps, style
from ...page.content import Content, Figure
from ...page.papers import REGIMES
from ...reading.estimates import Z95
from ...reading.record import Record
from ...reading.seeds import difference
from ...reading.values import show
from . import claims, tables
from .data import CRITERIA, Cloning


def content(record: Record) -> Content:
    """Figure 2 first, then how far it is from theory, then the mechanism behind it."""
    data = Cloning(record)
    if not data.any_done:
        return Content(_summary(data), REGIMES)
    figures = [_figure_2(data), _deviation_figure(data)]
    if data.definitions_differ:
        figures.append(_definition_figure(data))
    if len(data.methods) > 1:
        figures.append(_method_figure(data))
    if len(data.offsets) > 0:
        figures += [_potential_figure(data), _committed_figure(data)]
    if len(data.dimensions) > 1:
        figures.append(_criteria_figure(data))
    return Content(_summary(data), REGIMES, figures, tables.tables(data),
                   claims.claims(data))


def _summary(data: Cloning) -> str:
    return (f"Two Gaussian clusters at $\\pm m$ with $|m|^2=d\\mu^2$, $\\mu={show(data.mu)}$, "
            f"width $\\sigma={show(data.sigma)}$ (figure 2): reverse runs of {data.steps} Euler "
            f"steps from $T={show(data.horizon)}$ are cloned at time $t$; $\\phi(t)$ is the "
            f"probability that clones end in the same class. {data.trials_text}. The covariances "
            "are isotropic, so a run is one-dimensional whatever $d$.")


def _figure_2(data: Cloning) -> Figure:
    caption = (f"Agreement of clones by the side of the origin they end on. Points: "
               f"{data.trials_text}, bars 95%; lines: closed form in continuous time. Left: over "
               "$t/t_S$ with $t_S=\\frac12\\log\\Lambda$, as in the paper: the curves of different "
               "$d$ cross where $t=\\frac12\\log d$ (cross: $\\phi=0.775$ at $t/t_S=1$). Right: "
               "over $t$; ticks on the axis mark $t_S$. For late cloning "
               "$\\phi$ falls to 1/2.").replace("\\frac12", "½ ")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, sharey=True)
        for i in data.shown():
            found = data.agreement(i)
            colour = style.CYCLE[i % 7]
            name = f"$d={data.dimensions[i]}$"
            for ax, scale in ((left, data.speciation_times[i]), (right, 1.0)):
                if not scale > 0:
                    continue
                ax.plot(data.curve_times / scale, data.curve(i), color=colour, linewidth=1.4,
                        zorder=1)
                ax.errorbar(data.branch_times / scale, found.values, yerr=Z95 * found.error,
                            color=colour, linestyle="none", marker=style.MARKERS[i % 7],
                            markersize=4.2, elinewidth=0.9, label=name)
            right.plot([data.speciation_times[i]] * 2, [0.47, 0.485], color=colour, linewidth=2.2,
                       solid_capstyle="butt")
        style.mark_missing(right, data.branch_times, data.agreement(0).done)
        left.axvline(1, color=style.GREY, linewidth=0.8, zorder=0)
        if data.level_is_scaling:
            left.plot([1], [data.level], "+", color=style.BLACK, markersize=13, zorder=5,
                      markeredgewidth=1.6, label=f"$\\phi={data.level:.4f}$ at $t_S$")
        right.set_xlim(left=0)
        left.set_xlim(0, min(3.2, data.branch_times[-1] / np.nanmin(data.speciation_times)))
        left.set_xlabel(r"$t\,/\,t_S$")
        right.set_xlabel(r"cloning time $t$")
        left.set_ylabel(r"agreement of clones $\phi$")
        left.set_ylim(0.47, 1.02)
        left.legend(loc="upper right")

    return Figure("figure-2", "Figure 2: probability that clones end in the same class", caption,
                  draw, (10.2, 4.3))


def _deviation_figure(data: Cloning) -> Figure:
    caption = ("Measured minus closed form. Line: the exact bias of the Euler scheme, of first "
               "order in its step, by carrying the law of the scheme over its steps; points: "
               "simulation with 95% bars. Clones can tell the scheme from continuous time only "
               "where the line leaves the bars around zero.")
    shown = data.shown()[:4]

    def draw(canvas):
        panels = canvas.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for ax, i in zip(panels, shown):
            for definition, label, colour, shift in (
                    ("agreement", "side", style.BLUE, -1), ("label_agreement", "label",
                                                            style.VERMILLION, 1)):
                if shift > 0 and not data.definitions_differ:
                    continue
                found = data.agreement(i, definition)
                exact = data.prediction(i, definition + "_closed_form")
                scheme = data.prediction(i, definition + "_scheme")
                x = data.branch_times + 0.006 * shift * np.ptp(data.branch_times)
                ax.plot(data.branch_times, scheme - exact, color=colour, linewidth=1.3)
                ax.errorbar(x, found.values - exact, yerr=Z95 * found.error, color=colour,
                            linestyle="none", marker="o", markersize=3, elinewidth=0.8,
                            label=label)
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            ax.set_title(f"$d={data.dimensions[i]}$")
            ax.set_xlabel(r"cloning time $t$")
        panels[0].set_ylabel("measured − closed form")
        if data.definitions_differ:
            panels[-1].legend(title="class")

    return Figure("deviation", "What separates the simulation from the closed form", caption, draw,
                  (10.6, 3.6))


def _definition_figure(data: Cloning) -> Figure:
    caption = ("Cloning the latent label, regimes (27) (circles), and the side of the origin, "
               "which is what an experiment sees (squares), each on its own closed "
               "form. For clusters that overlap the label of an end point stays uncertain, so its "
               "agreement does not reach 1 at $t=0$.")
    shown = data.shown()

    def draw(canvas):
        ax = canvas.subplots()
        for i in shown:
            colour = style.CYCLE[i % 7]
            for definition, marker, dashes in (("label_agreement", "o", "-"),
                                               ("agreement", "s", "--")):
                found = data.agreement(i, definition)
                ax.plot(data.curve_times, data.curve(i, definition), color=colour,
                        linestyle=dashes, linewidth=1.3)
                ax.errorbar(data.branch_times, found.values, yerr=Z95 * found.error,
                            color=colour, linestyle="none", marker=marker, markersize=3.2,
                            elinewidth=0.8, markerfacecolor="white" if marker == "o" else colour,
                            label=f"$d={data.dimensions[i]}$" if marker == "s" else None)
        ax.plot([], [], "o-", color=style.GREY, markerfacecolor="white", label="label")
        ax.plot([], [], "s--", color=style.GREY, label="side")
        ax.set_xlabel(r"cloning time $t$")
        ax.set_ylabel(r"agreement of clones $\phi$")
        ax.set_xlim(0, data.branch_times[-1])
        ax.legend(ncols=2, handlelength=3)

    return Figure("definitions", "Two meanings of \"the same class\"", caption, draw, (7.2, 4.6))


def _method_figure(data: Cloning) -> Figure:
    caption = ("Runs in all $d$ coordinates against runs in one, which draw noise of their own: "
               "their difference over its standard error, for each dimension and cloning time. "
               "Dashed: 4 standard errors.")

    def draw(canvas):
        panels = canvas.subplots(1, 2, sharey=True)
        for ax, definition, title in zip(panels, ("agreement", "label_agreement"),
                                         ("side", "label")):
            for i in data.shown():
                full, one = (data.agreement(i, definition, method)
                             for method in ("full", "projected"))
                z = np.where(full.values == one.values, 0, difference(full, one))
                style.symbols(ax, data.branch_times, z, i, f"$d={data.dimensions[i]}$")
            style.error_scale(ax)
            ax.set_title(f"class by {title}")
            ax.set_xlabel(r"cloning time $t$")
        panels[0].set_ylabel("(full − projected) / standard error")
        style.legend_below(canvas, panels[:1])

    return Figure("methods", "All coordinates against one", caption, draw, (9.6, 3.8))


def _potential_figure(data: Cloning) -> Figure:
    caption = ("Regime I. Top: the potential $V(q,t)$ of (8), whose inverted landscape the overlap "
               "$q=x\\cdot m/\\sqrt{d}$ climbs in reverse time; it depends on $t$ and $d$ through "
               "$t-$½ log $d$ alone and becomes a double well at $t^*=$½ log $2d\\mu^2$ (23). "
               "Bottom: density of $q$ over the reverse trajectories (steps: histograms of each "
               "$d$; line: the forward law at the largest $d$), the same for every $d$ in this "
               "variable.")
    shown = [s for s in data.offsets_by_time() if data.offsets[s] > -1.5][:4]

    def draw(canvas):
        panels = canvas.subplots(2, len(shown), sharex=True, sharey="row", squeeze=False,
                                 height_ratios=(1, 1.1))
        for column, s in enumerate(shown):
            top, bottom = panels[:, column]
            v = data.potential(s)
            top.plot(data.overlaps, v, color=style.BLACK)
            top.set_ylim(max(-8, float(np.min(v)) - 1), 14)
            top.set_title(_offset_title(data.offsets[s]))
            last = None
            for i in data.shown():
                found, exact = data.density(i, s)
                if np.isfinite(found.values).any():
                    bottom.stairs(found.values, maps.edges(data.overlaps),
                                  color=style.CYCLE[i % 7], linewidth=1.0,
                                  label=f"$d={data.dimensions[i]}$" if column == 0 else None)
                    last = exact
            if last is not None:
                bottom.plot(data.overlaps, last, color=style.BLACK, linewidth=1.2)
            bottom.set_xlabel(r"$q=x\cdot m/\sqrt{d}$")
        panels[0, 0].set_ylabel(r"$V(q,t)$")
        panels[1, 0].set_ylabel("density")
        style.legend_below(canvas, panels[1, :1])

    return Figure("potential", "Regime I: the potential and where trajectories are", caption, draw,
                  (10.6, 5.2))


def _offset_title(offset: float) -> str:
    shift = f" {'+' if offset > 0 else '−'} {abs(offset):g}" if offset else ""
    return f"$t=$½ log $d${shift}"


def _committed_figure(data: Cloning) -> Figure:
    caption = ("Regime II. Density of $x\\cdot m/(d\\mu^2e^{-t})$ over the reverse trajectories: "
               "past $t_S$ it gathers at $\\pm1$, the sooner relative to its spread the later the "
               "time; lines: forward law.")
    earliest = list(reversed(data.offsets_by_time()))
    shown = [s for s in earliest if data.offsets[s] <= 0][:4] or earliest[:1]

    def draw(canvas):
        panels = canvas.subplots(1, len(shown), sharex=True, squeeze=False)[0]
        for ax, s in zip(panels, shown):
            for i in data.shown():
                found, exact = data.density(i, s, "scaled_overlap")
                if not np.isfinite(found.values).any():
                    continue
                ax.stairs(found.values, maps.edges(data.scaled_overlaps), linewidth=1.0,
                          color=style.CYCLE[i % 7], label=f"$d={data.dimensions[i]}$")
                ax.plot(data.scaled_overlaps, exact, color=style.CYCLE[i % 7], linewidth=0.9,
                        linestyle=":")
            ax.set_title(_offset_title(data.offsets[s]))
            ax.set_xlabel(r"$x\cdot m\,/\,(d\mu^2e^{-t})$")
        panels[0].set_ylabel("density")
        style.legend_below(canvas, panels)

    return Figure("committed", "Regime II: trajectories have chosen", caption, draw, (10.6, 3.9))


def _criteria_figure(data: Cloning) -> Figure:
    caption = ("Times at which the class is decided, by each criterion of the paper and by the "
               f"measured agreement passing {data.level:.4g} (points, 95% bars), minus ½ log $d$: "
               "they differ by constants while $t_S$ itself grows with $d$.")

    def draw(canvas):
        ax = canvas.subplots()
        half_log = 0.5 * np.log(data.dimensions)
        for number, (key, label) in enumerate(CRITERIA.items()):
            style.line(ax, data.dimensions, data.criterion(key) - half_log, number, label)
        found = data.times("level_time")
        ax.errorbar(data.dimensions, found.values - half_log, yerr=Z95 * found.error,
                    color=style.BLACK, linestyle="none", marker="o", capsize=2,
                    label=f"measured: $\\phi={data.level:.3f}$", zorder=5)
        ax.set_xscale("log", base=2)
        ax.set_xlabel("dimension $d$")
        ax.set_ylabel(r"time $-\,\frac{1}{2}\log d$")
        style.legend_below(canvas, [ax], columns=2)

    return Figure("criteria", "One speciation, several criteria", caption, draw, (7.0, 4.8))
