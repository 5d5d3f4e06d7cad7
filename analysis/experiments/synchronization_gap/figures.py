"""synchronization_gap: figures 6 to 9 of the multimodal paper from trained denoisers."""

from __future__ import annotations

import numpy as np

from ...page import style
from ...page.content import Content, Figure
from ...page.papers import MULTIMODAL
from ...reading.estimates import Z95
from ...reading.networks import network_text
from ...reading.record import Record
from ...reading.values import show
from ..coupled_pairs import (
    Setting,
    couplings,
    first_count,
    mode,
    over_networks,
    settings,
    shown_couplings,
)
from . import claims, tables
from .data import PAIRINGS, is_table_1, pairings, published

MODES = {"u": ("common mode $u$", style.BLUE), "v": ("difference mode $v$", style.VERMILLION),
         "A": ("channel A", style.GREEN), "B": ("channel B", style.ORANGE)}


def content(record: Record) -> Content:
    found = list(settings(record))
    figures = []
    for setting in found:
        figures += [_cosine_figure(setting), _ghosting_figure(setting), _strip_figure(setting),
                    _intervention_figure(setting)]
    if len(found) > 1:
        figures.insert(0, _reading_figure(record, found))
    figures.append(_gap_figure(record, found[0]))
    figures.append(_denoising_figure(record, found[0]))
    figures.append(_training_figure(record, found[0]))
    return Content(_summary(record), MULTIMODAL, figures, tables.tables(found),
                   claims.claims(found))


def _summary(record: Record) -> str:
    parameters = record["parameters"].values
    count = record["image_count"].values
    return (f"Denoisers of two-channel states $(x, T(x))$ with coupled noise (multimodal, section "
            f"5.1): {network_text(record)} of {first_count(parameters)} parameters, "
            f"{first_count(count)} images, {record.option('epochs')} epochs, followed along "
            f"{record.option('samples')} deterministic trajectories each. MAIN "
            "pairs an image with its own transform, CTRL with that of an image of another class.")


def _panels(canvas, record: Record, sharey=True):
    """A row for each pairing, a column for each coupling strength shown."""
    rows, columns = pairings(record), shown_couplings(record)
    axes = canvas.subplots(len(rows), len(columns), squeeze=False, sharex=True, sharey=sharey)
    for row, pairing in zip(axes, rows):
        style.row_title(row[0], PAIRINGS[pairing])
    for ax, g in zip(axes[0], columns):
        ax.set_title(f"$g={show(g)}$")
    return axes, [(ax, p, g) for row, p in zip(axes, rows) for ax, g in zip(row, columns)]


def _threshold_panels(canvas, record: Record):
    """A panel for each threshold of table 1."""
    taus = record.axes["tau"].values
    axes = canvas.subplots(1, len(taus), squeeze=False, sharey=True)[0]
    for ax, tau in zip(axes, taus):
        ax.set_title(rf"$\tau={show(float(tau))}$")
    return axes


def _size(record: Record) -> tuple[float, float]:
    return (max(6.4, 1.6 + 2.9 * len(shown_couplings(record))), 1.0 + 2.5 * len(pairings(record)))


def _curve(ax, setting: Setting, name: str, pairing: str, g: float, colour, label: str, index=()):
    """Mean over seeds; the band is the 95% bootstrap interval over trajectories with one seed and
    the spread of seeds with several."""
    values = setting.over_seeds(name, g, pairing=pairing)[(slice(None), *index)]
    if not len(values):
        ax.text(0.5, 0.5, "not measured yet", transform=ax.transAxes, ha="center",
                color=style.GREY)
        return
    values = values[:, :setting.horizon]
    steps = np.arange(values.shape[1])
    if len(values) > 1:
        low, high = values.min(axis=0), values.max(axis=0)
    else:
        ends = [setting.over_seeds(name + end, g, pairing=pairing) for end in ("_low", "_high")]
        low, high = (values[(0, *index)][:setting.horizon] for values in ends)
    ax.fill_between(steps, low, high, color=colour, alpha=0.18, linewidth=0)
    ax.plot(steps, values.mean(axis=0), color=colour, label=label)


BAND = ("Lines: means over seeds; bands: the range of seeds, or for one seed the 95% bootstrap "
        "interval over trajectories. Generation runs from right to left.")


def _cosine_figure(setting: Setting) -> Figure:
    record = setting.record

    def draw(canvas):
        axes, cells = _panels(canvas, record)
        for ax, pairing, g in cells:
            for tau in record.axes["tau"].values:
                ax.axhline(tau, color=style.GREY, linewidth=0.6, linestyle=":")
            for name in ("u", "v"):
                label, colour = MODES[name]
                _curve(ax, setting, "cosine", pairing, g, colour, label, (mode(record, name),))
        for ax in axes[-1]:
            ax.set_xlabel("diffusion step $t$")
        for ax in axes[:, 0]:
            ax.set_ylabel("cosine with the end")
        style.legend_below(canvas, axes)

    return Figure(f"figure-6-{setting.key}", f"Figure 6: cosine with the final prediction, "
                  f"{setting.text}",
                  "Mean cosine (98) of the predicted common and difference modes with their last "
                  f"prediction. Dotted: the thresholds τ. {BAND}", draw, _size(record))


