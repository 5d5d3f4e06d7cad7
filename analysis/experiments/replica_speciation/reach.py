"""replica_speciation: midpoints, gap and agreement over the blocks, heads and steps in which
replicas are coupled: a causal test of which of them decide."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Patch

from ...page import style
from ...page.content import Claim, Figure, Table, Verdict
from ...reading.values import show
from ..image_units import Measured
from ..midpoints import (
    end_difference,
    gap_difference,
    gap_of,
    is_fitted,
    metric,
    of_metric,
    over_seeds,
    resampled_curves,
)
from ..reach import (
    beside,
    figure_size,
    mark_no_value,
    name_places,
    no_value_handle,
    third,
)
from ..replicas import Reaches, Unit, couplings, spread, symbol
from .data import SYMBOLS, coupled, fit_word, reliable_units, unreliable_note

MOST_COUPLINGS = 3
PLATEAU_SHIFT = 0.07
# A rise is none if its whole interval is within this share of that of coupling everywhere.
NONE_SHARE = 0.2
ENDS = {"cosine": "median cosine", "coarse": "coarse commitment", "fine": "fine commitment"}


def end(unit: Unit, name: str) -> Measured:
    """The agreement of pairs that were coupled all along."""
    _, curves = resampled_curves(unit, name)
    return over_seeds([curves[-1]] if len(curves) else [np.full(2, np.nan)])


def rise(units: list[Unit], name: str) -> Measured | None:
    """How much more pairs agree that were coupled all along than the same pairs never coupled, mean
    over seeds."""
    resampled = []
    for unit in units:
        t, curves = resampled_curves(unit, name)
        if len(t) > 1 and t[0] == 0:
            resampled.append(curves[-1] - curves[0])
    return over_seeds(resampled)


# -- figure ----------------------------------------------------------------------------------------
def reach_figure(over: Reaches) -> Figure:
    record = over.record
    strengths = spread(coupled(record) or couplings(record), MOST_COUPLINGS)

    def draw(canvas):
        (times, scales, gaps), ends = canvas.subplots(2, 3)
        for number, unit, x in _placed(over, strengths):
            colour = style.CYCLE[number % len(style.CYCLE)]
            _midpoints(times, unit, x, ("cosine",), colour)
            _midpoints(scales, unit, x, ("coarse", "fine"), colour)
            _or_cross(gaps, unit, gap_of(unit), x, colour, "o")
            for ax, name in zip(ends, ENDS):
                symbol(ax, x, end(unit, name), colour=colour, marker="o", filled=unit.reliable)
                if is_fitted(unit, name):
                    symbol(ax, x + PLATEAU_SHIFT, of_metric(unit, "plateau", name), colour=colour,
                           marker="D", filled=unit.reliable, size=3.4)
                ax.axhline(unit.value("independent_agreement", metric(record, name)),
                           color=style.GREY, linewidth=0.6, linestyle="--", zorder=0)
        times.set_ylabel(f"${SYMBOLS['cosine']}$ [steps]")
        scales.set_ylabel(f"${SYMBOLS['coarse']}$, ${SYMBOLS['fine']}$ [steps]")
        gaps.set_ylabel("$\\Delta\\tau$ [steps]")
        gaps.axhline(0, color=style.BLACK, linewidth=0.8)
        for ax, label in zip(ends, ENDS.values()):
            ax.set_ylabel(f"{label} at the end")
        for ax in (times, scales, gaps, *ends):
            name_places(ax, over.places)
        style.legend_below(canvas, (), 4, _handles(strengths))

    return Figure(f"reach-{over.key}", f"Where the coupling acts, {over.told}",
                  "Pairs coupled in some blocks (numbers from 1), heads or steps alone. Upper row: "
                  "midpoint of the cosine, of coarse (circles) and fine commitment (squares), and "
                  "their difference; a cross at the lower edge: no midpoint, because no sigmoid is "
                  "found. Lower row: agreement of pairs that were coupled all along (circles), "
                  "known then too, and the plateau of the sigmoid, where there is one (diamonds); "
                  "dashed: images of different pairs. One symbol a seed, 95% bootstrap intervals "
                  f"over pairs. {unreliable_note(record)}", draw, figure_size(over.places, 3, 2))


def _placed(over: Reaches, strengths: list[float]):
    """(number of the coupling, unit, x) of every unit shown."""
    for place, group in enumerate(over.groups):
        shown = [(number, unit) for number, g in enumerate(strengths) for unit in group.units(g)]
        for k, (number, unit) in enumerate(shown):
            yield number, unit, beside(place, k, len(shown))


def _midpoints(ax, unit: Unit, x: float, names: tuple[str, ...], colour) -> None:
    for k, name in enumerate(names):
        found = of_metric(unit, "midpoint", name) if is_fitted(unit, name) else None
        _or_cross(ax, unit, found, x, colour, style.MARKERS[k])


def _or_cross(ax, unit: Unit, found: Measured | None, x: float, colour, marker: str) -> None:
    if found is None:
        mark_no_value(ax, x, colour)
    else:
        symbol(ax, x, found, colour=colour, marker=marker, filled=unit.reliable)


def _handles(strengths: list[float]) -> list:
    colours = [Patch(color=style.CYCLE[n], label=f"$g={show(g)}$")
               for n, g in enumerate(strengths)]
    return [*colours, no_value_handle("no midpoint")]


# -- table -----------------------------------------------------------------------------------------
def reach_table(over: Reaches) -> Table:
    rows = []
    for group in over.groups:
        for g in couplings(over.record):
            for unit in group.units(g):
                rise_of, gap = rise([unit], "cosine"), gap_of(unit)
                rows.append([group.reach.text, show(g), str(unit.seed),
                             of_metric(unit, "midpoint", "cosine").text(1)
                             if is_fitted(unit, "cosine") else "–",
                             fit_word(unit, "cosine"), gap.text(1) if gap else "–",
                             *(end(unit, name).text(3) for name in ENDS),
                             rise_of.text(3) if rise_of else "–",
                             "yes" if unit.reliable else "NO"])
    return Table(f"Where the coupling acts, {over.told}",
                 ["<coupled in", "g", "seed", "$\\tau_{spec}$", "<the curve", "$\\Delta\\tau$",
                  *(f"{label} at the end" for label in ENDS.values()), "rise of the cosine",
                  "reliable"], rows,
                 "Steps, and agreement of pairs that were coupled all along, with 95% bootstrap "
                 "intervals over pairs. Rise: of the cosine above that of the same pairs never "
                 "coupled.")


# -- claim -----------------------------------------------------------------------------------------
def reach_claim(over: Reaches) -> Claim | None:
    """Whether the last blocks alone do what all of them do, and the first alone do not."""
    early, late, whole = (over.group(third(over.places, name)) for name in ("early", "late", "all"))
    strengths = coupled(over.record)
    if early is None or late is None or not strengths:
        return None
    g = strengths[-1]
    where = "section 4.2 and discussion"
    statement = ("The last blocks route: coupling in the last third of them alone moves the gap, "
                 "coupling in the first third alone does not.")
    of_early, of_late = (reliable_units(group, g) for group in (early, late))
    first, last = rise(of_early, "cosine"), rise(of_late, "cosine")
    if first is None or last is None:
        return Claim(where, statement, f"{over.told}, $g={show(g)}$: nothing reliable.",
                     Verdict.OPEN)
    reference = reliable_units(whole, g) if whole else []
    total = rise(reference, "cosine")
    more = end_difference(of_late, of_early, "cosine")
    texts = [f"{name} {found.text(3)}" for name, found in
             (("everywhere", total), ("first third", first), ("last third", last))
             if found is not None]
    text = (f"{over.told}, $g={show(g)}$: coupled to the end, the median cosine rises above that "
            f"of pairs never coupled by {'; '.join(texts)}; last minus first third "
            f"{more.text(3) if more else '–'}.{_gaps(of_early, of_late)}")
    return Claim(where, statement, text, _verdict(first, last, more, total),
                 "Bootstrap samples of the pairs, which share start and noise wherever they are "
                 f"coupled; mean over seeds. No rise: within {NONE_SHARE:.0%} of the rise of "
                 "coupling everywhere, or of the last third's where there is none such.")


def _verdict(first: Measured, last: Measured, more: Measured | None,
             total: Measured | None) -> Verdict:
    size = NONE_SHARE * abs((total or last).value)
    if last.high < size or (more is not None and more.high < 0):
        return Verdict.CONTRADICTED
    if not last.low > 0:
        return Verdict.OPEN
    if first.within(size):
        return Verdict.REPRODUCED
    return Verdict.PARTLY if more is not None and more.low > 0 else Verdict.CONTRADICTED \
        if first.low > 0 else Verdict.OPEN


def _gaps(early: list[Unit], late: list[Unit]) -> str:
    """What is known of the gap of coarse and fine scale."""
    words = []
    for name, units in (("first third", early), ("last third", late)):
        known = [found.text(1) for unit in units if (found := gap_of(unit)) is not None]
        words.append(f"{name} {', '.join(known) if known else 'no midpoints'}")
    difference = gap_difference(late, early)
    apart = f"; last minus first {difference.text(1)}" if difference else ""
    return f" $\\Delta\\tau$ by seed: {'; '.join(words)}{apart}."
