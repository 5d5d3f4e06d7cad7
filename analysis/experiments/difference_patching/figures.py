"""difference_patching: what parts of the difference of replicas matter for, by step and layer."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.maps import heat_map
from ...page.papers import DIT
from ...reading.record import Record
from ...reading.seeds import average
from ...reading.values import show
from ..coupled_pairs import first_count
from ..replicas import Group, couplings, groups, network_figure
from . import claims, tables
from .data import KINDS, MAPPED, METRICS


def content(record: Record) -> Content:
    figures = []
    for group in groups(record):
        for g in couplings(record):
            if not group.units(g):
                continue
            for kind in record.axes["kind"].values:
                figures += [_map_figure(group, g, kind), _part_figure(group, g, kind)]
    figures.append(network_figure(record))
    return Content(_summary(record), DIT, figures, tables.tables(record), claims.claims(record))


def _summary(record: Record) -> str:
    size = record.option("published") or "diffusion transformer"
    return (f"Pairs of replicas of a {size} ({first_count(record['parameters'].values)} "
            f"parameters, {first_count(record['image_count'].values)} images), "
            f"{show(record.option('pairs'))} a unit: a part of the difference of their hidden "
            "states is copied from A to B, or removed from both, at one layer for "
            f"{show(record.option('patch_length'))} of {show(record.option('steps'))} "
            "deterministic steps or to the last of them, and the images at the end are compared "
            "with those of the same pairs untouched.")


def _effect(group: Group, g: float, kind: str, metric: str):
    return average(group.record, "effect", told_class=group.told_class, g=g, kind=kind,
                   metric=metric)


def _name(group: Group, g: float, kind: str) -> str:
    return f"{KINDS[kind]}, $g$ = {show(g)}, {group.text}"


def _key(group: Group, g: float, kind: str) -> str:
    return f"{kind}-{group.key}-g{g:g}"


def _map_figure(group: Group, g: float, kind: str) -> Figure:
    record = group.record
    steps, layers = record.axes["patch_step"].values, record.axes["layer"].values
    parts = list(record.axes["part"].values)

    def draw(canvas):
        axes = canvas.subplots(len(MAPPED), len(parts), sharex=True, sharey=True, squeeze=False)
        for line, (row, metric) in enumerate(zip(axes, MAPPED)):
            found = _effect(group, g, kind, metric)
            known = np.isfinite(found.values)
            most = np.max(np.abs(found.values[known])) if known.any() else 1.0
            for k, (ax, part) in enumerate(zip(row, parts)):
                shown = found.values[..., k].T
                mesh, _ = heat_map(ax, steps, layers, shown, found.done[..., k].T, label="",
                                   cmap=style.DIVERGING, vmin=-most, vmax=most, colorbar=False)
                if line == 0:
                    ax.set_title(str(part), fontsize="small")
            bar = canvas.colorbar(mesh, ax=list(row), pad=0.01)
            bar.set_label(MAPPED[metric])
            row[0].set_ylabel("layer")
        for ax in axes[-1]:
            ax.set_xlabel("from step $s$")

    return Figure(f"maps-{_key(group, g, kind)}", f"What matters where ({_name(group, g, kind)})",
                  "Effect of patching one part of the difference, from a step on and at one "
                  "layer, on the cosine of features and, relatively, on distances at two "
                  "scales; parts from the leading modes of the start to bands of spatial "
                  "frequency, band 0 being the mean over tokens. Means over seeds; one colour "
                  "scale a row. Red where images become more alike by cosine, or more distant "
                  "at a scale.", draw,
                  (2.0 + 1.5 * len(parts), 6.4))


def _part_figure(group: Group, g: float, kind: str) -> Figure:
    record = group.record
    steps = record.axes["patch_step"].values
    parts = [str(part) for part in record.axes["part"].values]
    x = np.arange(len(parts))

    def draw(canvas):
        for ax, metric in zip(canvas.subplots(1, len(METRICS)), METRICS):
            found = _effect(group, g, kind, metric)
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            for number, step in enumerate(steps):
                # The same pairs at every layer: errors do not shrink in the mean over layers.
                style.band(ax, x, np.nanmean(found.values[number], axis=0),
                           np.nanmean(found.error[number], axis=0), number,
                           f"from step {show(int(step))}")
            ax.set_xticks(x, parts, rotation=90)
            ax.set_ylabel(METRICS[metric])
        style.legend_below(canvas, (canvas.axes[0],), len(steps))

    return Figure(f"parts-{_key(group, g, kind)}", f"Effect by part ({_name(group, g, kind)})",
                  "The same, mean over the layers. Bands: 95% intervals over pairs, seeds "
                  "independent.", draw, (14.0, 4.8))
