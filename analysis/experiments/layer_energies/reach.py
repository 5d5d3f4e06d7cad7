"""layer_energies: the internal gap over the blocks, heads and steps in which replicas are
coupled."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...page import style
from ...page.content import Claim, Figure, Table, Verdict
from ...reading.estimates import Z95, plus_minus
from ...reading.values import show
from ..image_units import Measured
from ..reach import beside, figure_size, name_places, third
from ..replicas import Reaches, Unit, couplings, spread, symbol
from .data import (
    CHANCE,
    CHANNELS,
    MODES_FROM,
    READINGS,
    beyond_chance,
    gap,
    last_layers,
    shown_step,
)

MOST_COUPLINGS = 3
MOST_LAYERS = 3
# A change is none if its whole interval is within this.
STILL = 0.02


def compared_step(over: Reaches, g: float, beside_records) -> int | None:
    """The step at which reaches are compared at a coupling: that of the first of them, so that it
    is the same for all."""
    for group in over.groups:
        for unit in group.units(g):
            return shown_step(unit, group.told_class, beside_records).step
    return None


def uncoupled(over: Reaches, seed: int) -> Unit | None:
    """A unit of the same seed at g = 0, where nothing is reached wherever it is."""
    return next((unit for group in over.groups for unit in group.units(0.0) if unit.seed == seed),
                None)


def last_gap(unit: Unit, modes: str, channels: str, step: int) -> tuple[float, float]:
    """G_int of the last blocks at a step, their mean, and its standard error at the most: the same
    pairs are behind all of them."""
    values, errors = gap(unit, modes, channels)
    layers, k = last_layers(unit.record), _at(unit, step)
    return float(values[layers, k].mean()), float(errors[layers, k].mean())


def gap_change(units: list[Unit], over: Reaches, modes: str, step: int) -> Measured | None:
    """G_int of the last blocks minus that without coupling, mean over seeds."""
    values, variances = [], []
    for unit in units:
        if (zero := uncoupled(over, unit.seed)) is None:
            continue
        (coupled, error), (free, error_free) = (last_gap(each, modes, "plain", step)
                                                for each in (unit, zero))
        values.append(coupled - free)
        variances.append(error**2 + error_free**2)
    if not values or not np.isfinite(values).all():
        return None
    half = Z95 * np.sqrt(np.sum(variances)) / len(values)
    mean = np.mean(values)
    return Measured(mean, mean - half, mean + half)


def _at(unit: Unit, step: int) -> int:
    return int(np.flatnonzero(unit.record.axes["step"].values == step)[0])


# -- figure ----------------------------------------------------------------------------------------
def reach_figure(over: Reaches, channels: str, beside_records) -> Figure:
    record = over.record
    strengths = spread([g for g in couplings(record) if g > 0], MOST_COUPLINGS)
    layers = record.axes["layer"].values
    places = [int(k) for k in spread(list(range(1, len(layers))), MOST_LAYERS)]
    steps = {g: compared_step(over, g, beside_records) for g in strengths}

    def draw(canvas):
        axes = canvas.subplots(len(READINGS) + 1, len(strengths), squeeze=False, sharey="row")
        for row, (modes, name) in zip(axes, READINGS.items()):
            row[0].set_ylabel(f"$G_\\mathrm{{int}}$\n{name}")
            for ax, g in zip(row, strengths):
                _draw_gaps(ax, over, g, steps[g], modes, channels, places)
        axes[-1, 0].set_ylabel("energy of differences over\nthat of states, at the end")
        for ax, g in zip(axes[-1], strengths):
            _draw_differences(ax, over, g, places)
        for ax in axes.flat:
            name_places(ax, over.places)
        for ax, g in zip(axes[0], strengths):
            ax.set_title(f"$g={show(g)}$" + ("" if steps[g] is None else f", $s={steps[g]}$"))
        style.legend_below(canvas, (), 4, _handles([int(layers[k]) for k in places]))

    return Figure(f"reach-{channels}-{over.key}",
                  f"Internal gap by where the coupling acts, {CHANNELS[channels]}, {over.told}",
                  "Trailing over leading energy after some blocks, of replicas that are coupled in "
                  "some blocks (numbers from 1), heads or steps alone, with 95% intervals over "
                  "pairs at given modes. Filled: outside the interval of chance "
                  f"({CHANCE}). Dashed, in the colour of the block: without coupling, mean over "
                  "seeds. All at the same step. Lowest row: how far the replicas are apart at the "
                  "last step.", draw, figure_size(over.places, len(strengths), 3))


def _draw_gaps(ax, over: Reaches, g: float, step: int | None, modes: str, channels: str,
               places: list[int]) -> None:
    ax.axhline(1, color=style.BLACK, linewidth=0.8)
    if step is None:
        return
    for number, layer in enumerate(places):
        free = [gap(unit, modes, channels)[0][layer, _at(unit, step)]
                for unit in _free_units(over)]
        if len(free):
            ax.axhline(np.mean(free), color=style.CYCLE[number], linewidth=0.9, linestyle="--")
    for place, group in enumerate(over.groups):
        units = group.units(g)
        for n, unit in enumerate(units):
            values, errors = gap(unit, modes, channels)
            outside = beyond_chance(unit, modes, channels)
            k = _at(unit, step)
            for number, layer in enumerate(places):
                value, half = values[layer, k], Z95 * errors[layer, k]
                x = beside(place, n * len(places) + number, len(units) * len(places))
                symbol(ax, x, Measured(value, value - half, value + half),
                       colour=style.CYCLE[number], marker=style.MARKERS[number],
                       filled=unit.reliable and outside[layer, k] != 0, size=4)


def _draw_differences(ax, over: Reaches, g: float, places: list[int]) -> None:
    for number, layer in enumerate(places):
        free = [unit.array("difference_share")[layer, -1] for unit in _free_units(over)]
        if free:
            ax.axhline(np.mean(free), color=style.CYCLE[number], linewidth=0.9, linestyle="--")
        for place, group in enumerate(over.groups):
            units = group.units(g)
            for n, unit in enumerate(units):
                ax.plot([beside(place, n * len(places) + number, len(units) * len(places))],
                        [unit.array("difference_share")[layer, -1]], color=style.CYCLE[number],
                        marker=style.MARKERS[number], markersize=4,
                        markerfacecolor=style.CYCLE[number] if unit.reliable else "white")
    ax.set_ylim(bottom=0)


def _free_units(over: Reaches) -> list[Unit]:
    """One unit at g = 0 for each seed."""
    found: dict[int, Unit] = {}
    for group in over.groups:
        for unit in group.units(0.0):
            found.setdefault(unit.seed, unit)
    return list(found.values())


def _handles(blocks: list[int]) -> list:
    colours = [Patch(color=style.CYCLE[n], label=f"after block {block}")
               for n, block in enumerate(blocks)]
    return [*colours, Line2D([], [], color=style.BLACK, linestyle="--", label="without coupling")]


# -- table -----------------------------------------------------------------------------------------
def reach_table(over: Reaches, beside_records) -> Table:
    rows = []
    for group in over.groups:
        for g in couplings(over.record):
            step = compared_step(over, g, beside_records)
            for unit in group.units(g):
                if g == 0 and group is not over.groups[0]:
                    continue  # the same wherever nothing couples
                share = unit.array("difference_share")[-1]
                rows.append([group.reach.text, show(g), str(unit.seed), str(step),
                             *(plus_minus(*last_gap(unit, modes, channels, step))
                               for channels in CHANNELS for modes in MODES_FROM),
                             show(float(share[_at(unit, step)])), show(float(share[-1])),
                             "yes" if unit.reliable else "NO"])
    last = over.record.axes["layer"].values[last_layers(over.record)]
    return Table(f"Internal gap by where the coupling acts, {over.told}",
                 ["<coupled in", "g", "seed", "s", "$G_{int}$", "other pairs", "normalised",
                  "normalised, other pairs", "differences at s", "differences at the end",
                  "reliable"], rows,
                 f"$G_{{int}}$ after the last blocks ({', '.join(str(int(b)) for b in last)}), "
                 "plain and with normalised channels, along modes of the pairs it is measured on "
                 "and of other pairs; ± 95% over pairs at given modes. Differences: energy of the "
                 "replicas' differences over that of the states, after the last block.")


# -- claim -----------------------------------------------------------------------------------------
def reach_claim(over: Reaches, beside_records) -> Claim | None:
    """Whether the last blocks alone change the internal gap, and the first alone do not."""
    early, late, whole = (over.group(third(over.places, name)) for name in ("early", "late", "all"))
    strengths = [g for g in couplings(over.record) if g > 0]
    if early is None or late is None or not strengths or not _free_units(over):
        return None
    g = strengths[-1]
    where = "section 4.2 and discussion"
    statement = ("The last blocks route: coupling in the last third of them alone moves the "
                 "internal gap of the last blocks, coupling in the first third alone does not.")
    step = compared_step(over, g, beside_records)
    texts, verdicts = [], []
    for modes, name in READINGS.items():
        first, last, total = (gap_change([unit for unit in group.units(g) if unit.reliable], over,
                                         modes, step) if group and step is not None else None
                              for group in (early, late, whole))
        if first is None or last is None:
            continue
        verdicts.append(_verdict(first, last))
        texts.append(f"{name}: first third {first.text(3)}, last third {last.text(3)}"
                     + (f", everywhere {total.text(3)}" if total else ""))
    if not texts:
        return Claim(where, statement, f"{over.told}, $g={show(g)}$: nothing reliable.",
                     Verdict.OPEN)
    verdict = verdicts[0] if len(set(verdicts)) == 1 else Verdict.PARTLY \
        if Verdict.REPRODUCED in verdicts else Verdict.OPEN
    return Claim(where, statement, f"{over.told}, $g={show(g)}$, step {step}: change of "
                 f"$G_{{int}}$ against no coupling, {'; '.join(texts)}.", verdict,
                 "Errors over pairs at given modes, of both added as if they were independent; "
                 f"mean over seeds. No change: within {STILL:g}.")


def _verdict(first: Measured, last: Measured) -> Verdict:
    moves = _moves(first) and not first.within(STILL)
    if last.within(STILL) or (moves and abs(first.value) > abs(last.value)):
        return Verdict.CONTRADICTED
    if not _moves(last):
        return Verdict.OPEN
    return (Verdict.REPRODUCED if first.within(STILL) else Verdict.PARTLY if moves
            else Verdict.OPEN)


def _moves(change: Measured) -> bool:
    return bool(change.low > 0 or change.high < 0)
