"""transformer_quality: the units of a record, one a seed, and what may be trusted in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...reading.image_sets import FASHION, is_fashion, is_mnist
from ...reading.record import Record
from ...reading.values import UnitStatus
from ..image_units import Measured

NO_CLASS = -1
# Values of axis `compared`, in the order of a figure: the floor first.
COMPARED = {"training": "real training images", "told": "samples told their class",
            "free": "samples told none"}
REPLACEMENTS = {"other": "another sample's keys and values", "uniform": "the mean of its values"}


@dataclass(frozen=True)
class QualityUnit:
    """A trained network and what was measured of it."""

    record: Record
    place: tuple[int, ...]
    seed: int

    def array(self, name: str) -> np.ndarray:
        return self.record[name].values[self.place]

    def value(self, name: str, *index) -> float:
        return float(self.array(name)[index])

    def measured(self, name: str) -> Measured:
        """A number or an array with its interval."""
        return Measured(*(self.array(name + end) for end in ("", "_low", "_high")))

    @property
    def reliable(self) -> bool:
        return self.value("reliable") == 1

    @property
    def largest_rise(self) -> float:
        """Of the denoising error by another sample's context, over the steps; NaN where it was not
        measured."""
        rise = self.array("context_rise")[0]
        return float(np.nanmax(rise)) if np.isfinite(rise).any() else np.nan

    def warnings(self) -> list[str]:
        """Why what coupling does to this network means little."""
        found = []
        option = self.record.option
        if self.largest_rise < option("least_context_rise", 0):
            found.append(f"its context changes the error by at most {self.largest_rise:.2%}")
        if self.value("label_right") < option("least_right", 0):
            found.append(f"{self.value('label_right'):.0%} of the samples show the class they "
                         "were told")
        if self.value("class_balance") < option("least_balance", 0):
            found.append("samples told no class leave some out: balance "
                         f"{self.value('class_balance'):.2f}")
        if self.value("classifier_accuracy") < option("least_accuracy", 0):
            found.append("the classifier names "
                         f"{self.value('classifier_accuracy'):.1%} of real images rightly")
        return found


def units(record: Record) -> list[QualityUnit]:
    """The finished units, in the order of the record."""
    found = []
    for place in np.argwhere(record.status == UnitStatus.DONE):
        at = {a.name: a.values[i] for a, i in zip(record.split_axes, place)}
        found.append(QualityUnit(record, tuple(int(i) for i in place), int(at["seed"])))
    return found


def has_real_images(record: Record) -> bool:
    """Whether samples were compared with any: a published network comes without."""
    return not record.option("published")


def class_name(record: Record, place: int) -> str:
    """What a place in the list of classes is called."""
    if place == NO_CLASS:
        return "none"
    if record.option("published"):
        return str(place)
    label = int(record.option("classes")[place])
    return FASHION[label] if is_fashion(record) and label < len(FASHION) else str(label)


def data_name(record: Record) -> str:
    """The images the network has learned, in words."""
    if record.option("published"):
        return f"published network {record.option('published')}, ImageNet"
    path = str(record.option("data_path", "")).rstrip("/")
    name = ("Fashion-MNIST" if is_fashion(record) else "MNIST" if is_mnist(record)
            else path.rsplit("/", 1)[-1])
    side = record.option("side")
    return f"{name}, {side} × {side} pixels"


def thin_samples(unit: QualityUnit) -> bool:
    """Whether a Frechet distance rests on fewer samples than twice its components."""
    count = unit.array("compared_count")
    return bool(np.any((count > 0) & (count < 2 * unit.value("component_count"))))
