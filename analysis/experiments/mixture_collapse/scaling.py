"""mixture_collapse: how collapse depends on the number of points, the dimension and their load."""

from __future__ import annotations

import numpy as np

from ...page import maps, style
from ...page.content import Figure
from ...reading.estimates import Z95
from .crossings import crossings_of, extrapolate
from .data import Collapse, Size


def figures(data: Collapse) -> list[Figure]:
    """What the axes of this record have enough values for."""
    if len(data.dimensions) < 3:
        return []
    if data.size_axis == "alpha":
        return [_scaling_figure(data)] + ([_load_figure(data)] if len(data.sizes) > 2 else [])
    return [_curse_figure(data)] if len(data.sizes) > 2 else []


def _scaling_figure(data: Collapse) -> Figure:
    size = data.sizes[-1]
    cells = [Size(int(d), float(size)) for d in data.dimensions]
    found = crossings_of(data, cells)
    caption = (f"Finite-size scaling at $\\alpha={size:.3g}$. Left: $f^e(t_C)$ vanishes as slowly "
               "as the fluctuations of $\\log Z/d$ do; dashed: their mean positive part if they "
               "were normal, $\\sqrt{(1-e^{-2\\alpha})/2\\pi d}$. Middle: times at which "
               "the weight curves of neighbouring dimensions cross, over $1/\\sqrt{dd'}$, with a "
               "straight extrapolation through the last three; for comparison the time at which "
               f"the weight passes {data.level:g}. Right: weight at the crossing, which falls to "
               "1/2.")

    def draw(canvas):
        left, middle, right = canvas.subplots(1, 3)
        d = data.dimensions.astype(float)
        at_collapse = np.array([data.at_collapse("excess_entropy_finite", c) for c in cells])
        left.plot(d, at_collapse, "o-", color=style.BLUE, linewidth=1.2, label="quadrature")
        method = data.main_method
        if method:
            measured = [_measured_at_collapse(data, c, method) for c in cells]
            left.errorbar(d, [m[0] for m in measured], [Z95 * m[1] for m in measured],
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


def _measured_at_collapse(data: Collapse, cell: Size, method: str) -> tuple[float, float]:
    t = data.diffusion_times(cell) / data.number("collapse_time", cell)
    found = data.measured("excess_entropy", cell, method)
    if not np.isfinite(found.values).all():
        return np.nan, np.nan
    return float(np.interp(1.0, t, found.values)), float(np.interp(1.0, t, found.error))


def _load_figure(data: Collapse) -> Figure:
    caption = ("Collapse time over the load $\\alpha=\\log n/d$: closed form (line), and the time "
               f"at which the exact mean weight passes {data.level:g} for each $d$ (points). Only "
               "an exponential number of data pushes $t_C$ towards 0.")

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
    method = data.main_method
    caption = ("The curse of dimensionality. Left: $t_C$ over $d$ and $n$ (colour), with lines of "
               "equal $t_C$ (white: closed form, $\\log n\\propto d$) and of equal "
               f"measured time at which the weight passes {data.level:g} (black). Right: how many "
               "points keep a given time of collapse, over $d$: closed form (lines) and, for each "
               "$d$, interpolated from the measured times (points).")
    levels = [0.1, 0.2, 0.4, 0.8]

    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        closed = data.over_map("collapse_time")
        measured = data.measured_map("weight_time").values if method \
            else data.over_map("weight_time_finite")
        log_n = np.log(data.sizes)
        left.grid(False)
        mesh = left.pcolormesh(maps.edges(np.log(data.dimensions)), maps.edges(log_n),
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
