"""replica_speciation: table 1 and figures 2 to 8 of the dit paper, protocol I."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.experiments.coupled_pairs import first_count
from analysis.experiments.replica_speciation import claims, tables
from analysis.experiments.replica_speciation.data import (
    CONTROL,
    GAP,
    METRICS,
    SYMBOLS,
    coupled,
    fit_word,
    is_fitted,
    metric,
    of_metric,
    published,
    scaled,
    scaling_note,
    unreliable_note,
)
from analysis.experiments.replicas import (
    NO_CLASS,
    Group,
    Unit,
    coupling_panels,
    couplings,
    groups,
    legend_columns,
    network_figure,
    noise_name,
    panels_size,
    say_not_measured,
    spread,
    symbol,
)
from analysis.page import style
from analysis.page.content import Content, Figure
from analysis.page.papers import DIT
from analysis.reading.estimates import Z95
from analysis.reading.record import Record
from analysis.reading.values import show

MOST_SHOWN = 4
CROSSING_SHIFT = 0.015
CURVES = ("Symbols: pairs that were coupled for $t_{int}$ steps and then let go, with 95% "
          "bootstrap intervals over pairs; full lines: the sigmoid fitted to them, or their mean "
          "where they are flat; upright lines and shades: its midpoint with its 95% interval; "
          "diamonds: where straight lines between the points pass the dotted level, half way from "
          "independent to equal and the same at every $g$. First seed; thin lines: further seeds. "
          "$t_{int}$ is counted from the start of the generation; it runs from left to right.")


def content(record: Record) -> Content:
    found = groups(record)
    figures = [figure for told in dict.fromkeys(group.told_class for group in found)
               for figure in _figures_of([g for g in found if g.told_class == told])]
    figures.append(network_figure(record))
    return Content(_summary(record), DIT, figures, tables.tables(found), claims.claims(found))


def _figures_of(same_class: list[Group]) -> list[Figure]:
    figures = [_summary_figure(same_class)]
    for group in same_class:
        figures += [_cosine_figure(group), _commitment_figure(group), _distance_figure(group),
                    _label_figure(group), _image_figure(group)]
    return figures


def _summary(record: Record) -> str:
    size = record.option("published") or "diffusion transformer"
    return (f"Pairs of replicas of a {size} ({first_count(record['parameters'].values)} "
            f"parameters, {first_count(record['image_count'].values)} images), coupled through "
            "attention (dit (19)) for the first $t_{int}$ of "
            f"{show(record.option('steps'))} steps and then let go (dit, protocol I): "
            f"{show(record.option('pairs'))} pairs a unit. The paper's network is DiT-XL/2 on "
            "ImageNet; what is compared with it here are shapes and signs, not numbers.")


# -- curves over t_int -----------------------------------------------------------------------------
def _cosine_figure(group: Group) -> Figure:
    shared = group.correlation == 1
    name = "Figure 5 at $g=0$, and figures 2 to 4 with shared noise" if shared else "Figures 2 to 4"
    return _curve_figure(group, ("cosine",), f"figure-2-{group.key}",
                         f"{name}: agreement of the images' features",
                         "Median cosine of the features of both images of a pair (70). Dashed: "
                         "images of different pairs. ", "median cosine")


def _commitment_figure(group: Group) -> Figure:
    return _curve_figure(group, ("coarse", "fine"), f"figure-6-{group.key}",
                         "Figures 6 to 8: coarse and fine commitment",
                         "Commitment scores $1-d/d_{ind}$ of the coarse (71) and the fine (72) "
                         "distance, over that of images of different pairs: 0 independent, 1 "
                         "equal. ", "commitment score")


def _label_figure(group: Group) -> Figure:
    return _curve_figure(group, ("label",), f"labels-{group.key}", "Agreement of labels",
                         "Share of pairs whose images the classifier gives the same label. Dashed: "
                         "images of different pairs. ", "share of pairs")


def _curve_figure(group: Group, metrics: tuple[str, ...], key: str, title: str, meaning: str,
                  label: str) -> Figure:
    record = group.record

    def draw(canvas):
        panels = coupling_panels(canvas, record)
        for ax, g in panels:
            units = group.units(g)
            ax.set_title(_panel_title(units, g, metrics), fontsize=9.5)
            if not units:
                say_not_measured(ax)
            for number, name in enumerate(metrics):
                for n, unit in enumerate(units):
                    if n == 0:
                        _draw_curve(ax, unit, name, number)
                    else:
                        t, values, _ = _curve(unit, name)
                        ax.plot(t, values, color=METRICS[name][1], linewidth=0.6, alpha=0.7)
        columns = max(1, sum(ax.get_subplotspec().is_first_row() for ax, _ in panels))
        for k, (ax, _) in enumerate(panels):
            if k % columns == 0:
                ax.set_ylabel(label)
            if k + columns >= len(panels):
                ax.set_xlabel("$t_{int}$ [steps]")
        style.legend_below(canvas, [ax for ax, _ in panels], legend_columns(canvas))

    return Figure(key, f"{title}, {group.text}",
                  f"{meaning}{CURVES} {unreliable_note(record)}", draw, panels_size(record))


def _panel_title(units: list[Unit], g: float, metrics: tuple[str, ...]) -> str:
    if not units:
        return f"$g={show(g)}$"
    texts = []
    for name in metrics:
        found = of_metric(units[0], "midpoint", name)
        texts.append(f"${SYMBOLS[name]}=$ {found.text(1)}" if is_fitted(units[0], name)
                     else f"${SYMBOLS[name]}$: {fit_word(units[0], name).split(',')[0]}")
    return f"$g={show(g)}$\n" + "\n".join(texts)


def _curve(unit: Unit, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    m = metric(unit.record, name)
    values, error = unit.array("agreement")[m], unit.array("agreement_error")[m]
    known = np.isfinite(values)
    return unit.record.axes["t_int"].values[known], values[known], error[known]


def _draw_curve(ax, unit: Unit, name: str, number: int) -> None:
    record, (label, colour) = unit.record, METRICS[name]
    t, values, error = _curve(unit, name)
    m = metric(record, name)
    floor, plateau = unit.value("floor", m), unit.value("plateau", m)
    midpoint, width = (of_metric(unit, q, name) for q in ("midpoint", "width"))
    solid = unit.reliable and is_fitted(unit, name)
    if number == 0:
        baseline = unit.value("independent_agreement", m)
        half = Z95 * unit.value("independent_agreement_error", m)
        ax.axhline(baseline, color=style.GREY, linestyle="--", linewidth=1,
                   label="images of different pairs")
        ax.axhspan(baseline - half, baseline + half, color=style.GREY, alpha=0.2, linewidth=0)
        level = unit.value("level", m)
        if np.isfinite(level):
            ax.axhline(level, color=style.GREY, linewidth=0.9, linestyle=":",
                       label="half way to equal")
    ax.errorbar(t, values, yerr=Z95 * error, color=colour, linestyle="none", elinewidth=0.7,
                marker=style.MARKERS[number], markersize=3.6,
                markerfacecolor=colour if solid else "white")
    ax.plot([], [], color=colour, linestyle="none", marker=style.MARKERS[number], label=label)
    fine = np.linspace(*record.axes["t_int"].values[[0, -1]], 300)
    if is_fitted(unit, name):
        rise = 1 / (1 + np.exp(np.clip(-(fine - midpoint.value) / width.value, -500, 500)))
        ax.plot(fine, floor + (plateau - floor) * rise, color=colour, linewidth=1.4,
                label="sigmoid" if number == 0 else None)
        ax.axvline(midpoint.value, color=colour, linewidth=0.9,
                   label="its midpoint" if number == 0 else None)
        if np.isfinite(midpoint.low):
            ax.axvspan(midpoint.low, midpoint.high, color=colour, alpha=0.1, linewidth=0)
    elif np.isfinite(floor) and unit.value("fit_status", m) == 1:
        ax.plot(fine, np.full(len(fine), floor), color=colour, linewidth=1.4)
    crossing = of_metric(unit, "crossing", name)
    if np.isfinite(crossing.value):
        bars = np.nan_to_num(np.maximum([[crossing.value - crossing.low],
                                         [crossing.high - crossing.value]], 0))
        ax.errorbar([crossing.value], [unit.value("level", m)], xerr=bars, color=style.BLACK,
                    marker="D", markersize=5, markerfacecolor=colour, elinewidth=0.8,
                    linestyle="none", zorder=4,
                    label="passes half way" if number == 0 else None)


def _distance_figure(group: Group) -> Figure:
    record = group.record
    t = record.axes["t_int"].values

    def draw(canvas):
        panels = canvas.subplots(1, 2)
        for k, (ax, scale) in enumerate(zip(panels, record.axes["scale"].values)):
            for number, g in enumerate(spread(couplings(record), 7)):
                units = group.units(g)
                if not units:
                    continue
                values = units[0].array("distance")[k]
                known = np.isfinite(values)
                style.band(ax, t[known], values[known], units[0].array("distance_error")[k][known],
                           number, f"$g={show(g)}$")
                if number == 0:
                    ax.axhline(units[0].array("independent_distance")[k], color=style.GREY,
                               linestyle="--", linewidth=1, label="images of different pairs")
            if not ax.lines:
                say_not_measured(ax)
            ax.set_title(f"{scale} scale, $d_{{{'low' if scale == 'coarse' else 'high'}}}$")
            ax.set_ylabel("mean squared distance")
            ax.set_xlabel("$t_{int}$ [steps]")
            ax.set_ylim(bottom=0)
        style.legend_below(canvas, panels)

    return Figure(f"distances-{group.key}", f"Coarse and fine distances, {group.text}",
                  "Squared distance of both images of a pair, averaged over cells (71), and of "
                  "what averaging leaves (72). Bands: 95% intervals over pairs. Dashed: images of "
                  "different pairs. First seed.", draw, (9.6, 4.3))


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
                both = is_fitted(unit, "coarse") and is_fitted(unit, "fine")
                symbol(gaps, x, unit.measured("gap"), colour=colour, marker="o",
                       filled=unit.reliable and both)
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
                  "the trajectory. A midpoint says little where the plateau changes with $g$. Open grey symbols and shade: the published values, of another "
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
    if unit.value("fit_status", metric(unit.record, name)) == 0:
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
