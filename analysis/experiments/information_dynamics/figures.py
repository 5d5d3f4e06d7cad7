"""information_dynamics: figure 1 of the information paper, and what stands behind it: the three
identities of the entropy rate, the tree of decisions, spectra and dimensions."""

from __future__ import annotations

import numpy as np

from analysis.experiments import overview
from analysis.experiments.information_dynamics import claims
from analysis.experiments.information_dynamics.data import (
    IDENTITIES,
    Dynamics,
    dynamics,
    number,
    process_title,
)
from analysis.page import style
from analysis.page.content import INFORMATION, Content, Figure, Table
from analysis.reading.estimates import plus_minus
from analysis.reading.record import Record

RATE, VARIANCE = style.VERMILLION, style.BLUE


def content(record: Record) -> Content:
    sets = dynamics(record)
    figures = [_figure_1(d, p) for d in sets if d.on_line and d.has_paths for p in d.processes]
    figures += [_plane_figure(d) for d in sets if d.has_paths and not d.on_line]
    figures += [_tree_figure(d) for d in sets if len(d.branchings()) > 1]
    if any(d.is_exact for d in sets):
        figures.append(_entropy_figure([d for d in sets if d.is_exact]))
    figures += [_identity_figure(d) for d in sets]
    figures += [_spectrum_figure(d) for d in sets if d.dimension > 1]
    figures += [_concentration_figure(d) for d in sets if d.data == "cloud"]
    tables = [_peak_table(sets), _branching_table(sets), _identity_table(sets),
              overview.range_table(record)]
    return Content(_summary(sets), INFORMATION, figures, [t for t in tables if t],
                   claims.claims(sets))


def _summary(sets: list[Dynamics]) -> str:
    if not sets:
        return "No data set of this record is finished yet."
    return ("What noise hides of a data distribution: $x_t=\\alpha_t y+\\sigma_t z$ with the exact "
            "score. Everything but the clock depends on the noise level σ/α alone, so one "
            "computation serves all processes. Data: " + "; ".join(d.title for d in sets)
            + f". Sampled values are means over {sets[0].trials} draws, the same ones at every noise "
            "level; exact values come from quadrature, good to rounding, wherever the mixture "
            "reduces to one dimension.")


# -- figure 1 ---------------------------------------------------------------------------------------
def _figure_1(d: Dynamics, process: str) -> Figure:
    caption = (f"Left: modes of $p_t$ (solid: stable fixed points of the score; dotted: unstable "
               f"ones) over log $p_t(x)$. Right: rate of the conditional entropy (solid) and variance "
               f"of its pathwise version (dash-dotted), each in units of its largest value. Vertical "
               f"lines: times at which modes branch (dashed: pitchfork; dotted: fold). Triangles: "
               f"maxima. Data: {d.title}; process: {process_title(process)}. The entropy rate peaks "
               "later in generation (at weaker noise) than the modes branch; the variance peaks "
               "closer to the branching.")

    def draw(canvas):
        left, right = canvas.subplots(1, 2, sharex=True, width_ratios=(1.15, 1))
        time = d.values("time", process=process)
        _draw_paths(left, d, process, time)
        _draw_rates(right, d, process, time)
        for ax in (left, right):
            ax.set_xlabel(r"time $t$")
            ax.set_xlim(0, _last_time(d, process, time))
        style.legend_below(canvas, [left, right], 5)

    key = f"figure-1-{d.data.replace('_', '-')}-{process}"
    return Figure(key, f"Figure 1: fixed points and entropy rate, {d.title}, "
                  f"{process_title(process)}", caption, draw, (10.4, 4.2))


def _last_time(d: Dynamics, process: str, time: np.ndarray) -> float:
    """Far enough to see the last branching from both sides."""
    events = [n for n, _ in d.branchings()] + list(d.peaks("variance_peak_noise"))
    if not events:
        return float(time[-1])
    return float(np.interp(min(2.1 * max(events), d.noise[-1]), d.noise, time))


