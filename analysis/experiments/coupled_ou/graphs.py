"""N coupled modalities: the synchronization gap as a function of N, graph and coupling strength."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Figure, Table
from ...reading.record import Record
from ...reading.values import show
from .data import (
    is_symmetric,
    nearest,
    over_g,
    parameter_text,
    spread,
)

_GAPS = (("speciation_gap", "speciation gap"), ("collapse_gap", "collapse gap"))


def figures(record: Record) -> list[Figure]:
    if not is_symmetric(record) or not _has_graphs(record):
        return []
    found = []
    gaps = [g for g in _GAPS if g[0] in record]
    if gaps and len(record.axes["modalities"]) > 1:
        found.append(_size_figure(record, gaps))
    if gaps and len(record.axes["g"]) > 2:
        found.append(_coupling_figure(record, gaps))
    if "mode_speciation_time" in record and len(record.axes["mode"]) > 2 \
            and len(record.axes["g"]) > 2:
        found.append(_mode_figure(record))
    return found


def tables(record: Record) -> list[Table]:
    if not is_symmetric(record) or not _has_graphs(record):
        return []
    return [_gap_table(record, *gap) for gap in _GAPS if gap[0] in record]


def _has_graphs(record: Record) -> bool:
    """More than the pair of the paper."""
    return len(record.axes["modalities"]) > 1 or record.axes["modalities"].values[0] > 2


def _graphs(record: Record) -> list[str]:
    return [str(g) for g in record.axes["graph"].values]


def _scaling_text(record: Record) -> str:
    scale = ("$g$ is the coupling of the common mode, $\\lambda_0=-\\beta+g$, for every N"
             if record.option("graph_scale", "spectral") == "spectral"
             else "$g$ is the strength of one edge")
    size = ("signal and $\\log n$ grow with N"
            if record.option("size_scaling", "") == "per_modality"
            else "signal and $\\log n$ stay as for N = 2")
    return f"{scale}; {size}"


def _size_figure(record: Record, gaps) -> Figure:
    graphs = _graphs(record)
    strengths = [g for g in spread(record.axes["g"].values, 6) if g != 0][:5]

    def draw(canvas):
        panels = canvas.subplots(len(gaps), len(graphs), squeeze=False, sharex=True, sharey="row")
        for row, (key, label) in zip(panels, gaps):
            for ax, graph in zip(row, graphs):
                for i, g in enumerate(strengths):
                    found = record[key].sorted()
                    where = {"graph": graph, "g": g}
                    if "schedule" in found.dims:
                        where["schedule"] = _first_schedule(record)
                    gap = found.at(**where).over("modalities")
                    style.line(ax, gap.coords["modalities"], gap.values, i, f"$g$ = {show(g)}",
                               marker=style.MARKERS[i % 7], done=gap.done)
                if ax in panels[0]:
                    ax.set_title(graph)
                if ax in panels[-1]:
                    ax.set_xlabel("modalities $N$")
                _size_axis(ax, record)
            row[0].set_ylabel(label)
            _use_decades(row[0], record[key].values)
        style.legend_below(canvas, panels, 6)

    return Figure("gap-size", "The synchronization gap and the number of modalities",
                  "Time of the common mode minus time of the last (fastest relaxing) mode of the "
                  f"coupling graph, over the number of modalities; {_scaling_text(record)}; "
                  f"{parameter_text(record)}. Collapse: random energy model of one mode. A missing "
                  "point has no such time (unstable, or no speciation).", draw,
                  (3.3 * max(2, len(graphs)), 2.9 * len(gaps) + 0.6))


def _use_decades(ax, values: np.ndarray) -> None:
    """A logarithmic axis for gaps that are positive and span more than two decades."""
    known = values[np.isfinite(values) & (np.abs(values) > 0)]
    if len(known) and known.min() > 0 and known.max() > 100 * known.min() \
            and np.median(known) < 0.01 * known.max():
        ax.set_yscale("log")


def _first_schedule(record: Record) -> str:
    values = [str(s) for s in record.axes["schedule"].values]
    return "constant" if "constant" in values else values[0]


def _size_axis(ax, record: Record) -> None:
    sizes = np.sort(record.axes["modalities"].values)
    if len(sizes) > 1 and sizes[-1] > 4 * sizes[0]:
        ax.set_xscale("log", base=2)
    ticks = sizes if len(sizes) <= 8 else sizes[np.unique(
        np.linspace(0, len(sizes) - 1, 6).round().astype(int))]
    ax.set_xticks(ticks, [str(n) for n in ticks])
    ax.minorticks_off()


def _coupling_figure(record: Record, gaps) -> Figure:
    graphs = _graphs(record)
    sizes = [int(n) for n in spread(record.axes["modalities"].values, 5)]

    def draw(canvas):
        panels = canvas.subplots(len(gaps), len(graphs), squeeze=False, sharex=True, sharey="row")
        for row, (key, label) in zip(panels, gaps):
            for ax, graph in zip(row, graphs):
                ax.axhline(0, color=style.BLACK, linewidth=0.8)
                for i, n in enumerate(sizes):
                    gap = over_g(record, key, graph=graph, modalities=n)
                    style.line(ax, gap.coords["g"], gap.values, i, f"$N$ = {n}", done=gap.done)
                if ax in panels[0]:
                    ax.set_title(graph)
                if ax in panels[-1]:
                    ax.set_xlabel(r"coupling strength $g$")
            row[0].set_ylabel(label)
            _use_decades(row[0], record[key].values)
        style.legend_below(canvas, panels, 6)

    return Figure("gap-coupling", "The synchronization gap and the coupling strength",
                  "The same gaps over the coupling strength, for several numbers of modalities; "
                  f"{_scaling_text(record)}.", draw,
                  (3.3 * max(2, len(graphs)), 2.9 * len(gaps) + 0.6))


def _mode_figure(record: Record) -> Figure:
    graphs = _graphs(record)
    modes = np.sort(record.axes["mode"].values)
    sizes = np.sort(record.axes["modalities"].values)
    whole = sizes[(sizes <= len(modes)) & (sizes <= 8)]
    size = int(whole[-1] if len(whole) else sizes[-1])
    shown = [int(m) for m in spread(modes[modes < size], 7)]
    keys = [(k, w) for k, w in (("mode_speciation_time", r"speciation time $t_S$"),
                                ("mode_collapse_time", r"relative change of $t_C$"))
            if k in record]

    def draw(canvas):
        panels = canvas.subplots(len(keys), len(graphs), squeeze=False, sharex=True, sharey="row")
        for row, (key, label) in zip(panels, keys):
            for ax, graph in zip(row, graphs):
                for i, mode in enumerate(shown):
                    time = over_g(record, key, graph=graph, modalities=size, mode=mode)
                    values = time.values
                    if key == "mode_collapse_time":
                        values = values / values[np.argmin(np.abs(time.coords["g"]))] - 1
                    style.line(ax, time.coords["g"], values, i,
                               "mode 0 (common)" if mode == 0 else f"mode {mode}", done=time.done)
                if ax in panels[0]:
                    ax.set_title(f"{graph}, $N$ = {size}")
                if ax in panels[-1]:
                    ax.set_xlabel(r"coupling strength $g$")
            row[0].set_ylabel(label)
        style.legend_below(canvas, panels, 7)

    return Figure("modes", f"Times of the eigenmodes, N = {size}",
                  "Top: speciation time of a mode that holds all the signal. Bottom: collapse time "
                  "of one mode (random energy model) against its value without coupling. Modes are "
                  "ordered by the eigenvalue of the coupling graph; equal eigenvalues give equal "
                  f"curves, drawn over each other. Scaling: {_scaling_text(record)}.", draw,
                  (3.3 * max(2, len(graphs)), 2.9 * len(keys) + 0.6))


def _gap_table(record: Record, key: str, label: str) -> Table:
    picked = [g for g in nearest(record.axes["g"].values, (0.2, 0.4, 0.6, 0.8)) if g != 0]
    rows = []
    for graph in _graphs(record):
        for n in spread(record.axes["modalities"].values, 9):
            gap = over_g(record, key, graph=graph, modalities=n)
            values = [gap.at(g=g) for g in picked]
            rows.append([graph, str(n)] + [f"{float(v.values):.5f}" if np.isfinite(v.values) else
                                           "none" if v.done else "not measured" for v in values])
    return Table(f"Synchronization gap: {label}",
                 ["<graph", "N"] + [f"$g={g:.4g}$" for g in picked], rows,
                 "Common mode minus last mode; " + _scaling_text(record) + ".")
