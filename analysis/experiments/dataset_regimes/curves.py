"""dataset_regimes: figures 4 and 5, the curves."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Figure
from ...reading.image_sets import data_text
from ...reading.record import Record
from ..image_units import Unit, curve, differing, first_seeds, points

MOST_CURVES = 6


def figures(record: Record, found: list[Unit]) -> list[Figure]:
    shown = first_seeds(found)[:MOST_CURVES]
    if not shown:
        return []
    drawn = []
    if shown[0].has("speciation_agreement") or shown[0].has("clone_agreement"):
        drawn.append(_figure_4(record, shown))
    if shown[0].has("excess_entropy"):
        drawn.append(_figure_5(record, shown))
        drawn.append(_decision_figure(record, shown))
    return drawn


def _figure_4(record: Record, shown: list[Unit]) -> Figure:
    apart = differing(shown)
    scaled = shown[0].has("speciation_time")
    level = record.option("speciation_level", 0.775)
    caption = ("Probability φ that two clones of a backward trajectory at time $t$ end in the "
               f"same class; {data_text(record)}. Lines: exact, from posterior weights; points: "
               "clones of the backward diffusion itself; bands and bars: 95% intervals. Dotted: φ "
               f"= {level:g}, where two Gaussian clusters pass at $t_S$ for every dimension.")
    if scaled:
        caption += " Right: time in units of each data set's own $t_S=\\frac{1}{2}\\log\\Lambda$."

    def draw(canvas):
        row = canvas.subplots(1, 2 if scaled else 1, squeeze=False, sharey=True)[0]
        for i, unit in enumerate(shown):
            colour, label = style.CYCLE[i % 7], unit.label(apart)
            for ax, by in zip(row, (1.0, float(unit.array("speciation_time")) if scaled else 1.0)):
                if unit.has("speciation_agreement"):
                    curve(ax, unit, "speciation_agreement", colour, label, x=unit.axis("time") / by)
                if unit.has("clone_agreement"):
                    points(ax, unit, "clone_agreement", colour, style.MARKERS[i % 7],
                           unit.array("clone_time") / by,
                           None if unit.has("speciation_agreement") else label)
                if by == 1.0 and scaled:
                    ax.axvline(float(unit.array("speciation_time")), color=colour, linestyle="--",
                               linewidth=1)
        for ax in row:
            ax.axhline(level, color=style.GREY, linestyle=":", linewidth=1)
            ax.axhline(0.5, color=style.GREY, linewidth=0.8)
            ax.set_ylim(0.45, 1.02)
        row[0].set_xlabel("time $t$")
        row[0].set_xlim(0, min(4.0, float(shown[0].axis("time")[-1])))
        row[0].set_ylabel(r"clones in one class, $\phi$")
        if scaled:
            row[1].set_xlabel("$t/t_S$")
            row[1].set_xlim(0, 3)
            row[1].axvline(1, color=style.BLACK, linestyle="--", linewidth=1)
        style.legend_below(canvas, [row[0]])

    return Figure("figure-4", "Figure 4 without training: speciation", caption, draw,
                  (9.6 if scaled else 6.4, 4.4))


def _figure_5(record: Record, shown: list[Unit]) -> Figure:
    apart = differing(shown)
    name, paths = next(((n, text) for n, text in (
        ("last_change", "exact paths"),
        ("trajectory_last_change", f"{len(record.axes['trajectory'])} trajectories"
         if "trajectory" in record.axes else "")) if shown[0].has(n)), ("", ""))
    middle = f"(b) Time of the last change of the nearest image: {paths}. (c)" if paths else "(b)"
    caption = (f"Collapse; {data_text(record)}. (a) Probability that two clones collapse on the "
               "same image: lines exact, points clones of the backward diffusion. "
               f"{middle} Empirical excess entropy density over its late value $\\log(n)/d$; "
               "inset: the same near its zero. "
               + ("Dashed, in all panels: mean of (b). " if paths else "")
               + "Bands and bars: 95% bootstrap and Wilson intervals.")

    def draw(canvas):
        panels = canvas.subplot_mosaic("AB;CC" if paths else "A;C")
        for i, unit in enumerate(shown):
            colour, label = style.CYCLE[i % 7], unit.label(apart)
            curve(panels["A"], unit, "collapse_agreement", colour, label)
            if unit.has("clone_collapse"):
                points(panels["A"], unit, "clone_collapse", colour, style.MARKERS[i % 7])
            curve(panels["C"], unit, "excess_entropy", colour, label, 1 / unit.late_entropy)
            if paths:
                _histogram(panels["B"], unit.array(name), colour)
                for ax in panels.values():
                    ax.axvline(float(unit.array(f"{name}_mean")), color=colour,
                               linestyle="--", linewidth=1)
        widest = _collapse_range(shown)
        for key, ax in panels.items():
            ax.set_title(f"({'abc'[sorted(panels).index(key)]})", loc="left")
            ax.set_xlabel("time $t$")
            ax.set_xlim(0, widest if key != "C" else min(4.0, float(shown[0].axis("time")[-1])))
        panels["A"].set_ylabel(r"clones on one image, $\phi_C$")
        panels["A"].axhline(0.5, color=style.GREY, linestyle=":", linewidth=1)
        panels["C"].set_ylabel(r"$f^e(t)\,/\,(\log n\,/\,d)$")
        if paths:
            panels["B"].set_ylabel("density")
        _inset(panels["C"], shown, widest)
        style.legend_below(canvas, [panels["A"]])

    return Figure("figure-5", "Figure 5 without training: collapse", caption, draw,
                  (9.6, 7.6) if paths else (6.4, 7.6))


def _collapse_range(shown: list[Unit]) -> float:
    """A little beyond where the clones of every unit stop agreeing."""
    last = 0.2
    for unit in shown:
        time, agreement = unit.axis("time"), unit.array("collapse_agreement")
        above = time[agreement > 0.02]
        last = max(last, 1.05 * float(above[-1]) if len(above) else 0)
    return min(last, float(shown[0].axis("time")[-1]))


def _histogram(ax, values: np.ndarray, colour) -> None:
    bins = np.linspace(0, max(values.max(), 1e-9), 41 if len(values) > 500 else 21)
    ax.hist(values, bins=bins, density=True, color=colour, alpha=0.25)
    ax.hist(values, bins=bins, density=True, histtype="step", color=colour, linewidth=1.2)


def _inset(ax, shown: list[Unit], widest: float) -> None:
    inner = ax.inset_axes([0.6, 0.13, 0.38, 0.52])
    for i, unit in enumerate(shown):
        curve(inner, unit, "excess_entropy", style.CYCLE[i % 7], scale=1 / unit.late_entropy)
    inner.set_xlim(0, 0.8 * widest)
    inner.set_ylim(-0.02, 0.4)
    inner.tick_params(labelsize=8.5)


def _decision_figure(record: Record, shown: list[Unit]) -> Figure:
    """What is still open at time t: the image and the class, as entropies."""
    apart = differing(shown)

    def draw(canvas):
        ax = canvas.subplots()
        for i, unit in enumerate(shown):
            colour = style.CYCLE[i % 7]
            curve(ax, unit, "excess_entropy", colour, unit.label(apart) + ": which image",
                  unit.dimension)
            curve(ax, unit, "class_entropy", colour, unit.label(apart) + ": which class",
                  dashes="--")
            for name, marked, scale in (("speciation_time", "class_entropy", 1),
                                        ("collapse_crossing_time", "excess_entropy",
                                         unit.dimension)):
                if unit.has(name) and np.isfinite(unit.array(name)):
                    time = float(unit.array(name))
                    height = scale * np.interp(time, unit.axis("time"), unit.array(marked))
                    ax.plot(time, height, color=colour, marker="o" if scale == 1 else "s",
                            markersize=8, markeredgecolor="white", linestyle="none", zorder=4)
        ax.set_yscale("log")
        ax.set_ylim(1e-3, 2 * np.log(max(u.count for u in shown)))
        ax.set_xlim(0, min(4.0, float(shown[0].axis("time")[-1])))
        ax.set_xlabel("time $t$")
        ax.set_ylabel("entropy given $x_t$ (nat)")
        style.legend_below(canvas, [ax], 2)

    return Figure("open-decisions", "What is still open at time $t$",
                  "Entropy of the image and of its class given the state $x_t$; "
                  f"{data_text(record)}. The first is $d$ times the excess entropy density: $d "
                  "f^e(t)=H[a|x_t]$. Generation runs from right to left; the class, which the "
                  "image tells, is never more open than it. Discs: $t_S=\\frac{1}{2}\\log\\Lambda$ "
                  "of the same images; squares: the time at which half of the clones end on one "
                  "image.",
                  draw, (7.6, 4.9))
