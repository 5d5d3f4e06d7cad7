"""mixture_collapse: figure 3 of "regimes", when reverse trajectories of two clusters fall onto
data."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import REGIMES
from ...reading.estimates import Z95
from ...reading.record import Record
from ...reading.seeds import difference
from ...reading.values import show
from . import claims, scaling, tables
from .data import METHODS, Collapse, Size

_MOST_CURVES = 7


def content(record: Record) -> Content:
    """Excess entropy and weight first, then sizes, then what lies behind them."""
    data = Collapse(record)
    if not data.cells:
        return Content(_summary(data), REGIMES)
    shown = _shown(data)
    figures = [_figure_3(data, shown), _weight_figure(data, shown)]
    figures += scaling.figures(data)
    if len(data.sampled) > 1:
        figures.append(_method_figure(data))
    figures.append(_free_energy_figure(data, shown))
    return Content(_summary(data), REGIMES, figures, tables.tables(data),
                   claims.claims(data))


def _summary(data: Collapse) -> str:
    methods = "; ".join(METHODS[m] + (f" ({data.evaluations_text(m)} per $n$ and $d$)"
                                  if m != "none" else "") for m in data.methods)
    return ("Exact empirical score of $n$ points of two Gaussian clusters, "
            f"$\\mu={show(data.mu)}$, $\\sigma={show(data.sigma)}$ (figure 3, appendix C): when "
            "does the noised empirical distribution fall apart into its points? Computed from: "
            f"{methods}. Averages are over data sets, points and noise.")


def _shown(data: Collapse) -> list[Size]:
    """At most seven cells: the largest size's dimensions first."""
    cells = [c for c in data.cells if c.size == data.sizes[-1]]
    if len(cells) < 3:
        cells = data.cells
    if len(cells) > _MOST_CURVES:
        picked = np.unique(np.linspace(0, len(cells) - 1, _MOST_CURVES).round().astype(int))
        cells = [cells[i] for i in picked]
    return cells


def _size_phrase(data: Collapse, cells: list[Size]) -> str:
    sizes = {c.size for c in cells}
    if len(sizes) > 1:
        return ""
    size = sizes.pop()
    return f"$n={size:.0f}$" if data.size_axis == "points" else f"$\\alpha=\\log n/d={size:.3g}$"


def _points(ax, x, found, number: int, label: str | None = None, **more):
    colour = style.CYCLE[number % 7]
    ax.errorbar(x, found.values, yerr=Z95 * found.error, color=colour, linestyle="none",
                marker=style.MARKERS[number % 7], markersize=3.8, elinewidth=0.9, label=label,
                **more)


def _figure_3(data: Collapse, shown: list[Size]) -> Figure:
    method = data.main_method
    points = f"Points: {data.evaluations_text(method)}, 95% bars; " if method else ""
    caption = (f"Empirical excess entropy density, {_size_phrase(data, shown)}. {points}thin "
               "lines: exact average at this $n$ and $d$ by quadrature; thick: limit $\\max(0,f)$; "
               "dashed: $f=\\alpha-$½ log $\\Gamma_t/\\Delta_t$ of the population, which goes on "
               "below zero. Dotted verticals: $t_C$. Left in nats; right in units of $\\alpha$, "
               "over $t/t_C$.")

    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        for i, cell in enumerate(shown):
            t_c, alpha = data.number("collapse_time", cell), data.number("load", cell)
            colour = style.CYCLE[i % 7]
            for ax, clock, scale in ((left, 1.0, 1.0), (right, t_c, alpha)):
                t = data.diffusion_times(cell, curve=True) / clock
                f = data.prediction("population_excess_entropy", cell) / scale
                ax.plot(t, np.maximum(f, 0), color=colour, linewidth=2.2, alpha=0.45)
                below = np.where(f < 0, f, np.nan)
                ax.plot(t, below, color=colour, linestyle="--", linewidth=1.2, alpha=0.8)
                t = data.diffusion_times(cell) / clock
                finite = data.prediction("excess_entropy_finite", cell)
                ax.plot(t, finite / scale, color=colour, linewidth=0.9)
                if method:
                    found = data.measured("excess_entropy", cell, method)
                    ax.errorbar(t, found.values / scale, yerr=Z95 * found.error / scale,
                                color=colour, linestyle="none", marker=style.MARKERS[i % 7],
                                markersize=3.6, elinewidth=0.9)
                ax.axvline(t_c / clock, color=colour if clock == 1 else style.GREY, linestyle=":",
                           linewidth=1.1)
            left.plot([], [], color=colour, marker=style.MARKERS[i % 7] if method else None,
                      markersize=4, label=data.name(cell, short=len(_sizes(shown)) == 1))
        alphas = [data.number("load", c) for c in shown]
        left.set_ylim(-0.35 * max(alphas), 1.08 * max(alphas))
        right.set_ylim(-0.5, 1.08)
        right.set_xlim(0, min(3.2, max(np.nanmax(data.diffusion_times(c, curve=True))
                                       / data.number("collapse_time", c) for c in shown)))
        left.set_xlim(0, _last_time(data, shown))
        for ax in (left, right):
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
        left.set_xlabel("diffusion time $t$")
        left.set_ylabel(r"excess entropy density $f^e(t)$ [nat]")
        right.set_xlabel(r"$t\,/\,t_C$")
        right.set_ylabel(r"$f^e(t)\,/\,\alpha$")
        style.legend_below(canvas, [left])

    return Figure("figure-3", "Figure 3: empirical excess entropy density", caption, draw,
                  (10.2, 4.7))


