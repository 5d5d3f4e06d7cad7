"""dataset_regimes: where real images are decided, as entropies, their rates and variances."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Claim, Figure, Table, Verdict, verdict_of
from ...reading.estimates import zero_test
from ...reading.image_sets import class_text, data_text
from ...reading.record import Record
from ..image_units import Unit, curve, differing, first_seeds, listed, told

IMAGE, CLASS = style.BLUE, style.VERMILLION
# Variance of the class entropy of two equal clusters at its maximum, information A.2.
TWO_CLUSTERS = 0.0536288911
# A mean over N samples knows nothing about what happens to fewer than this many of them.
RARE = 100.0
MOST_UNITS = 2
# (name of the time, words, colour, line): what is marked in every panel.
MARKS = (("speciation_time", r"$t_S=\frac{1}{2}\log\Lambda$", style.BLACK, "--"),
         ("class_branching_time", "branching of the two classes", style.PURPLE, "-."),
         ("collapse_crossing_time", r"$t_C$: $\phi_C=1/2$", style.GREEN, (0, (1, 1.2))))


def measured(found: list[Unit]) -> list[Unit]:
    return [u for u in found if u.has("entropy_rate")]


def figures(record: Record, found: list[Unit]) -> list[Figure]:
    shown = measured(first_seeds(found))
    chosen = sorted(shown, key=lambda u: -u.count)[:MOST_UNITS]
    drawn = [_decisions(record, unit, number) for number, unit in enumerate(chosen)]
    if len(shown) > 1:
        drawn.append(_by_number(shown))
    drawn += [_identities(record, unit) for unit in chosen[:1]]
    return drawn


def _decisions(record: Record, unit: Unit, number: int) -> Figure:
    names = class_text(record, unit.classes).removeprefix("classes ").split(" / ")
    strips = _strips(unit)
    caption = (f"Where {names[0]} and {names[1]} of {data_text(record)}, $n={unit.count}$, are "
               "decided under the exact empirical score; generation runs from left to right."
               + (" Above: the image a trajectory of each class heads for, $E[a|x_t]$, each at "
                  "its time." if strips else "")
               + " (a) What is still open: conditional entropy of the image (of $\\log n$) and of "
               "its class (of $\\log 2$). (b) Their rates. (c) Variance of the pathwise entropies. "
               "Each curve of (b) and (c) in units of its largest value; triangles: maxima, with "
               "95% bootstrap intervals, as are the bands.")

    def draw(canvas):
        heights = [0.4] * len(strips) + [1.0, 1.15, 1.15]
        panels = canvas.subplots(len(heights), 1, height_ratios=heights, sharex=True)
        time = unit.axis("time")
        for ax, strip in zip(panels, strips):
            _image_row(ax, unit, strip, float(time[-1]), float(time[0]))
        entropy, rate, variance = panels[len(strips):]
        curve(entropy, unit, "conditional_entropy", IMAGE, "which image",
              1 / np.log(unit.count))
        curve(entropy, unit, "conditional_class_entropy", CLASS, "which class", 1 / np.log(2),
              dashes="--")
        entropy.set_ylabel("(a) still open")
        _scaled(rate, unit, "entropy_rate", IMAGE, "-", r"$\dot H$ image", "nat/time")
        _scaled(rate, unit, "class_entropy_rate", CLASS, "--", r"$\dot H$ class", "nat/time")
        rate.set_ylabel("(b) entropy rate")
        _scaled(variance, unit, "entropy_variance", IMAGE, "-", "$V_h$ image", "nat²")
        _scaled(variance, unit, "class_entropy_variance", CLASS, "--", "$V_Z$ class", "nat²")
        variance.set_ylabel("(c) variance")
        for ax in (entropy, rate, variance):
            _mark(ax, unit)
            ax.set_ylim(0, 1.22 if ax is not entropy else 1.05)
        handles, labels = entropy.get_legend_handles_labels()
        marks = [(h, text) for h, text in zip(handles, labels) if not text.startswith("which")]
        for ax in (entropy, rate, variance):
            own = [(h, text) for h, text in zip(*ax.get_legend_handles_labels())
                   if text not in [m[1] for m in marks]]
            ax.legend(*zip(*own), loc="upper right")
        _log_time(variance, unit)
        style.legend_below(canvas, [], 3, [h for h, _ in marks])

    suffix = f"-{number + 1}" if number else ""
    return Figure(f"decisions{suffix}", f"Where real images are decided, $n={unit.count}$", caption,
                  draw, (8.8, 6.4 + 0.75 * len(strips)))


def _strips(unit: Unit) -> list[int]:
    """A trajectory of each class, if images were kept."""
    if not unit.has("denoised_pixels"):
        return []
    ends = unit.array("final_class")[unit.axis("strip").astype(int)]
    return [int(np.flatnonzero(ends == c)[0]) for c in unit.classes if (ends == c).any()]


def _image_row(ax, unit: Unit, strip: int, first: float, last: float) -> None:
    """Images side by side, each centred on its time as far as there is room."""
    ax.axis("off")
    times = unit.axis("image_time")
    shown = [k for k in np.argsort(-times) if last <= times[k] <= first]
    place = np.log(first / times[shown]) / np.log(first / last)
    width = 0.97 * min(np.min(np.diff(place), initial=1.0), 1 / 13)
    for k, at in zip(shown, place):
        inner = ax.inset_axes([at - width / 2, 0.0, width, 1.0])
        style.show_image(inner, unit.array("denoised_pixels")[strip, k])


def _log_time(ax, unit: Unit) -> None:
    """Generation from left to right on a logarithmic axis with plain numbers."""
    first, last = float(unit.axis("time")[-1]), float(unit.axis("time")[0])
    ax.set_xscale("log")
    ax.set_xlim(first, last)
    ticks = [t * 10.0**k for k in range(-6, 3) for t in (1, 2, 5)]
    ticks = [t for t in ticks if last <= t <= first]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel("time $t$")


def _scaled(ax, unit: Unit, name: str, colour, dashes, label: str, units: str) -> None:
    top = float(np.nanmax(unit.array(name)))
    if not top > 0:
        return
    curve(ax, unit, name, colour, f"{label} / ({top:.3g} {units})", 1 / top, dashes=dashes)
    peak = unit.measured(name + "_peak_time")
    if not np.isfinite(peak.value):
        return
    height = 1.07 if colour == IMAGE else 1.13
    if np.isfinite(peak.low):
        ax.plot([peak.low, peak.high], [height, height], "-", color=colour, linewidth=1.6)
    ax.plot([peak.value], [height], "v", color=colour, markersize=6.5, zorder=5)


def _mark(ax, unit: Unit) -> None:
    for name, label, colour, dashes in MARKS:
        if not unit.has(name) or not np.isfinite(place := float(unit.array(name))):
            continue
        if name + "_low" in unit.record:
            found = unit.measured(name)
            ax.axvspan(found.low, found.high, color=colour, alpha=0.10, linewidth=0)
        ax.axvline(place, color=colour, linestyle=dashes, linewidth=1.3, label=label)


def _by_number(shown: list[Unit]) -> Figure:
    apart = differing(shown)

    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        for i, unit in enumerate(shown[:7]):
            colour, dashes = style.CYCLE[i], style.DASHES[i]
            for ax, name, mark in ((left, "class_entropy_variance", "speciation_time"),
                                   (right, "entropy_variance", "collapse_crossing_time")):
                curve(ax, unit, name, colour, unit.label(apart), dashes=dashes)
                if unit.has(mark):
                    ax.axvline(float(unit.array(mark)), color=colour, linewidth=1,
                               linestyle=dashes, alpha=0.7)
        left.axhline(TWO_CLUSTERS, color=style.GREY, linestyle=":", linewidth=1)
        left.set_ylabel("$V_Z$ of the class [nat²]")
        right.set_ylabel("$V_h$ of the image [nat²]")
        for ax in (left, right):
            _log_time(ax, shown[0])
            ax.set_ylim(bottom=0)
        style.legend_below(canvas, [left])

    return Figure("decisions-by-number", "The two variances and the number of images",
                  "Variance of the pathwise entropy of the class (left, vertical lines: $t_S$; "
                  "dotted: largest value of two equal Gaussian clusters) and of the image (right, "
                  "vertical lines: $t_C$). By the theory $t_C$ falls with $\\log n$ and $t_S$ does "
                  "not know $n$. Bands: 95% bootstrap intervals.", draw, (9.6, 4.2))


def _seen(unit: Unit) -> np.ndarray:
    """Times at which enough samples are undecided for their mean to have an error."""
    samples = int(unit.record.option("samples", 1))
    return unit.array("conditional_entropy") > RARE / samples


def _standard_scores(unit: Unit, name: str) -> np.ndarray:
    gap = unit.measured(name)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = gap.value / gap.standard_error
    return np.where(_seen(unit), z, np.nan)


def _identities(record: Record, unit: Unit) -> Figure:
    def draw(canvas):
        top, bottom = canvas.subplots(2, 1, sharex=True, height_ratios=(1.6, 1))
        for i, (name, label) in enumerate((("entropy_rate", "divergence of the score (56), (62)"),
                                           ("rate_score_norm", "norm of the score (19)"),
                                           ("rate_denoising", "denoising error (33)"))):
            curve(top, unit, name, style.CYCLE[i], label, dashes=style.DASHES[i])
        top.set_ylabel(r"$\dot H[a|x_t]$ [nat/time]")
        top.legend()
        for i, (name, label) in enumerate((("gap_score_norm", "(19) − (56)"),
                                           ("gap_denoising", "(33) − (56)"))):
            bottom.plot(unit.axis("time"), _standard_scores(unit, name), style.MARKERS[i],
                        color=style.CYCLE[i + 1], markersize=3.5, label=label)
        style.error_scale(bottom)
        bottom.set_ylim(-6, 6)
        _log_time(bottom, unit)
        bottom.set_ylabel("difference / SE")
        bottom.legend(ncols=2)

    return Figure("image-identities", "Three identities of the entropy rate on real images",
                  f"{data_text(record)}, {class_text(record, unit.classes)}, $n={unit.count}$. "
                  "Top: the rate by three identities, bands: 95% bootstrap intervals. Bottom: "
                  "paired differences in standard errors, where enough samples are undecided; "
                  "dashed: ±4. Samples share images and noise at all times.", draw, (7.6, 5.6))


_TIMES = (("speciation_time", "$t_S$"), ("class_entropy_variance_peak_time", "peak of $V_Z$"),
          ("class_entropy_rate_peak_time", r"peak of class rate"),
          ("class_branching_time", "branching"), ("entropy_variance_peak_time", "peak of $V_h$"),
          ("entropy_rate_peak_time", r"peak of rate"), ("collapse_crossing_time", "$t_C$"))


def table(record: Record, found: list[Unit]) -> Table | None:
    shown = measured(found)
    if not shown:
        return None
    names = [(n, t) for n, t in _TIMES if n in record]
    rows = [[class_text(record, u.classes), str(u.seed), str(u.count)]
            + [_time_text(u, n) for n, _ in names]
            + [f"{np.nanmax(u.array('class_entropy_variance')):.4f}"] for u in shown]
    return Table("Where entropy is decided",
                 ["<classes", "seed", "$n$"] + [t for _, t in names] + ["largest $V_Z$"], rows,
                 "Times with 95% bootstrap intervals. The branching is that of the paths of modes "
                 "from the two class means, by mean shift. Two equal Gaussian clusters have a "
                 f"largest $V_Z$ of {TWO_CLUSTERS:.4f}.")


def _time_text(unit: Unit, name: str) -> str:
    if name + "_low" in unit.record:
        return unit.measured(name).text()
    value = float(unit.array(name))
    return f"{value:.3f}" if np.isfinite(value) else "–"


def claims(found: list[Unit]) -> list[Claim]:
    units = measured(found)
    return [c for c in (_variance_at_speciation(units), _rate_at_branching(units),
                        _identities_hold(units), _never_falls(units)) if c]


def _variance_at_speciation(found: list[Unit]) -> Claim | None:
    known = [u for u in found if u.has("speciation_time")
             and np.isfinite(u.array("class_entropy_variance_peak_time"))
             and u.array("speciation_time") > 0]
    if not known:
        return None
    ratios = [float(u.array("class_entropy_variance_peak_time") / u.array("speciation_time"))
              for u in known]
    names = told(known)
    return Claim("information, section 7.1", "The variance of the pathwise class entropy peaks at "
                 "the speciation time.",
                 listed([f"{u.label(names)}: peak "
                         f"{_time_text(u, 'class_entropy_variance_peak_time')}, $t_S$ = "
                         f"{_time_text(u, 'speciation_time')}" for u in known]),
                 verdict_of([bool(abs(np.log(ratio)) < 0.25) for ratio in ratios]),
                 "On real images under their exact score. Reproduced means 0.78 to 1.28 times "
                 "$t_S$.")


def _rate_at_branching(found: list[Unit]) -> Claim | None:
    """The rate of the class entropy, since the branching is that of the classes."""
    known = [u for u in found if np.isfinite(u.measured("class_entropy_rate_peak_time").low)
             and np.isfinite(u.array("class_branching_time"))]
    if not known:
        return None

    def inside(unit: Unit, rate: str, place: str) -> bool:
        found = unit.measured(rate)
        return place in unit.record and bool(found.low <= float(unit.array(place)) <= found.high)

    hits = [inside(u, "class_entropy_rate_peak_time", place) for u in known
            for place in ("class_branching_time", "speciation_time")]
    near = [u for u in known if inside(u, "entropy_rate_peak_time", "class_branching_time")]
    names = told(known)
    note = "Contradicted means that neither lies in the interval of the peak of the class rate."
    if near:
        note += (" The rate of the image peaks within its error of the branching for "
                 + ", ".join(u.label(names) for u in near)
                 + (", not for the others." if len(near) < len(known) else "."))
    return Claim("information, sections 5, 8", "Peaks of the entropy rate mark the bifurcations.",
                 listed([f"{u.label(names)}: rate of the class peaks at "
                         f"{_time_text(u, 'class_entropy_rate_peak_time')}, of the image at "
                         f"{_time_text(u, 'entropy_rate_peak_time')}, classes branch at "
                         f"{_time_text(u, 'class_branching_time')}"
                         + (f", $t_S$ = {_time_text(u, 'speciation_time')}"
                            if u.has("speciation_time") else "") for u in known]),
                 Verdict.PARTLY if any(hits) else Verdict.CONTRADICTED, note)


def _identities_hold(found: list[Unit]) -> Claim | None:
    scores = np.array([_standard_scores(u, name) for u in found
                       for name in ("gap_score_norm", "gap_denoising")])
    test = zero_test(scores, np.ones_like(scores))
    if test is None:
        return None
    return Claim("information (19), (33), (62)", "Score norm, denoising error and divergence of "
                 "the score give the same entropy rate.",
                 f"Largest of {test.count} paired differences on real images: {test.worst:.2f} "
                 f"standard errors (limit {test.limit:.2f}).", verdict_of([test.consistent]))


def _never_falls(found: list[Unit]) -> Claim | None:
    if not found:
        return None
    worst = max(float(-np.min(np.diff(u.array("conditional_entropy")))) for u in found)
    return Claim("information, section 4", "The conditional entropy of the image never falls as "
                 "noise is added.", f"Largest fall between neighbouring times: {max(worst, 0):.1e} "
                 "nat; the samples are the same at all times.",
                 Verdict.REPRODUCED if worst < 1e-3 else Verdict.CONTRADICTED)
