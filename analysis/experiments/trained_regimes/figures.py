"""trained_regimes: figures 4, 5 and 11 of the regimes paper, with trained networks."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import REGIMES
from ...reading.image_sets import data_text
from ...reading.networks import network_text
from ...reading.record import Record
from ..image_units import curve, differing, first_seeds, points
from . import claims, tables
from .data import TrainedUnit, units

MOST_CURVES = 6
MOST_ROWS = 6


def content(record: Record) -> Content:
    found = units(record)
    shown = first_seeds(found)[:MOST_CURVES]
    figures = []
    if shown:
        figures = [_speciation_figure(record, shown), _collapse_figure(record, shown),
                   _neighbour_figure(record, shown), _distance_figure(shown),
                   _training_figure(shown)]
    return Content(_summary(record, found), REGIMES, figures, tables.tables(record, found),
                   claims.claims(record, found))


def _summary(record: Record, found: list[TrainedUnit]) -> str:
    size = (f" of {int(found[0].array('parameters')):,} parameters" if found else "")
    seen = int(record.option("images_seen", 0))
    shown = f", {seen:,} images seen" if seen else f", {record.option('epochs')} epochs"
    warned = sorted({w for unit in found for w in unit.warnings()})
    warning = f" Warning: {'; '.join(warned)}." if warned else ""
    return (f"Denoisers: {network_text(record)}{size}{shown}, {record.option('steps')} steps, "
            f"trained on images of two classes: {data_text(record)}. What their samples "
            f"show stands beside the exact empirical score of the same images.{warning}")


def _steps_text(record: Record) -> str:
    return f"{len(record.axes['trajectory'])} trajectories of {record.option('steps')} steps"


def _warning_text(shown: list[TrainedUnit]) -> str:
    warned = [f"{unit.label(differing(shown))}: {', '.join(unit.warnings())}" for unit in shown
              if unit.warnings()]
    return f" Unreliable: {'; '.join(warned)}." if warned else ""


def _speciation_figure(record: Record, shown: list[TrainedUnit]) -> Figure:
    apart = differing(shown)
    level = record.option("speciation_level", 0.775)

    def draw(canvas):
        row = canvas.subplots(1, 2, sharey=True)
        for i, unit in enumerate(shown):
            colour, label = style.CYCLE[i % 7], unit.label(apart)
            scale = float(unit.array("speciation_time"))
            for ax, by in zip(row, (1.0, scale)):
                curve(ax, unit, "speciation_agreement", colour, f"{label}, exact score",
                      x=unit.axis("time") / by)
                points(ax, unit, "clone_agreement", colour, style.MARKERS[i % 7],
                       unit.array("clone_time") / by, f"{label}, trained{unit.mark()}")
            row[0].axvline(scale, color=colour, linestyle="--", linewidth=1)
        for ax in row:
            ax.axhline(level, color=style.GREY, linestyle=":", linewidth=1)
            ax.axhline(0.5, color=style.GREY, linewidth=0.8)
        row[0].set_ylim(min(0.45, row[0].get_ylim()[0]), 1.02)
        row[0].set_xlabel("time $t$")
        row[0].set_xlim(0, min(4.0, float(shown[0].axis("time")[-1])))
        row[0].set_ylabel(r"clones in one class, $\phi$")
        row[1].set_xlabel("$t/t_S$")
        row[1].set_xlim(0, 3)
        row[1].axvline(1, color=style.BLACK, linestyle="--", linewidth=1)
        style.legend_below(canvas, [row[0]])

    return Figure("figure-4", "Figure 4: speciation of trained networks",
                  "Probability φ that two clones of a generated image that part at time $t$ end "
                  f"in one class; {data_text(record)}. Points: trained networks, "
                  f"{_steps_text(record)}, judged by a classifier; lines: exact empirical score of "
                  "the same images. Dashed: $t_S=\\frac{1}{2}\\log\\Lambda$; dotted: φ = "
                  f"{level:g}, where two Gaussian clusters pass at $t_S$. Bars and bands: 95%."
                  + _warning_text(shown), draw, (9.6, 4.7))


def _collapse_figure(record: Record, shown: list[TrainedUnit]) -> Figure:
    apart = differing(shown)

    def draw(canvas):
        panels = canvas.subplot_mosaic("AB;CC")
        for i, unit in enumerate(shown):
            colour, label = style.CYCLE[i % 7], unit.label(apart)
            curve(panels["A"], unit, "collapse_agreement", colour, f"{label}, exact score")
            points(panels["A"], unit, "clone_collapse", colour, style.MARKERS[i % 7],
                   label=f"{label}, trained")
            _histograms(panels["B"], unit, colour)
            curve(panels["C"], unit, "excess_entropy", colour, None, 1 / unit.late_entropy)
            for ax in panels.values():
                ax.axvline(float(unit.array("trajectory_last_change_mean")), color=colour,
                           linestyle="--", linewidth=1)
                ax.axvline(float(unit.array("last_change_mean")), color=colour, linestyle=":",
                           linewidth=1.2)
        widest = _widest(shown)
        for key, ax in panels.items():
            ax.set_title(f"({key.lower()})", loc="left")
            ax.set_xlabel("time $t$")
            ax.set_xlim(0, widest)
        panels["A"].set_ylabel(r"clones on one image, $\phi_C$")
        panels["A"].axhline(0.5, color=style.GREY, linewidth=0.8)
        panels["B"].set_ylabel("density")
        panels["C"].set_ylabel(r"$f^e(t)\,/\,(\log n\,/\,d)$")
        style.legend_below(canvas, [panels["A"]])

    return Figure("figure-5", "Figure 5: collapse of trained networks",
                  f"Collapse on training images; {data_text(record)}. (a) Probability that two "
                  "clones that part at time $t$ end nearest to one training image. Points: trained "
                  f"networks, {_steps_text(record)}; lines: exact empirical score. (b) Time of the "
                  "last change of the nearest training image: filled, trained; outline, exact "
                  "paths. (c) Empirical excess entropy density of the images over its late value "
                  "$\\log(n)/d$. Dashed: mean of (b), trained; dotted: exact. Bars and bands: 95%.",
                  draw, (9.6, 7.8))


def _widest(shown: list[TrainedUnit]) -> float:
    """Where everything that tells collapse is over, on the time axis of the curves."""
    latest = max(max(float(np.percentile(unit.array(name), 99)) for name in
                     ("last_change", "trajectory_last_change")) for unit in shown)
    return min(max(1.0, 1.1 * latest), float(shown[0].axis("time")[-1]))


def _histograms(ax, unit: TrainedUnit, colour) -> None:
    trained, exact = unit.array("trajectory_last_change"), unit.array("last_change")
    bins = np.linspace(0, max(trained.max(), exact.max(), 1e-9), 25)
    ax.hist(trained, bins=bins, density=True, color=colour, alpha=0.3)
    ax.hist(exact, bins=bins, density=True, histtype="step", color=colour, linewidth=1.2)


def _neighbour_figure(record: Record, shown: list[TrainedUnit]) -> Figure:
    chosen = shown if len(shown) < 3 else [min(shown, key=lambda u: u.count),
                                           max(shown, key=lambda u: u.count)]
    strips = min(len(record.axes["strip"]), MOST_ROWS)
    neighbours = len(record.axes["neighbour"])
    columns = 1 + neighbours

    def draw(canvas):
        blocks = canvas.subfigures(1, len(chosen), squeeze=False)[0]
        for block, unit in zip(blocks, chosen):
            block.suptitle(unit.label(("images",)), fontsize=11.5)
            grid = block.subplots(strips, columns, squeeze=False)
            for s in range(strips):
                style.show_image(grid[s, 0], unit.array("sample_pixels")[s], border=style.BLUE)
                for k in range(neighbours):
                    ax = grid[s, 1 + k]
                    style.show_image(ax, unit.array("neighbour_pixels")[s, k])
                    ax.set_xlabel(f"{float(unit.array('neighbour_distance')[s, k]):.1f}",
                                  fontsize=8.5, labelpad=1)
            grid[0, 0].set_title("generated", fontsize=9.5)
            grid[0, 1].set_title("nearest training images", fontsize=9.5, loc="left")

    return Figure("figure-11", "Figure 11: generated images and their nearest training images",
                  "Left of each block, framed: images a trained network generated; beside them "
                  f"the {neighbours} nearest training images with their distance; "
                  f"{data_text(record)}. With few training images a network that has learnt them "
                  "by heart repeats one; with many it makes new ones.", draw,
                  (1.05 * columns * len(chosen) + 0.3, 1.2 * strips + 0.7))


def _distance_figure(shown: list[TrainedUnit]) -> Figure:
    apart = differing(shown)

    def draw(canvas):
        ax = canvas.subplots()
        highest = 2.0
        for i, unit in enumerate(shown):
            scaled = np.sort(unit.array("nearest_distance") / float(unit.array("training_spacing")))
            share = np.arange(1, len(scaled) + 1) / len(scaled)
            ax.plot(np.append(0, scaled), np.append(0, share), color=style.CYCLE[i % 7],
                    drawstyle="steps-post", label=unit.label(apart))
            highest = max(highest, 1.05 * float(np.percentile(scaled, 95)))
        ax.axvline(1, color=style.BLACK, linestyle="--", linewidth=1)
        ax.set_xlim(0, min(highest, 10))
        ax.set_ylim(0, 1.02)
        ax.set_xlabel("distance to the nearest training image / spacing of training images")
        ax.set_ylabel("share of generated images")
        style.legend_below(canvas, [ax])

    return Figure("distances", "How near generated images come to training images",
                  "Cumulative distribution of the distance of a generated image to the nearest "
                  "training image, in units of the mean distance of a training image to the "
                  "nearest other one (dashed). A network that repeats its training images is at 0, "
                  "one that draws new images of the same kind around 1, one that is not trained "
                  "enough beyond.", draw, (6.8, 4.6))


def _training_figure(shown: list[TrainedUnit]) -> Figure:
    apart = differing(shown)

    def draw(canvas):
        ax = canvas.subplots()
        for i, unit in enumerate(shown):
            style.line(ax, unit.axis("progress"), unit.array("training_loss"), i,
                       f"{unit.label(apart)}, {int(unit.array('epochs_trained'))} epochs")
        ax.set_yscale("log")
        ax.set_xlabel("share of the training")
        ax.set_ylabel("denoising loss")
        style.legend_below(canvas, [ax])

    return Figure("training", "Training", "Mean denoising loss (60) around each share of the "
                  "training.", draw, (6.8, 4.4))
