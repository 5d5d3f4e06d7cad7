"""network_decisions: when a transformer decides, by three clocks that share the network alone."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import INFORMATION
from ...reading.record import Record
from ...reading.values import show
from ..image_units import Measured
from . import claims, tables
from .data import TIMES, DecisionUnit, data_name, excess_level, loss_part, units

MOST_SEEDS = 4
_TICKS = (0, 0.05, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5)


def content(record: Record) -> Content:
    found = units(record)
    shown = found[:MOST_SEEDS]
    figures = []
    if shown:
        figures = [_decision_figure(record, shown), _entropy_figure(record, shown),
                   _clone_figure(record, shown[0])]
    return Content(_summary(record, found), INFORMATION, figures, tables.tables(record, found),
                   claims.claims(record, found))


def _summary(record: Record, found: list[DecisionUnit]) -> str:
    depth, width, patch = (record.option(name) for name in ("depth", "width", "patch"))
    text = (f"When a diffusion transformer ({depth} blocks of width {width}, {patch} × {patch} "
            f"pixels a token) decides, by itself and told no class: {data_name(record)}, "
            f"{show(record.option('steps'))} steps of a trajectory.")
    for unit in found:
        which = f"Seed {unit.seed}: " if len(found) > 1 else ""
        times = "; ".join(f"{words}: {unit.measured(name).text(2)}"
                          for name, words in TIMES.items())
        text += f" {which or 'Times: '}{times}."
        if not unit.reliable:
            text += f" Unreliable: {'; '.join(unit.warnings()) or 'see the table'}."
    return text


def _seed_text(unit: DecisionUnit, shown: list[DecisionUnit]) -> str:
    return f"seed {unit.seed}" if len(shown) > 1 else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _curve(ax, time: np.ndarray, found: Measured, number: int, label: str, scale: float = 1.0,
           dashes="-") -> None:
    """A curve with its 95% interval as a shade."""
    colour = style.CYCLE[number % 7]
    ax.plot(time, scale * found.value, color=colour, linestyle=dashes, label=label)
    ax.fill_between(time, scale * found.low, scale * found.high, color=colour, alpha=0.18,
                    linewidth=0)


def _time_axis(ax, latest: float) -> None:
    """Generation from left to right, straight in the root of time: steps of a linear schedule then
    lie evenly."""
    ax.set_xscale("function", functions=(lambda t: np.sqrt(np.maximum(t, 0)), np.square))
    ax.set_xlim(latest, 0)
    ticks = [t for t in _TICKS if t <= latest]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.set_xticks([], minor=True)


def _step_axis(ax, unit: DecisionUnit, latest: float) -> None:
    above = ax.twiny()  # a secondary axis would not take over the scale
    _time_axis(above, latest)
    above.spines["top"].set_visible(True)
    above.grid(False)
    times, steps = unit.array("branch_time"), unit.record.axes["branch_step"].values
    chosen = np.unique(np.linspace(0, len(steps) - 1, 11).round().astype(int))
    above.set_xticks(times[chosen], [str(int(steps[k])) for k in chosen])
    above.set_xlabel("reverse step")


def _latest(shown: list[DecisionUnit]) -> float:
    return 1.02 * max(float(unit.array("step_time").max()) for unit in shown)


def _mark_peak(ax, unit: DecisionUnit, name: str, number: int, height: float) -> None:
    """A triangle with its interval, in units of the axes' height."""
    found = unit.measured(name)
    if not found.known:
        return
    colour, across = style.CYCLE[number % 7], ax.get_xaxis_transform()
    height -= 0.045 * number
    if np.isfinite(found.low):
        ax.plot([found.low, found.high], [height, height], color=colour, linewidth=1.6,
                transform=across)
    ax.plot([found.value], [height], "v", color=colour, markersize=6.5, zorder=5, transform=across,
            markerfacecolor=colour if unit.reliable else "white")


