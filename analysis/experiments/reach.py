"""Where and when the coupling of replicas acts, and between whom: blocks, heads, steps and graphs,
as a record's axes name them, and panels over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

from matplotlib.lines import Line2D

from ..page import style
from ..reading.record import Record

AXES = {"coupled_layers": "all", "coupled_heads": "all", "g_schedule": "constant",
        "graph": "complete 2"}
NO_VALUE_HEIGHT = 0.03  # of a panel


@dataclass(frozen=True)
class Reach:
    """Labels of the axes coupled_layers, coupled_heads, g_schedule and graph."""

    layers: str = AXES["coupled_layers"]
    heads: str = AXES["coupled_heads"]
    schedule: str = AXES["g_schedule"]
    graph: str = AXES["graph"]

    @classmethod
    def of(cls, coordinates: dict) -> Reach:
        """Of a unit; records from before these axes couple the two of a pair everywhere."""
        return cls(*(str(coordinates.get(name, word)) for name, word in AXES.items()))

    @property
    def everywhere(self) -> bool:
        return self == Reach()

    @property
    def parts(self) -> tuple[str, ...]:
        """What is not as it is by default, in words."""
        named = {"early": "first third of the blocks", "middle": "middle third of the blocks",
                 "late": "last third of the blocks"}
        found = []
        if self.layers != AXES["coupled_layers"]:
            found.append(named.get(self.layers, _of_some("block", self.layers)))
        if self.heads != AXES["coupled_heads"]:
            found.append(_of_some("head", self.heads))
        if self.schedule != AXES["g_schedule"]:
            found.append(_of_some("step", self.schedule) if self.schedule[0].isdigit()
                         else f"g(t) {self.schedule}")
        if self.graph != AXES["graph"]:
            found.append(f"{self.graph} replicas")
        return tuple(found)

    @property
    def replicas(self) -> int:
        """Of a row."""
        return int(self.graph.split()[-1])

    def on(self, graph: str) -> Reach:
        """The same of replicas on another graph."""
        return replace(self, graph=graph)

    @property
    def text(self) -> str:
        """"everywhere", or "last third of the blocks, heads 0"."""
        return ", ".join(self.parts) or "everywhere"

    @property
    def tick(self) -> str:
        """The same for an axis of a figure."""
        labels = [self.layers if self.layers != AXES["coupled_layers"] else "",
                  _of_some("head", self.heads) if self.heads != AXES["coupled_heads"] else "",
                  replace(self, graph=AXES["graph"]).parts[-1]
                  if self.schedule != AXES["g_schedule"] else "",
                  self.graph if self.graph != AXES["graph"] else ""]
        return "\n".join(label for label in labels if label) or "all"

    @property
    def key(self) -> str:
        """For the name of a figure; empty where it is everywhere."""
        return "".join("-" + part.replace(" ", "-").replace(",", "-").replace("(t)", "")
                       for part in self.parts)


def _of_some(what: str, numbers: str) -> str:
    """"block 3", "blocks 1-2"."""
    return f"{what} {numbers}" if numbers.isdigit() else f"{what}s {numbers}"


def reaches(record: Record) -> list[Reach]:
    """In the order of the record's axes."""
    values = [[str(v) for v in record.axes[name].values] if name in record.axes else [word]
              for name, word in AXES.items()]
    return [Reach(*labels) for labels in product(*values)]


def main_reach(record: Record) -> Reach:
    """The one that the paper's figures are of: pairs, everywhere, where the record has it."""
    every = reaches(record)
    return Reach() if Reach() in every else every[0]


def third(found: Iterable[Reach], name: str) -> Reach | None:
    """The reach of that third of the blocks, all else as by default."""
    wanted = Reach(layers=name)
    return wanted if wanted in found else None


# -- panels with a place for each reach ------------------------------------------------------------
def name_places(ax, found: list[Reach]) -> None:
    """A tick for each reach."""
    long = any(len(reach.tick) > 6 for reach in found)
    ax.set_xticks(range(len(found)), [reach.tick for reach in found], fontsize=8,
                  rotation=35 if long else 0, ha="right" if long else "center")
    ax.set_xlim(-0.6, len(found) - 0.4)
    ax.set_xlabel("where the coupling acts")


def beside(place: int, number: int, count: int, width: float = 0.6) -> float:
    """Where the symbol of one of several couplings and seeds of a reach stands."""
    return place + width * ((number + 0.5) / max(count, 1) - 0.5)


def mark_no_value(ax, x: float, colour) -> None:
    """A unit that has no such number: a cross at the lower edge."""
    ax.plot([x], [NO_VALUE_HEIGHT], "x", color=colour, markersize=5, clip_on=False,
            transform=ax.get_xaxis_transform())


def no_value_handle(text: str) -> Line2D:
    return Line2D([], [], color=style.BLACK, marker="x", markersize=5, linestyle="none", label=text)


def figure_size(found: list[Reach], columns: int, rows: int) -> tuple[float, float]:
    return (max(6.6, columns * max(3.4, 1.2 + 0.33 * len(found))), 1.0 + 2.9 * rows)