def _draw_paths(ax, d: Dynamics, process: str, time: np.ndarray) -> None:
    signal = d.values("signal", process=process)
    # The density is kept over x / alpha; in x its cells shrink with alpha.
    position = np.sort(d.record.axes["position"].values)
    x = style.edges(position)[None, :] * np.interp(style.edges(time), time, signal)[:, None]
    t = np.broadcast_to(style.edges(time)[:, None], x.shape)
    density = d.values("log_density") - np.log(signal)[:, None]
    top = float(np.nanmax(density[time > 0.3 * _last_time(d, process, time)])) + 0.5
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


# -- trees and planes -------------------------------------------------------------------------------
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
                  "strong. Right: number of modes, those on the paths and the one at the centre. Lines: "
                  "branchings (dashed: pitchforks, dotted: folds).", draw, (9.6, 4.2))


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
                  "Generation runs from top to bottom: at each joint the paths of modes that lead to "
                  "the components below it part.", draw, (6.6, 4.3))


def _leaf_order(steps, count: int) -> list[int]:
    groups = {frozenset([k]): [k] for k in range(count)}
    for _, parts in steps:
        groups[frozenset(sum(parts, []))] = sum((groups[frozenset(p)] for p in parts), [])
    largest = max(groups, key=len)
    return groups[largest] + [k for k in range(count) if k not in largest]


