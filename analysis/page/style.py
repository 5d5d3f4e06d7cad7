"""How every figure looks: palette, lines, bands, heat maps, and how missing cells are shown."""

from __future__ import annotations

import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)
import numpy as np  # noqa: E402
from matplotlib.colors import ListedColormap  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402

from analysis.reading.estimates import Z95  # noqa: E402

# Okabe and Ito's palette, told apart with any colour vision; line styles repeat the distinction.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
MISSING = "#D2D2D2"
PURPLE, SKY, BLACK, GREY = "#CC79A7", "#56B4E9", "#000000", "#7A7A7A"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"

_SETTINGS = {
    "font.family": "DejaVu Sans", "font.size": 10.5, "axes.titlesize": 11.5,
    "axes.labelsize": 11.5, "legend.fontsize": 9.2, "legend.frameon": False,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": "#DDDDDD", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "lines.linewidth": 1.9, "lines.markersize": 4.2, "figure.dpi": 100, "savefig.dpi": 170,
    "mathtext.fontset": "dejavusans", "pdf.fonttype": 42, "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-3, 5), "axes.formatter.use_mathtext": True,
    "hatch.linewidth": 0.6, "hatch.color": "#9A9A9A", "image.interpolation": "nearest",
}


def draw(figure) -> Figure:
    """The matplotlib figure of a content.Figure, in this style."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        canvas = plt.figure(figsize=figure.size, layout="constrained")
        try:
            figure.draw(canvas)
            # Lay out once; every file format then shares the result.
            canvas.draw_without_rendering()
            canvas.set_layout_engine("none")
            return canvas
        finally:
            plt.close(canvas)


def encode(canvas: Figure, file_format: str) -> bytes:
    """The figure as the bytes of a PNG, PDF or SVG file; the same figure gives the same bytes."""
    silent = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None},
              "svg": {"Date": None}}
    with matplotlib.rc_context(_SETTINGS | {"svg.hashsalt": "syncgap"}):
        buffer = io.BytesIO()
        canvas.savefig(buffer, format=file_format, metadata=silent.get(file_format),
                       facecolor="white")
    return buffer.getvalue()


def line(ax, x, y, number: int, label: str, *, colour=None, style=None, done=None, **more):
    """Curve `number` of a family: colour and dash pattern from the cycles."""
    more.setdefault("clip_on", True)
    artist, = ax.plot(x, y, color=colour or CYCLE[number % len(CYCLE)],
                      linestyle=style or DASHES[number % len(DASHES)], label=label, **more)
    if done is not None:
        mark_missing(ax, x, done)
    return artist


def band(ax, x, y, error, number: int, label: str, *, colour=None, marker=None, done=None,
         style="-"):
    """Measured means with their 95% band as a shade and bars."""
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
    """Image (H, W) or (C, H, W) without axes, from black to white over `limits` or, stretched,
    over its own range; None: not measured yet."""
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


def heat_map(ax, x, y, z, done, *, label: str, cmap=SEQUENTIAL, vmin=None, vmax=None,
             blank_label: str | None = None, colorbar=True):
    """Cells z[y, x] around the coordinates; NaN in a done cell is white, an unfinished cell is
    hatched. Returns (mesh, legend handles for the white and hatched areas that occur)."""
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


def mark_ends(ax, x, y, done, colour) -> None:
    """An open circle where a curve ends although its next cell is measured: no value beyond."""
    known = np.isfinite(y)
    for i in np.flatnonzero(known):
        for j in (i - 1, i + 1):
            if 0 <= j < len(y) and not known[j] and done[j]:
                ax.plot([x[i]], [y[i]], "o", color=colour, markerfacecolor="white", markersize=5,
                        zorder=5)


def shade_unstable(ax, x, which) -> None:
    """Grey over the stretches of x where `which` holds."""
    where = np.flatnonzero(which)
    if len(where) == 0:
        return
    borders = edges(x)
    for run in np.split(where, np.flatnonzero(np.diff(where) > 1) + 1):
        ax.axvspan(borders[run[0]], borders[run[-1] + 1], color="#E8E8E8", zorder=0, linewidth=0,
                   label="unstable" if run[0] == where[0] else None)


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
    """One legend for all panels, in a strip kept free below them, of `handles` if given."""
    found = {handle.get_label(): handle for handle in handles}
    for ax in np.ravel(panels) if not found else ():
        for handle, label in zip(*ax.get_legend_handles_labels()):
            found.setdefault(label, handle)
    if not found:
        return
    columns = columns or min(4, len(found))
    rows = -(-len(found) // columns)
    strip = (0.1 + 0.2 * rows) / canvas.get_size_inches()[1]
    canvas.get_layout_engine().set(rect=(0, strip, 1, 1 - strip))
    canvas.legend(list(found.values()), list(found), loc="lower center", ncols=columns)


def row_title(ax, text: str) -> None:
    """Names a row of panels at its left, in bold, reading upwards."""
    ax.annotate(text, (0, 0.5), xytext=(-0.27, 0.5), xycoords="axes fraction",
                textcoords="axes fraction", rotation=90, ha="center", va="center",
                fontweight="bold", fontsize=10)


def edges(centres) -> np.ndarray:
    """Cell edges halfway between coordinates; the outer cells are as wide as their neighbours."""
    centres = np.asarray(centres, dtype=float)
    if len(centres) == 1:
        return centres[0] + np.array([-0.5, 0.5])
    middle = 0.5 * (centres[1:] + centres[:-1])
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def angle_axis(axis, values) -> None:
    """Ticks of an angle axis at multiples of pi/4 (pi/2 on a short one)."""
    span = float(np.max(values) - np.min(values))
    if span < np.pi / 2 * 0.99:
        return
    quarter = np.pi / 4
    first = np.ceil(np.min(values) / quarter - 1e-9)
    last = np.floor(np.max(values) / quarter + 1e-9)
    ticks = np.arange(first, last + 1)
    names = {0: "0", 4: "π", -4: "−π"}
    axis.set_ticks(ticks * quarter,
                   [names.get(int(k), _fraction_of_pi(int(k))) for k in ticks])


def angle_text(theta: float) -> str:
    """"π/4" where the angle is a simple fraction of pi, else a number."""
    part = theta / np.pi
    for divisor in (1, 2, 3, 4, 6, 8):
        times = part * divisor
        if abs(times - round(times)) < 1e-9:
            k = round(times)
            head = "0" if k == 0 else "π" if k == 1 else f"{k}π"
            return head if divisor == 1 or k == 0 else f"{head}/{divisor}"
    return f"{part:.3g}π"


def _fraction_of_pi(quarters: int) -> str:
    divisor = np.gcd(abs(quarters), 4)
    over, under = quarters // divisor, 4 // divisor
    sign = "−" if over < 0 else ""
    head = "π" if abs(over) == 1 else f"{abs(over)}π"
    return sign + (head if under == 1 else f"{head}/{under}")
