"""What every record has: how far the sweep came, what failed, how long the units took."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap

from ..reading.record import Record
from ..reading.values import UnitStatus, show
from . import style
from .content import Figure, Table

MOST_FAILURES = 50


def figures(record: Record) -> list[Figure]:
    """When units were done and how long they took, and what is missing."""
    found = []
    if record.done_count < record.unit_count and record.unit_count > 1:
        found.append(_coverage_figure(record))
    if record.done_count > 1:
        found.append(_timing_figure(record))
    return found


def failure_table(record: Record) -> Table | None:
    """The failed units and their messages, the first MOST_FAILURES of them."""
    failures = record.failures
    if record.failed_count == 0:
        return None
    rows = [[str(f.unit), f.where, f.message] for f in failures[:MOST_FAILURES]]
    more = record.failed_count - len(rows)
    caption = "`syncgap run JOB --retry-failed` tries them again."
    if more > 0:
        caption += f" {more} more failed units are not listed."
    return Table("Failed units", ["unit", "<where", "<message"], rows, caption)


def missing_table(record: Record) -> Table | None:
    """For each axis value, the units that are not finished; None when all that are needed are."""
    if record.complete:
        return None
    rows = []
    for place, axis in enumerate(record.split_axes):
        others = tuple(i for i in range(record.status.ndim) if i != place)
        left = np.count_nonzero((record.status != UnitStatus.DONE)
                                & (record.status != UnitStatus.NOT_NEEDED), axis=others)
        each = record.unit_count // len(axis)
        worst = np.flatnonzero(left)
        named = [f"{show(axis.values[i])} ({left[i]})" for i in worst[:12]]
        if len(worst) > 12:
            named.append(f"and {len(worst) - 12} more values")
        rows.append([axis.name, str(len(axis)), str(each), ", ".join(named)])
    return Table("Missing cells by axis value", ["<axis", "values", "units per value",
                                                 "<values with unfinished units (how many)"], rows)


def timing_table(record: Record) -> Table:
    """Sums and quantiles of the seconds each finished unit took."""
    seconds = record.seconds[record.status == UnitStatus.DONE]
    seconds = seconds[np.isfinite(seconds)]
    if len(seconds) == 0:
        return Table("Time per unit", ["<"], [["no unit is finished yet"]])
    rows = [["units finished", str(record.done_count)],
            ["sum over units", _duration(float(seconds.sum()))],
            ["mean of a unit", _duration(float(seconds.mean()))]]
    rows += [[f"{label} of a unit", _duration(float(np.quantile(seconds, q)))]
             for label, q in (("shortest", 0.0), ("median", 0.5), ("95% quantile", 0.95),
                              ("longest", 1.0))]
    return Table("Time per unit", ["<quantity", "value"], rows,
                 "Seconds as measured by the rank that ran the unit, without waiting and writing.")


def _duration(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:.2f} h"
    if seconds >= 120:
        return f"{seconds / 60:.1f} min"
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


def _coverage_figure(record: Record) -> Figure:
    """Status over the two longest split axes; the worst status over the other axes is shown."""
    lengths = [len(a) for a in record.split_axes]
    pair = sorted(np.argsort(lengths)[::-1][:2].tolist()) if len(lengths) > 1 else [0]
    others = tuple(i for i in range(len(lengths)) if i not in pair)
    state = record.status
    if others:
        failed = (state == UnitStatus.FAILED).any(axis=others)
        pending = (state == UnitStatus.PENDING).any(axis=others)
        done = (state == UnitStatus.DONE).any(axis=others)
        state = np.where(failed, 2, np.where(pending, 0, np.where(done, 1, 3)))
    grid = np.atleast_2d(state)
    names = [record.split_axes[i].name for i in pair]
    caption = (f"Units over {' and '.join(names)}: {record.done_count} done, "
               f"{record.failed_count} failed, {record.pending_count} pending"
               + (f", {record.not_needed_count} not needed" if record.not_needed_count else "")
               + f" of {record.unit_count}.")
    if others:
        caption += " A cell shows the worst of the units behind it along the other axes."

    def draw(canvas):
        ax = canvas.subplots()
        ax.grid(False)
        states = 4 if record.not_needed_count else 3
        colours = ListedColormap(["#E4E4E4", style.SKY, style.VERMILLION, "#FFFFFF"][:states])
        norm = BoundaryNorm(np.arange(states + 1) - 0.5, states)
        mesh = ax.pcolormesh(grid, cmap=colours, norm=norm, rasterized=True)
        bar = canvas.colorbar(mesh, ax=ax, ticks=range(states), pad=0.02)
        bar.ax.set_yticklabels(["pending", "done", "failed", "not needed"][:states])
        axes = [record.split_axes[i] for i in pair]
        _tick(ax.xaxis, axes[-1])
        if len(axes) == 2:
            _tick(ax.yaxis, axes[0])
        else:
            ax.set_yticks([])

    height = 4.0 if len(pair) == 2 else 1.7
    return Figure("progress", "How far the sweep has come", caption, draw, (7.2, height))


def _tick(axis, along) -> None:
    places = np.unique(np.linspace(0, len(along) - 1, min(len(along), 9)).round().astype(int))
    axis.set_ticks(places + 0.5, [show(along.values[i]) if along.values.dtype.kind != "f"
                                  else f"{along.values[i]:.3g}" for i in places])
    axis.set_label_text(along.name)


def _timing_figure(record: Record) -> Figure:
    seconds = record.seconds[record.status == UnitStatus.DONE]
    seconds = seconds[np.isfinite(seconds) & (seconds > 0)]

    def draw(canvas):
        ax = canvas.subplots()
        if len(seconds):
            low, high = float(seconds.min()), float(seconds.max())
            bins = np.logspace(np.log10(low) - 0.02, np.log10(high) + 0.02,
                               min(60, max(8, int(np.sqrt(len(seconds))))))
            ax.hist(seconds, bins=bins, color=style.SKY, edgecolor="white", linewidth=0.4)
            middle = float(np.median(seconds))
            ax.axvline(middle, color=style.VERMILLION, linestyle="--",
                       label=f"median {_duration(middle)}")
            ax.set_xscale("log")
            ax.legend()
        ax.set_xlabel("time of one unit [s]")
        ax.set_ylabel("units")

    return Figure("timings", "How long the units took",
                  f"Time of the {len(seconds)} finished units, on a logarithmic axis.", draw,
                  (7.2, 3.2))
