"""replica_speciation: table 1 and figures 2 to 8 of the dit paper, protocol I."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import DIT
from ...reading.record import Record
from ...reading.values import show
from ..coupled_pairs import first_count
from ..midpoints import gap_of, is_fitted, of_metric
from ..reach import main_reach
from ..replicas import (
    NO_CLASS,
    Group,
    Unit,
    couplings,
    groups,
    network_figure,
    noise_name,
    over_reaches,
    spread,
    symbol,
)
from . import claims, tables
from .curves import (
    commitment_figure,
    cosine_figure,
    distance_figure,
    label_figure,
)
from .data import (
    CONTROL,
    GAP,
    SYMBOLS,
    coupled,
    has_plateau,
    published,
    scaled,
    scaling_note,
    unreliable_note,
)
from .graphs import graph_claim, graph_figure, graph_table, has_graphs, on_first_graph
from .reach import reach_claim, reach_figure, reach_table

MOST_SHOWN = 4
CROSSING_SHIFT = 0.015


def content(record: Record) -> Content:
    found = groups(record)
    main = [group for group in found if group.reach == main_reach(record)]
    figures = [figure for told in dict.fromkeys(group.told_class for group in main)
               for figure in _figures_of([g for g in main if g.told_class == told])]
    over = over_reaches(found)
    figures += [graph_figure(each) for each in over if has_graphs(each)]
    figures += [reach_figure(each) for each in map(on_first_graph, over) if len(each.groups) > 1]
    figures += [figure(group) for group in found if group not in main
                for figure in (cosine_figure, commitment_figure)]
    figures.append(network_figure(record))
    # The paper couples everywhere and always: what it says of that is not asked of anything else.
    answers = claims.claims([group for group in main if group.reach.everywhere])
    answers += [claim for each in over for ask in (reach_claim, graph_claim)
                if (claim := ask(each)) is not None]
    return Content(_summary(record), DIT, figures,
                   [*tables.tables(main),
                    *(graph_table(each) for each in over if has_graphs(each)),
                    *(reach_table(each) for each in over)], answers)


def _figures_of(same_class: list[Group]) -> list[Figure]:
    figures = [_summary_figure(same_class)]
    for group in same_class:
        figures += [cosine_figure(group), commitment_figure(group), distance_figure(group),
                    label_figure(group), _image_figure(group)]
    return figures


def _summary(record: Record) -> str:
    size = record.option("published") or "diffusion transformer"
    return (f"Pairs of replicas of a {size} ({first_count(record['parameters'].values)} "
            f"parameters, {first_count(record['image_count'].values)} images), coupled through "
            "attention (dit (19)) for the first $t_{int}$ of "
            f"{show(record.option('steps'))} steps and then let go (dit, protocol I): "
            f"{show(record.option('pairs'))} pairs a unit. The paper's network is DiT-XL/2 on "
            "ImageNet; what is compared with it here are shapes and signs, not numbers.")


# -- over the coupling -----------------------------------------------------------------------------
def _summary_figure(same_class: list[Group]) -> Figure:
    record = same_class[0].record

    def draw(canvas):
        (times, scales, gaps), levels = canvas.subplots(2, 3)
        for number, group in enumerate(same_class):
            colour = style.CYCLE[number % len(style.CYCLE)]
            for unit, x in _placed(group, number, len(same_class)):
                _time_symbols(times, unit, x, ("cosine",), colour)
                _time_symbols(scales, unit, x, ("coarse", "fine"), colour)
                symbol(gaps, x, unit.measured("gap"), colour=colour, marker="o",
                       filled=unit.reliable and gap_of(unit) is not None)
                symbol(gaps, x + CROSSING_SHIFT, unit.measured("crossing_gap"), colour=colour,
                       marker="D", filled=unit.reliable, size=3.4)
                for ax, m in zip(levels, ("cosine", "coarse", "fine")):
                    _level_symbols(ax, unit, x, m, colour)
        _published_symbols(times, gaps, record)
        times.set_ylabel(f"${SYMBOLS['cosine']}$ [steps]")
        scales.set_ylabel("$\\tau_\\mathrm{g}$, $\\tau_\\mathrm{l}$ [steps]")
        gaps.set_ylabel("$\\Delta\\tau$ [steps]")
        gaps.axhline(0, color=style.BLACK, linewidth=0.8)
        for ax, m in zip(levels, ("median cosine", "coarse commitment", "fine commitment")):
            ax.set_ylabel(m)
        for ax in (times, scales, gaps, *levels):
            ax.set_xlabel("coupling strength $g$")
            low, high = couplings(record)[0], couplings(record)[-1]
            ax.set_xlim(low - 0.08, high + 0.08)
        style.legend_below(canvas, (), 4, _legend_handles(same_class))

    return Figure(f"table-1-{_told_key(same_class[0])}",
                  "Table 1: midpoints, gap, plateau and floor over the coupling, "
                  + same_class[0].text.split(",")[0],
                  "Upper row: midpoint of the cosine, of coarse (circles) and fine commitment "
                  "(squares), and their difference; small diamonds: where the curves pass the "
                  "level half way from independent to equal, which does not depend on the plateau. "
                  "Lower row: plateau (circles) and floor (triangles) of each sigmoid; a curve "
                  "that is flat has one level only, and a plateau above 1 lies beyond the end of "
                  "the trajectory. A midpoint says little where the plateau changes with $g$. "
                  "Open grey symbols and shade: the published values, of another "
                  f"network and other data (DiT-XL/2, ImageNet).{scaling_note(record)} One symbol "
                  f"a seed, 95% bootstrap intervals over pairs. {unreliable_note(record)}",
                  draw, (11.4, 7.0))


def _told_key(group: Group) -> str:
    return "untold" if group.told_class == NO_CLASS else f"told-{group.told_class}"


def _placed(group: Group, number: int, count: int):
    """The group's units, beside those of other groups and seeds."""
    for g in couplings(group.record):
        for n, unit in enumerate(group.units(g)):
            yield unit, g + 0.03 * (number - (count - 1) / 2) + 0.005 * n


