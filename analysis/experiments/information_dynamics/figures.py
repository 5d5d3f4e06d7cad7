"""information_dynamics: figure 1 of the information paper, and what stands behind it: the three
identities of the entropy rate, the tree of decisions, spectra and dimensions."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import INFORMATION
from ...reading.estimates import Z95
from ...reading.record import Record
from . import claims, paths, tables
from .data import IDENTITIES, Dynamics, dynamics


def content(record: Record) -> Content:
    sets = dynamics(record)
    figures = paths.figures(sets)
    if any(d.is_exact for d in sets):
        figures.append(_entropy_figure([d for d in sets if d.is_exact]))
    figures += [_identity_figure(d) for d in sets]
    figures += [_spectrum_figure(d) for d in sets if d.dimension > 1]
    figures += [_concentration_figure(d) for d in sets if d.data == "cloud"]
    return Content(_summary(sets), INFORMATION, figures, tables.tables(record, sets),
                   claims.claims(sets))


def _summary(sets: list[Dynamics]) -> str:
    if not sets:
        return "No data set of this record is finished yet."
    return ("What noise hides of a data distribution: $x_t=\\alpha_t y+\\sigma_t z$ with the exact "
            "score. Everything but the clock depends on the noise level σ/α alone, so one "
            "computation serves all processes. Data: " + "; ".join(d.title for d in sets)
            + f". Sampled values are means over {sets[0].trials} draws, the same ones at every "
            "noise level; exact values come from quadrature, good to rounding, wherever the "
            "mixture reduces to one dimension.")


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
                            yerr=Z95 * found.error[every], fmt=style.MARKERS[i % 7],
                            color=style.CYCLE[i % 7], markersize=3, elinewidth=0.7, linestyle="")
        for ax, label in zip(panels, (r"$H[y|x_t]$ [nat]",
                                      r"$dH/d\log(\sigma/\alpha)$ [nat]", r"$V_h$ [nat$^2$]")):
            ax.set_xlabel(r"noise level $\sigma/\alpha$")
            ax.set_ylabel(label)
        style.legend_below(canvas, panels[:1], 2)

    return Figure("entropy", "Conditional entropy, its rate and its variance",
                  "Curves: quadrature. Points: sampled, with 95% intervals. Middle: the rate per "
                  "unit of log(σ/α), which is also the effective dimension, the number of "
                  "directions in which the score does not hold the noise back.", draw, (11.2, 4.3))


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
        style.error_scale(bottom)
        bottom.set_ylim(-6, 6)
        bottom.set_xlabel(r"noise level $\sigma/\alpha$")
        bottom.set_ylabel("difference / SE")
        bottom.legend(ncols=2)

    return Figure(f"identities-{d.data.replace('_', '-')}", f"Three identities, {d.title}",
                  "Top: the entropy rate by three identities, with 95% intervals. Bottom: "
                  "differences in standard errors of the pairs, left out where the sample is too "
                  "small to have seen what the entropy is made of; dashed: ±4.", draw, (7.2, 5.6))


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
                  "the data manifold. Right: their sum, which is the entropy rate per log noise, "
                  "and their number above 1/2.", draw, (9.8, 4.0))


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
