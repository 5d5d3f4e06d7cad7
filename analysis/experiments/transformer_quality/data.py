"""transformer_quality: the units of a record, one a seed, and what may be trusted in them."""

from __future__ import annotations

import numpy as np

from ...reading.image_sets import FASHION, is_fashion
from ...reading.record import Record
from ..network_units import NetworkUnit, image_set_name, network_units

NO_CLASS = -1
# Values of axis `compared`, in the order of a figure: the floor first.
COMPARED = {"training": "real training images", "told": "samples told their class",
            "free": "samples told none"}
REPLACEMENTS = {"other": "another sample's keys and values", "uniform": "the mean of its values"}


class QualityUnit(NetworkUnit):
    """A trained network and what was measured of it."""

    def of_samples(self) -> list[str]:
        found, option = [], self.record.option
        if self.value("label_right") < option("least_right", 0):
            found.append(f"{self.value('label_right'):.0%} of the samples show the class they "
                         "were told")
        if self.value("class_balance") < option("least_balance", 0):
            found.append("samples told no class leave some out: balance "
                         f"{self.value('class_balance'):.2f}")
        return found


def units(record: Record) -> list[QualityUnit]:
    """The finished units, in the order of the record."""
    return network_units(record, QualityUnit)


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
    side = record.option("side")
    return f"{image_set_name(record)}, {side} × {side} pixels"


def thin_samples(unit: QualityUnit) -> bool:
    """Whether a Frechet distance rests on fewer samples than twice its components."""
    count = unit.array("compared_count")
    return bool(np.any((count > 0) & (count < 2 * unit.value("component_count"))))
