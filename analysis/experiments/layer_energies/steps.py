"""layer_energies: the gap, spatial frequencies and differences along the trajectory."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps

from ...page import maps, style
from ...page.content import Figure
from ...reading.estimates import Z95
from ...reading.record import Record
from ...reading.values import show
from ..replicas import (
    Group,
    Unit,
    couplings,
    legend_columns,
    log_if_wide,
    say_not_measured,
    spread,
    whole_numbers,
)
from .data import (
    BANDS,
    CHANCE,
    CHANNELS,
    MODES_FROM,
    MOST_LAYERS,
    band_of_modes,
    beyond_chance,
    first_units,
    gap,
    mode_frequencies,
    panels_width,
    shown_couplings,
    shown_step,
)

MOST_BANDS = 8


def map_figure(group: Group, channels: str, beside) -> Figure:
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
                  draw, (panels_width(len(shown)) + 0.9, 5.2))


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


def band_figure(group: Group) -> Figure:
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
                  (panels_width(len(shown)), 1.2 + 2.1 * len(layers)))


def mode_figure(group: Group) -> Figure:
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


def share_figure(group: Group) -> Figure:
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
                  "seed.", draw, (panels_width(len(shown)), 5.8 if with_floor else 3.8))
