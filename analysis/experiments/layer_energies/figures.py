"""layer_energies: figures 1, 9 and 10 of the dit paper, protocol II."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import DIT
from ...reading.estimates import Z95
from ...reading.record import Record
from ...reading.values import show
from ..coupled_pairs import first_count
from ..reach import main_reach
from ..replicas import (
    Group,
    Unit,
    groups,
    legend_columns,
    log_if_wide,
    network_figure,
    over_reaches,
    say_not_measured,
    whole_numbers,
)
from . import claims, tables
from .data import (
    BANDS,
    CHANCE,
    CHANNELS,
    MODES_FROM,
    chance,
    channel_place,
    first_units,
    gap,
    panels_width,
    shown_couplings,
    shown_step,
    step_note,
)
from .reach import reach_claim, reach_figure, reach_table
from .steps import (
    band_figure,
    map_figure,
    mode_figure,
    share_figure,
)


def content(record: Record) -> Content:
    return content_beside(record, ())


def content_beside(record: Record, beside) -> Content:
    """The same with other records of the report: one of replica_speciation with the same network
    says at which step layers are shown."""
    found = groups(record)
    main = [group for group in found if group.reach == main_reach(record)]
    figures = []
    for group in main:
        figures += [_layer_figure(group, modes, channels, beside) for channels in CHANNELS
                    for modes in MODES_FROM]
        figures += [map_figure(group, channels, beside) for channels in CHANNELS]
        figures += [band_figure(group), mode_figure(group), share_figure(group)]
    over = over_reaches(found)
    figures += [reach_figure(each, channels, beside) for each in over for channels in CHANNELS]
    figures += [_layer_figure(group, modes, "plain", beside) for group in found
                if group not in main for modes in MODES_FROM]
    figures.append(network_figure(record))
    # The paper couples everywhere and always: what it says of that is not asked of anything else.
    answers = claims.claims([group for group in main if group.reach.everywhere], beside)
    answers += [claim for each in over if (claim := reach_claim(each, beside)) is not None]
    return Content(_summary(record), DIT, figures,
                   [*tables.tables(main, beside), *(reach_table(each, beside) for each in over)],
                   answers)


def _summary(record: Record) -> str:
    size = record.option("published") or "diffusion transformer"
    return (f"Pairs of replicas of a {size} ({first_count(record['parameters'].values)} "
            f"parameters, {first_count(record['image_count'].values)} images), coupled through "
            f"attention along all of {show(record.option('steps'))} deterministic steps (dit, "
            f"protocol II): {show(record.option('pairs'))} pairs a unit. Energies of the "
            "differences of their hidden states after every block, along the modes these have at "
            "the start. The paper's network is DiT-XL/2 of 28 blocks on ImageNet.")


def _unreliable(record: Record) -> str:
    if not record.option("context_samples"):
        return ""
    return (" Hollow symbols: unreliable, because the network hardly uses its context (its error "
            f"rises by under {record.option('least_context_rise'):.0%} without it).")


# -- over the layers -------------------------------------------------------------------------------
def _layer_figure(group: Group, modes_from: str, channels: str, beside) -> Figure:
    record = group.record
    shown = shown_couplings(record)
    units = first_units(group, shown)
    steps = {g: shown_step(unit, group.told_class, beside) for g, unit in units.items()}

    def draw(canvas):
        axes = canvas.subplots(2, len(shown), squeeze=False, sharex=True, sharey="row")
        for k, g in enumerate(shown):
            energy, ratio = axes[:, k]
            energy.set_title(f"$g={show(g)}$" + (f", $s={steps[g].step}$" if g in units else ""))
            if g not in units:
                for ax in (energy, ratio):
                    say_not_measured(ax)
                continue
            _draw_energies(energy, units[g], modes_from, channels, steps[g].step)
            for n, unit in enumerate(group.units(g)):
                _draw_gap(ratio, unit, modes_from, channels,
                          shown_step(unit, group.told_class, beside).step, first=n == 0)
            ratio.set_xlabel("block $\\ell$")
            whole_numbers(ratio.xaxis)
        log_if_wide(axes[0])
        axes[0, 0].set_ylabel("energy $\\lambda$, 1 at the start")
        axes[1, 0].set_ylabel("$G_\\mathrm{int}$, trailing over leading")
        style.legend_below(canvas, axes, legend_columns(canvas))

    caption = (
        f"Energies (75) of the leading and trailing {_share(record)} of the modes, "
        f"{MODES_FROM[modes_from]}; {CHANNELS[channels]}. Upper row: band means (78), (79); pale "
        "bands: ± one standard deviation over pairs, at given modes, as the paper draws it; bars: "
        "95% intervals of the means. Lower row: their ratio (80) with 95% intervals over pairs at "
        "given modes; grey: the interval that holds 95% of what chance makes of it "
        f"({CHANCE}). Thin lines: further seeds. ")
    return Figure(f"figure-1-{modes_from}-{channels}-{group.key}",
                  f"Figures 1, 9 and 10: energies over the blocks, {MODES_FROM[modes_from]}, "
                  f"{CHANNELS[channels]}, {group.text}",
                  caption + (step_note(steps) if steps else "") + _unreliable(record), draw,
                  (panels_width(len(shown)), 5.8))


def _share(record: Record) -> str:
    share = record.option("band_share")
    return "quarter" if share == 0.25 else f"{share:.0%}"


def _draw_energies(ax, unit: Unit, modes_from: str, channels: str, step: int) -> None:
    record = unit.record
    place = (*channel_place(record, modes_from, channels), slice(None), _at(record, step))
    layers, pairs = record.axes["layer"].values, unit.value("pair_count")
    for number, (name, (label, colour)) in enumerate(BANDS.items()):
        values, error = unit.array(name)[place], unit.array(name + "_error")[place]
        spread_of_pairs = error * np.sqrt(pairs)
        ax.fill_between(layers, np.maximum(values - spread_of_pairs, 0), values + spread_of_pairs,
                        color=colour, alpha=0.13, linewidth=0)
        ax.errorbar(layers, values, yerr=Z95 * error, color=colour, marker=style.MARKERS[number],
                    markersize=4, elinewidth=0.8, linewidth=1.4, label=label,
                    markerfacecolor=colour if unit.reliable else "white",
                    linestyle=style.DASHES[number])


def _draw_gap(ax, unit: Unit, modes_from: str, channels: str, step: int, first: bool) -> None:
    layers, k = unit.record.axes["layer"].values, _at(unit.record, step)
    values, error = (part[:, k] for part in gap(unit, modes_from, channels))
    if not first:
        ax.plot(layers, values, color=style.BLACK, linewidth=0.6, alpha=0.7)
        return
    middle, low, high = (part[:, k] for part in chance(unit, modes_from, channels))
    ax.fill_between(layers, low, high, color=style.GREY, alpha=0.3, linewidth=0,
                    label="95% of what chance makes")
    ax.plot(layers, middle, color=style.GREY, linewidth=1, linestyle="--")
    ax.axhline(1, color=style.BLACK, linewidth=0.8)
    ax.errorbar(layers, values, yerr=Z95 * error, color=style.GREEN, marker="o", markersize=4,
                elinewidth=0.8, linewidth=1.4, label="trailing over leading",
                markerfacecolor=style.GREEN if unit.reliable else "white")


def _at(record: Record, step: int) -> int:
    return int(np.flatnonzero(record.axes["step"].values == step)[0])
