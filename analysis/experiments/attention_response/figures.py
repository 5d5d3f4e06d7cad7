"""attention_response: what sections 2.3 to 2.6 and appendix B of the dit paper assume, measured."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ...page import style
from ...page.content import Content, Figure
from ...page.maps import heat_map
from ...page.papers import DIT
from ...reading.record import Record
from ...reading.values import show
from ..coupled_pairs import first_count
from ..replicas import network_figure, say_not_measured, spread
from . import claims, tables
from .data import COLOURS, PARTS, STATES, Told, groups, mode_note, strengths

MOST_BLOCKS = 6
NEARLY_ONE = 0.01  # of gains: what they differ from 1 by is straight below it
STEP = "step $s$ of the trajectory"


def content(record: Record) -> Content:
    figures = []
    for group in groups(record):
        figures += [_part_maps(group), _band_figure(group), _gain_figure(group),
                    _product_figure(group), _branch_figure(group), _linear_figure(group),
                    _head_figure(group)]
    figures.append(network_figure(record))
    return Content(_summary(record), DIT, figures, tables.tables(record),
                   claims.claims(record))


def _summary(record: Record) -> str:
    size = record.option("published") or "diffusion transformer"
    return (f"What every block of a {size} ({first_count(record['parameters'].values)} parameters, "
            f"{first_count(record['image_count'].values)} images) does to the difference of two "
            "replicas, to first order and by exact tangents, along all of "
            f"{show(record.option('steps'))} deterministic steps: gains by attention that routes "
            "changed values, by queries and keys that change, and by the perceptron; at "
            f"{show(record.option('trajectories'))} states where replicas are alike. A replica "
            "hears the other's values and keys with $\\rho(g)=(1-g)/(1+g)$ and asks its own "
            "queries undiminished, so that $\\eta(g)$ is linear in $\\rho$ at every $g$. Fits to "
            f"{show(record.option('pairs'))} real pairs beside it. {mode_note(record)}")


def _shaded(ax, steps, mean, error, number: int, label: str, dashes=None) -> None:
    """A curve with two standard errors around it."""
    style.line(ax, steps, mean, number, label, style=dashes)
    ax.fill_between(steps, mean - 2 * error, mean + 2 * error, alpha=0.16,
                    color=style.CYCLE[number % len(style.CYCLE)], linewidth=0)


def _part_maps(group: Told) -> Figure:
    """Step by block: one panel for each part, of the mean band and of all modes."""
    steps, blocks = group.axis("step"), group.axis("block")

    def draw(canvas):
        rows = (("band_", 0, "band 0, the mean over tokens"), ("", None, "mean over the modes"))
        axes = canvas.subplots(len(rows), len(PARTS), sharex=True, sharey=True, squeeze=False)
        for line, (prefix, band, name) in zip(axes, rows):
            maps = {}
            for part in PARTS:
                values = group.average(prefix + part, state="symmetric").values
                maps[part] = values[..., band] if band is not None else np.nanmean(values, axis=-1)
            for ax, part in zip(line, PARTS):
                most = np.nanmax(np.abs(maps[part])) if np.isfinite(maps[part]).any() else 1
                shown = maps[part].T
                heat_map(ax, steps, blocks, shown, np.ones(shown.shape, bool), label="gain",
                         cmap=style.DIVERGING, vmin=-most, vmax=most)
                ax.set_title(f"{PARTS[part]}, {name}", fontsize="small")
        for ax in axes[-1]:
            ax.set_xlabel(STEP)
        for ax in axes[:, 0]:
            ax.set_ylabel("block")
            ax.yaxis.set_major_locator(MaxNLocator(integer=True))

    return Figure(f"parts-{group.key}", f"Gains of blocks by their parts ({group.text})",
                  "What a block adds to a difference along a direction, over that difference: by "
                  "values that change under the attention there is, by queries, by keys, and by "
                  "the perceptron, (47). Above: along the first principal direction that is the "
                  "same at all tokens; below: mean over the modes. Every panel has its own scale. "
                  "Means over seeds.", draw, (15.0, 6.0))


def _band_figure(group: Told) -> Figure:
    """Parts against the spatial frequency, a panel for each block."""
    shown = spread(list(group.axis("block")), MOST_BLOCKS)
    bands = group.axis("band")
    states = [s for s in STATES if s in list(group.axis("state"))]

    def draw(canvas):
        axes = canvas.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for ax, block in zip(axes, shown):
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            for number, part in enumerate(PARTS):
                for state in states:
                    seen = group.average("band_" + part, state=state, block=block)
                    style.band(ax, bands, np.nanmean(seen.values, axis=0),
                               seen.error.mean(axis=0), number,
                               f"{PARTS[part]}, {STATES[state]}", colour=COLOURS[part],
                               style="-" if state == "symmetric" else ":")
            ax.set_title(f"block {show(int(block))}", fontsize="medium")
            ax.set_xlabel("band of spatial frequency")
        axes[0].set_ylabel("gain, mean over the steps")
        style.legend_below(canvas, (axes[0],), 4)

    return Figure(f"bands-{group.key}", f"Gains by spatial frequency ({group.text})",
                  "Parts of the gain along the first principal direction within each band, band 0 "
                  "being the mean over tokens; means over all steps. Bands: 95% intervals over "
                  "states, taken as of one step, as states stay the same along a trajectory. "
                  "Dotted: at the means of real pairs, coupled with "
                  f"$g={show(group.record.option('mean_coupling'))}$, instead of where replicas "
                  "are alike.", draw,
                  (2.6 * len(shown) + 1.4, 4.6))


def _gain_figure(group: Told) -> Figure:
    steps, couplings = group.axis("step"), strengths(group.record)
    shown = spread(list(group.axis("block")), MOST_BLOCKS)

    def draw(canvas):
        axes = canvas.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for ax, block in zip(axes, shown):
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            ax.set_yscale("symlog", linthresh=NEARLY_ONE)
            for number, g in enumerate(couplings):
                for name, dashes, what in (("gain", "-", "by its parts, (46)"),
                                           ("whole_gain", "--", "whole block")):
                    seen = group.average(name, g=g, block=block)
                    _shaded(ax, steps, np.nanmean(seen.values, axis=1) - 1,
                            np.nanmean(seen.error, axis=1), number,
                            f"$g$ = {show(g)}, {what}", dashes)
            ax.set_title(f"block {show(int(block))}", fontsize="medium")
            ax.set_xlabel(STEP)
        axes[0].set_ylabel(r"$\eta_k(g)-1$, mean over the modes")
        style.legend_below(canvas, (axes[0],), 3)

    return Figure(f"gains-{group.key}", f"Gains of blocks and the coupling ({group.text})",
                  "What one block adds to a difference along the modes, (46), and what the whole "
                  "block adds, with what the perceptron makes of the attention's change, which "
                  f"(33) leaves out; straight up to {NEARLY_ONE:g}, logarithmic beyond. Shades: "
                  "two standard errors over states. Lines that cannot be told apart are equal: "
                  "the coupling does not change what a block does along these directions.", draw,
                  (2.6 * len(shown) + 1.4, 4.6))


def _product_figure(group: Told) -> Figure:
    steps, couplings = group.axis("step"), strengths(group.record)
    last = int(group.axis("block")[-1])
    lines = {"product_gain": "product of gains, (57)",
             "propagated_gain": "propagated to first order", "measured_gain": "real pairs"}

    def draw(canvas):
        axes = canvas.subplots(1, len(couplings), sharey=True, squeeze=False)[0]
        for ax, g in zip(axes, couplings):
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            for number, (name, label) in enumerate(lines.items()):
                seen = group.average(name, g=g, block=last)
                _shaded(ax, steps, np.nanmean(seen.values, axis=1),
                        np.nanmean(seen.error, axis=1), number, label)
            ax.set_title(f"$g$ = {show(g)}", fontsize="medium")
            ax.set_xlabel(STEP)
        axes[0].set_ylabel("$\\log_{10}$ of the gain since the start")
        style.legend_below(canvas, (axes[0],), 3)

    return Figure(f"products-{group.key}", f"Gains along a trajectory ({group.text})",
                  f"Differences along the modes as they enter block {last}, over those that "
                  "entered the first block at the start: the product of the gains of all blocks "
                  "before, as the paper closes its theory; differences that are propagated "
                  "through whole blocks, output and steps to first order; and those of real pairs. "
                  "Means over modes and seeds; shades: two standard errors.", draw,
                  (3.2 * len(couplings) + 1.4, 4.4))


def _branch_figure(group: Told) -> Figure:
    steps, couplings = group.axis("step"), strengths(group.record)
    level = group.record.option("bimodal_level")

    def draw(canvas):
        share, gamma, explained = canvas.subplots(1, 3)
        for number, g in enumerate(couplings):
            chance = np.array([u.array("bimodal_chance")[number] for u in group.units()])
            if not chance.size:
                continue
            found = np.where(np.isfinite(chance), chance <= level, np.nan)
            style.line(share, steps, np.nanmean(found, axis=(0, 2, 3)), number,
                       f"$g$ = {show(g)}", style="-")
            seen = group.average("score_gain", g=g)
            # The same pairs in every block: errors do not shrink in the mean over blocks.
            _shaded(gamma, steps, np.nanmean(seen.values, axis=1),
                    np.nanmean(seen.error, axis=1), number, f"$g$ = {show(g)}", "-")
            rest = group.seed_mean("score_share", g=g)
            style.line(explained, steps, np.nanmean(rest, axis=1), number, f"$g$ = {show(g)}",
                       style="-")
        share.axhline(level, color=style.GREY, linestyle=":", label="by chance")
        share.set_ylim(0, None)
        gamma.axhline(0, color=style.BLACK, linewidth=0.8)
        for ax, text in ((share, "share of modes and blocks\nwith two branches"),
                         (gamma, r"$\gamma$, mean over the blocks"),
                         (explained, "share of the rest\nthat the score explains")):
            ax.set_xlabel(STEP)
            ax.set_ylabel(text)
        if not group.units():
            say_not_measured(share)
        style.legend_below(canvas, (share,), 4)

    return Figure(f"branches-{group.key}", f"Two branches and the score's gain ({group.text})",
                  "Left: for how many modes and blocks the components of real differences are "
                  "better described by two branches, (34), than by one Gaussian, beyond what "
                  f"{level:.0%} of such draws show. Middle: $\\gamma$ of (36), the slope of what "
                  "blocks add beyond their linear gains on the score (35) of these fits; shade: "
                  "two standard errors, over pairs and over the states of the gains. Right: how "
                  "much of that it explains.", draw, (12.0, 4.4))


def _linear_figure(group: Told) -> Figure:
    steps, couplings = group.axis("step"), strengths(group.record)
    blocks = spread(list(group.axis("block")), MOST_BLOCKS)

    def draw(canvas):
        axes = canvas.subplots(1, len(couplings), sharey=True, squeeze=False)[0]
        for ax, g in zip(axes, couplings):
            for number, block in enumerate(blocks):
                seen = group.average("beyond_linear", g=g, block=block)
                style.line(ax, steps, seen.values, number, f"block {show(int(block))}", style="-")
                below = np.maximum(seen.values - 2 * seen.error, 0.1 * seen.values)
                ax.fill_between(steps, below, seen.values + 2 * seen.error, alpha=0.16,
                                color=style.CYCLE[number % len(style.CYCLE)], linewidth=0)
                style.line(ax, steps, group.seed_mean("beyond_gain", g=g, block=block), number,
                           "_", style=":")
            ax.axhline(1, color=style.BLACK, linewidth=0.8)
            ax.set_yscale("log")
            ax.set_title(f"$g$ = {show(g)}", fontsize="medium")
            ax.set_xlabel(STEP)
        axes[0].set_ylabel("share of what a block adds")
        handles = [*axes[0].get_legend_handles_labels()[0],
                   *(Line2D([], [], color=style.BLACK, linestyle=dashes, label=label)
                     for dashes, label in (("-", "whole difference"),
                                           (":", "along modes, beyond their own gains")))]
        style.legend_below(canvas, (), 4, handles)

    return Figure(f"linear-{group.key}", f"What is not linear ({group.text})",
                  "Of what a block adds to the differences of real pairs, the part that its exact "
                  "linear response at the mean of the pair does not give (full lines), and along "
                  "the modes the part that their own gains do not give (dotted): what modes make "
                  "of each other, and higher orders. Ratios of squares; shades: two standard "
                  "errors over pairs.", draw,
                  (3.4 * len(couplings) + 1.4, 4.6))


def _head_figure(group: Told) -> Figure:
    bands, blocks = group.axis("band"), group.axis("block")

    def draw(canvas):
        shares, widths = canvas.subplots(1, 2)
        for number, block in enumerate(spread(list(blocks), MOST_BLOCKS)):
            seen = group.average("pattern_share", block=block)  # (step, head, band)
            # The same states in every head and step: as of one of them.
            style.band(shares, bands, np.nanmedian(seen.values, axis=(0, 1)),
                       np.nanmedian(seen.error, axis=(0, 1)), number,
                       f"block {show(int(block))}")
        shares.axhline(1, color=style.BLACK, linewidth=0.8)
        shares.set_yscale("log")
        shares.set_xlabel("band of spatial frequency")
        shares.set_ylabel(r"$\|\delta A V_0\|\,/\,\|A_0 \delta V\|$")
        for number, (name, label) in enumerate((("median_width", "median row"),
                                                ("least_width", "narrowest row"))):
            seen = group.seed_mean(name)  # (step, block, head)
            ways = np.nanquantile(seen, (0.1, 0.9), axis=(0, 2))
            widths.fill_between(blocks, *ways, color=style.GREY, alpha=0.2, linewidth=0)
            widths.plot(blocks, np.nanmean(seen, axis=(0, 2)), color=style.BLACK, marker="o",
                        linestyle=style.DASHES[number], markersize=3.4, label=label)
        widths.set_xlabel("block")
        widths.xaxis.set_major_locator(MaxNLocator(integer=True))
        widths.set_ylabel("$N_{eff}$, tokens")
        widths.set_ylim(0, None)
        style.legend_below(canvas, (shares, widths), 4)

    return Figure(f"heads-{group.key}", f"Routing and pattern in single heads ({group.text})",
                  "Left: change of the pattern over what is routed, (106), median over heads and "
                  "steps, with the 95% interval over states of a single one; above 1 the "
                  "pattern's change is the larger. Right: how many tokens a row of attention "
                  "reaches, (92), mean over heads and steps; shades: the middle four fifths of "
                  "these.", draw, (9.6, 4.4))
