"""transformer_quality: whether a transformer is good enough for what coupling does to it to mean
anything."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import MaxNLocator

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import DIT
from ...reading.estimates import Z95
from ...reading.record import Record
from ...reading.values import position, show
from . import claims, tables
from .data import (
    COMPARED,
    REPLACEMENTS,
    QualityUnit,
    class_name,
    data_name,
    has_real_images,
    thin_samples,
    units,
)

MOST_SEEDS = 4
MOST_NAMED = 20  # beyond so many classes they are not named, but put in order


def content(record: Record) -> Content:
    found = units(record)
    shown = found[:MOST_SEEDS]
    figures = []
    if shown:
        figures = [_right_figure(record, shown)]
        if shown[0].value("free_sample_count") > 0:
            figures.append(_share_figure(record, shown))
        if has_real_images(record):
            figures.append(_frechet_figure(record, shown))
        if known := _context_figure(record, shown):
            figures.append(known)
        figures.append(_sample_figure(record, shown[0]))
    return Content(_summary(record, found), DIT, figures, tables.tables(record, found),
                   claims.claims(record, found))


def _summary(record: Record, found: list[QualityUnit]) -> str:
    text = ("A diffusion transformer by itself, before its replicas are coupled "
            f"({data_name(record)}; {show(record.option('steps'))} steps of a trajectory).")
    for unit in found:
        which = f"Seed {unit.seed}: " if len(found) > 1 else ""
        warned = unit.warnings()
        text += (f" {which}good enough by this job's options." if unit.reliable else
                 f" {which}Not good enough: {'; '.join(warned) or 'see the table'}.")
    return text


def _bars(value, low, high) -> np.ndarray:
    """Lengths of error bars; a share of 0 or 1 may lie outside its interval by rounding."""
    return np.maximum([value - low, high - value], 0)


def _seed_text(unit: QualityUnit, shown: list[QualityUnit]) -> str:
    return f", seed {unit.seed}" if len(shown) > 1 else ""


def _offsets(shown: list[QualityUnit]) -> np.ndarray:
    """Side by side within the place of a class."""
    return (np.arange(len(shown)) - (len(shown) - 1) / 2) * 0.16


def _class_panel(ax, record: Record, shown: list[QualityUnit], name: str, label: str) -> None:
    """A share of each class, seeds side by side; in order where they are too many to be named."""
    classes = len(record.axes["label"])
    for number, (unit, offset) in enumerate(zip(shown, _offsets(shown))):
        found = unit.measured(name)
        text = label + _seed_text(unit, shown)
        colour = style.CYCLE[number]
        if classes > MOST_NAMED:
            known = np.sort(found.value[np.isfinite(found.value)])[::-1]
            ax.plot(np.arange(1, len(known) + 1), known, color=colour, drawstyle="steps-mid",
                    label=text)
            continue
        ax.errorbar(np.arange(classes) + offset, found.value,
                    yerr=_bars(found.value, found.low, found.high), color=colour,
                    marker=style.MARKERS[number], linestyle="none", markersize=5.5,
                    elinewidth=1.1, label=text)
    if classes > MOST_NAMED:
        ax.set_xlabel("classes, the largest share first")
        return
    names = [class_name(record, c) for c in range(classes)]
    turned = max(map(len, names)) > 3
    ax.set_xticks(range(classes), names, rotation=30 if turned else 0,
                  ha="right" if turned else "center", rotation_mode="anchor")
    ax.grid(axis="x", visible=False)
    ax.set_xlim(-0.6, classes - 0.4)


def _right_figure(record: Record, shown: list[QualityUnit]) -> Figure:
    classes = len(record.axes["label"])
    first = shown[0]

    def draw(canvas):
        ax = canvas.subplots()
        _class_panel(ax, record, shown, "class_right", "samples told the class")
        real = first.measured("class_accuracy")
        if real.known and classes <= MOST_NAMED:
            ax.errorbar(np.arange(classes) + _offsets(shown)[-1] + 0.22, real.value,
                        yerr=_bars(real.value, real.low, real.high), color=style.GREY,
                        marker="_", markersize=11, linestyle="none", elinewidth=0.8,
                        label="real test images of the class")
        for number, unit in enumerate(shown):
            ax.axhline(unit.value("label_right"), color=style.CYCLE[number], linewidth=1.1,
                       label="all classes" + _seed_text(unit, shown))
        ax.axhline(record.option("least_right"), color=style.BLACK, linestyle="--", linewidth=0.9,
                   label="least for a reliable network")
        ax.axhline(1 / classes, color=style.GREY, linestyle=":", linewidth=1.2, label="by chance")
        ax.set_ylim(-0.02, 1.02)
        ax.set_ylabel("share in which the judge sees it")
        style.legend_below(canvas, [ax], 3)

    each = first.value("sample_count") / classes
    return Figure("classes-told", "Do samples show the class they are told?",
                  f"{int(first.value('sample_count')):,} samples, about {each:.3g} of each class: "
                  "share in which the judge sees the class that was told, with 95% Wilson "
                  f"intervals{_guidance_text(record)}. What samples can reach is what the judge "
                  "says of real images.", draw, (8.6, 4.9))


def _guidance_text(record: Record) -> str:
    scale = record.option("guidance", 1)
    return "" if scale == 1 else f", guided with scale {show(scale)}"


def _share_figure(record: Record, shown: list[QualityUnit]) -> Figure:
    classes = len(record.axes["label"])

    def draw(canvas):
        ax = canvas.subplots()
        _class_panel(ax, record, shown, "class_share", "samples told no class")
        ax.axhline(1 / classes, color=style.GREY, linestyle=":", linewidth=1.2, label="all alike")
        ax.set_ylim(-0.02 * ax.get_ylim()[1], None)
        ax.set_ylabel("share of the samples")
        style.legend_below(canvas, [ax], 3)

    balance = "; ".join(unit.measured("class_balance").text(3) + _seed_text(unit, shown)
                        for unit in shown)
    return Figure("classes-free", "Which classes do samples show that are told none?",
                  f"{int(shown[0].value('free_sample_count')):,} samples, with 95% Wilson "
                  f"intervals. Balance of the classes, exp(entropy) over their number: {balance}, "
                  "with a 95% basic bootstrap interval; 1 if all are alike.", draw, (8.6, 4.5))


def _frechet_figure(record: Record, shown: list[QualityUnit]) -> Figure:
    order = [position(record.axes["compared"].values, word, "compared") for word in COMPARED]

    def draw(canvas):
        ax = canvas.subplots()
        for number, (unit, offset) in enumerate(zip(shown, _offsets(shown))):
            at = np.arange(len(order)) + offset
            value, error, plain = (unit.array(n)[order] for n in
                                   ("frechet_distance", "frechet_distance_error", "frechet_plain"))
            colour = style.CYCLE[number]
            ax.errorbar(value, at, xerr=Z95 * error, color=colour, marker=style.MARKERS[number],
                        linestyle="none", markersize=6, elinewidth=1.2,
                        label="for any number of images" + _seed_text(unit, shown))
            ax.plot(plain, at, linestyle="none", marker=style.MARKERS[number], markersize=6,
                    color=colour, markerfacecolor="none",
                    label="of just these images" + _seed_text(unit, shown))
            if len(shown) == 1:
                for x, y, text in zip(value, at, (f"{v:.4f}" for v in value)):
                    if np.isfinite(x):
                        ax.annotate(text.replace("-", "−"), (x, y), xytext=(0, 9),
                                    textcoords="offset points", ha="center", fontsize=9)
        ax.axvline(0, color=style.BLACK, linewidth=0.8)
        counts = shown[0].array("compared_count")[order]
        ax.set_yticks(range(len(order)), [f"{text}\n({int(n):,})" for text, n in
                                          zip(COMPARED.values(), counts)])
        ax.set_ylim(len(order) - 0.5, -0.6)
        ax.grid(axis="y", visible=False)
        ax.margins(x=0.12)
        ax.set_xlabel("squared Frechet distance to real test images")
        style.legend_below(canvas, [ax], 2)

    first = shown[0]
    thin = (" Some of the sets have fewer images than twice the components: what is left of the "
            "bias may be some percent." if any(map(thin_samples, shown)) else "")
    return Figure("frechet", "How far are samples from real images?",
                  "Squared Frechet distance of the judge's features (of length 1), in the "
                  f"{int(first.value('component_count'))} principal components that keep "
                  f"{first.value('component_share'):.0%} of the variance of "
                  f"{int(first.value('test_count')):,} test images. Filled: extrapolated to any "
                  "number of images, with 95% intervals of a jackknife; hollow: of these images, "
                  "too large. Training images are the floor: what samples can reach; the judge "
                  f"has been trained on them, so that it need not be 0.{thin}", draw, (8.2, 4.0))


def _known(shown: list[QualityUnit], name: str) -> bool:
    return any(np.isfinite(unit.array(name)).any() for unit in shown)


def _context_figure(record: Record, shown: list[QualityUnit]) -> Figure | None:
    """As far as it is known: a network whose weights were given has no training, and a published
    one was never shown real images."""
    panels = [(draw, text) for name, draw, text in (
        ("training_loss", _draw_loss,
         f"training on {int(shown[0].value('image_count')):,} images"),
        ("denoising_error", _draw_error,
         "error of the predicted noise at each step $t$, for one number of an image"),
        ("context_rise", _draw_rise,
         "by how much it rises where the keys and values of a token are another sample's, or the "
         "mean of its own values; at 0 every token denoises by itself, and coupling has nothing "
         "to act on")) if _known(shown, name)]
    if not panels:
        return None

    def draw(canvas):
        axes = canvas.subplots(1, len(panels), squeeze=False)[0]
        for ax, (draw_panel, _) in zip(axes, panels):
            draw_panel(ax, record, shown)
        style.legend_below(canvas, axes, 3)

    return Figure("context", "Denoising, and what the context is worth",
                  f"From the left: {'; '.join(text for _, text in panels)}. Bars: 95%, over "
                  f"{show(record.option('context_samples'))} images.", draw,
                  (3.8 * len(panels), 4.3))


def _draw_loss(ax, record: Record, shown: list[QualityUnit]) -> None:
    for number, unit in enumerate(shown):
        ax.plot(record.axes["epoch"].values + 1, unit.array("training_loss"),
                color=style.CYCLE[number], marker=style.MARKERS[number])
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    ax.set_ylabel("mean loss of an epoch")


def _draw_error(ax, record: Record, shown: list[QualityUnit]) -> None:
    for number, unit in enumerate(shown):
        style.band(ax, record.axes["context_step"].values, unit.array("denoising_error"),
                   unit.array("denoising_error_error"), number, "")
    ax.set_yscale("log")
    ax.set_xlabel("step $t$ of the noise")
    ax.set_ylabel("mean squared error of the noise")


def _draw_rise(ax, record: Record, shown: list[QualityUnit]) -> None:
    for number, unit in enumerate(shown):
        for k, word in enumerate(record.axes["replacement"].values):
            style.band(ax, record.axes["context_step"].values, unit.array("context_rise")[k],
                       unit.array("context_rise_error")[k], number,
                       REPLACEMENTS.get(str(word), str(word)) + _seed_text(unit, shown),
                       colour=style.CYCLE[number if len(shown) > 1 else k],
                       marker=style.MARKERS[k], style=style.DASHES[k])
    ax.axhline(record.option("least_context_rise"), color=style.BLACK, linestyle="--",
               linewidth=0.9, label="least for a reliable network")
    ax.axhline(0, color=style.BLACK, linewidth=0.8)
    ax.set_xlabel("step $t$ of the noise")
    ax.set_ylabel("rise of the error, relative")


def _sample_figure(record: Record, unit: QualityUnit) -> Figure:
    rows = [int(c) for c in record.axes["shown_class"].values]
    columns = len(record.axes["sample"])
    pixels = unit.array("sample_pixels")
    # Classes side by side: a column of images for each.
    half = -(-len(rows) // 2) if len(rows) > 6 else len(rows)
    blocks = -(-len(rows) // half)

    def draw(canvas):
        axes = canvas.subplots(half, blocks * columns + blocks - 1, squeeze=False,
                               gridspec_kw={"width_ratios": ([1] * columns + [0.01]) * (blocks - 1)
                                            + [1] * columns})
        for ax in axes.ravel():
            ax.set_axis_off()
        for place, label in enumerate(rows):
            block, row = divmod(place, half)
            strip = axes[row, block * (columns + 1):][:columns]
            for k, ax in enumerate(strip):
                ax.set_axis_on()
                style.show_image(ax, pixels[place, k])
            name = class_name(record, label)
            strip[0].set_ylabel(f"({name})" if label < 0 else name, rotation=0, ha="right",
                                va="center", fontsize=9.5)

    return Figure("samples", "Samples",
                  f"First samples of seed {unit.seed}; at the left of a row the class they were "
                  f"told{', (none) where they were told none' if -1 in rows else ''}"
                  f"{_guidance_text(record)}.",
                  draw, (1.1 * blocks + 0.62 * columns * blocks + 0.4, 0.68 * half + 0.3))