def _fit(ax, curves: list[Measured]) -> None:
    """Whole curves with their intervals, below room for triangles."""
    low = min(0.0, *(float(np.nanmin(found.low)) for found in curves))
    high = max(float(np.nanmax(found.high)) for found in curves)
    span = max(high - low, 1e-12)
    ax.set_ylim(low - 0.04 * span, high + 0.16 * span)


def _decision_figure(record: Record, shown: list[DecisionUnit]) -> Figure:
    level = excess_level(record)
    classes = len(record.axes["label"])

    def draw(canvas):
        clones, rate, of_class, of_image = canvas.subplots(4, 1, sharex=True)
        latest = _latest(shown)
        for number, unit in enumerate(shown):
            seed = _seed_text(unit, shown)
            branch, step = unit.array("branch_time"), unit.array("step_time")
            _curve(clones, branch, unit.measured("clone_excess"), number,
                   _joined("clones agree, in excess", seed))
            _curve(clones, step, unit.measured("conditional_class_entropy"), number,
                   _joined("class still open, of log K", seed),
                   1 / unit.value("class_entropy_prior"), "--")
            _curve(rate, step, unit.measured("class_information_rate"), number, "")
            first = number == 0
            _curve(rate, step, unit.measured("own_information_rate"), number,
                   "(b) for images of its own law" if first else "", dashes="--")
            none, own = unit.array("noise_error")
            rate.plot(step, 0.5 * (none - own), color=style.CYCLE[number % 7], linestyle=":",
                      linewidth=1.3, label="(b) from the loss alone" if first else "")
            _curve(of_class, step, unit.measured("class_entropy_variance"), number, "")
            _curve(of_image, branch, unit.measured("entropy_variance"), number, "")
            for ax, name in zip((clones, rate, of_class, of_image),
                                ("clone_speciation_time", "class_information_rate_peak_time",
                                 "class_entropy_variance_peak_time",
                                 "entropy_variance_peak_time")):
                _mark_peak(ax, unit, name, number, 0.985)
        clones.axhline(level, color=style.GREY, linestyle=":", linewidth=1.1,
                       label=f"clones part: {level:g}")
        lowest = min(float(np.nanmin(unit.measured("clone_excess").low, initial=0.0))
                     for unit in shown)
        clones.set_ylim(lowest - 0.06, 1.14)
        clones.set_ylabel("(a) share decided, open")
        rate.set_ylabel("(b) $dI/d\\log\\gamma$\nof the class (nat)")
        of_class.set_ylabel("(c) $V_Z$ of the class\n(nat²)")
        of_image.set_ylabel("(d) $V_h$ of the image\n(nat²)")
        for ax, *names in ((rate, "class_information_rate", "own_information_rate"),
                           (of_class, "class_entropy_variance"), (of_image, "entropy_variance")):
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            _fit(ax, [unit.measured(name) for unit in shown for name in names])
        _time_axis(of_image, latest)
        of_image.set_xlabel("time $t$")
        _step_axis(clones, shown[0], latest)
        style.legend_below(canvas, [clones, rate], 2)

    first = shown[0]
    return Figure("decisions", "When the network decides", "Generation runs from left to right. "
                  f"{data_name(record)}. (a) Excess agreement on the class of "
                  f"{show(record.option('clones'))} clones each of "
                  f"{int(first.value('trunk_count')):,} stochastic trajectories, by where they "
                  f"leave; dashed: entropy of the class, of log {classes}, by the network's own "
                  "posterior: likelihood of the noise's path told each class, on "
                  f"{int(first.value('loss_image_count')):,} {loss_part(record)}. (b) Rate at "
                  "which it falls with the signal-to-noise ratio $\\gamma$, $-dH/d\\log\\gamma = "
                  "\\frac{1}{2}(1-\\bar\\alpha)\\,dH/dt$; dashed: the same for images of the "
                  "network's own law, $\\gamma/2$ times what of the variance of the clean image "
                  "lies between the classes as it predicts it, which is less the more the images "
                  "differ from that law; dotted: $\\frac{1}{2}(E|e|^2-E|e_z|^2)$ with the "
                  "errors $e$ of the noise told no class and $e_z$ told the own one, in which an "
                  "imperfect network has errors that are no class, cut off where it is far larger. "
                  "(c) Variance of the entropy of the class by the same posterior. (d) Variance of "
                  "the pathwise entropy of the image, from squared errors of the clean image "
                  "between $x_t$ and the ends of the clones of (a); images of a continuous law "
                  "differ in their detail, which counts as well. Loss, entropies and clones share "
                  "the network alone. Shades: "
                  "95% bootstrap intervals, over images and, of clones and (d), over trajectories; "
                  "triangles: the crossing and the maxima, hollow where the network is "
                  "unreliable.", draw, (8.8, 10.6))