# -- entropies and identities -----------------------------------------------------------------------
def _entropy_figure(sets: list[Dynamics]) -> Figure:
    def draw(canvas):
        panels = canvas.subplots(1, 3)
        for i, d in enumerate(sets):
            for ax, name in zip(panels, ("entropy", "log_rate_denoising", "entropy_variance")):
                ax.semilogx(d.noise, d.exact(name), color=style.CYCLE[i % 7],
                            linestyle=style.DASHES[i % 7], label=d.title)
                found = d.series("log_rate_divergence" if name == "log_rate_denoising" else name)
                every = np.arange(0, len(d.noise), max(1, len(d.noise) // 20))
                every = every[np.isfinite(found.value[every])]
                if not len(every):
                    continue
                ax.errorbar(d.noise[every], found.value[every],
                            yerr=style.Z95 * found.error[every], fmt=style.MARKERS[i % 7],
                            color=style.CYCLE[i % 7], markersize=3, elinewidth=0.7, linestyle="")
        for ax, label in zip(panels, (r"$H[y|x_t]$ [nat]",
                                      r"$dH/d\log(\sigma/\alpha)$ [nat]", r"$V_h$ [nat$^2$]")):
            ax.set_xlabel(r"noise level $\sigma/\alpha$")
            ax.set_ylabel(label)
        style.legend_below(canvas, panels[:1], 2)

    return Figure("entropy", "Conditional entropy, its rate and its variance",
                  "Curves: quadrature. Points: sampled, with 95% intervals. Middle: the rate per unit "
                  "of log(σ/α), which is also the effective dimension, the number of directions in "
                  "which the score does not hold the noise back.", draw, (11.2, 4.3))


def _identity_figure(d: Dynamics) -> Figure:
    def draw(canvas):
        top, bottom = canvas.subplots(2, 1, sharex=True, height_ratios=(1.5, 1))
        if d.is_exact:
            top.semilogx(d.noise, d.exact("log_rate_denoising"), color=style.BLACK, linewidth=1.2,
                         label="quadrature")
        for i, (name, label) in enumerate(IDENTITIES):
            found = d.series(name)
            style.band(top, d.noise, found.value, found.error, i, label, style="")
        top.set_ylabel(r"$dH/d\log(\sigma/\alpha)$ [nat]")
        top.set_xscale("log")
        top.legend()
        common = d.common()
        for i, (name, label) in enumerate((("gap_score_norm", "(19) − (56)"),
                                           ("gap_denoising", "(33) − (56)"))):
            gap = d.series(name)
            with np.errstate(divide="ignore", invalid="ignore"):
                z = np.where(common & (gap.error > 0), gap.value / gap.error, np.nan)
            bottom.plot(d.noise, z, style.MARKERS[i], color=style.CYCLE[i], markersize=3,
                        label=label)
        for level in (-4, 4):
            bottom.axhline(level, color=style.GREY, linewidth=0.9, linestyle="--")
        bottom.axhline(0, color=style.BLACK, linewidth=0.8)
        bottom.set_ylim(-6, 6)
        bottom.set_xlabel(r"noise level $\sigma/\alpha$")
        bottom.set_ylabel("difference / SE")
        bottom.legend(ncols=2)

    return Figure(f"identities-{d.data.replace('_', '-')}", f"Three identities, {d.title}",
                  "Top: the entropy rate by three identities, with 95% intervals. Bottom: differences "
                  "in standard errors of the pairs, left out where the sample is too small to have "
                  "seen what the entropy is made of; dashed: ±4.", draw, (7.2, 5.6))


def _spectrum_figure(d: Dynamics) -> Figure:
    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        fisher = 1 + d.values("lyapunov")[:, :d.dimension]
        colours = np.linspace(0.05, 0.95, d.dimension)
        import matplotlib as mpl
        for j in range(d.dimension):
            left.semilogx(d.noise, fisher[:, j], color=mpl.colormaps["viridis"](colours[j]),
                          linewidth=1.2)
        exact = d.values("lyapunov_exact")
        if np.isfinite(exact).any():
            left.semilogx(d.noise, 1 + exact[:, 0], ":", color=style.BLACK,
                          label="closed form (61), largest")
            left.semilogx(d.noise, 1 + exact[:, d.dimension - 1], "--", color=style.BLACK,
                          label="closed form (61), smallest")
            left.legend()
        left.axhline(0.5, color=style.GREY, linewidth=0.8)
        left.set_ylabel(r"$\sigma^2\,E\lambda_j(I)=1+\sigma^2\,E\lambda_j(J)$")
        found = d.series("log_rate_divergence")
        style.band(right, d.noise, found.value, found.error, 0, "effective dimension (62)")
        right.plot(d.noise, d.values("manifold_dimension"), drawstyle="steps-mid",
                   color=style.VERMILLION, label="Fisher eigenvalues above 1/2")
        right.set_xscale("log")
        right.set_ylabel("dimension")
        right.legend()
        for ax in (left, right):
            ax.set_xlabel(r"noise level $\sigma/\alpha$")

    return Figure(f"spectrum-{d.data.replace('_', '-')}", f"Fisher information, {d.title}",
                  "Left: expected eigenvalues of the Fisher information in units of $1/\\sigma^2$, "
                  "largest first (dark to light): 1 along directions the data leave open, 0 across "
                  "the data manifold. Right: their sum, which is the entropy rate per log noise, and "
                  "their number above 1/2.", draw, (9.8, 4.0))


def _concentration_figure(d: Dynamics) -> Figure:
    def draw(canvas):
        left, right = canvas.subplots(1, 2)
        norm = d.series("score_norm")
        baseline = d.dimension
        left.semilogx(d.noise, norm.value - baseline, color=style.BLUE, label="sampled")
        left.semilogx(d.noise, d.values("score_norm_orthogonal") - baseline, "--",
                      color=style.VERMILLION, label="if orthogonal and equally long (29)")
        left.set_ylabel(r"$\sigma^2 E|\nabla\log p_t|^2-D$")
        found = d.series("concentration")
        style.band(right, d.noise, found.value, found.error, 0, r"$E\sum_k p(k|x_t)^2$")
        right.set_xscale("log")
        right.set_ylabel(r"concentration $E\sum_k p(k|x_t)^2$")
        for ax in (left, right):
            ax.set_xlabel(r"noise level $\sigma/\alpha$")
        left.legend()

    return Figure(f"concentration-{d.data}", f"Score norm and posterior concentration, {d.title}",
                  "Left: what the data take off the squared norm of the score, against the paper's "
                  "approximation for orthogonal points. Right: concentration of the posterior.",
                  draw, (9.4, 3.9))


# -- tables -----------------------------------------------------------------------------------------
def _peak_table(sets: list[Dynamics]) -> Table | None:
    rows = []
    for d in sets:
        if not (d.is_exact and d.branchings()):
            continue
        for process in d.processes:
            times = [t for t in (np.interp(n, d.noise, d.values("time", process=process))
                                 for n, _ in d.branchings())]
            exact = np.unique(np.round(d.values("branching_time", process=process), 12))
            exact = [t for t in exact[np.isfinite(exact)] if t > 0]
            rows.append([d.title, process_title(process),
                         ", ".join(number(t) for t in (exact or times)),
                         _list(d.peaks("rate_peak_time", process=process)),
                         _list(d.peaks("variance_peak_time", process=process))])
    if not rows:
        return None
    return Table("Where modes branch and where entropy is decided",
                 ["<data", "<process", "branching times", "maxima of $dH/dt$",
                  "maxima of $V_h$"], rows,
                 "By quadrature and continuation; no statistical error.")


def _list(values) -> str:
    return ", ".join(number(v) for v in values) or "none"


def _branching_table(sets: list[Dynamics]) -> Table | None:
    rows = []
    for d in sets:
        if not d.has_paths:
            continue
        for noise, jump in d.branchings():
            rows.append([d.title, "fold" if jump else "pitchfork", f"{noise:.12g}",
                         *[f"{_time(d, p, noise):.12g}" for p in d.processes]])
        if np.isfinite(centre := float(d.values("centre_noise"))):
            rows.append([d.title, "centre loses stability", f"{centre:.12g}",
                         *[f"{float(d.values('centre_time', process=p)):.12g}"
                           for p in d.processes]])
    if not rows:
        return None
    names = [f"time, {process_title(p)}" for p in sets[0].processes]
    return Table("Branchings", ["<data", "<kind", "σ/α", *names], rows,
                 "Roots found by continuation and refined to rounding.")


def _time(d: Dynamics, process: str, noise: float) -> float:
    levels, times = d.values("branching_noise"), d.values("branching_time", process=process)
    with np.errstate(invalid="ignore"):
        i, j = np.argwhere(np.abs(levels - noise) < 1e-9 * noise)[0]
    return float(times[i, j])


def _identity_table(sets: list[Dynamics]) -> Table | None:
    rows = []
    for d in sets:
        common = d.common()
        if not common.any():
            continue
        i = int(np.flatnonzero(common)[len(np.flatnonzero(common)) // 2])
        row = [d.title, number(d.noise[i])]
        row.append(number(d.exact("log_rate_denoising")[i]) if d.is_exact else "–")
        for name, _ in IDENTITIES:
            found = d.series(name)
            row.append(plus_minus(found.value[i], found.error[i]))
        worst = []
        for name in ("gap_score_norm", "gap_denoising"):
            gap = d.series(name)
            with np.errstate(divide="ignore", invalid="ignore"):
                z = np.abs(gap.value / gap.error)[common & (gap.error > 0)]
            worst.append(f"{z.max():.2f}" if len(z) else "–")
        rows.append(row + worst + [str(int(common.sum()))])
    if not rows:
        return None
    return Table("The entropy rate by three identities",
                 ["<data", "σ/α", "quadrature", "(19)", "(33)", "(56)", "worst (19) − (56)",
                  "worst (33) − (56)", "noise levels"], rows,
                 "At one noise level in the middle of the range, nats per unit of log(σ/α), with 95% "
                 "half widths; then the largest difference over all levels, in standard errors of "
                 "the pairs.")
