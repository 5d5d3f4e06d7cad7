"""Symmetric coupling of two modalities: figures 1 and 2, and the synchronization gap."""

from __future__ import annotations

import numpy as np

from ...page import maps, style
from ...page.content import Figure, Table
from ...reading.estimates import crossings, peak
from ...reading.record import Record
from ...reading.values import show
from .data import (
    Status,
    nearest,
    over_g,
    paper_differences,
    parameter_text,
    reference_slice,
    slice_text,
    time_text,
    total_mean_square,
)

FIGURE_1 = {"beta": 1.0, "noise_variance": 2.0, "variance_x": 1.0}
FIGURE_2 = {"beta": 1.0, "noise_variance": 1.0, "variance_x": 1.0, "alpha": 1.0}
_SHOWN_COUPLINGS = (0.0, 0.2, 0.4, 0.45, 0.6, 0.8, 0.95)


def figures(record: Record) -> list[Figure]:
    found = []
    if len(record.axes["g"]) < 2:
        return found
    if "speciation_time" in record:
        found.append(_figure_1(record))
    if "collapse_time" in record:
        found.append(_figure_2(record))
    if "speciation_gap" in record or "collapse_gap" in record:
        found.append(_gap_figure(record))
    return found


def tables(record: Record) -> list[Table]:
    found = []
    if "speciation_time" in record:
        found += [_speciation_table(record), _landmark_table(record)]
    if "collapse_time" in record:
        found.append(_collapse_table(record))
    return [table for table in found if table]


def fraction_text(record: Record, fraction: float) -> str:
    """What a share of the common mode means: "common mode only", or both mean squares."""
    total = total_mean_square(record)
    plus, minus = fraction * total, (1 - fraction) * total
    sizes = f"$m_+^2={plus:.4g}$, $m_-^2={minus:.4g}$"
    if fraction in (0.0, 1.0):
        return ("common" if fraction == 1 else "difference") + f" mode only ({sizes})"
    return f"mixture ({sizes})"


def fractions(record: Record) -> list[float]:
    return sorted(record.axes["common_fraction"].values.tolist(), reverse=True)


def _figure_1(record: Record) -> Figure:
    shown = fractions(record)[:7]
    where = reference_slice(record)
    caption = (f"Speciation time $t_S$, the largest root of $\\kappa(t)=1$, over the coupling "
               f"strength; {parameter_text(record)}. Solid: all signal in the common mode; dashed: "
               "all in the difference mode; the others: mixtures. Dot: largest speciation time of "
               "the common mode; diamond: where the difference mode overtakes it."
               + slice_text(record, where) + paper_differences(record, FIGURE_1))

    def draw(canvas):
        ax = canvas.subplots()
        middle = 1
        for i, fraction in enumerate(shown):
            time = over_g(record, "speciation_time", common_fraction=fraction)
            dashes = "-" if fraction == 1 else "--" if fraction == 0 else \
                (":", "-.", (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)))[(middle - 1) % 5]
            middle += fraction not in (0.0, 1.0)
            style.line(ax, time.coords["g"], time.values, i, fraction_text(record, fraction),
                       style=dashes, done=time.done)
            style.mark_ends(ax, time.coords["g"], time.values, time.done, style.CYCLE[i % 7])
        _mark_landmarks(ax, record)
        ax.margins(y=0.07)
        maps.shade_unstable(ax, *_unstable(record))
        ax.set_xlabel(r"coupling strength $g$")
        ax.set_ylabel(r"speciation time $t_S$")
        ax.legend()

    return Figure("figure-1", "Figure 1: speciation time and coupling, symmetric matrix", caption,
                  draw, (7.6, 5.0))


def _unstable(record: Record):
    """g, and whether the reverse or forward process of any shown curve is unstable there."""
    status = record["speciation_status"].sorted()
    where = {k: v for k, v in reference_slice(record).items() if k in status.dims}
    grid = status.at(**where).over("g", "common_fraction")
    bad = np.isin(grid.values, (Status.UNSTABLE, Status.UNSTABLE_FORWARD)).all(axis=1)
    return grid.coords["g"], bad


def landmarks(record: Record) -> dict[str, tuple[float, float]]:
    """(g, t_S) of the common mode's interior maximum and of the crossing with the difference
    mode, as far as the record has them."""
    found = {}
    common, difference = (over_g(record, "speciation_time", common_fraction=f)
                          if f in fractions(record) else None for f in (1.0, 0.0))
    if common is not None and (top := peak(common.coords["g"], common.values)):
        found["peak"] = top
    if common is not None and difference is not None:
        g = common.coords["g"]
        positive = g > 0
        meet = crossings(g[positive], (common.values - difference.values)[positive])
        if meet:
            found["crossing"] = (meet[-1], float(np.interp(meet[-1], g, common.values)))
    return found


def _mark_landmarks(ax, record: Record) -> None:
    for name, (g, time) in landmarks(record).items():
        mark = {"peak": "o", "crossing": "D"}[name]
        ax.plot([g], [time], mark, color=style.BLACK, markersize=5, zorder=6)
        above = name == "peak"
        ax.annotate(f"({g:.3f}, {time:.4f})", (g, time), xytext=(0, 7) if above else (-6, -12),
                    textcoords="offset points", ha="center" if above else "right", va="bottom"
                    if above else "top", fontsize=8.5)


