"""pathwise_entropy: figures 3, 4 and 5 of the information paper."""

from __future__ import annotations

import numpy as np

from ...page import maps, style
from ...page.content import Content, Figure
from ...page.papers import INFORMATION
from ...reading.estimates import Z95
from ...reading.record import Record
from ..processes import process_title
from . import claims, tables
from .data import Case, cases, mixture_text

MOST_CURVES = 7


def content(record: Record) -> Content:
    found = cases(record)
    several = len(record.axes["d"].values) > 1
    figures = []
    if not several:
        figures += [_figure_3(c) for c in found]
        figures += [_ensemble_figure(c) for c in found]
    processes = [p for p in dict.fromkeys(c.process for c in found)]
    if several and len(processes) > 1:
        figures.append(_figure_5(record, found, processes))
    if several:
        figures += [_figure_4(record, [c for c in found if c.process == p], p) for p in processes]
        if any(c.main_peak() for c in found):
            figures.append(_collapse_figure(found, processes))
    return Content(_summary(record, found), INFORMATION, figures, tables.tables(record, found),
                   claims.claims(found))


def _summary(record: Record, found: list[Case]) -> str:
    step = ("each step drawn from the reverse process itself, so that the step size does not matter"
            if record.option("step") == "exact" else "each step by the score alone")
    return (f"Reverse-time trajectories of {mixture_text(record)} with the exact score, "
            f"{int(record.option('trials', 0))} per case; {step}. Along each runs the pathwise "
            "conditional entropy $h_t(x_t)$, the entropy of $p(x_0|x_t)$; its mean is the "
            "conditional entropy, its variance over the ensemble is $V_h$. Curves by quadrature "
            f"carry no statistical error. {len(found)} cases are finished.")


def _figure_3(c: Case) -> Figure:
    shown = len(c.record.axes["path"].values)
    caption = (f"Left: pathwise conditional entropy along {shown} reverse trajectories (generation "
               "runs from right to left), with its mean over all of them (black). Right: the "
               "trajectories themselves, same colours, over log $p_t(x)$. "
               f"{process_title(c.process)}, {mixture_text(c.record)}. Vertical lines: times at "
               "which modes of $p_t$ branch.")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, sharex=True)
        time = c.time
        _draw_density(right, c, time)
        for k in range(shown):
            colour = style.CYCLE[k % len(style.CYCLE)]
            dashes = "-" if k < len(style.CYCLE) else "--"
            left.plot(time, c.values("path_entropy")[k], dashes, color=colour, linewidth=1.1)
            right.plot(time, c.values("path_position")[k], dashes, color=colour, linewidth=1.1)
        mean = c.values("entropy_exact")
        if not np.isfinite(mean).any():
            mean = c.values("entropy")
        left.plot(time, mean, color=style.BLACK, linewidth=2.4, label=r"mean, $H[x_0|x_t]$")
        for ax in (left, right):
            for t in c.peaks("branching_time"):
                ax.axvline(t, color=style.GREY, linestyle="--", linewidth=1.0)
            ax.set_xlabel(r"time $t$")
            ax.set_xlim(0, float(time[-1]))
        left.set_ylabel(r"$h_t(x_t)$ [nat]")
        left.set_ylim(bottom=0 if c.are_points else None)
        left.legend(loc="lower right")
        right.set_ylabel(r"$x_t$")

    return Figure(f"figure-3-{c.process}", "Figure 3: pathwise conditional entropy, "
                  + process_title(c.process), caption, draw, (10.4, 4.2))


def _draw_density(ax, c: Case, time: np.ndarray) -> None:
    density, position = c.values("log_density"), np.sort(c.record.axes["position"].values)
    if len(position) > 1 and np.isfinite(density).any():
        # Normalised at every time, as in the paper: darker is more probable.
        shown = density - density.max(axis=1, keepdims=True)
        ax.pcolormesh(maps.edges(time), maps.edges(position), shown.T, cmap="Greys", vmin=-8,
                      vmax=5, rasterized=True, shading="flat")
        ax.grid(False)
    paths = c.values("path_position")
    reach = 1.1 * float(np.max(np.abs(paths)))
    ax.set_ylim(-reach, reach)
    if len(position) > 1:
        ax.set_ylim(max(-reach, position[0]), min(reach, position[-1]))


