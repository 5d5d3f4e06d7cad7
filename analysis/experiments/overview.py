"""Overview of any experiment: one figure per observable, chosen by the shape of its axes."""

from __future__ import annotations

import itertools

import numpy as np

from ..page import maps, style
from ..page.angles import angle_axis
from ..page.content import Content, Figure, Table
from ..reading.estimates import Z95
from ..reading.record import Record
from ..reading.values import Observable, show

MOST_FIGURES = 40
MOST_CURVES = 7
MOST_PANELS = 4


def content(record: Record) -> Content:
    """Figures of the first observables, and a table of the range of every one."""
    names = record.names
    errors = {name: error_name(names, name) for name in names}
    shown = [n for n in names if n not in errors.values()]
    figures = [observable_figure(record, n, errors[n]) for n in shown if record[n].values.size > 1]
    summary = f"Experiment {record.experiment}: an overview of every observable over its axes."
    if len(figures) > MOST_FIGURES:
        summary += f" The first {MOST_FIGURES} of {len(figures)} observables are drawn."
    return Content(summary, figures=figures[:MOST_FIGURES], tables=[range_table(record)])


def error_name(names: list[str], name: str) -> str | None:
    """The observable that holds the standard error of `name`, if there is one."""
    return name + "_error" if name + "_error" in names else None


def range_table(record: Record) -> Table:
    rows = []
    for name in record.names:
        found = record[name]
        values = found.values[np.isfinite(found.values)]
        spread = ["–"] * 3
        if len(values):
            spread = [show(f(values)) for f in (np.min, np.median, np.max)]
        blank = int(np.count_nonzero(np.isnan(found.values) & found.done))
        rows.append([name, found.units, *spread,
                     f"{found.done.size - found.missing_count} of {found.done.size}",
                     str(blank) if blank else "–"])
    return Table("Range of every observable",
                 ["<observable", "<unit", "least", "median", "largest", "cells measured",
                  "without a value"], rows,
                 "A measured cell without a value (NaN) is an answer of the experiment, for "
                 "example that there is no such time; cells of unfinished units are not counted.")


def observable_figure(record: Record, name: str, error: str | None = None) -> Figure:
    """The overview figure of one observable: points, curves or heat maps."""
    found = record[name].sorted()
    title = found.long_name or name
    numeric = [d for d in found.dims if _is_numeric(found, d) and len(found.coords[d]) > 1]
    numeric.sort(key=lambda d: -len(found.coords[d]))
    key = "overview-" + name.replace("_", "-")
    caption = f"{title} ({name}). {_count(found)}"
    if found.source:
        caption += f" Source: {found.source}."
    if len(numeric) >= 2 and len(found.coords[numeric[1]]) > MOST_CURVES:
        drawn, note = _panels(found, numeric[:2])
        size = (7.2, 4.8) if len(drawn) == 1 else (9.6, 4.2 * ((len(drawn) + 1) // 2))
        return Figure(key, title, caption + note,
                      lambda canvas: _draw_maps(canvas, found, numeric[:2], drawn), size)
    band = record[error].sorted() if error else None
    if band is not None and band.dims == found.dims:
        caption += f" Bands and bars: 95% intervals from {error} ({Z95:.2f} standard errors)."
    else:
        band = None
    along = numeric[0] if numeric else next((d for d in found.dims if len(found.coords[d]) > 1),
                                            found.dims[0])
    curves, note = _curves(found, along)
    return Figure(key, title, caption + note,
                  lambda canvas: _draw_curves(canvas, record, found, band, along, curves))


def _is_numeric(found: Observable, dim: str) -> bool:
    return found.coords[dim].dtype.kind in "fiu"


def _count(found: Observable) -> str:
    if found.missing_count == 0:
        return f"All {found.done.size} cells measured."
    return f"{found.done.size - found.missing_count} of {found.done.size} cells measured so far."


def _combinations(found: Observable, leave_out: list[str]) -> list[dict]:
    rest = [d for d in found.dims if d not in leave_out]
    return [dict(zip(rest, values)) for values in
            itertools.product(*(found.coords[d] for d in rest))]


def _spread(items: list, most: int, what: str) -> tuple[list, str]:
    if len(items) <= most:
        return items, ""
    picked = [items[i] for i in np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))]
    return picked, f" {len(picked)} of {len(items)} {what} shown."


