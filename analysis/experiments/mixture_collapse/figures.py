"""mixture_collapse: figure 3 of "regimes", when reverse trajectories of two clusters fall onto data."""

from __future__ import annotations

import numpy as np

from analysis.experiments.mixture_collapse import claims
from analysis.experiments.mixture_collapse.crossings import crossings_of, extrapolate
from analysis.experiments.mixture_collapse.data import MODES, Collapse, Size
from analysis.page import style
from analysis.page.content import REGIMES, Content, Figure, Table
from analysis.reading.estimates import plus_minus, signed
from analysis.reading.record import Record, show

_MOST_CURVES = 7


def content(record: Record) -> Content:
    """Excess entropy and weight first, then sizes, then what lies behind them."""
    data = Collapse(record)
    if not data.cells:
        return Content(_summary(data), REGIMES)
    shown = _shown(data)
    figures = [_figure_3(data, shown), _weight_figure(data, shown)]
    scaling = [size for size in data.sizes if len(data.dimensions) > 2]
    if data.size_axis == "alpha" and scaling:
        figures.append(_scaling_figure(data))
        if len(data.sizes) > 2:
            figures.append(_load_figure(data))
    if data.size_axis == "points" and len(data.sizes) > 2 and len(data.dimensions) > 2:
        figures.append(_curse_figure(data))
    if len(data.sampled) > 1:
        figures.append(_mode_figure(data))
    figures.append(_free_energy_figure(data, shown))
    tables = [_time_table(data), _agreement_table(data), _crossing_table(data),
              _precision_table(data)]
    return Content(_summary(data), REGIMES, figures, [t for t in tables if t],
                   claims.claims(data))


def _summary(data: Collapse) -> str:
    modes = "; ".join(MODES[m] + (f" ({data.evaluations_text(m)} per $n$ and $d$)"
                                  if m != "none" else "") for m in data.modes)
    return (f"Exact empirical score of $n$ points of two Gaussian clusters, $\\mu={show(data.mu)}$, "
            f"$\\sigma={show(data.sigma)}$ (figure 3, appendix C): when does the noised "
            f"empirical distribution fall apart into its points? Computed from: {modes}. Averages "
            "are over data sets, points and noise.")


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


def _main_mode(data: Collapse) -> str | None:
    return data.sampled[0] if data.sampled else None


def _points(ax, x, found, number: int, label: str | None = None, **more):
    colour = style.CYCLE[number % 7]
    ax.errorbar(x, found.values, yerr=style.Z95 * found.error, color=colour, linestyle="none",
                marker=style.MARKERS[number % 7], markersize=3.8, elinewidth=0.9, label=label,
                **more)