def _ensemble_figure(c: Case) -> Figure:
    """What the trajectories of figure 3 amount to: mean, variance and rate against time."""
    def draw(canvas):
        panels = canvas.subplots(1, 3, sharex=True)
        time = c.time
        every = slice(None, None, max(1, len(time) // 40))
        for ax, name, label in ((panels[0], "entropy", r"$H[x_0|x_t]$ [nat]"),
                                (panels[1], "entropy_variance", r"$V_h(t)$ [nat$^2$]")):
            ax.plot(time, c.values(name + "_exact"), color=style.BLACK, linewidth=1.4,
                    label="quadrature")
            found = c.series(name)
            style.band(ax, time[every], found.value[every], found.error[every], 0, "trajectories",
                       style="")
            ax.set_ylabel(label)
            ax.legend()
        panels[2].plot(time, c.values("rate_exact"), color=style.VERMILLION)
        panels[2].set_ylabel(r"entropy rate $\dot H$ [nat/time]")
        for ax, name in ((panels[1], "variance_peak_time"), (panels[2], "rate_peak_time")):
            low, high = ax.get_ylim()
            for t in c.peaks(name):
                ax.plot([t], [low + 0.03 * (high - low)], "^", color=style.BLACK, markersize=6)
        for ax in panels:
            for t in c.peaks("branching_time"):
                ax.axvline(t, color=style.GREY, linestyle="--", linewidth=1.0)
            ax.set_xlabel(r"time $t$")
            ax.set_xlim(0, float(time[-1]))

    return Figure(f"ensemble-{c.process}", "The ensemble behind figure 3, "
                  + process_title(c.process),
                  "Mean and variance of the pathwise entropy over all trajectories (95% intervals) "
                  "against quadrature, and the entropy rate. Dashed: branchings; triangles: "
                  "maxima.", draw, (11.4, 3.7))


def _picked(found: list[Case]) -> list[Case]:
    if len(found) <= MOST_CURVES:
        return found
    return [found[int(i)] for i in np.unique(np.linspace(0, len(found) - 1, MOST_CURVES).round())]


def _draw_variance(ax, found: list[Case], x_of) -> None:
    """V_h by quadrature, V_Z dotted where it differs, and the trajectories as points."""
    shades = np.linspace(0.12, 0.9, max(len(found), 2))
    import matplotlib as mpl
    for i, c in enumerate(found):
        colour = mpl.colormaps["viridis_r"](shades[i])
        x = x_of(c)
        exact = c.values("entropy_variance_exact")
        measured = c.series("entropy_variance")
        curve = exact if np.isfinite(exact).any() else measured.value
        ax.plot(x, curve, color=colour, linestyle=style.DASHES[i % len(style.DASHES)],
                label=f"d = {c.d}")
        if not c.are_points:
            ax.plot(x, c.values("label_entropy_variance_exact"), color=colour, linestyle=":",
                    linewidth=1.0)
        every = slice(i % 3, None, max(1, len(x) // 25))
        ax.errorbar(x[every], measured.value[every], yerr=Z95 * measured.error[every],
                    fmt=style.MARKERS[i % len(style.MARKERS)], color=colour, markersize=2.8,
                    elinewidth=0.6, linestyle="")
    ax.set_ylabel(r"variance $V_h(t)$ [nat$^2$]")
    ax.set_ylim(bottom=0)


def _figure_4(record: Record, found: list[Case], process: str) -> Figure:
    shown = _picked(found)
    speciation = "$t_S=(\\log d)/2$" if process == "ou" else "$t_S=\\sqrt{}d$"
    caption = (f"Variance of the pathwise conditional entropy under {process_title(process)}, "
               f"{mixture_text(record)}. Left: against time, with {speciation} as ticks at the "
               "top. Right: against $u=t/t_S(d)$. Curves: quadrature"
               + ("" if found and found[0].are_points else "; dotted: variance $V_Z$ of the class "
                  "entropy, which a single signal-to-noise ratio determines")
               + "; points: reverse trajectories with 95% intervals.")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, sharey=True)
        _draw_variance(left, shown, lambda c: c.time)
        _draw_variance(right, shown, lambda c: c.rescaled)
        import matplotlib as mpl
        shades = np.linspace(0.12, 0.9, max(len(shown), 2))
        for i, c in enumerate(shown):
            left.plot([c.number("speciation_time")], [1.0], marker=7, markersize=7, clip_on=False,
                      transform=left.get_xaxis_transform(),
                      color=mpl.colormaps["viridis_r"](shades[i]))
        right.axvline(1, color=style.BLACK, linewidth=0.9, linestyle="--")
        right.set_ylabel("")
        left.set_xlabel(r"time $t$")
        right.set_xlabel(r"$u=t/t_S(d)$")
        left.set_xlim(0, min(left.get_xlim()[1], _last_interesting(shown, lambda c: c.time)))
        right.set_xlim(0, min(right.get_xlim()[1], _last_interesting(shown, lambda c: c.rescaled)))
        style.legend_below(canvas, [left], 7)

    name = "Variance of the pathwise conditional entropy, " + process_title(process)
    if process == "ou" and len(record.axes["process"].values) == 1:
        return Figure("figure-4", "Figure 4: " + name[0].lower() + name[1:], caption, draw,
                      (10.4, 4.4))
    return Figure(f"variance-{process}", name, caption, draw, (10.4, 4.4))


def _last_interesting(found: list[Case], x_of) -> float:
    """Where the last of the curves has come down to a tenth of its peak."""
    last = 0.0
    for c in found:
        curve = c.values("entropy_variance_exact")
        if not np.isfinite(curve).any():
            curve = c.values("entropy_variance")
        above = np.flatnonzero(curve > 0.1 * np.nanmax(curve))
        last = max(last, float(x_of(c)[above[-1]]))
    return 1.15 * last


def _figure_5(record: Record, found: list[Case], processes: list[str]) -> Figure:
    caption = (f"Variance of the pathwise conditional entropy of {mixture_text(record)} against "
               "time, for several d. Under EDM the region of the transition widens as √d; under VP "
               "it keeps its width and moves with $t_S(d)$. The height is the same: EDM does have "
               "the peak. Points: reverse trajectories with 95% intervals.")

    def draw(canvas):
        panels = canvas.subplots(1, len(processes), squeeze=False, sharey=True)[0]
        for ax, process, letter in zip(panels, processes, "abcd"):
            shown = _picked([c for c in found if c.process == process])
            _draw_variance(ax, shown, lambda c: c.time)
            ax.set_xlabel(r"time $t$")
            ax.set_title(f"({letter}) {process_title(process)}")
            ax.set_xlim(0, _last_interesting(shown, lambda c: c.time))
        for ax in panels[1:]:
            ax.set_ylabel("")
        style.legend_below(canvas, panels[:1], 7)

    return Figure("figure-5", "Figure 5: EDM against VP", caption, draw,
                  (5.0 * len(processes) + 0.4, 4.4))


def _collapse_figure(found: list[Case], processes: list[str]) -> Figure:
    """Everything on the signal-to-noise ratio, and where the peak goes."""
    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        for c in found:
            ratio = c.values("signal_to_noise")
            name = "label_entropy_variance_exact"
            left.semilogx(ratio, c.values(name), color=style.CYCLE[processes.index(c.process) % 7],
                          linewidth=1.0, alpha=0.8)
        eta = [c.number("peak_signal_to_noise") for c in found]
        if found and np.isfinite(eta).any():
            left.axvline(eta[0], color=style.BLACK, linestyle="--", linewidth=0.9,
                         label=rf"$\eta^*$ = {eta[0]:.6g}")
            left.legend()
        left.set_xlim(1e-3, 1e3)
        left.set_xlabel(r"signal-to-noise ratio $\eta$")
        left.set_ylabel(r"$V_Z$ [nat$^2$]")
        for i, process in enumerate(processes):
            own = [c for c in found if c.process == process and c.main_peak()]
            if not own:
                continue
            d = np.array([c.d for c in own], dtype=float)
            peak = np.array([c.main_peak()[0] / c.number("speciation_time") for c in own])
            wanted = np.array([c.number("predicted_peak_time") / c.number("speciation_time")
                               for c in own])
            right.semilogx(d, wanted, "-", color=style.CYCLE[i], linewidth=1.2,
                           label=f"{process_title(process)}: $\\eta=\\eta^*$")
            right.plot(d, peak, style.MARKERS[i], color=style.CYCLE[i], markersize=5,
                       label=f"{process_title(process)}: maximum of $V_h$")
        right.axhline(1, color=style.BLACK, linewidth=0.9, linestyle="--")
        right.set_xlabel("dimension d")
        right.set_ylabel(r"$t_{\mathrm{peak}}/t_S(d)$")
        right.legend()

    return Figure("peak", "The peak and the speciation time",
                  "Left: variance of the class entropy of every case against the effective "
                  "signal-to-noise ratio: one curve. Right: time of the largest $V_h$ in units of "
                  "$t_S(d)$, against the time at which the ratio passes the maximum of that curve.",
                  draw, (9.8, 4.0))
