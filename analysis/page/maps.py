"""Cells around their coordinates: heat maps, and what is marked on them."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from .style import BLACK, MISSING, SEQUENTIAL


def heat_map(ax, x, y, z, done, *, label: str, cmap=SEQUENTIAL, vmin=None, vmax=None,
             blank_label: str | None = None, colorbar=True):
    """Cells around their coordinates; NaN in a done cell is white, an unfinished cell is hatched.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x, y : array
        Coordinates of columns and rows.
    z, done : array (rows, columns)
        Values, and which are of finished units.
    label : str
        Of the colour bar.
    cmap, vmin, vmax, colorbar
        As matplotlib has them.
    blank_label : str
        What a white cell means, for the legend.

    Returns
    -------
    tuple
        The mesh, and legend handles of the white and hatched areas that occur.
    """
    shown = np.ma.masked_invalid(z)
    ax.set_facecolor("white")
    ax.grid(False)
    if shown.count() and vmin is None and vmax is None:
        low, high = float(shown.min()), float(shown.max())
        if high - low < 1e-12 * max(1.0, abs(low)):
            vmin, vmax = low - 0.5, high + 0.5
    mesh = ax.pcolormesh(edges(x), edges(y), shown, cmap=cmap, vmin=vmin, vmax=vmax,
                         rasterized=True, shading="flat")
    if colorbar:
        bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
        bar.set_label(label)
        bar.outline.set_visible(False)
    handles = []
    if blank_label and np.any(np.isnan(z) & done):
        handles.append(Patch(facecolor="white", edgecolor="black", linewidth=0.6,
                             label=blank_label))
    if not np.all(done):
        hatch_cells(ax, x, y, ~done)
        handles.append(Patch(facecolor=MISSING, edgecolor="#9A9A9A", hatch="////",
                             label=f"not measured yet ({np.count_nonzero(~done)} cells)"))
    return mesh, handles


def hatch_cells(ax, x, y, which, hatch="////") -> None:
    """Grey hatching over the cells where `which[y, x]` holds."""
    blank = np.ma.masked_where(~which, np.zeros(which.shape))
    ax.pcolor(edges(x), edges(y), blank, hatch=hatch, cmap=ListedColormap([MISSING]),
              edgecolor="#9A9A9A", linewidth=0, zorder=2, rasterized=True)


def dot_cells(ax, x, y, which, most: int = 40) -> None:
    """Small dots over the cells where `which[y, x]` holds, thinned to `most` a side."""
    rows = np.unique(np.linspace(0, len(y) - 1, min(len(y), most)).round().astype(int))
    columns = np.unique(np.linspace(0, len(x) - 1, min(len(x), most)).round().astype(int))
    chosen = [(x[j], y[i]) for i in rows for j in columns if which[i, j]]
    if chosen:
        ax.plot(*zip(*chosen), ".", color=BLACK, markersize=1.6, zorder=3)


def shade_unstable(ax, x, which) -> None:
    """Grey over the stretches of x where `which` holds."""
    where = np.flatnonzero(which)
    if len(where) == 0:
        return
    borders = edges(x)
    for run in np.split(where, np.flatnonzero(np.diff(where) > 1) + 1):
        ax.axvspan(borders[run[0]], borders[run[-1] + 1], color="#E8E8E8", zorder=0, linewidth=0,
                   label="unstable" if run[0] == where[0] else None)


def edges(centres) -> np.ndarray:
    """Edges of cells around coordinates.

    Parameters
    ----------
    centres : array
        Ascending.

    Returns
    -------
    array
        One longer: halfway between coordinates; the outer cells are as wide as their neighbours.
    """
    centres = np.asarray(centres, dtype=float)
    if len(centres) == 1:
        return centres[0] + np.array([-0.5, 0.5])
    middle = 0.5 * (centres[1:] + centres[:-1])
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])
