"""Experiments on one transformer of replicas by itself: a unit a network, and what may be trusted
of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ..reading.image_sets import is_fashion, is_mnist
from ..reading.record import Record
from ..reading.values import UnitStatus
from .image_units import Measured


@dataclass(frozen=True)
class NetworkUnit:
    """A finished unit: a network that was trained or read."""

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
        """Why what is said of this network means little."""
        found = []
        if self.largest_rise < self.record.option("least_context_rise", 0):
            found.append(f"its context changes the error by at most {self.largest_rise:.2%}")
        found += self.of_samples()
        if self.value("classifier_accuracy") < self.record.option("least_accuracy", 0):
            found.append("the classifier names "
                         f"{self.value('classifier_accuracy'):.1%} of real images rightly")
        return found

    def of_samples(self) -> list[str]:
        """The same of the network's samples."""
        return []


Kind = TypeVar("Kind", bound=NetworkUnit)


def network_units(record: Record, kind: type[Kind]) -> list[Kind]:
    """The finished units, in the order of the record."""
    found = []
    for place in np.argwhere(record.status == UnitStatus.DONE):
        at = {a.name: a.values[i] for a, i in zip(record.split_axes, place)}
        found.append(kind(record, tuple(int(i) for i in place), int(at["seed"])))
    return found


def image_set_name(record: Record) -> str:
    """The images a network has learned: their name, or that of their folder."""
    if is_fashion(record) or is_mnist(record):
        return "Fashion-MNIST" if is_fashion(record) else "MNIST"
    return str(record.option("data_path", "")).rstrip("/").rsplit("/", 1)[-1]
