"""information_dynamics: modes of the noised density, where they branch, and the tree they make."""

from __future__ import annotations

import numpy as np

from ...page import maps, style
from ...page.content import Figure
from ..processes import process_title
from .data import Dynamics

RATE, VARIANCE = style.VERMILLION, style.BLUE


def figures(sets: list[Dynamics]) -> list[Figure]:
    """Figure 1 for data on a line, paths in the plane, and trees where there are several levels."""
    drawn = [_figure_1(d, p) for d in sets if d.on_line and d.has_paths for p in d.processes]
    drawn += [_plane_figure(d) for d in sets if d.has_paths and not d.on_line]
    return drawn + [_tree_figure(d) for d in sets if len(d.branchings()) > 1]


def _figure_1(d: Dynamics, process: str) -> Figure:
    caption = (f"Left: modes of $p_t$ (solid: stable fixed points of the score; dotted: unstable "
               "ones) over log $p_t(x)$. Right: rate of the conditional entropy (solid) and "
               "variance of its pathwise version (dash-dotted), each in units of its largest "
               "value. Vertical lines: times at which modes branch (dashed: pitchfork; dotted: "
               f"fold). Triangles: maxima. Data: {d.title}; process: {process_title(process)}.")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, sharex=True, width_ratios=(1.15, 1))
        time = d.values("time", process=process)
        _draw_paths(left, d, process, time)
        _draw_rates(right, d, process, time)
        for ax in (left, right):
            ax.set_xlabel(r"time $t$")
            ax.set_xlim(0, _last_time(d, time))
        style.legend_below(canvas, [left, right], 5)

    key = f"figure-1-{d.data.replace('_', '-')}-{process}"
    return Figure(key, f"Figure 1: fixed points and entropy rate, {d.title}, "
                  f"{process_title(process)}", caption, draw, (10.4, 4.2))


def _last_time(d: Dynamics, time: np.ndarray) -> float:
    """Far enough to see the last branching from both sides."""
    events = [n for n, _ in d.branchings()] + list(d.peaks("variance_peak_noise"))
    if not events:
        return float(time[-1])
    return float(np.interp(min(2.1 * max(events), d.noise[-1]), d.noise, time))


def _draw_paths(ax, d: Dynamics, process: str, time: np.ndarray) -> None:
    signal = d.values("signal", process=process)
    # The density is kept over x / alpha; in x its cells shrink with alpha.
    position = np.sort(d.record.axes["position"].values)
    x = maps.edges(position)[None, :] * np.interp(maps.edges(time), time, signal)[:, None]
    t = np.broadcast_to(maps.edges(time)[:, None], x.shape)
    density = d.values("log_density") - np.log(signal)[:, None]
    top = float(np.nanmax(density[time > 0.3 * _last_time(d, time)])) + 0.5
    mesh = ax.pcolormesh(t, x, density, cmap="Blues", vmin=top - 7, vmax=top + 1, rasterized=True,
                         shading="flat")
    ax.grid(False)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02, extend="both")
    bar.set_label(r"$\log p_t(x)$ [nat]")
    bar.outline.set_visible(False)
    roots = d.values("line_fixed_point") * signal[:, None]
    stable = d.values("line_stability") < 0
    for column in range(roots.shape[1]):
        ax.plot(time, np.where(stable[:, column], np.nan, roots[:, column]), ":",
                color=style.VERMILLION, linewidth=1.1,
                label="unstable" if column == 0 else None)
    paths = d.values("fixed_point")[:, :, 0] * signal[:, None]
    for column in range(paths.shape[1]):
        ax.plot(time, paths[:, column], "-", color=style.BLACK, linewidth=1.5,
                label="stable" if column == 0 else None)
    for noise, _ in d.branchings():
        ax.axvline(np.interp(noise, d.noise, time), color=style.GREY, linewidth=0.8)
    ax.set_ylim(float(x[0].min()), float(x[0].max()))
    reach = 1.25 * np.nanmax(np.abs(paths))
    spread = 1.6 * np.sqrt(max(1.0 - signal[-1] ** 2, 0.0)) if process != "edm" else reach
    ax.set_ylim(-max(reach, spread), max(reach, spread))
    ax.set_ylabel(r"$x$")
    ax.set_title("fixed points of the score")


def _draw_rates(ax, d: Dynamics, process: str, time: np.ndarray) -> None:
    rate, variance = d.exact("rate", process=process), d.exact("entropy_variance")
    for values, colour, dashes, label, name in (
            (rate, RATE, "-", r"entropy rate $\dot H$", "rate_peak_time"),
            (variance, VARIANCE, "-.", r"variance $V_h$", "variance_peak_time")):
        top = float(np.nanmax(values))
        ax.plot(time, values / top, dashes, color=colour, label=f"{label} / {top:.3g}")
        for peak in d.peaks(name, process=process):
            ax.plot([peak], [np.interp(peak, time, values / top)], "v", color=colour,
                    markersize=6.5, zorder=5)
    for i, (noise, jump) in enumerate(d.branchings()):
        at = float(np.interp(noise, d.noise, time))
        ax.axvline(at, color=style.GREY, linestyle=":" if jump else "--", linewidth=1.2,
                   label="branching" if i == 0 else None)
    ax.set_ylim(0, 1.13)
    ax.set_ylabel("in units of the largest value")
    ax.set_title("entropy rate")


