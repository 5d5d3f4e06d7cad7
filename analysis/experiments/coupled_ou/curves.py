"""kappa(t) itself, and the large deviations of the energies behind the collapse time."""

from __future__ import annotations

import math

import numpy as np

from ...page import style
from ...page.angles import angle_text
from ...page.content import Figure
from ...reading.record import Record
from ...reading.values import show
from .data import (
    is_symmetric,
    nearest,
    over_g,
    parameter_text,
    reference_slice,
    slice_text,
    spread,
)
from .symmetric import fraction_text, fractions


def figures(record: Record) -> list[Figure]:
    found = []
    if "kappa" in record and len(record.axes["time"]) > 1:
        found.append(_kappa_figure(record))
    if "cumulant" in record:
        found.append(_energy_figure(record))
    return found


def _panels(record: Record) -> list[tuple[dict, str]]:
    if is_symmetric(record):
        return [({"common_fraction": f}, fraction_text(record, f)) for f in fractions(record)[:6]]
    angles = record.axes["theta"].values
    return [({"theta": t}, f"$\\theta$ = {angle_text(t)}")
            for t in nearest(angles, [k * math.pi / 4 for k in range(5)])[:6]]


def _kappa_figure(record: Record) -> Figure:
    panels = _panels(record)
    strengths = spread(record.axes["g"].values, 6)
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)

    def draw(canvas):
        axes = canvas.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        kappa = record["kappa"].sorted()
        where = {k: v for k, v in reference_slice(record).items() if k in kappa.dims}
        top = float(np.nanquantile(np.where(kappa.values > 0, kappa.values, np.nan), 0.995)) \
            if (kappa.values > 0).any() else 2.0
        for ax, (panel, title) in zip(axes, panels):
            ax.axhline(1, color=style.BLACK, linewidth=1.0)
            for i, g in enumerate(strengths):
                curve = kappa.at(g=g, **panel, **where).over("time")
                style.line(ax, curve.coords["time"], curve.values, i, f"$g$ = {show(g)}",
                           done=curve.done)
                _mark_roots(ax, record, g, panel, style.CYCLE[i % 7])
            ax.set_title(title, fontsize=9.5)
            ax.set_ylim(0, min(max(1.3, 1.05 * top), 8))
            ax.set_xlim(left=0, right=float(kappa.coords["time"][-1]))
        for ax in axes[len(panels):]:
            ax.set_visible(False)
        for ax in axes[max(0, len(panels) - columns):len(panels)]:
            ax.set_xlabel(r"forward time $t$")
            ax.tick_params(labelbottom=True)
        for ax in axes[::columns]:
            ax.set_ylabel(r"$\kappa(t)$")
        style.legend_below(canvas, axes[:len(panels)], 6)

    return Figure("kappa", "The speciation parameter over time",
                  f"$\\kappa(t)$ for several couplings; {parameter_text(record)}. The reverse "
                  "drift has two attractors where κ > 1; filled dots: speciation time (largest "
                  "root), open dots: smaller root. "
                  + slice_text(record, reference_slice(record)).strip(), draw,
                  (3.2 * columns + 0.4, 2.8 * rows + 0.5))


def _mark_roots(ax, record: Record, g: float, panel: dict, colour: str) -> None:
    for name, face in (("speciation_time", colour), ("lower_speciation_time", "white")):
        if name in record:
            root = float(over_g(record, name, **panel).at(g=g).values)
            if math.isfinite(root):
                ax.plot([root], [1], "o", color=colour, markerfacecolor=face, markersize=5,
                        zorder=5)


def _energy_figure(record: Record) -> Figure:
    strength = spread(record.axes["g"].values, 3)[len(spread(record.axes["g"].values, 3)) // 2]
    times = [t for t in spread(record.axes["time"].values, 7) if t > 0][:6]
    panels = (("cumulant", "inverse_temperature", r"inverse temperature $\beta$",
               r"$\Lambda_t(\beta)$"),
              ("energy_rate", "energy", r"energy per dimension $u$", r"$I_t(u)$"))

    def draw(canvas):
        for ax, (name, along, x_label, y_label) in zip(canvas.subplots(1, 2), panels):
            found = record[name].sorted()
            where = {k: v for k, v in reference_slice(record).items() if k in found.dims}
            for i, t in enumerate(times):
                curve = found.at(g=strength, time=t, **where).over(along)
                style.line(ax, curve.coords[along], curve.values, i, f"$t$ = {show(t)}",
                           done=curve.done, marker="." if len(curve.values) < 60 else None)
            ax.set_xlabel(x_label)
            ax.set_ylabel(y_label)
            if name == "energy_rate" and "collapse" in record.option("quantities", []):
                ax.axhline(record.option("alpha", 1.0), color=style.BLACK, linewidth=1.0,
                           linestyle=(0, (1, 1)), label=r"$\alpha$")
                ax.axvline(0.5, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 1)))
        style.legend_below(canvas, canvas.axes, 7)

    return Figure("energies", "Large deviations of the energies",
                  f"Cumulant generating function and rate function of the energies of the training "
                  f"points at coupling {show(strength)}, for several times; "
                  f"{parameter_text(record)}. The collapse time is where the rate at the typical "
                  "energy 1/2 (grey line) equals α (dotted)."
                  + slice_text(record, reference_slice(record)), draw, (9.4, 4.3))
