"""How every figure looks: palette, lines, bands, images, and how missing points are shown."""

from __future__ import annotations

import numpy as np

from ..reading.estimates import Z95

# Okabe and Ito's palette, told apart with any colour vision; line styles repeat the distinction.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
MISSING = "#D2D2D2"
PURPLE, SKY, BLACK, GREY = "#CC79A7", "#56B4E9", "#000000", "#7A7A7A"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"


def line(ax, x, y, number: int, label: str, *, colour=None, style=None, done=None, **more):
    """A curve of a family.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x, y : array
        NaN leaves a gap.
    number : int
        Its place in the family, which decides colour and dashes.
    label : str
        For the legend.
    colour, style
        Instead of those of its number.
    done : array of bool
        Which points are of finished units; the others are marked.
    **more
        For `plot`.

    Returns
    -------
    matplotlib Line2D
        The curve.
    """
    more.setdefault("clip_on", True)
    artist, = ax.plot(x, y, color=colour or CYCLE[number % len(CYCLE)],
                      linestyle=style or DASHES[number % len(DASHES)], label=label, **more)
    if done is not None:
        mark_missing(ax, x, done)
    return artist


def band(ax, x, y, error, number: int, label: str, *, colour=None, marker=None, done=None,
         style="-"):
    """Measured means of a family with their 95% intervals, as a shade and bars.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x, y, error : array
        The error is a standard error.
    number : int
        Its place in the family, which decides colour and marker.
    label : str
        For the legend.
    colour, marker, style
        Instead of those of its number, and of a full line.
    done : array of bool
        Which points are of finished units; the others are marked.

    Returns
    -------
    matplotlib container, or None
        None when there is nothing to draw.
    """
    colour = colour or CYCLE[number % len(CYCLE)]
    if not np.isfinite(y).any():
        mark_missing(ax, x, np.zeros(len(x), bool) if done is None else done)
        return None
    ax.fill_between(x, y - Z95 * error, y + Z95 * error, color=colour, alpha=0.16, linewidth=0)
    artist = ax.errorbar(x, y, yerr=Z95 * error, color=colour, linestyle=style, linewidth=1.5,
                         marker=marker or MARKERS[number % len(MARKERS)], markersize=3.4,
                         elinewidth=0.6, capsize=0, label=label)
    if done is not None:
        mark_missing(ax, x, done)
    return artist


def show_image(ax, values: np.ndarray | None, *, stretch: bool = False, limits=(0, 1),
                 border=None) -> None:
    """An image without axes.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    values : array (H, W) or (C, H, W), or None
        None: not measured yet.
    stretch : bool
        From black to white over its own range rather than over `limits`.
    limits : tuple of float
        What is black and what is white.
    border : str
        Colour of a frame.
    """
    if values is None:
        ax.set_facecolor(MISSING)
    else:
        low, high = np.percentile(values, [1, 99]) if stretch else limits
        shown = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
        if shown.ndim == 3:
            shown = shown[0] if len(shown) == 1 else np.moveaxis(shown[:3], 0, -1)
        ax.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(border is not None)
        spine.set_color(border or "none")
        spine.set_linewidth(2.6)


def mark_missing(ax, x, done) -> None:
    """Small crosses along the bottom of the axes where a unit is not finished."""
    gaps = np.asarray(x)[~np.asarray(done, dtype=bool)]
    if len(gaps) == 0:
        return
    seen = getattr(ax, "_syncgap_missing", None)
    if seen is None:
        ax._syncgap_missing, = ax.plot(gaps, np.full(len(gaps), 0.012), "x", color=GREY,
                                       markersize=4, transform=ax.get_xaxis_transform(),
                                       label="not measured yet", clip_on=False, zorder=5)
    else:
        both = np.union1d(seen.get_xdata(), gaps)
        seen.set_data(both, np.full(len(both), 0.012))


def mark_ends(ax, x, y, done, colour) -> None:
    """An open circle where a curve ends although its next cell is measured: no value beyond."""
    known = np.isfinite(y)
    for i in np.flatnonzero(known):
        for j in (i - 1, i + 1):
            if 0 <= j < len(y) and not known[j] and done[j]:
                ax.plot([x[i]], [y[i]], "o", color=colour, markerfacecolor="white", markersize=5,
                        zorder=5)


def error_scale(ax, limit: float = 4) -> None:
    """Lines at zero and at `limit` standard errors to either side, for differences in these."""
    for level in (-limit, limit):
        ax.axhline(level, color=GREY, linestyle="--", linewidth=0.9)
    ax.axhline(0, color=BLACK, linewidth=0.8)


def symbols(ax, x, y, number: int, label: str | None, **more) -> None:
    """Points of curve `number` of a family, not joined."""
    ax.plot(x, y, linestyle="none", marker=MARKERS[number % 7], color=CYCLE[number % 7],
            label=label, **more)


def legend_below(canvas, panels, columns: int | None = None, handles=()) -> None:
    """One legend for all panels, in a strip kept free below them.

    Parameters
    ----------
    canvas : matplotlib Figure
        The figure.
    panels : array of Axes
        Whose curves it names, each label once.
    columns : int
        At most four if not given; fewer where so many are wider than the figure.
    handles : sequence
        These instead of the panels' own.
    """
    found = {handle.get_label(): handle for handle in handles}
    for ax in np.ravel(panels) if not found else ():
        for handle, label in zip(*ax.get_legend_handles_labels()):
            found.setdefault(label, handle)
    if not found:
        return
    columns = min(columns or 4, len(found))
    legend = canvas.legend(list(found.values()), list(found), loc="lower center", ncols=columns)
    while columns > 1 and legend.get_window_extent().width > canvas.bbox.width:
        legend.remove()
        columns -= 1
        legend = canvas.legend(list(found.values()), list(found), loc="lower center",
                               ncols=columns)
    rows = -(-len(found) // columns)
    strip = (0.1 + 0.2 * rows) / canvas.get_size_inches()[1]
    canvas.get_layout_engine().set(rect=(0, strip, 1, 1 - strip))


def row_title(ax, text: str) -> None:
    """Names a row of panels at its left, in bold, reading upwards."""
    ax.annotate(text, (0, 0.5), xytext=(-0.27, 0.5), xycoords="axes fraction",
                textcoords="axes fraction", rotation=90, ha="center", va="center",
                fontweight="bold", fontsize=10)