def _time_symbols(ax, unit: Unit, x: float, names: tuple[str, ...], colour) -> None:
    for k, name in enumerate(names):
        symbol(ax, x, of_metric(unit, "midpoint", name), colour=colour, marker=style.MARKERS[k],
               filled=unit.reliable and is_fitted(unit, name))
        symbol(ax, x + CROSSING_SHIFT, of_metric(unit, "crossing", name), colour=colour,
               marker="D", filled=unit.reliable, size=3.4)


def _level_symbols(ax, unit: Unit, x: float, name: str, colour) -> None:
    filled = unit.reliable and is_fitted(unit, name)
    if has_plateau(unit, name):
        symbol(ax, x, of_metric(unit, "plateau", name), colour=colour, marker="o", filled=filled)
    symbol(ax, x, of_metric(unit, "floor", name), colour=colour, marker="v", filled=filled)


def _published_symbols(times, gaps, record: Record) -> None:
    for g in couplings(record):
        if (known := published(record, g)) is not None:
            symbol(times, g - 0.04, known, colour=style.GREY, marker="o", filled=False)
    if 0.0 in couplings(record):
        times.plot([-0.04], [scaled(record, CONTROL)], "s", color=style.GREY, linestyle="none",
                   markerfacecolor="white")
    if coupled(record):
        gaps.axhspan(*(scaled(record, v) for v in GAP), color=style.GREY, alpha=0.3, linewidth=0)


def _legend_handles(same_class: list[Group]) -> list:
    """A colour for each noise, and what the symbols mean."""
    record = same_class[0].record
    handles = [Patch(color=style.CYCLE[n % len(style.CYCLE)], label=noise_name(group.correlation))
               for n, group in enumerate(same_class)]
    meanings = (("o", 5, "midpoint, of coarse or cosine; plateau"), ("s", 5, "midpoint of fine"),
                ("v", 5, "floor"), ("D", 3.4, "passes half way to equal"))
    handles += [Line2D([], [], color=style.BLACK, marker=marker, markersize=size,
                       linestyle="none", label=text) for marker, size, text in meanings]
    if any(published(record, g) is not None for g in couplings(record)):
        handles.append(Line2D([], [], color=style.GREY, marker="o", markerfacecolor="white",
                              label="published, other network and data"))
    if 0.0 in couplings(record):
        handles.append(Line2D([], [], color=style.GREY, marker="s", markerfacecolor="white",
                              linestyle="none", label="published, $g=0$, shared noise"))
    return handles


# -- images ----------------------------------------------------------------------------------------
def _image_figure(group: Group) -> Figure:
    record = group.record
    shown = spread(couplings(record), MOST_SHOWN)
    times = record.axes["shown"].values
    places = spread(list(np.argsort(times)), MOST_SHOWN)
    samples = len(record.axes["sample"].values)

    def draw(canvas):
        axes = canvas.subplots(len(shown), len(places), squeeze=False)
        for row, g in zip(axes, shown):
            units = group.units(g)
            for ax, k in zip(row, places):
                images = units[0].array("sample_pixels")[k] if units else None
                style.show_image(ax, None if images is None else _mosaic(images))
                if images is not None:
                    side = images.shape[-2]
                    ax.set_yticks([side / 2, side * 1.5 + 2], ["A", "B"], fontsize=8)
                    ax.tick_params(length=0, pad=1)
            row[0].set_ylabel(f"$g={show(g)}$", rotation=0, ha="right", va="center", labelpad=12)
        for ax, k in zip(axes[0], places):
            ax.set_title(f"$t_{{int}}={int(times[k])}$", fontsize=10)

    return Figure(f"images-{group.key}", f"Images of replicas, {group.text}",
                  "Ends of the first pairs of the first seed, replica A above its B, let go after "
                  "$t_{int}$ steps. The same pairs, from the same start, in every panel.", draw,
                  (0.9 + 0.42 * samples * len(places), 0.5 + 0.95 * len(shown)))


def _mosaic(images: np.ndarray) -> np.ndarray:
    """(C, H', W'): replicas (samples, 2, C, H, W) one above the other, on white."""
    samples, _, channels, height, width = images.shape
    out = np.ones((channels, 2 * height + 2, samples * (width + 2) - 2))
    for i in range(samples):
        for k in range(2):
            out[:, k * (height + 2):k * (height + 2) + height,
                i * (width + 2):i * (width + 2) + width] = images[i, k]
    return out