def _figure_2(record: Record) -> Figure:
    where = reference_slice(record)
    caption = (f"Collapse time over the coupling strength; {parameter_text(record)}. Left, as in "
               "the paper: both modalities together, each mode by the printed formula "
               "$n^{1/d}=1+\\chi_\\pm$, and the upper bound on the joint time. Right: each mode by "
               "the random energy model, which has $n$ levels in $d$ dimensions and condenses at "
               "$n^{2/d}=1+\\chi_\\pm$. The vertical axes do not begin at zero."
               + slice_text(record, where) + paper_differences(record, FIGURE_2))

    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        bound = over_g(record, "collapse_time_bound")
        joint = over_g(record, "collapse_time")
        style.line(left, joint.coords["g"], joint.values, 0, r"joint $t_C$", colour=style.BLACK,
                   style="-", done=joint.done)
        for ax, key in ((left, "mode_collapse_time_printed"), (right, "mode_collapse_time")):
            for mode, name, colour, dashes in ((0, r"common mode $t_{C+}$", style.BLUE, "-"),
                                               (1, r"difference mode $t_{C-}$", style.VERMILLION,
                                                "--")):
                if mode in record.axes["mode"].values:
                    time = over_g(record, key, mode=mode)
                    style.line(ax, time.coords["g"], time.values, 0, name, colour=colour,
                               style=dashes, done=time.done)
            ax.set_xlabel(r"coupling strength $g$")
        style.line(left, bound.coords["g"], bound.values, 6, r"bound $t_{\max}$",
                   colour=style.GREY, style=(0, (1, 1)), linewidth=1.3)
        left.set_ylabel(r"collapse time $t_C$")
        left.set_title("as printed")
        right.set_title("random energy model")
        style.legend_below(canvas, [left], 4)

    return Figure("figure-2", "Figure 2: collapse time and coupling, symmetric matrix", caption,
                  draw, (9.4, 4.4))


def _gap_figure(record: Record) -> Figure:
    names = [n for n in ("speciation_gap", "collapse_gap_printed", "collapse_gap") if n in record]
    labels = {"speciation_gap": "speciation", "collapse_gap_printed": "collapse, as printed",
              "collapse_gap": "collapse, random energy model"}

    def draw(canvas):
        row = canvas.subplots(1, 2 if len(names) == 3 else 1, squeeze=False)[0]
        for i, name in enumerate(names):
            ax = row[-1] if name != "speciation_gap" else row[0]
            gap = over_g(record, name)
            style.line(ax, gap.coords["g"], gap.values, i, labels[name], done=gap.done)
        for ax in row:
            ax.axhline(0, color=style.BLACK, linewidth=0.9)
            ax.set_xlabel(r"coupling strength $g$")
            ax.legend()
        row[0].set_ylabel("common minus difference mode")

    return Figure("synchronization-gap", "The synchronization gap",
                  "Time of the common mode minus time of the difference mode, each holding all the "
                  "signal. Above zero the common mode is decided first in generation."
                  + slice_text(record, reference_slice(record)), draw,
                  (9.2, 3.8) if len(names) == 3 else (7.2, 3.8))


def _speciation_table(record: Record) -> Table:
    picked = nearest(record.axes["g"].values, _SHOWN_COUPLINGS)
    rows = []
    for fraction in fractions(record):
        time = over_g(record, "speciation_time", common_fraction=fraction)
        status = over_g(record, "speciation_status", common_fraction=fraction)
        rows.append([fraction_text(record, fraction)]
                    + [time_text(time, status, g) for g in picked])
    return Table("Speciation times", ["<signal"] + [f"$g={g:.4g}$" for g in picked], rows,
                 "Roots of the closed form; no statistical error.")


def _landmark_table(record: Record) -> Table | None:
    words = {"peak": "largest speciation time of the common mode",
             "crossing": "difference mode overtakes the common mode"}
    rows = [[words[k], f"{g:.4f}", f"{t:.6f}"] for k, (g, t) in landmarks(record).items()]
    step = float(np.max(np.diff(np.sort(record.axes["g"].values)))) if len(record.axes["g"]) > 1 \
        else float("nan")
    return Table("Landmarks of figure 1", ["<what", "$g$", "$t_S$"], rows,
                 f"Interpolated on a grid with steps of {show(step)} in g.") if rows else None


def _collapse_table(record: Record) -> Table:
    picked = nearest(record.axes["g"].values, (0.0, 0.25, 0.5, 0.75, 0.99))
    names = [("joint", "collapse_time", {}), ("upper bound (75)", "collapse_time_bound", {})]
    for mode in record.axes["mode"].values[:2]:
        word = "common" if mode == 0 else "difference" if mode == 1 else f"mode {mode}"
        names += [(f"{word}, as printed", "mode_collapse_time_printed", {"mode": mode}),
                  (f"{word}, random energy model", "mode_collapse_time", {"mode": mode})]
    rows = []
    for label, name, where in names:
        time = over_g(record, name, **where)
        values = [time.at(g=g) for g in picked]
        rows.append([label] + [f"{float(v.values):.6f}" if np.isfinite(v.values) else
                               "–" if v.done else "not measured" for v in values])
    return Table("Collapse times", ["<system"] + [f"$g={g:.4g}$" for g in picked], rows,
                 "Roots of the closed form; no statistical error.")
