"""coupled_cloning: figures 10 and 11 of the multimodal paper from trained denoisers."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import MULTIMODAL
from ...reading.networks import network_text
from ...reading.record import Record
from ...reading.values import show
from ..coupled_pairs import (
    Setting,
    couplings,
    first_count,
    mode,
    settings,
    shown_couplings,
)
from . import claims, tables
from .data import MODES

UNRELIABLE = ("Hollow symbols: unreliable, because a class has under {share:.0%} of the samples, a "
              "classifier is right on under {accuracy:.0%} of the real test images, or the labels "
              "of $u$ and $v$ agree, as those of real pairs always do, in under {match:.0%} of the "
              "samples.")


def content(record: Record) -> Content:
    """Figures 10 and 11, the classes and some samples, for every reading of the experiment."""
    found = list(settings(record))
    figures = [figure for setting in found
               for figure in (_speciation_figure(setting), _curve_figure(setting),
                              _class_figure(setting), _sample_figure(setting))]
    return Content(_summary(record), MULTIMODAL, figures, tables.tables(found),
                   claims.claims(found))


def _summary(record: Record) -> str:
    classes = ", ".join(show(c) for c in record.option("classes"))
    return (f"Denoisers of two-channel states $(x, T(x))$ with coupled noise, classes {classes} "
            f"(multimodal, section 5.2): {network_text(record)} of "
            f"{first_count(record['parameters'].values)} parameters, "
            f"{first_count(record['image_count'].values)} images, {record.option('epochs')} "
            f"epochs. {record.option('trajectories')} stochastic trajectories a unit leave a clone "
            "at every branch step; classifiers of $u$ and of $v$ say whether clones agree. A "
            "trajectory itself is the first of each pair of clones.")


def _unreliable(record: Record) -> str:
    return UNRELIABLE.format(share=record.option("least_share"),
                             accuracy=record.option("least_accuracy"),
                             match=record.option("least_match", 0.9))


def _symbol(ax, x, y, low, high, reliable: bool, number: int, colour, label: str | None):
    ax.errorbar([x], [y], yerr=[[max(y - low, 0)], [max(high - y, 0)]], color=colour,
                marker=style.MARKERS[number], markersize=5, elinewidth=0.8, linestyle="none",
                markerfacecolor=colour if reliable else "none", label=label)


def _speciation_figure(setting: Setting) -> Figure:
    record = setting.record

    def draw(canvas):
        times, gaps = canvas.subplots(1, 2)
        for number, (name, (label, colour)) in enumerate(MODES.items()):
            m = mode(record, name)
            for g in couplings(record):
                values = setting.over_seeds("speciation_time", g)[:, m]
                ends = [setting.over_seeds("speciation_time" + e, g)[:, m]
                        for e in ("_low", "_high")]
                reliable = setting.over_seeds("reliable", g)[:, m]
                for k, value in enumerate(values):
                    if np.isfinite(value):
                        shift = 0.006 * (2 * number - 1)
                        _symbol(times, g + shift, value, ends[0][k], ends[1][k], reliable[k] == 1,
                                number, colour, label)
            known = [(g, np.nanmean(v)) for g in couplings(record)
                     if np.isfinite(v := setting.over_seeds("speciation_time", g)[:, m]).any()]
            times.plot([g for g, _ in known], [t for _, t in known], color=colour, linewidth=1)
        gaps.axhline(0, color=style.BLACK, linewidth=0.8)
        for g in couplings(record):
            values = setting.over_seeds("gap", g)
            ends = [setting.over_seeds("gap" + e, g) for e in ("_low", "_high")]
            reliable = setting.over_seeds("reliable", g).min(axis=1)
            for k, value in enumerate(values):
                if np.isfinite(value):
                    _symbol(gaps, g, value, ends[0][k], ends[1][k], reliable[k] == 1, 2,
                            style.GREEN, "gap, one symbol a seed")
        times.set_ylabel("speciation time [steps]")
        gaps.set_ylabel("$t_v-t_u$ [steps]")
        for ax in (times, gaps):
            ax.set_xlabel("coupling strength $g$")
        style.legend_below(canvas, (times, gaps))

    return Figure(f"figure-10-{setting.key}", f"Figure 10: speciation times, {setting.text}",
                  "Step at which the excess agreement (105) passes "
                  f"{show(record.option('threshold'))}, linear between branch steps (106), with "
                  "95% bootstrap intervals over trajectories that include the baseline's own "
                  f"error. {_unreliable(record)} Negative gap: the common mode speciates "
                  "first.", draw, (9.6, 4.3))


def _curve_figure(setting: Setting) -> Figure:
    record = setting.record
    steps = record.axes["branch_step"].values
    shown = shown_couplings(record)

    def draw(canvas):
        axes = canvas.subplots(1, len(shown), squeeze=False, sharex=True, sharey=True)[0]
        for ax, g in zip(axes, shown):
            ax.axhline(record.option("threshold"), color=style.GREY, linewidth=0.8, linestyle=":")
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            for number, (name, (label, colour)) in enumerate(MODES.items()):
                m = mode(record, name)
                values = setting.over_seeds("excess_agreement", g)[:, m]
                if not len(values):
                    ax.text(0.5, 0.5, "not measured yet", transform=ax.transAxes, ha="center",
                            color=style.GREY)
                    break
                low, high = (setting.over_seeds("excess_agreement" + e, g)[:, m]
                             for e in ("_low", "_high"))
                reliable = setting.over_seeds("reliable", g)[:, m].min() == 1
                # The first seed; further ones as thin lines.
                ax.fill_between(steps, low[0], high[0], color=colour, alpha=0.16, linewidth=0)
                ax.plot(steps, values[0], color=colour, marker=style.MARKERS[number],
                        markersize=3.4, markerfacecolor=colour if reliable else "none",
                        label=label)
                for more in values[1:]:
                    ax.plot(steps, more, color=colour, linewidth=0.6, alpha=0.7)
            ax.set_title(f"$g={show(g)}$")
            ax.set_xlabel("branch step $t$")
        axes[0].set_ylabel("excess agreement")
        style.legend_below(canvas, axes)

    return Figure(f"figure-11-{setting.key}", f"Figure 11: cloning agreement, {setting.text}",
                  "Agreement of two clones above that of independent samples (105), for pairs that "
                  "share their past down to step $t$: a clone is paired with its trajectory and "
                  "with every clone that left it below. Bands: 95% Wilson intervals mapped through "
                  "(105), with as many trials as give the error seen, first seed; thin lines: "
                  f"further seeds. Dotted: the threshold. {_unreliable(record)} Generation runs "
                  "from right to left.", draw,
                  (max(6.4, 1.4 + 2.9 * len(shown)), 3.9))


def _class_figure(setting: Setting) -> Figure:
    record = setting.record
    classes = record.option("classes")

    def draw(canvas):
        axes = canvas.subplots(1, 3)
        for ax, (name, (label, _)) in zip(axes, MODES.items()):
            m = mode(record, name)
            ax.axhline(record.option("least_share"), color=style.GREY, linewidth=0.8, linestyle=":")
            for i, c in enumerate(classes):
                _shares(ax, setting, "class_share", (m, i), i, f"class {show(c)}")
            ax.set_title(label)
            ax.set_ylabel("share of samples")
            ax.set_ylim(0, 1)
        axes[2].axhline(record.option("least_match"), color=style.GREY, linewidth=0.8,
                        linestyle=":")
        _shares(axes[2], setting, "label_match", (), 3, "labels of $u$ and $v$ agree", shift=0)
        axes[2].set_ylabel("share of samples")
        axes[2].set_title("one sample, two labels")
        axes[2].set_ylim(0, 1.02)
        for ax in axes:
            ax.set_xlabel("coupling strength $g$")
        style.legend_below(canvas, axes)

    return Figure(f"classes-{setting.key}", f"Classes of the samples, {setting.text}",
                  "Left and middle: share of each class among the generated samples, by the "
                  "classifier of either mode, with 95% Wilson intervals. Right: how often both "
                  "classifiers name the same class; where they always do, both modes speciate "
                  "together. Dotted: the shares below which a coupling is marked unreliable.", draw,
                  (11.0, 3.9))


def _shares(ax, setting: Setting, name: str, index: tuple, number: int, label: str, shift=0.006):
    for g in couplings(setting.record):
        values = setting.over_seeds(name, g)[(slice(None), *index)]
        ends = [setting.over_seeds(name + e, g)[(slice(None), *index)] for e in ("_low", "_high")]
        for k, value in enumerate(values):
            _symbol(ax, g + shift * number, value, ends[0][k], ends[1][k], True, number,
                    style.CYCLE[number], label)


def _sample_figure(setting: Setting) -> Figure:
    record = setting.record
    shown = shown_couplings(record)
    views = list(record.axes["view"].values)
    samples = len(record.axes["sample"].values)

    def draw(canvas):
        rows = [(g, view) for g in shown for view in views]
        axes = canvas.subplots(len(rows), samples, squeeze=False)
        for row, (g, view) in zip(axes, rows):
            images = setting.first_seed("sample_pixels", g)
            limits = (-0.7, 0.7) if view == "v" else (0, 1)
            for i, ax in enumerate(row):
                image = None if images is None else images[i, views.index(view)]
                style.show_image(ax, image, limits=limits)
            row[0].set_ylabel(f"$g={show(g)}$ {view}", rotation=0, ha="right", va="center")

    return Figure(f"samples-{setting.key}", f"Generated samples, {setting.text}",
                  "Ends of the first trajectories of the first seed: channels A and B, and what "
                  "the classifiers see of them (103), $u$ and $v$.", draw,
                  (1.3 + 0.8 * samples, 0.4 + 0.8 * len(views) * len(shown)))
