"""dataset_regimes: one unit of a record as plain arrays, and its name in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.reading.record import Record, show

FASHION = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
           "ankle boot")


@dataclass(frozen=True)
class Measured:
    """A number or a curve with the ends of its 95% interval."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.value).any())

    def text(self, digits: int = 3) -> str:
        """"7.668 [7.51, 7.80]" of a single number."""
        if not np.isfinite(self.value):
            return "–"
        interval = f" [{self.low:.{digits}f}, {self.high:.{digits}f}]" if np.isfinite(self.low) else ""
        return f"{self.value:.{digits}f}{interval}".replace("-", "−")


class Unit:
    """The measurements of one pair of classes, number of images and seed."""

    def __init__(self, record: Record, index: int):
        self.record = record
        self.place = np.unravel_index(index, record.status.shape)
        coordinates = {a.name: a.values[i] for a, i in zip(record.split_axes, self.place)}
        self.classes = tuple(int(c) for c in str(coordinates["classes"]).split("-"))
        self.seed = int(coordinates["seed"])
        self.asked = int(coordinates["images"])
        self.count = int(self.array("image_count"))
        self.dimension = int(self.array("dimension"))

    def array(self, name: str) -> np.ndarray:
        return self.record[name].values[self.place]

    def has(self, name: str) -> bool:
        return name in self.record

    def measured(self, name: str) -> Measured:
        return Measured(*(self.array(name + end) for end in ("", "_low", "_high")))

    def axis(self, name: str) -> np.ndarray:
        return self.record.axes[name].values

    @property
    def late_entropy(self) -> float:
        """log(n) / d, where the excess entropy ends."""
        return np.log(self.count) / self.dimension

    def label(self, differing: tuple[str, ...]) -> str:
        """What tells this unit from the others on a figure."""
        parts = []
        if "classes" in differing:
            parts.append(class_text(self.record, self.classes))
        if "images" in differing or not differing:
            parts.append(f"$n={self.count}$")
        if "seed" in differing:
            parts.append(f"seed {self.seed}")
        return ", ".join(parts)


def units(record: Record) -> list[Unit]:
    """The finished units, in the order of the record."""
    return [Unit(record, int(i)) for i in np.flatnonzero(record.status.ravel() == 1)]


def first_seeds(found: list[Unit]) -> list[Unit]:
    """One unit of each pair and number of images: figures would be too full otherwise."""
    seen: dict[tuple, Unit] = {}
    for unit in found:
        seen.setdefault((unit.classes, unit.asked), unit)
    return list(seen.values())


def differing(found: list[Unit]) -> tuple[str, ...]:
    """The axes along which the units differ."""
    return tuple(name for name, values in (("classes", {u.classes for u in found}),
                                           ("images", {u.count for u in found}),
                                           ("seed", {u.seed for u in found})) if len(values) > 1)


def is_fashion(record: Record) -> bool:
    return "fashion" in str(record.option("data_path", "")).lower()


def class_text(record: Record, classes: tuple[int, ...]) -> str:
    """"T-shirt / ankle boot", or "classes 1 / 8"."""
    if is_fashion(record) and all(0 <= c < len(FASHION) for c in classes):
        return " / ".join(FASHION[c] for c in classes)
    return "classes " + " / ".join(str(c) for c in classes)


def data_text(record: Record) -> str:
    """The data set in words."""
    path = str(record.option("data_path", ""))
    name = "Fashion-MNIST" if is_fashion(record) else \
        "MNIST" if "mnist" in path.lower() else path.rstrip("/").rsplit("/", 1)[-1]
    size = record.option("padded_size")
    channels = record.option("channels", 1)
    return f"{name}, {show(size)} × {show(size)} pixels" + (f" × {channels}" if channels > 1 else "")