def _above_none(found: Measured) -> Measured:
    """For a logarithmic axis: no value where the interval holds none."""
    return Measured(*(np.where(found.low > 0, curve, np.nan)
                      for curve in (found.value, found.low, found.high)))


def _entropy_figure(record: Record, shown: list[DecisionUnit]) -> Figure:
    def draw(canvas):
        known, rate = canvas.subplots(1, 2)
        latest = _latest(shown)
        for number, unit in enumerate(shown):
            seed = _seed_text(unit, shown)
            step, branch = unit.array("step_time"), unit.array("branch_time")
            _curve(known, step, _above_none(unit.measured("image_information")), number,
                   _joined("by the loss on images", seed))
            _curve(known, branch, _above_none(unit.measured("clone_information")), number,
                   _joined("along the network's own clones", seed), dashes="--")
            _curve(rate, step, unit.measured("entropy_rate"), number, "")
        known.set_ylabel("$I(x_0; x_t)$ (nat)")
        rate.set_ylabel("$dH[x_0|x_t]/dt$ (nat/time)")
        for ax in (known, rate):
            ax.set_yscale("log")
            _time_axis(ax, latest)
            ax.set_xlabel("time $t$")
        style.legend_below(canvas, [known], 2)

    return Figure("entropies", "What is known of the image",
                  "Left: what $x_t$ says of the image beyond what it does at the noisiest step: "
                  f"from the denoising loss on {loss_part(record)}, and from squared errors "
                  "between the noise and the ends of clones that the network made itself; shown "
                  "where its 95% bootstrap interval, the shade, is above none. "
                  "The two agree where its own images are as those it learned from, but for what "
                  "sampled ends spread too little: in a hundred steps 2 to 15% of the information "
                  "on normal pixels. "
                  "Right: rate of the entropy by the loss, an upper bound, with its interval.",
                  draw, (9.6, 4.5))


def _clone_figure(record: Record, unit: DecisionUnit) -> Figure:
    branches = record.axes["shown"].values
    trunks, clones = len(record.axes["sample"]), len(record.axes["clone"])
    pixels = unit.array("sample_pixels")

    def draw(canvas):
        axes = canvas.subplots(trunks, len(branches) * clones + len(branches) - 1, squeeze=False,
                               gridspec_kw={"width_ratios": ([1] * clones + [0.3])
                                            * (len(branches) - 1) + [1] * clones})
        for ax in axes.ravel():
            ax.set_axis_off()
        for block, taken in enumerate(branches):
            for m in range(trunks):
                strip = axes[m, block * (clones + 1):][:clones]
                for c, ax in enumerate(strip):
                    ax.set_axis_on()
                    style.show_image(ax, pixels[block, m, c])
            axes[0, block * (clones + 1)].set_title(f"left after {int(taken)} steps", loc="left",
                                                    fontsize=9.5)

    width = 0.75 * clones * len(branches)
    return Figure("clones", "Clones of a trajectory",
                  f"Images at the ends of clones of seed {unit.seed}; a row is a trajectory, the "
                  f"same one in every block, left after so many of {show(record.option('steps'))} "
                  "steps.", draw, (width + 0.8, 0.78 * trunks + 0.5))
