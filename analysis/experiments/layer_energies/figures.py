"""layer_energies: figures 1, 9 and 10 of the dit paper, protocol II."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps

from analysis.experiments.coupled_pairs import first_count
from analysis.experiments.layer_energies import claims, tables
from analysis.experiments.layer_energies.data import (
    BANDS,
    CHANNELS,
    MODES_FROM,
    MOST_LAYERS,
    band_of_modes,
    beyond_chance,
    chance,
    channel_place,
    first_units,
    gap,
    mode_frequencies,
    shown_couplings,
    shown_step,
    step_note,
)
from analysis.experiments.replicas import (
    Group,
    Unit,
    couplings,
    groups,
    legend_columns,
    log_if_wide,
    network_figure,
    say_not_measured,
    spread,
    whole_numbers,
)
from analysis.page import maps, style
from analysis.page.content import Content, Figure
from analysis.page.papers import DIT
from analysis.reading.estimates import Z95
from analysis.reading.record import Record
from analysis.reading.values import show

MOST_BANDS = 8
CHANCE = ("chance: differences of the same number, size and overlap with the start, but without "
          "preferred directions")


def content(record: Record) -> Content:
    return content_beside(record, ())


def content_beside(record: Record, beside) -> Content:
    """The same with other records of the report: one of replica_speciation with the same network
    says at which step layers are shown."""
    found = groups(record)
    figures = []
    for group in found:
        figures += [_layer_figure(group, modes, channels, beside) for channels in CHANNELS
                    for modes in MODES_FROM]
        figures += [_map_figure(group, channels, beside) for channels in CHANNELS]
        figures += [_band_figure(group), _mode_figure(group), _share_figure(group)]
    figures.append(network_figure(record))
    return Content(_summary(record), DIT, figures, tables.tables(found, beside),
                   claims.claims(found, beside))


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


def _width(count: int) -> float:
    return max(6.4, 1.4 + 2.6 * count)


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
                  (_width(len(shown)), 5.8))


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


# -- over steps and layers -------------------------------------------------------------------------
def _map_figure(group: Group, channels: str, beside) -> Figure:
    record = group.record
    shown = shown_couplings(record)
    units = first_units(group, shown)
    steps, layers = record.axes["step"].values, record.axes["layer"].values
    names = {"same": "same pairs, as published", "others": "other pairs"}

    def draw(canvas):
        axes = canvas.subplots(2, len(shown), squeeze=False, sharex=True, sharey=True)
        limit, mesh, handles = _map_limit(list(units.values()), channels), None, {}
        for row, modes_from in zip(axes, MODES_FROM):
            for ax, g in zip(row, shown):
                if g not in units:
                    values, done = np.full((len(layers), len(steps)), np.nan), False
                else:
                    values, done = gap(units[g], modes_from, channels)[0], True
                mesh, marks = maps.heat_map(
                    ax, steps, layers, values, np.full(values.shape, done), label="",
                    cmap=style.DIVERGING, vmin=1 - limit, vmax=1 + limit, colorbar=False,
                    blank_label="no value")
                handles.update({h.get_label(): h for h in marks})
                if g in units:
                    inside = (beyond_chance(units[g], modes_from, channels) == 0) \
                        & np.isfinite(values)
                    maps.dot_cells(ax, steps, layers, inside)
                    ax.axvline(shown_step(units[g], group.told_class, beside).step,
                               color=style.BLACK, linewidth=0.8, linestyle="--")
            row[0].set_ylabel(f"{names[modes_from]}\nblock $\\ell$")
            whole_numbers(row[0].yaxis)
        for ax, g in zip(axes[0], shown):
            ax.set_title(f"$g={show(g)}$")
        for ax in axes[-1]:
            ax.set_xlabel("step $s$")
        canvas.colorbar(mesh, ax=axes.ravel().tolist(), pad=0.01, extend="both").set_label(
            "$G_\\mathrm{int}$, trailing over leading")
        style.legend_below(canvas, (), handles=list(handles.values()))

    return Figure(f"gap-map-{channels}-{group.key}",
                  f"Gap over steps and blocks, {CHANNELS[channels]}, {group.text}",
                  "Red: trailing modes keep more energy than leading ones. Dotted: cells inside "
                  f"the interval of chance ({CHANCE}), by straight lines between the steps at "
                  "which it was drawn; by chance alone one cell in twenty lies outside, and "
                  "neighbours together. Upper row: modes of the pairs they are measured on, as "
                  "published; lower row: of other pairs. Dashed: the step of figures 1, 9 and 10. "
                  "First seed.",
                  draw, (_width(len(shown)) + 0.9, 5.2))


def _map_limit(units: list[Unit], channels: str) -> float:
    values = [np.abs(gap(unit, modes, channels)[0] - 1).ravel() for unit in units
              for modes in MODES_FROM]
    known = np.concatenate(values) if values else np.array([np.nan])
    known = known[np.isfinite(known)]
    return max(0.02, float(np.quantile(known, 0.98))) if len(known) else 0.02


def _shown_layers(record: Record) -> list[int]:
    """Places of the first, a middle and the last layer."""
    return [int(k) for k in spread(list(range(len(record.axes["layer"].values))), MOST_LAYERS)]


def _band_colours(count: int):
    return colormaps[style.SEQUENTIAL](np.linspace(0, 0.92, count))


def _band_figure(group: Group) -> Figure:
    record = group.record
    shown, layers = shown_couplings(record), _shown_layers(record)
    units = first_units(group, shown)
    steps, bands = record.axes["step"].values, record.axes["band"].values
    drawn = [int(b) for b in spread(list(range(len(bands))), MOST_BANDS)]

    def draw(canvas):
        axes = canvas.subplots(len(layers), len(shown), squeeze=False, sharex=True, sharey=True)
        for row, layer in zip(axes, layers):
            row[0].set_ylabel(f"block {int(record.axes['layer'].values[layer])}\nrelative energy")
            for ax, g in zip(row, shown):
                if g not in units:
                    say_not_measured(ax)
                    continue
                values = units[g].array("band_energy")[layer]
                of_all = values @ units[g].array("band_share")[layer]
                values = values / of_all[:, None]
                error = units[g].array("band_energy_error")[layer] / of_all[:, None]
                for band, colour in zip(drawn, _band_colours(len(drawn))):
                    ax.fill_between(steps, values[:, band] - Z95 * error[:, band],
                                    values[:, band] + Z95 * error[:, band], color=colour,
                                    alpha=0.2, linewidth=0)
                    ax.plot(steps, values[:, band], color=colour, linewidth=1.4,
                            label=f"frequency {int(bands[band])}")
        log_if_wide(axes.ravel(), 10)
        for ax, g in zip(axes[0], shown):
            ax.set_title(f"$g={show(g)}$")
        for ax in axes[-1]:
            ax.set_xlabel("step $s$")
        style.legend_below(canvas, axes, legend_columns(canvas))

    left_out = "" if len(drawn) == len(bands) else f" {len(drawn)} of {len(bands)} are drawn."
    return Figure(f"frequencies-{group.key}", f"Energies by spatial frequency, {group.text}",
                  "Energy of the replicas' differences in bands of spatial frequency over the grid "
                  "of tokens, over that at the start, and this over the same of all frequencies "
                  "together: above 1 a band gains on the others. Dark: coarse, 0 is the mean of "
                  f"all tokens. Bands: 95% intervals over pairs.{left_out} Block 0: tokens as they "
                  "enter the first. First seed.", draw,
                  (_width(len(shown)), 1.2 + 2.1 * len(layers)))


def _mode_figure(group: Group) -> Figure:
    record = group.record
    units = first_units(group, couplings(record))
    unit = next(iter(units.values()), None)
    places = _shown_layers(record)
    layers, bands = record.axes["layer"].values, record.axes["band"].values

    def draw(canvas):
        axes = canvas.subplots(1, len(places) + 1)
        if unit is None:
            for ax in axes:
                say_not_measured(ax)
            return
        share, start = unit.array("mode_band_share"), unit.array("band_share")
        known = np.isfinite(share).all(axis=2).all(axis=0)
        modes = np.arange(int(known.sum()))
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.log2(share[:, known] / start[:, None])
        finite = np.abs(relative[np.isfinite(relative)])
        limit = max(0.2, float(np.quantile(finite, 0.98))) if len(finite) else 1.0
        for ax, layer in zip(axes, places):
            values = relative[layer].T
            mesh, _ = maps.heat_map(ax, modes, bands, values, np.ones(values.shape, bool), label="",
                                    cmap=style.DIVERGING, vmin=-limit, vmax=limit, colorbar=False)
            ax.set_title(f"block {int(layers[layer])}")
            ax.set_xlabel("mode")
            whole_numbers(ax.xaxis)
            whole_numbers(ax.yaxis)
        axes[0].set_ylabel("spatial frequency")
        canvas.colorbar(mesh, ax=axes[len(places) - 1], pad=0.02, extend="both").set_label(
            "$\\log_2$ of share over that of all")
        _draw_frequencies(axes[-1], unit)
        style.legend_below(canvas, axes[-1:])

    strength = f" Measured at $g={show(unit.g)}$, first seed." if unit else ""
    return Figure(f"modes-{group.key}", f"Which frequencies the modes are made of, {group.text}",
                  "Left: share of each band of spatial frequency in the modes of all pairs at the "
                  "start, the largest variance first, over its share in all differences; red: "
                  "more than its share. Right: mean "
                  "frequency of leading and trailing modes with 95% intervals over modes, and of "
                  "all differences (dashed): leading modes are coarse ones only where the first "
                  f"lies below.{strength}", draw, (3.2 * (len(places) + 1), 3.9))


def _draw_frequencies(ax, unit: Unit) -> None:
    layers = unit.record.axes["layer"].values
    frequencies, of_all = mode_frequencies(unit)
    for number, (label, colour) in enumerate(BANDS.values()):
        found = [band_of_modes(unit, row)[number] for row in frequencies]
        mean = np.array([f.mean() if len(f) else np.nan for f in found])
        error = np.array([f.std(ddof=1) / np.sqrt(len(f)) if len(f) > 1 else np.nan for f in found])
        style.band(ax, layers, mean, error, number, label, colour=colour)
    ax.plot(layers, of_all, color=style.GREY, linestyle="--", linewidth=1.2,
            label="all differences")
    ax.set_xlabel("block $\\ell$")
    ax.set_ylabel("mean spatial frequency")
    whole_numbers(ax.xaxis)


def _share_figure(group: Group) -> Figure:
    record = group.record
    shown, places = shown_couplings(record), _shown_layers(record)
    units = first_units(group, shown)
    steps, layers = record.axes["step"].values, record.axes["layer"].values

    with_floor = any(np.any(unit.array("noise_floor") > 0) for unit in units.values())

    def draw(canvas):
        axes = canvas.subplots(1 + with_floor, len(shown), squeeze=False, sharex=True, sharey="row")
        for k, g in enumerate(shown):
            axes[0, k].set_title(f"$g={show(g)}$")
            axes[-1, k].set_xlabel("step $s$")
            if g not in units:
                say_not_measured(axes[0, k])
                continue
            share, floor = units[g].array("difference_share"), units[g].array("noise_floor")
            for number, layer in enumerate(places):
                more = {"color": style.CYCLE[number], "linestyle": style.DASHES[number]}
                axes[0, k].plot(steps, share[layer], label=f"block {int(layers[layer])}", **more)
                if with_floor:
                    axes[1, k].plot(steps, np.where(floor[layer] > 0, floor[layer], np.nan), **more)
        axes[0, 0].set_ylabel("energy of differences\nover that of states")
        log_if_wide(axes[0])
        if with_floor:
            axes[1, 0].set_ylabel("the same of replicas\nthat start alike")
            axes[1, 0].set_yscale("log")
        style.legend_below(canvas, axes, legend_columns(canvas))

    floor_text = ("Lower row: the same of replicas that start alike, which only rounding drives "
                  "apart." if with_floor else "Replicas that start alike stay so to the last bit.")
    return Figure(f"differences-{group.key}", f"How far the replicas are apart, {group.text}",
                  f"Energy of the differences over that of the hidden states. {floor_text} First "
                  "seed.", draw, (_width(len(shown)), 5.8 if with_floor else 3.8))