def _plane_figure(d: Dynamics) -> Figure:
    """Paths of modes in the first two coordinates."""
    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        paths = d.values("fixed_point")
        for k in range(paths.shape[1]):
            if not np.isfinite(paths[:, k, 0]).any():
                continue
            colour = style.CYCLE[k % len(style.CYCLE)]
            left.plot(paths[:, k, 0], paths[:, k, 1], "-", color=colour, linewidth=1.4)
            left.plot(paths[0, k, 0], paths[0, k, 1], "o", color=colour, markersize=6)
            left.annotate(str(k), paths[0, k, :2], xytext=(5, 4), textcoords="offset points")
        left.set_aspect("equal", adjustable="datalim")
        left.set_xlabel(r"$x_1/\alpha$")
        left.set_ylabel(r"$x_2/\alpha$")
        left.set_title("paths of modes")
        right.semilogx(d.noise, d.values("mode_count"), color=style.BLACK, drawstyle="steps-mid")
        _mark_branchings(right, d)
        if np.isfinite(centre := float(d.values("centre_noise"))):
            right.axvline(centre, color=style.VERMILLION, linewidth=1.2,
                          label="centre loses stability")
        right.set_xlabel(r"noise level $\sigma/\alpha$")
        right.set_ylabel("modes")
        if right.get_legend_handles_labels()[0]:
            right.legend()

    return Figure(f"paths-{d.data.replace('_', '-')}", f"Paths of modes, {d.title}",
                  "Left: the mode that starts at each point, followed from weak noise (dots) to "
                  "strong. Right: number of modes, those on the paths and the one at the centre. "
                  "Lines: branchings (dashed: pitchforks, dotted: folds).", draw, (9.6, 4.2))


def _mark_branchings(ax, d: Dynamics) -> None:
    for i, (noise, jump) in enumerate(d.branchings()):
        ax.axvline(noise, color=style.GREY, linestyle=":" if jump else "--", linewidth=1.0,
                   label="branching" if i == 0 else None)


def merges(noise: np.ndarray) -> list[tuple[float, list[list[int]]]]:
    """Decisions of a matrix of branching noises, ascending: the groups each one joins."""
    count = int(np.isfinite(np.diag(noise)).sum())
    groups = [[k] for k in range(count)]
    found = []
    levels = np.unique(noise[:count, :count][np.isfinite(noise[:count, :count])])
    for level in levels:
        joined: list[list[int]] = []
        for group in groups:
            near = [g for g in joined if any(noise[a, b] <= level for a in g for b in group)]
            for g in near:
                joined.remove(g)
            joined.append(sum(near, []) + group)
        for group in joined:
            parts = [g for g in groups if set(g) <= set(group)]
            if len(parts) > 1:
                found.append((float(level), parts))
        groups = joined
    return found


def _tree_figure(d: Dynamics) -> Figure:
    """Dendrogram: leaves are components, joints are branchings."""
    def draw(canvas):
        ax = canvas.subplots()
        noise = d.values("branching_noise")
        steps = merges(noise)
        first = 0.5 * min(level for level, _ in steps if level > 0)
        order = _leaf_order(steps, int(np.isfinite(np.diag(noise)).sum()))
        place = {frozenset([k]): (float(i), first) for i, k in enumerate(order)}
        for level, parts in steps:
            feet = [place[frozenset(p)] for p in parts]
            level = max(level, first)
            for x, bottom in feet:
                ax.plot([x, x], [bottom, level], "-", color=style.BLACK, linewidth=1.5)
            xs = [x for x, _ in feet]
            ax.plot([min(xs), max(xs)], [level, level], "-", color=style.BLACK, linewidth=1.5)
            place[frozenset(sum(parts, []))] = (float(np.mean(xs)), level)
            ax.annotate(f"{level:.4g}", (max(xs), level), xytext=(4, 2),
                        textcoords="offset points", fontsize=8.5)
        roots = [v for k, v in place.items() if len(k) == len(order)]
        for x, level in roots:
            ax.plot([x, x], [level, 1.6 * level], "-", color=style.BLACK, linewidth=1.5)
        ax.set_yscale("log")
        ax.set_xticks(range(len(order)), [str(k) for k in order])
        ax.grid(axis="x", visible=False)
        ax.set_xlabel("component")
        ax.set_ylabel(r"noise level $\sigma/\alpha$ of the branching")

    return Figure(f"tree-{d.data.replace('_', '-')}", f"Tree of decisions, {d.title}",
                  "Generation runs from top to bottom: at each joint the paths of modes that lead "
                  "to the components below it part.", draw, (6.6, 4.3))


def _leaf_order(steps, count: int) -> list[int]:
    groups = {frozenset([k]): [k] for k in range(count)}
    for _, parts in steps:
        groups[frozenset(sum(parts, []))] = sum((groups[frozenset(p)] for p in parts), [])
    largest = max(groups, key=len)
    return groups[largest] + [k for k in range(count) if k not in largest]