def _panels(found: Observable, pair: list[str]) -> tuple[list[dict], str]:
    return _spread(_combinations(found, pair), MOST_PANELS, "slices")


def _curves(found: Observable, along: str) -> tuple[list[dict], str]:
    return _spread(_combinations(found, [along]), MOST_CURVES, "curves")


def name_of(where: dict) -> str:
    return ", ".join(f"{key} = {show(value)}" for key, value in where.items())


def axis_label(record: Record, dim: str) -> str:
    axis = record.axes[dim]
    text = axis.long_name if len(axis.long_name) <= 48 else dim
    return text if axis.units in ("", "1") else f"{text} [{axis.units}]"


def value_label(found: Observable) -> str:
    text = found.long_name if 0 < len(found.long_name) <= 48 else found.name
    return text if found.units in ("", "1") else f"{text} [{found.units}]"


def _draw_curves(canvas, record, found, band, along, curves) -> None:
    ax = canvas.subplots()
    if not found.done.any():
        _say_nothing_measured(ax)
    x = found.coords[along]
    labels = None
    if not _is_numeric(found, along):
        labels, x = list(x), np.arange(len(x), dtype=float)
    for i, where in enumerate(curves):
        piece = found.at(**where)
        label = name_of({k: v for k, v in where.items() if len(found.coords[k]) > 1})
        if band is not None:
            style.band(ax, x, piece.values, band.at(**where).values, i, label, done=piece.done)
        else:
            dots = style.MARKERS[i % len(style.MARKERS)] if len(x) <= 40 else None
            style.line(ax, x, piece.values, i, label, done=piece.done, marker=dots,
                       style="none" if labels else None)
    if labels:
        ax.set_xticks(x, labels)
    elif record.axes[along].units == "rad":
        angle_axis(ax.xaxis, x)
    ax.set_xlabel(axis_label(record, along))
    ax.set_ylabel(value_label(found))
    if any(text for text in ax.get_legend_handles_labels()[1]):
        ax.legend()


def _draw_maps(canvas, found, pair, drawn) -> None:
    across, up = pair
    columns = 1 if len(drawn) == 1 else 2
    rows = (len(drawn) + columns - 1) // columns
    finite = found.values[np.isfinite(found.values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if high - low < 1e-12 * max(1.0, abs(low)):
        low, high = low - 0.5, high + 0.5
    panels = canvas.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for ax in panels[len(drawn):]:
        ax.set_visible(False)
    handles = {}
    for ax, where in zip(panels, drawn):
        piece = found.at(**where).over(up, across)
        mesh, marks = maps.heat_map(ax, piece.coords[across], piece.coords[up], piece.values,
                                    piece.done, label="", vmin=low, vmax=high, colorbar=False,
                                    blank_label="no value")
        handles.update({h.get_label(): h for h in marks})
        title = name_of({k: v for k, v in where.items() if len(found.coords[k]) > 1})
        ax.set_title(title, fontsize=9.5)
        ax.set_xlabel(across)
        ax.set_ylabel(up)
    canvas.colorbar(mesh, ax=panels.tolist(), pad=0.02).set_label(value_label(found))
    if handles:
        panels[0].legend(handles=list(handles.values()), loc="best", frameon=True)


def _say_nothing_measured(ax) -> None:
    ax.text(0.5, 0.5, "nothing measured yet", transform=ax.transAxes, ha="center", va="center",
            color=style.GREY, fontsize=13)