def _ghosting_figure(setting: Setting) -> Figure:
    record = setting.record

    def draw(canvas):
        axes, cells = _panels(canvas, record)
        for ax, pairing, g in cells:
            for name in ("u", "A", "B"):
                label, colour = MODES[name]
                _curve(ax, setting, "cosine", pairing, g, colour, label, (mode(record, name),))
            _curve(ax, setting, "ghosting_index", pairing, g, style.PURPLE, "ghosting index")
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
        for ax in axes[-1]:
            ax.set_xlabel("diffusion step $t$")
        style.legend_below(canvas, axes)

    return Figure(f"figure-7-{setting.key}", f"Figure 7: ghosting index, {setting.text}",
                  "Cosines of common mode and channels with their last prediction, and the "
                  f"ghosting index (108), 2 cos u − cos A − cos B. {BAND}", draw, _size(record))


def _strip_figure(setting: Setting) -> Figure:
    record = setting.record
    steps = record.axes["image_step"].values
    shown = [i for i in np.argsort(-steps) if 0 <= steps[i] < setting.horizon]
    views = list(record.axes["view"].values)
    g = couplings(record)[min(1, len(couplings(record)) - 1)]

    def draw(canvas):
        rows = [(p, view) for p in pairings(record) for view in views]
        axes = canvas.subplots(len(rows), len(shown), squeeze=False)
        for row, (pairing, view) in zip(axes, rows):
            images = setting.first_seed("predicted_pixels", g, pairing=pairing)
            for ax, i in zip(row, shown):
                style.show_image(ax, None if images is None else images[0, i, views.index(view)])
            row[0].set_ylabel(f"{PAIRINGS[pairing]} {view}", rotation=0, ha="right", va="center")
        for ax, i in zip(axes[0], shown):
            ax.set_title(f"$t={int(steps[i])}$", fontsize=9)

    return Figure(f"figure-8-{setting.key}", f"Figure 8: one trajectory, $g={show(g)}$, "
                  f"{setting.text}",
                  "Predictions of the clean image (97) along one trajectory of the first seed: "
                  "channels A and B, and the common mode as their mean. Generation runs from left "
                  "to right.", draw,
                  (1.2 + 0.95 * len(shown), 0.5 + 0.95 * len(views) * len(pairings(record))))


def _intervention_figure(setting: Setting) -> Figure:
    record = setting.record
    steps = record.axes["intervention_step"].values
    order = [i for i in np.argsort(steps) if 0 <= steps[i] < setting.horizon]
    scale = float(record.axes["scale"].values[0])

    def draw(canvas):
        axes, cells = _panels(canvas, record)
        for ax, pairing, g in cells:
            for name, number, label in (("rms_common", 0, "change of $u$"),
                                        ("rms_difference", 1, "change of $v$")):
                values = setting.over_seeds(name, g, pairing=pairing)[:, order, 0]
                if not len(values):
                    continue
                errors = setting.over_seeds(name + "_error", g, pairing=pairing)[:, order, 0]
                mean, half = over_networks(values, errors)
                style.band(ax, steps[order], mean, half / Z95, number, label)
        axes[0, 0].set_ylim(bottom=0)  # panels share it
        for ax in axes[-1]:
            ax.set_xlabel("step of the intervention")
        for ax in axes[:, 0]:
            ax.set_ylabel("RMS change at the end")
        style.legend_below(canvas, axes)

    return Figure(f"figure-9-{setting.key}", f"Figure 9: interventions on $v$, {setting.text}",
                  "Root mean square change of the final common and difference modes (white − "
                  f"black = 1) after normal noise of standard deviation {show(scale)} was added to "
                  "$v$ at one step; same initial noise. Bars: 95% intervals of the mean over "
                  "seeds, of the trajectories or of the networks' scatter, whichever is wider.",
                  draw, _size(record))


def _gap_figure(record: Record, setting: Setting) -> Figure:
    def draw(canvas):
        axes = _threshold_panels(canvas, record)
        for k, (ax, tau) in enumerate(zip(axes, record.axes["tau"].values)):
            ax.axhline(0, color=style.BLACK, linewidth=0.8)
            for number, pairing in enumerate(pairings(record)):
                colour = style.CYCLE[number]
                known = [(g, setting.over_seeds("gap", g, pairing=pairing)[:, k])
                         for g in couplings(record)]
                known = [(g, v) for g, v in known if len(v)]
                for g, values in known:
                    ax.plot(np.full(len(values), g), values, ".", color=colour, alpha=0.5)
                if known:
                    ax.plot([g for g, _ in known], [v.mean() for _, v in known],
                            style.MARKERS[number] + "-", color=colour, label=PAIRINGS[pairing])
                if not is_table_1(record, setting):
                    continue
                for g in couplings(record):
                    if cell := published(pairing, g, float(tau)):
                        ax.errorbar([g + 0.02], [cell[0]], yerr=[cell[1]], fmt="_", color=colour,
                                    alpha=0.6, label=f"{PAIRINGS[pairing]}, published ± sd")
            ax.set_xlabel("coupling strength $g$")
            ax.set_xlim(min(couplings(record)) - 0.08, max(couplings(record)) + 0.1)
        axes[0].set_ylabel(r"$\Delta t = t_v - t_u$ [steps]")
        style.legend_below(canvas, axes)

    return Figure("gap", f"Synchronization gap over coupling strength, {setting.text}",
                  "Large symbols: means over seeds; dots: seeds. Negative: the common mode settles "
                  "first.", draw, (9.6, 4.0))