def _figure_3(data: Collapse, shown: list[Size]) -> Figure:
    mode = _main_mode(data)
    points = f"Points: {data.evaluations_text(mode)}, 95% bars; " if mode else ""
    caption = (f"Empirical excess entropy density, {_size_phrase(data, shown)}. {points}thin lines: "
               "exact average at this $n$ and $d$ by quadrature; thick: limit $\\max(0,f)$; dashed: "
               "$f=\\alpha-$½ log $\\Gamma_t/\\Delta_t$ of the population, which goes on below zero. "
               "Dotted verticals: $t_C$. Left in nats; right in units of $\\alpha$, over $t/t_C$.")

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
                if mode:
                    found = data.measured("excess_entropy", cell, mode)
                    ax.errorbar(t, found.values / scale, yerr=style.Z95 * found.error / scale,
                                color=colour, linestyle="none", marker=style.MARKERS[i % 7],
                                markersize=3.6, elinewidth=0.9)
                ax.axvline(t_c / clock, color=colour if clock == 1 else style.GREY, linestyle=":",
                           linewidth=1.1)
            left.plot([], [], color=colour, marker=style.MARKERS[i % 7] if mode else None,
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
    mode = _main_mode(data)
    caption = (f"Mean posterior weight of the point a state was noised from, {_size_phrase(data, shown)}, "
               "over $t/t_C$: near 1 the empirical score pulls towards that point, near $1/n$ it has "
               "forgotten it. Points: measured, 95% bars; lines: exact average at finite $n$ and $d$. "
               "The curves cross near $t_C$, where $f^e$ itself is still far from zero (right).")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, width_ratios=(1.6, 1))
        for i, cell in enumerate(shown):
            t = data.diffusion_times(cell) / data.number("collapse_time", cell)
            colour = style.CYCLE[i % 7]
            left.plot(t, data.prediction("true_weight_finite", cell), color=colour, linewidth=1.2)
            if mode:
                _points(left, t, data.measured("true_weight", cell, mode), i)
            left.plot([], [], color=colour, marker=style.MARKERS[i % 7] if mode else None,
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


def _scaling_figure(data: Collapse) -> Figure:
    size = data.sizes[-1]
    cells = [Size(int(d), float(size)) for d in data.dimensions]
    found = crossings_of(data, cells)
    caption = (f"Finite-size scaling at $\\alpha={size:.3g}$. Left: $f^e(t_C)$ vanishes as slowly as "
               "the fluctuations of $\\log Z/d$ do; dashed: their mean positive part if they were "
               "normal, $\\sqrt{(1-e^{-2\\alpha})/2\\pi d}$. Middle: times at which "
               "the weight curves of neighbouring dimensions cross, over $1/\\sqrt{dd'}$, with a "
               "straight extrapolation through the last three; for comparison the time at which "
               f"the weight passes {data.level:g}. Right: weight at the crossing, which falls to 1/2.")

    def draw(canvas):
        left, middle, right = canvas.subplots(1, 3)
        d = data.dimensions.astype(float)
        at_collapse = np.array([_at_collapse(data, "excess_entropy_finite", c) for c in cells])
        left.plot(d, at_collapse, "o-", color=style.BLUE, linewidth=1.2, label="quadrature")
        mode = _main_mode(data)
        if mode:
            measured = [_measured_at_collapse(data, c, mode) for c in cells]
            left.errorbar(d, [m[0] for m in measured], [style.Z95 * m[1] for m in measured],
                          color=style.VERMILLION, linestyle="none", marker="s", label="sampled")
        x = np.geomspace(d[0], d[-1], 50)
        left.plot(x, np.sqrt(-np.expm1(-2 * size) / (2 * np.pi * x)), "--", color=style.GREY,
                  linewidth=1, label="normal fluctuations")
        left.set_xscale("log", base=2)
        left.set_yscale("log")
        left.set_xlabel("dimension $d$")
        left.set_ylabel(r"$f^e(t_C)$ [nat]")
        left.legend()
        if found:
            x = np.array([c.inverse_dimension for c in found])
            middle.plot(x, [c.ratio for c in found], "o", color=style.BLUE, label="crossing")
            line = extrapolate(found)
            if line:
                span = np.array([0, x.max()])
                middle.plot(span, line.intercept + line.slope * span, "-", color=style.BLUE,
                            linewidth=1, label=f"extrapolated {line.intercept:.4f}")
            right.plot(np.sqrt(x), [c.weight for c in found], "o-", color=style.BLUE, linewidth=1)
        half = np.array([data.number("weight_time_finite", c)
                         / (1 if data.in_collapse_times else data.number("collapse_time", c))
                         for c in cells])
        middle.plot(1 / d, half, "^:", color=style.ORANGE, linewidth=1,
                    label=f"weight = {data.level:g}")
        middle.axhline(1, color=style.GREY, linewidth=0.9)
        middle.set_xlabel("$1/d$")
        middle.set_ylabel(r"$t\,/\,t_C$")
        middle.set_xlim(left=0)
        middle.legend()
        right.axhline(0.5, color=style.GREY, linewidth=0.9)
        right.set_xlabel("$1/\\sqrt{d}$")
        right.set_ylabel("weight at the crossing")
        right.set_xlim(left=0)

    return Figure("scaling", "Finite-size scaling of collapse", caption, draw, (10.8, 3.9))


def _at_collapse(data: Collapse, name: str, cell: Size) -> float:
    t = data.diffusion_times(cell) / data.number("collapse_time", cell)
    return float(np.interp(1.0, t, data.prediction(name, cell)))


def _measured_at_collapse(data: Collapse, cell: Size, mode: str) -> tuple[float, float]:
    t = data.diffusion_times(cell) / data.number("collapse_time", cell)
    found = data.measured("excess_entropy", cell, mode)
    if not np.isfinite(found.values).all():
        return np.nan, np.nan
    return float(np.interp(1.0, t, found.values)), float(np.interp(1.0, t, found.error))


def _load_figure(data: Collapse) -> Figure:
    caption = ("Collapse time over the load $\\alpha=\\log n/d$: closed form (line), and the time at "
               f"which the exact mean weight passes {data.level:g} for each $d$ (points). Only an "
               "exponential number of data pushes $t_C$ towards 0.")

    def draw(canvas):
        ax = canvas.subplots()
        alpha = np.geomspace(data.sizes[0] / 2, data.sizes[-1] * 2, 300)
        ax.plot(alpha, 0.5 * np.log1p(data.sigma ** 2 / np.expm1(2 * alpha)), color=style.BLACK,
                label=r"$t_C=\frac{1}{2}\log(1+\sigma^2/(e^{2\alpha}-1))$")
        times = data.over_map("weight_time_finite")
        if data.in_collapse_times:
            times = times * data.over_map("collapse_time")
        for i, d in enumerate(data.dimensions[:7]):
            ax.plot(data.sizes, times[:, i], linestyle="none", marker=style.MARKERS[i % 7],
                    color=style.CYCLE[i % 7], label=f"$d={d}$")
        ax.set_xscale("log")
        ax.set_xticks(data.sizes[:: max(1, len(data.sizes) // 6)])
        ax.xaxis.set_major_formatter("{x:.3g}")
        ax.xaxis.set_minor_formatter("")
        ax.set_xlabel(r"load $\alpha=\log n\,/\,d$")
        ax.set_ylabel("diffusion time $t$")
        ax.legend()

    return Figure("load", "Collapse time over the load", caption, draw, (6.8, 4.4))


def _curse_figure(data: Collapse) -> Figure:
    mode = _main_mode(data)
    caption = ("The curse of dimensionality. Left: $t_C$ over $d$ and $n$ (colour), with lines of "
               "equal $t_C$ (white: closed form, $\\log n\\propto d$) and of equal "
               f"measured time at which the weight passes {data.level:g} (black). Right: how many "
               "points keep a given time of collapse, over $d$: closed form (lines) and, for each "
               "$d$, interpolated from the measured times (points).")
    levels = [0.1, 0.2, 0.4, 0.8]

    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        closed = data.over_map("collapse_time")
        measured = data.measured_map("weight_time").values if mode \
            else data.over_map("weight_time_finite")
        log_n = np.log(data.sizes)
        left.grid(False)
        mesh = left.pcolormesh(style.edges(np.log(data.dimensions)), style.edges(log_n),
                               np.log10(closed), cmap=style.SEQUENTIAL, rasterized=True)
        bar = canvas.colorbar(mesh, ax=left, pad=0.02)
        bar.set_label(r"$\log_{10}t_C$")
        bar.outline.set_visible(False)
        x, y = np.log(data.dimensions), log_n
        for values, colour in ((closed, "white"), (measured, "black")):
            if np.isfinite(values).sum() > 3:
                lines = left.contour(x, y, np.ma.masked_invalid(values), levels=levels,
                                     colors=colour, linewidths=1.4)
                left.clabel(lines, fontsize=8, fmt="%g")
        ticks = data.dimensions[:: max(1, len(data.dimensions) // 6)]
        left.set_xticks(np.log(ticks), [str(d) for d in ticks])
        tens = np.arange(np.ceil(y[0] / np.log(10) - 1e-9), np.floor(y[-1] / np.log(10)) + 1)
        left.set_yticks(tens * np.log(10), [f"$10^{{{int(k)}}}$" for k in tens])
        left.set_xlabel("dimension $d$")
        left.set_ylabel("number of points $n$")
        dense = np.linspace(data.dimensions[0], data.dimensions[-1], 100)
        for i, t in enumerate(levels):
            colour = style.CYCLE[i % 7]
            load = 0.5 * np.log1p(data.sigma ** 2 / np.expm1(2 * t))
            right.plot(dense, np.exp(load * dense), color=colour, label=f"$t_C={t:g}$")
            needed = [_size_for(log_n, measured[:, j], t) for j in range(len(data.dimensions))]
            right.plot(data.dimensions, np.exp(needed), linestyle="none",
                       marker=style.MARKERS[i % 7], color=colour)
        right.set_yscale("log")
        right.set_ylim(data.sizes[0] / 2, data.sizes[-1] * 4)
        right.set_xlabel("dimension $d$")
        right.set_ylabel("points needed $n$")
        right.legend()

    return Figure("curse", "The curse of dimensionality", caption, draw, (10.4, 4.4))


def _size_for(log_n: np.ndarray, times: np.ndarray, wanted: float) -> float:
    """log n at which the time of collapse, which falls with n, is `wanted`; NaN out of range."""
    known = np.isfinite(times)
    t, size = np.log(times[known][::-1]), log_n[known][::-1]
    if len(t) < 2 or not t[0] <= np.log(wanted) <= t[-1]:
        return np.nan
    return float(np.interp(np.log(wanted), t, size))


def _mode_figure(data: Collapse) -> Figure:
    reference = data.sampled[0]
    others = data.sampled[1:]
    caption = ("Data sets in all coordinates against energies drawn from their exact law: difference "
               "over its standard error, over time, for each $n$ and $d$. Dashed: 4 standard "
               "errors. The two full modes see the same numbers, so their points coincide: what "
               "single precision does is in the table.")

    def draw(canvas):
        panels = canvas.subplots(1, 2, sharey=True)
        for ax, name, title in zip(panels, ("excess_entropy", "true_weight"),
                                   ("$f^e$", "weight of the true point")):
            for i, cell in enumerate(data.cells[:7]):
                a = data.measured(name, cell, reference)
                for mode in others:
                    b = data.measured(name, cell, mode)
                    with np.errstate(divide="ignore", invalid="ignore"):
                        z = (b.values - a.values) / np.hypot(a.error, b.error)
                    ax.plot(data.diffusion_times(cell), z, linestyle="none",
                            marker=style.MARKERS[i % 7], color=style.CYCLE[i % 7],
                            markersize=3 if mode == "full_single" else 5.5,
                            markerfacecolor="none" if mode == "full" else style.CYCLE[i % 7],
                            label=data.name(cell) if mode == others[0] else None)
            for limit in (-4, 4):
                ax.axhline(limit, color=style.GREY, linestyle="--", linewidth=0.9)
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            ax.set_title(title)
            ax.set_xlabel("diffusion time $t$")
        panels[0].set_ylabel("(full − reduced) / standard error")
        style.legend_below(canvas, panels[:1])

    return Figure("modes", "All coordinates against the law of the energies", caption, draw,
                  (9.6, 4.4))


def _free_energy_figure(data: Collapse, shown: list[Size]) -> Figure:
    cell = shown[0]
    caption = (f"Random energies, {data.name(cell)}, $\\alpha={data.number('load', cell):.4g}$: free "
               "energy densities $\\psi_+$ of the points of the state's own cluster and $\\psi_-$ of "
               "the other, against $-1/2$ of the true point. Where $\\psi_+$ falls below $-1/2$ the "
               "true point wins: collapse, which is also where $\\psi_+$ condenses; $\\psi_-$ "
               "condenses later in diffusion time and never matters.")

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


# -- tables -----------------------------------------------------------------------------------------
def _time_table(data: Collapse) -> Table:
    rows = []
    for cell in data.cells[:40]:
        clock = data.number("collapse_time", cell) if data.in_collapse_times else 1.0
        measured = data.measured("weight_time", cell)
        rows.append([str(cell.dimension), f"{np.exp(data.number('log_points', cell)):.4g}",
                     f"{data.number('load', cell):.5f}", f"{data.number('collapse_time', cell):.4f}",
                     plus_minus(float(measured.values) * clock, float(measured.error) * clock),
                     _number(data.number("weight_time_finite", cell) * clock),
                     f"{_at_collapse(data, 'true_weight_finite', cell):.4f}",
                     f"{_at_collapse(data, 'excess_entropy_finite', cell):.5f}",
                     _number(data.number("other_condensation_time", cell)),
                     _number(data.number("speciation_time", cell))])
    caption = "The paper's runs: $t_C=1.299$, 1.978, 2.667 for $d=256$, 1024, 4096 and $n=20000$."
    if len(data.cells) > 40:
        caption += f" The first 40 of {len(data.cells)} sizes."
    return Table("Times of collapse", ["$d$", "$n$", "$\\alpha$", "$t_C$ (10)",
                                       f"weight {data.level:g}, measured (95%)", "the same, exact",
                                       "weight at $t_C$", "$f^e(t_C)$", "$\\psi_-$ condenses",
                                       "$t_S$"], rows, caption)


def _number(value: float) -> str:
    return signed(value, 4) if np.isfinite(value) else "–"


def _agreement_table(data: Collapse) -> Table | None:
    rows = []
    for cell in data.cells[:24]:
        for mode in data.sampled:
            row = [str(cell.dimension), f"{np.exp(data.number('log_points', cell)):.4g}",
                   MODES[mode]]
            for name in ("excess_entropy", "excess_entropy_printed", "true_weight"):
                z = data.deviation(name, cell, mode)
                z = z[np.isfinite(z)]
                row += [f"{np.sqrt(np.mean(z ** 2)):.2f}" if len(z) else "–",
                        f"{np.max(np.abs(z)):.2f}" if len(z) else "–"]
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = (data.measured("excess_entropy_printed", cell, mode).error
                         / data.measured("excess_entropy", cell, mode).error)
            row.append(f"{np.nanmedian(ratio[np.isfinite(ratio)]):.1f}"
                       if np.isfinite(ratio).any() else "–")
            rows.append(row)
    return Table("Sampled against exact averages at finite $n$ and $d$", [
        "$d$", "$n$", "<mode", "$f^e$: rms / SE", "largest", "as printed: rms / SE", "largest",
        "weight: rms / SE", "largest", "error as printed / error"], rows,
        "Deviations over the times at which the weight is below 0.99, in standard errors over data "
        "sets. Times share their draws, so "
        "an rms away from 1 is no surprise. The last column is what (56)-(57) lose by leaving the "
        "noise of $|z|^2$ in.") if rows else None


def _crossing_table(data: Collapse) -> Table | None:
    rows = []
    for size in data.sizes:
        for crossing in crossings_of(data, [Size(int(d), float(size)) for d in data.dimensions]):
            rows.append([f"{size:.4g}", f"{crossing.first} and {crossing.second}",
                         f"{crossing.ratio:.4f}", f"{crossing.weight:.4f}"])
    name = "$n$" if data.size_axis == "points" else "$\\alpha$"
    return Table("Crossings of the weight curves over $t/t_C$ (exact averages)", [
        name, "<dimensions", "$t/t_C$", "weight"], rows[:60]) if rows else None


def _precision_table(data: Collapse) -> Table | None:
    if "full" not in data.modes or "full_single" not in data.modes:
        return None
    rows = []
    for cell in data.cells[:24]:
        row = [str(cell.dimension), f"{cell.size:.6g}"]
        for name in ("excess_entropy", "true_weight"):
            exact = data.measured(name, cell, "full").values
            single = data.measured(name, cell, "full_single").values
            with np.errstate(divide="ignore", invalid="ignore"):
                relative = np.abs(single - exact) / np.abs(exact)
            relative = relative[np.isfinite(relative)]
            row += [f"{np.max(relative):.1e}" if len(relative) else "–",
                    f"{np.nanmax(np.abs(single - exact)):.1e}" if len(relative) else "–"]
        rows.append(row)
    return Table("What single precision costs", [
        "$d$", "<size", "$f^e$: largest relative error", "absolute", "weight: largest relative",
        "absolute"], rows, "Same data sets, same noise, the points rounded to single precision and "
        "their products computed in it; largest over the times.")