def _sizes(cells: list[Size]) -> set[float]:
    return {c.size for c in cells}


def _last_time(data: Collapse, shown: list[Size]) -> float:
    latest = max(data.number("collapse_time", c) for c in shown)
    return float(min(2.4 * latest, max(np.nanmax(data.diffusion_times(c)) for c in shown)))


def _weight_figure(data: Collapse, shown: list[Size]) -> Figure:
    method = data.main_method
    caption = ("Mean posterior weight of the point a state was noised from, "
               f"{_size_phrase(data, shown)}, over $t/t_C$: near 1 the empirical score pulls "
               "towards that point, near $1/n$ it has forgotten it. Points: measured, 95% bars; "
               "lines: exact average at finite $n$ and $d$. The curves cross near $t_C$, where "
               "$f^e$ itself is still far from zero (right).")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, width_ratios=(1.6, 1))
        for i, cell in enumerate(shown):
            t = data.diffusion_times(cell) / data.number("collapse_time", cell)
            colour = style.CYCLE[i % 7]
            left.plot(t, data.prediction("true_weight_finite", cell), color=colour, linewidth=1.2)
            if method:
                _points(left, t, data.measured("true_weight", cell, method), i)
            left.plot([], [], color=colour, marker=style.MARKERS[i % 7] if method else None,
                      label=data.name(cell, short=len(_sizes(shown)) == 1))
            ratio = data.prediction("excess_entropy_finite", cell) / data.number("load", cell)
            right.plot(t, ratio, color=colour, linewidth=1.2)
        for ax in (left, right):
            ax.axvline(1, color=style.GREY, linestyle=":", linewidth=1.1)
            ax.set_xlabel(r"$t\,/\,t_C$")
        left.set_xlim(0, 2.2)
        left.set_ylim(-0.02, 1.03)
        left.set_ylabel("mean weight of the true point")
        limit = np.linspace(0.6, 1.4, 9)
        right.set_xlim(limit[0], limit[-1])
        right.set_ylim(-0.02, 0.62)
        right.set_ylabel(r"$f^e(t)\,/\,\alpha$ (quadrature)")
        style.legend_below(canvas, [left])

    return Figure("weight", "Weight of the true point: the finite-size estimator of collapse",
                  caption, draw, (10.2, 4.5))


def _method_figure(data: Collapse) -> Figure:
    reference = data.sampled[0]
    others = data.sampled[1:]
    caption = ("Data sets in all coordinates against energies drawn from their exact law: "
               "difference over its standard error, over time, for each $n$ and $d$. Dashed: 4 "
               "standard errors. The two full methods see the same numbers, so their points "
               "coincide: what single precision does is in the table.")

    def draw(canvas):
        panels = canvas.subplots(1, 2, sharey=True)
        for ax, name, title in zip(panels, ("excess_entropy", "true_weight"),
                                   ("$f^e$", "weight of the true point")):
            for i, cell in enumerate(data.cells[:7]):
                a = data.measured(name, cell, reference)
                for method in others:
                    b = data.measured(name, cell, method)
                    style.symbols(
                        ax, data.diffusion_times(cell), difference(b, a), i,
                        data.name(cell) if method == others[0] else None,
                        markersize=3 if method == "full_single" else 5.5,
                        markerfacecolor="none" if method == "full" else style.CYCLE[i % 7])
            style.error_scale(ax)
            ax.set_title(title)
            ax.set_xlabel("diffusion time $t$")
        panels[0].set_ylabel("(full − reduced) / standard error")
        style.legend_below(canvas, panels[:1])

    return Figure("methods", "All coordinates against the law of the energies", caption, draw,
                  (9.6, 4.4))


def _free_energy_figure(data: Collapse, shown: list[Size]) -> Figure:
    cell = shown[0]
    caption = (f"Random energies, {data.name(cell)}, $\\alpha={data.number('load', cell):.4g}$: "
               "free energy densities $\\psi_+$ of the points of the state's own cluster and "
               "$\\psi_-$ of the other, against $-1/2$ of the true point. Where $\\psi_+$ falls "
               "below $-1/2$ the true point wins: collapse, which is also where $\\psi_+$ "
               "condenses; $\\psi_-$ condenses later in diffusion time and never matters.")

    def draw(canvas):
        ax = canvas.subplots()
        t = data.diffusion_times(cell, curve=True)
        ax.plot(t, data.prediction("own_free_energy", cell), color=style.BLUE, label=r"$\psi_+$")
        ax.plot(t, data.prediction("other_free_energy", cell), color=style.VERMILLION,
                linestyle="--", label=r"$\psi_-$")
        ax.axhline(-0.5, color=style.BLACK, linewidth=1, label="true point")
        t_c = data.number("collapse_time", cell)
        ax.axvline(t_c, color=style.BLUE, linestyle=":", linewidth=1.1,
                   label=f"$t_C={t_c:.3f}$")
        other = data.number("other_condensation_time", cell)
        ax.axvline(other, color=style.VERMILLION, linestyle=":", linewidth=1.1,
                   label=rf"$\psi_-$ condenses, {other:.3f}")
        ax.set_xlim(0, 2.5 * t_c)
        low = float(np.interp(0.35 * t_c, t, data.prediction("other_free_energy", cell)))
        ax.set_ylim(max(low, -2.5), max(0.0, -0.5 + 1.3 * data.number("load", cell)))
        ax.set_xlabel("diffusion time $t$")
        ax.set_ylabel("free energy density [nat]")
        ax.legend()

    return Figure("free-energy", "Free energies of the random energy model", caption, draw,
                  (6.8, 4.3))
