"""One picture of when: what records of one data set say, of one another's questions too."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..page import style
from ..page.content import Content, Figure
from ..reading.image_sets import class_text
from ..reading.record import Record
from ..reading.steps import StepClock
from .kinds import KINDS
from .marks import Mark, Source, parts_of, weakest
from .shared import LEAST_KINDS, LEAST_RECORDS, Picture, pictures
from .tables import numbers

MOST_SOURCES = 12
_AXIS_TICKS = (0, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 2, 3, 4, 5)


def contents(records: Sequence[Record]) -> list[Content]:
    """What a report shows of them beside the records' own chapters.

    Parameters
    ----------
    records : sequence of Record
        Of any experiments, joined.

    Returns
    -------
    list of Content
        One for each picture.
    """
    found = pictures(records)
    if not found and (apart := _apart(records)):
        return [Content(summary="There is no picture of when: " + apart)]
    return [_content(each, records) for each in found]


def _apart(records: Sequence[Record]) -> str:
    """Why records that know some time have no picture together; empty where fewer than two do."""
    parts = [part for record in records for part in parts_of(record)]
    if len({id(part.record) for part in parts}) < LEAST_RECORDS:
        return ""
    which = "; ".join(f"{p.record.path.name} ({class_text(p.record, p.classes)}, images "
                      f"{str(p.record.attributes['fact_data'])[:8]})" for p in parts)
    return (f"it takes {LEAST_RECORDS} records of the same images and classes, which know of "
            f"{LEAST_KINDS} kinds of times. These are {which}.")


def _content(found: Picture, records: Sequence[Record]) -> Content:
    here = ", ".join(dict.fromkeys(p.record.path.name for p in found.parts))
    same = str(found.parts[0].record.attributes["fact_data"])
    shown = {id(p.record) for p in found.parts}
    parts = [p for r in records if id(r) not in shown for p in parts_of(r)]
    classes = [f"{p.record.path.name} ({class_text(p.record, p.classes)})" for p in parts
               if str(p.record.attributes["fact_data"]) == same]
    images = [p.record.path.name for p in parts if str(p.record.attributes["fact_data"]) != same]
    left = "".join(f" Of {what}, and so not here: {', '.join(dict.fromkeys(names))}."
                   for what, names in (("the same images but other classes", classes),
                                       ("other images", images)) if names)
    return Content(summary=f"What {here} say of {found.text}: the same images by their checksum, "
                   f"and the same classes. Networks are told apart, not taken for one.{left}",
                   figures=[_figure(found)], tables=[numbers(found)])


# -- figure ----------------------------------------------------------------------------------------
def _figure(found: Picture) -> Figure:
    return Figure("when", f"When: {found.text}", _caption(found),
                  lambda canvas: _draw(found, canvas),
                  (10.4, 1.6 + 0.48 * len(KINDS) + 0.2 * min(MOST_SOURCES, len(found.sources))))


def _caption(found: Picture) -> str:
    text = ("Generation runs from left to right. $t=-\\frac{1}{2}\\log\\bar\\alpha$ is the time of "
            "an Ornstein-Uhlenbeck process")
    if found.clock is None:
        text += " that starts at pixels from 0 to 1, as the records have it."
    else:
        text += (" that starts at pixels from −1 to 1, as replicas' networks see them; above: "
                 "steps of their trajectories, from the noise. The other records have pixels from "
                 "0 to 1: $\\Lambda$ is here four times as large, $t_S$ later by log 2; crossings "
                 "and maxima of variances are where the noise over the image is the same, "
                 "$t'=\\frac{1}{2}\\log(1+4(e^{2t}-1))$; the peak of a rate, which depends on the "
                 "clock, is that of its curve by this one, with the interval of its own.")
    clones = {p.record.option("speciation_level", 0.775) for p in found.parts
              if p.record.experiment != "replica_speciation"}
    levels = " and ".join(f"{level:g}" for level in sorted(clones))
    return (text + (f" Clones part where they agree on their class with probability {levels}, "
                    "collapse where they agree on the image with 1/2." if clones else "")
            + (" The network of replicas parts at the same excess over independent images."
               if any(p.record.experiment == "network_decisions" for p in found.parts) else "")
            + " Replicas: the weakest coupling with a midpoint, above 0 unless they share their "
            "noise, is named and stands for $g\\to0$; small: other couplings. Bars: 95%. "
            "Hollow: unreliable, see the table. A colour is a network, or the images.")


def _draw(found: Picture, canvas) -> None:
    ax = canvas.subplots()
    latest = max(float(np.nanmax([m.found.value, m.found.high])) for m in found.marks if m.known)
    rows = list(KINDS)
    for y, kind in enumerate(rows):
        if y % 2:
            ax.axhspan(y - 0.5, y + 0.5, color=style.GREY, alpha=0.07, linewidth=0)
        _draw_row(found, ax, y, kind)
    _root_scale(ax, 1.12 * latest)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xticks([t for t in _AXIS_TICKS if t <= 1.12 * latest],
                  [f"{t:g}" for t in _AXIS_TICKS if t <= 1.12 * latest])
    ax.set_yticks(range(len(rows)), [KINDS[kind].label for kind in rows])
    ax.grid(False, axis="y")
    ax.set_xlabel("time $t$")
    if found.clock is not None:
        _step_axis(found.clock, ax, 1.12 * latest)
    handles = [ax.plot([], [], color=_colour(found, s), marker=_marker(found, s), linestyle="none",
                       label=f"{found.letter(s)}: {found.told(s)}")[0]
               for s in found.sources[:MOST_SOURCES]]
    if more := found.sources[MOST_SOURCES:]:
        handles += ax.plot([], [], linestyle="none",
                           label=f"{found.letter(more[0])} to {found.letter(more[-1])}: see the "
                           "table")
    style.legend_below(canvas, [], 1, handles)


def _root_scale(ax, latest: float) -> None:
    """Time from right to left, straight in its root: steps of a linear schedule then lie evenly."""
    ax.set_xscale("function", functions=(lambda t: np.sqrt(np.maximum(t, 0)), np.square))
    ax.set_xlim(latest, 0)


def _step_axis(clock: StepClock, ax, latest: float) -> None:
    above = ax.twiny()  # a secondary axis would not take over the scale
    _root_scale(above, latest)
    above.spines["top"].set_visible(True)
    above.grid(False)
    steps = len(clock.times) - 1
    whole, room = [], 0.03 * math.sqrt(latest)
    for s in reversed(np.linspace(0, steps, 11).round().astype(int)):
        if clock.times[s] <= latest and (
                not whole or math.sqrt(clock.times[s]) - math.sqrt(clock.times[whole[-1]]) > room):
            whole.append(s)
    above.set_xticks(clock.times[whole], [str(s) for s in whole])
    above.set_xticks([], minor=True)
    above.set_xlabel("reverse step")


def _draw_row(found: Picture, ax, y: int, kind: str) -> None:
    marks = found.of(kind)
    if not marks:
        ax.text(0.01, y, f"not in these records: {_plain(KINDS[kind].missing)}", va="center",
                transform=ax.get_yaxis_transform(), fontsize=8.2, color=style.GREY, style="italic")
        return
    lines: dict[tuple, list[Mark]] = {}  # a network may be in several records, and images too
    for mark in marks:
        lines.setdefault((mark.source.key, mark.record), []).append(mark)
    for k, own in enumerate(lines.values()):
        at = y + (k - (len(lines) - 1) / 2) * 0.6 / len(lines)
        first = weakest(own)
        for mark in own:
            if mark.known:
                _draw_mark(found, ax, at, mark, mark in first)
    if absent := _absent(found, marks):
        alone = not any(m.known for m in marks)
        ax.text(0.01, y if alone else y + 0.47, absent, va="center" if alone else "bottom",
                transform=ax.get_yaxis_transform(), fontsize=8.2 if alone else 7.2,
                color=style.GREY)


def _draw_mark(found: Picture, ax, y: float, mark: Mark, whole: bool) -> None:
    colour, marker = _colour(found, mark.source), _marker(found, mark.source)
    value, low, high = (float(v) for v in (mark.found.value, mark.found.low, mark.found.high))
    face = "white" if mark.warned else colour
    if not whole:
        ax.plot([value], [y], marker=marker, color=colour, markersize=3, alpha=0.45,
                markerfacecolor=face)
        return
    bars = np.nan_to_num(np.maximum([[value - low], [high - value]], 0))
    ax.errorbar([value], [y], xerr=bars, color=colour, marker=marker, markersize=6.5,
                markerfacecolor=face, elinewidth=1.2, linestyle="none", zorder=3)
    if mark.g is not None:
        ax.annotate(f"g = {mark.g:g}", (value, y), xytext=(0, 4), textcoords="offset points",
                    ha="center", va="bottom", fontsize=6.8, color=colour)


def _absent(found: Picture, marks: list[Mark]) -> str:
    """Who has no value, and why, in one line."""
    said: dict[tuple[str, str], list[str]] = {}
    for m in marks:
        if not m.known:
            why = m.said.split(": ")[0] if m.g is not None else m.said
            said.setdefault((found.letter(m.source), why), []).append(
                "" if m.g is None else f"{m.g:g}")
    return "; ".join(f"{letter}: {why}" + (f" at g = {', '.join(at)}" if at[0] else "")
                     for (letter, why), at in said.items())


def _colour(found: Picture, source: Source) -> str:
    order = (style.BLACK, *(c for c in style.CYCLE if c != style.BLACK))
    networks = list(dict.fromkeys(s.network for s in found.sources))
    return order[networks.index(source.network) % len(order)]


def _marker(found: Picture, source: Source) -> str:
    return style.MARKERS[[s.key for s in found.sources].index(source.key) % len(style.MARKERS)]


def _plain(text: str) -> str:
    return text.replace("`", "")
