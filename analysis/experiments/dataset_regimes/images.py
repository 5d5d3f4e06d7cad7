"""dataset_regimes: figure 1, trajectories as curves and images, and where clones end."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Figure
from ...reading.image_sets import class_text, data_text
from ...reading.record import Record
from ..image_units import Unit, first_seeds

MOST_UNITS = 2
CLASS_COLOURS = (style.BLUE, style.VERMILLION)
REGIMES = ("I: noise", "II: class", "III: image")
REGIME_SHADES = ("#FFFFFF", "#EEF4F8", "#DDE9F1")


def figures(record: Record, found: list[Unit]) -> list[Figure]:
    with_images = [u for u in first_seeds(found) if u.has("state_pixels")]
    chosen = sorted(with_images, key=lambda u: -u.count)[:MOST_UNITS]
    drawn = []
    for number, unit in enumerate(chosen):
        drawn += [_figure_1(record, unit, number), _clone_figure(record, unit, number)]
    return drawn


def regime_times(unit: Unit) -> tuple[float, float]:
    """t_S by the eigenvalue and t_C where half of the clones agree on the image; NaN if unknown."""
    speciation = float(unit.array("speciation_time")) if unit.has("speciation_time") else np.nan
    collapse = float(unit.array("collapse_crossing_time")) \
        if unit.has("collapse_crossing_time") else np.nan
    return speciation, collapse


def _one_of_each_class(unit: Unit) -> list[int]:
    """Two strips, of different classes if there are such."""
    ends = [unit.array("final_class")[int(t)] for t in unit.axis("strip")]
    other = next((i for i, c in enumerate(ends) if c != ends[0]), min(1, len(ends) - 1))
    return sorted({0, other})


def _figure_1(record: Record, unit: Unit, number: int) -> Figure:
    names = class_text(record, unit.classes).removeprefix("classes ").split(" / ")
    moments = np.argsort(-unit.axis("image_time"), kind="stable")
    speciation, collapse = regime_times(unit)
    caption = (f"Backward trajectories under the exact empirical score of {data_text(record)}, "
               f"{names[0]} and {names[1]}, $n={unit.count}$. Above: projection on the principal "
               "direction, coloured by the class the trajectory ends in; generation runs from left "
               "to right. Shades: the three regimes (noise; class decided; image decided), with "
               "$t_S=\\frac{1}{2}\\log\\Lambda$ and "
               "$t_C$ where half of the clones end on the same image. Below: a trajectory of each "
               "class, state $x_t$ and what the score makes of it, $E[a|x_t]$; the states are "
               "stretched to their own range of grey.")

    def draw(canvas):
        strips = _one_of_each_class(unit)
        top, bottom = canvas.subfigures(2, 1, height_ratios=[1.0, 0.62 * len(strips)])
        ax = top.subplots()
        _fan(ax, unit, names, speciation, collapse)
        grid = bottom.subplots(2 * len(strips), len(moments), squeeze=False)
        for i, s in enumerate(strips):
            for j, k in enumerate(moments):
                state, mean = grid[2 * i, j], grid[2 * i + 1, j]
                style.show_image(state, unit.array("state_pixels")[s, k], stretch=True)
                style.show_image(mean, unit.array("denoised_pixels")[s, k])
                if i == 0:
                    state.set_title(f"$t={unit.axis('image_time')[k]:.3g}$", fontsize=10)
            trajectory = int(unit.axis("strip")[s])
            which = int(unit.array("final_class")[trajectory] == unit.classes[1])
            for row, text in ((2 * i, "$x_t$"), (2 * i + 1, "$E[a|x_t]$")):
                grid[row, 0].set_ylabel(text, rotation=0, ha="right", va="center", fontsize=10,
                                        color=CLASS_COLOURS[which])

    return Figure(f"figure-1-{number + 1}" if number else "figure-1",
                  f"Figure 1 on real images: the three regimes, $n={unit.count}$", caption, draw,
                  (9.6, 7.6))


def _fan(ax, unit: Unit, names: list[str], speciation: float, collapse: float) -> None:
    time, projection = unit.axis("time"), unit.array("projection")
    top = min(4.0, float(time[-1]))
    borders = [b for b in (top, speciation, collapse, 0.0) if np.isfinite(b)]
    if len(borders) == 4 and top > speciation > collapse > 0:
        for shade, text, high, low in zip(REGIME_SHADES, REGIMES, borders[:-1], borders[1:]):
            ax.axvspan(low, high, color=shade, zorder=0, linewidth=0)
            ax.text(0.5 * (low + high), 1.015, text, transform=ax.get_xaxis_transform(),
                    ha="center", va="bottom", fontsize=9.5)
        for place, text in ((speciation, "$t_S$"), (collapse, "$t_C$")):
            ax.axvline(place, color=style.BLACK, linestyle="--", linewidth=1)
            ax.text(place, 0.02, f" {text} ", transform=ax.get_xaxis_transform(), ha="right",
                    va="bottom", fontsize=10)
    ends = unit.array("final_class")
    for c, (name, colour) in enumerate(zip(names, CLASS_COLOURS)):
        for i, m in enumerate(np.flatnonzero(ends == unit.classes[c])):
            ax.plot(time, projection[m], color=colour, linewidth=0.8, alpha=0.55,
                    label=name if i == 0 else None)
    ax.set_xlim(top, 0)
    ax.set_xlabel("time $t$")
    ax.set_ylabel("projection on the\nprincipal direction")
    ax.legend(loc="upper left", title="ends as", title_fontsize=9.2)


def _clone_figure(record: Record, unit: Unit, number: int) -> Figure:
    order = np.argsort(-unit.axis("branch_time"), kind="stable")
    if len(order) > 10:
        order = order[np.unique(np.linspace(0, len(order) - 1, 10).round().astype(int))]
    caption = (f"Where clones of a trajectory end, by the time at which they part from it; "
               f"{data_text(record)}, $n={unit.count}$. Each row is one trajectory, its own end at "
               "the right. Frame: orange, the clone ends in the other class; blue, in the same "
               "class on another image; green, on the same image.")

    def draw(canvas):
        rows = min(len(unit.axis("strip")), 6)
        grid = canvas.subplots(rows, len(order) + 1, squeeze=False)
        for s in range(rows):
            trajectory = int(unit.axis("strip")[s])
            last = int(np.argmin(unit.axis("image_time")))
            end = unit.array("denoised_pixels")[s, last]
            images = unit.array("clone_pixels")[s]
            for j, b in enumerate(order):
                border = _fate_colour(unit, trajectory, s, b)
                style.show_image(grid[s, j], images[b], border=border)
                if s == 0:
                    grid[s, j].set_title(f"$t={unit.array('clone_time')[b]:.2f}$", fontsize=10)
            style.show_image(grid[s, -1], end)
        grid[0, -1].set_title("itself", fontsize=10)

    return Figure(f"clones-{number + 1}" if number else "clones",
                  f"Clones of trajectories, $n={unit.count}$", caption, draw,
                  (1.02 * (len(order) + 1), 1.12 * min(len(unit.axis("strip")), 6) + 0.3))


def _fate_colour(unit: Unit, trajectory: int, strip: int, branch: int) -> str:
    if unit.array("clone_image")[strip, branch] == unit.array("final_image")[trajectory]:
        return style.GREEN
    same = unit.array("clone_class")[strip, branch] == unit.array("final_class")[trajectory]
    return style.BLUE if same else style.ORANGE
