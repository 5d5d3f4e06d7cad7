"""Experiments on replicas of a diffusion transformer: units by what their replicas are told, panels
by coupling strength, and the network they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..page import style
from ..page.content import Figure
from ..reading.estimates import Z95
from ..reading.record import Record
from ..reading.values import UnitStatus, show
from .image_units import Measured
from .reach import Reach, reaches

MOST_PANELS = 8
PANEL_COLUMNS = 4
NO_CLASS = -1
# Options that make a network of replicas, beside its images, the sweep's seed and the unit's.
TRAINING = ("weights", "images", "classes", "side", "horizon", "beta_first", "beta_last", "patch",
            "width", "depth", "heads", "learned_variance", "step_embedding", "perceptron_norm",
            "label_dropout", "weight_decay", "rate", "epochs", "batch", "learning_rate", "warmup",
            "gradient_clip", "ema_decay", "shards", "summation", "precision")
REPLACEMENTS = {"other": "another sample's keys and values", "uniform": "the mean of its values"}


@dataclass(frozen=True)
class Unit:
    """A finished unit: one coupling strength and seed of a group."""

    record: Record
    place: tuple[int, ...]
    g: float
    seed: int

    def array(self, name: str) -> np.ndarray:
        return self.record[name].values[self.place]

    def value(self, name: str, *index) -> float:
        return float(self.array(name)[index])

    def measured(self, name: str, *index) -> Measured:
        return Measured(*(self.array(name + end)[index] for end in ("", "_low", "_high")))

    @property
    def reliable(self) -> bool:
        return self.value("reliable") == 1

    @property
    def coordinates(self) -> dict:
        """Of the unit on the record's split axes."""
        return {a.name: a.values[i] for a, i in zip(self.record.split_axes, self.place)}

    @property
    def reach(self) -> Reach:
        return Reach.of(self.coordinates)


@dataclass(frozen=True)
class Group:
    """What replicas are told, where and when they are coupled and, where the record says it, how
    their noise is correlated; g and seed vary within."""

    record: Record
    told_class: int
    correlation: float | None = None
    reach: Reach = Reach()

    @property
    def text(self) -> str:
        told = ("no class told" if self.told_class == NO_CLASS
                else f"class {class_name(self.record, self.told_class)} told")
        if self.correlation is not None:
            told = f"{told}, {noise_name(self.correlation)}"
        return told if self.reach.everywhere else f"{told}, coupled in: {self.reach.text}"

    @property
    def key(self) -> str:
        told = "untold" if self.told_class == NO_CLASS else f"told-{self.told_class}"
        if self.correlation is not None:
            told += {0.0: "-independent", 1.0: "-shared"}.get(self.correlation,
                                                              f"-noise-{self.correlation:g}")
        return told + self.reach.key

    def units(self, g: float) -> list[Unit]:
        """The finished seeds, in the order of the record."""
        found = []
        for place in np.argwhere(self.record.status == UnitStatus.DONE):
            at = {a.name: a.values[i] for a, i in zip(self.record.split_axes, place)}
            if (abs(at.get("g", g) - g) < 1e-9 and at["told_class"] == self.told_class
                    and Reach.of(at) == self.reach
                    and (self.correlation is None
                         or abs(at["noise_correlation"] - self.correlation) < 1e-9)):
                found.append(Unit(self.record, tuple(int(i) for i in place), g, int(at["seed"])))
        return found

    def every_unit(self) -> Iterator[Unit]:
        for g in couplings(self.record):
            yield from self.units(g)


def groups(record: Record) -> list[Group]:
    """In the order of the record's axes."""
    noises = ([float(c) for c in record.axes["noise_correlation"].values]
              if "noise_correlation" in record.axes else [None])
    return [Group(record, int(told), c, reach) for told in record.axes["told_class"].values
            for c in noises for reach in reaches(record)]


@dataclass(frozen=True)
class Reaches:
    """Groups that differ only in where their replicas are coupled."""

    groups: tuple[Group, ...]

    @property
    def record(self):
        return self.groups[0].record

    @property
    def places(self) -> list[Reach]:
        return [group.reach for group in self.groups]

    @property
    def told(self) -> str:
        """What they have in common, in words."""
        first = self.groups[0]
        return Group(first.record, first.told_class, first.correlation).text

    @property
    def key(self) -> str:
        first = self.groups[0]
        return Group(first.record, first.told_class, first.correlation).key

    def group(self, reach: Reach | None) -> Group | None:
        return next((group for group in self.groups if group.reach == reach), None)


def over_reaches(found: list[Group]) -> list[Reaches]:
    """One for each class and noise, where there are several places to couple in."""
    alike: dict[tuple, list[Group]] = {}
    for group in found:
        alike.setdefault((group.told_class, group.correlation), []).append(group)
    return [Reaches(tuple(groups)) for groups in alike.values() if len(groups) > 1]


def class_name(record: Record, place: int) -> str:
    """The label that a place in the list of classes stands for."""
    classes = record.option("classes", [])
    if record.option("published") or not 0 <= place < len(classes):
        return str(place)
    return show(classes[place])


def noise_name(correlation: float) -> str:
    return {0.0: "independent noise", 1.0: "shared noise"}.get(
        correlation, f"noise correlated {show(correlation)}")


def most_share(record: Record) -> float:
    """The share of one class among samples told none above which a unit is unreliable."""
    even = 1 / max(1, len(record.option("classes", [])))
    return record.option("most_share") or (1 + even) / 2


def couplings(record: Record) -> list[float]:
    return sorted(float(g) for g in record.axes["g"].values)


def spread(values: list, most: int) -> list:
    """At most so many of them, evenly, both ends among them."""
    if len(values) <= most:
        return list(values)
    return [values[i] for i in np.linspace(0, len(values) - 1, most).round().astype(int)]