def _reading_figure(record: Record, found: list[Setting]) -> Figure:
    g = couplings(record)[min(1, len(couplings(record)) - 1)]

    def draw(canvas):
        axes = _threshold_panels(canvas, record)
        for k, ax in enumerate(axes):
            ax.axvline(0, color=style.BLACK, linewidth=0.8)
            for number, pairing in enumerate(pairings(record)):
                for row, setting in enumerate(found):
                    values = setting.over_seeds("gap", g, pairing=pairing)[:, k]
                    if not len(values):
                        continue
                    place = row + 0.16 * (2 * number - 1)
                    ax.plot(values, np.full(len(values), place), ".", alpha=0.5,
                            color=style.CYCLE[number])
                    ax.plot([values.mean()], [place], style.MARKERS[number],
                            color=style.CYCLE[number],
                            label=PAIRINGS[pairing] if row == 0 else None)
            ax.set_xlabel(r"$\Delta t$ [steps]")
            ax.set_ylim(len(found) - 0.5, -0.5)
        axes[0].set_yticks(range(len(found)), [
            f"{s.modality}, [{show(s.pixel_low)}, 1]\n{s.schedule}, T={s.horizon}" for s in found])
        style.legend_below(canvas, axes)

    return Figure("readings", f"Synchronization gap under other readings of the experiment, "
                  f"$g={show(g)}$",
                  "The paper leaves open how pixels are scaled, where the schedule ends and which "
                  "transform was used. Large symbols: means over seeds; dots: seeds.", draw,
                  (10.4, 1.6 + 0.55 * len(found)))


def _training_figure(record: Record, setting: Setting) -> Figure:
    def draw(canvas):
        loss, norm = canvas.subplots(1, 2)
        for number, pairing in enumerate(pairings(record)):
            for i, g in enumerate(couplings(record)):
                for ax, name in ((loss, "training_loss"), (norm, "gradient_norm")):
                    for k, values in enumerate(setting.over_seeds(name, g, pairing=pairing)):
                        ax.plot(1 + np.arange(len(values)), values,
                                color=style.CYCLE[i % len(style.CYCLE)],
                                linestyle=style.DASHES[number], linewidth=1.2,
                                label=f"{PAIRINGS[pairing]}, $g={show(g)}$" if k == 0 else None)
        loss.set_ylabel("denoising loss (96)")
        norm.set_ylabel("gradient norm before clipping")
        for ax in (loss, norm):
            ax.set_xlabel("epoch")
            ax.set_yscale("log")
        style.legend_below(canvas, (loss,))

    return Figure("training", "Training", "Means over each epoch; one line a seed.", draw,
                  (9.0, 4.4))


def _denoising_figure(record: Record, setting: Setting) -> Figure:
    modes = list(record.axes["noise_mode"].values)

    def draw(canvas):
        panels = canvas.subplots(1, 3)
        for number, pairing in enumerate(pairings(record)):
            for i, g in enumerate(couplings(record)):
                colour = style.CYCLE[i % len(style.CYCLE)]
                errors = setting.over_seeds("denoising_error", g, pairing=pairing)
                rates = setting.over_seeds("entropy_rate", g, pairing=pairing)
                if not len(rates):
                    continue
                steps = np.arange(setting.horizon)
                label = f"{PAIRINGS[pairing]}, $g={show(g)}$"
                for ax, name in zip(panels, ("u", "v")):
                    ax.plot(steps, errors[:, modes.index(name), :setting.horizon].mean(axis=0),
                            color=colour, linestyle=style.DASHES[number], linewidth=1.2)
                panels[2].plot(steps, rates[:, :setting.horizon].mean(axis=0), color=colour,
                               linestyle=style.DASHES[number], linewidth=1.2, label=label)
        for ax, name in zip(panels, ("common mode $u$", "difference mode $v$")):
            ax.set_title(name)
            ax.set_ylabel("squared error over noise variance")
        panels[2].set_title("conditional entropy")
        panels[2].set_ylabel("rate [nats a step], upper bound")
        for ax in panels:
            ax.set_xlabel("diffusion step $t$")
            ax.set_yscale("log")
        style.legend_below(canvas, (panels[2],))

    return Figure("denoising", "Denoising error and entropy rate",
                  "Left and middle: squared error of the predicted noise at every step over the "
                  "variance of that mode's noise; 1 is a denoiser that knows nothing. Right: the "
                  "rate of $H[z_0|z_t]$ that follows from it (information (34), with its factor "
                  "corrected); the denoiser's own error makes it an upper bound. Means over seeds.",
                  draw, (11.0, 4.2))