def coupling_panels(canvas, record: Record) -> list[tuple]:
    """Panels of one scale for as many couplings as fit, each with its coupling strength."""
    shown = spread(couplings(record), MOST_PANELS)
    columns = min(PANEL_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    axes = canvas.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for ax in axes.flat[len(shown):]:
        ax.set_visible(False)
    for k, ax in enumerate(axes.flat[:len(shown)]):
        ax.tick_params(labelbottom=k + columns >= len(shown), labelleft=k % columns == 0)
    return list(zip(axes.flat, shown))


def panels_size(record: Record) -> tuple[float, float]:
    count = min(len(couplings(record)), MOST_PANELS)
    columns = min(PANEL_COLUMNS, count)
    return (max(6.4, 1.0 + 2.8 * columns), 1.3 + 2.8 * -(-count // columns))


def say_not_measured(ax, text: str = "not measured yet") -> None:
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=style.GREY)


def log_if_wide(axes, ratio: float = 30) -> None:
    """A logarithmic scale where the lines of these panels, which share it, span such a ratio."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for ax in axes
                             for line in ax.lines] or [np.ones(1)])
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) and values.max() > ratio * values.min():
        axes[0].set_yscale("log")


def whole_numbers(axis) -> None:
    """No ticks between the numbers of blocks, epochs or modes."""
    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def legend_columns(canvas) -> int:
    """As many as fit below the figure."""
    return int(np.clip(canvas.get_size_inches()[0] // 2.6, 2, 4))


def symbol(ax, x: float, found: Measured, *, colour, marker: str, filled: bool,
           size: float = 5) -> None:
    """A number with its interval; hollow where it cannot be relied on."""
    if not np.isfinite(found.value):
        return
    bars = np.maximum([[found.value - found.low], [found.high - found.value]], 0)
    ax.errorbar([x], [found.value], yerr=np.nan_to_num(bars), color=colour, marker=marker,
                markersize=size, elinewidth=0.8, linestyle="none",
                markerfacecolor=colour if filled else "white")


def networks(record: Record) -> list[tuple[Group, Unit]]:
    """A finished unit of every network and told class: of these, what is said of the network does
    not depend on the coupling."""
    found = {}
    for group in groups(record):
        for unit in group.every_unit():
            found.setdefault((group.told_class, unit.seed), (group, unit))
    return list(found.values())


def largest_rise(unit: Unit, replacement: str = "other") -> tuple[float, float]:
    """The largest rise of the denoising error over the steps, and its standard error."""
    k = list(unit.record.axes["replacement"].values).index(replacement)
    rises = unit.array("context_rise")[k]
    if not np.isfinite(rises).any():
        return np.nan, np.nan
    at = int(np.nanargmax(rises))
    return float(rises[at]), float(unit.array("context_rise_error")[k, at])


def rise_text(unit: Unit, replacement: str) -> str:
    """The largest rise of the denoising error with its 95% interval, in percent."""
    value, error = largest_rise(unit, replacement)
    if not np.isfinite(value):
        return "–"
    return f"{100 * value:.1f} ± {100 * Z95 * error:.1f} %".replace("-", "−")


def network_figure(record: Record) -> Figure:
    """How much the network uses its context at every step, and how it learned."""
    found = networks(record)
    steps = record.axes["context_step"].values

    def draw(canvas):
        rises, errors, losses = canvas.subplots(1, 3)
        rises.axhline(0, color=style.BLACK, linewidth=0.8)
        rises.axhline(record.option("least_context_rise"), color=style.GREY, linewidth=0.9,
                      linestyle=":", label="least rise of a reliable network")
        for n, (group, unit) in enumerate(found):
            name = _network_name(record, group, unit)
            for k, replacement in enumerate(record.axes["replacement"].values):
                style.band(rises, steps, unit.array("context_rise")[k],
                           unit.array("context_rise_error")[k], n, f"{name}: {replacement}",
                           marker=style.MARKERS[k], style=style.DASHES[k])
            style.band(errors, steps, unit.array("denoising_error"),
                       unit.array("denoising_error_error"), n, name)
            loss = unit.array("training_loss")
            losses.plot(1 + np.arange(len(loss)), loss, color=style.CYCLE[n % 7], marker=".")
        for ax, name in ((rises, "context_rise"), (losses, "training_loss")):
            if not any(np.isfinite(unit.array(name)).any() for _, unit in found):
                say_not_measured(ax, "not measured" if found else "not measured yet")
        rises.set_ylabel("relative rise of the denoising error")
        errors.set_ylabel("squared error of the noise, a number")
        losses.set_ylabel("training loss")
        for ax in (errors, losses):
            log_if_wide([ax], 3)
        whole_numbers(losses.xaxis)
        for ax in (rises, errors):
            ax.set_xlabel("diffusion step $t$")
        losses.set_xlabel("epoch")
        style.legend_below(canvas, (rises,), 3)

    words = "; ".join(f"{name}: {text}" for name, text in REPLACEMENTS.items())
    return Figure("network", "The network: use of context, denoising error, training",
                  "Left: how far the denoising error rises where every token's context is replaced "
                  f"({words}), relative to the error; where it does not rise, tokens denoise by "
                  "themselves and coupling through attention has nothing to act on. Middle: that "
                  "error. Bands: 95% intervals over images. Right: mean loss of each epoch.", draw,
                  (11.0, 4.2))


def _network_name(record: Record, group: Group, unit: Unit) -> str:
    parts = [f"seed {unit.seed}"]
    if len(record.axes["told_class"].values) > 1:
        parts.append("no class" if group.told_class == NO_CLASS
                     else f"class {class_name(record, group.told_class)}")
    return ", ".join(parts)
