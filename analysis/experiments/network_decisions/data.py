"""network_decisions: the units of a record, one a network, and what may be trusted in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...reading.image_sets import class_text, is_fashion, is_mnist
from ...reading.record import Record
from ...reading.values import UnitStatus
from ..image_units import Measured
from ..replicas import most_share

# Times at which the network decides: what the record calls them, and how texts do.
TIMES = {"class_entropy_rate_peak_time": "peak of the class-entropy rate $dH/dt$, posterior",
         "class_information_rate_peak_time": "peak of $dI/d\\log\\gamma$ of the class, posterior",
         "loss_class_entropy_rate_peak_time": "peak of $dH/dt$ of the class, loss alone",
         "class_entropy_variance_peak_time": "peak of $V_Z$ of the class",
         "entropy_variance_peak_time": "peak of $V_h$ of the image",
         "clone_speciation_time": "clones part"}


@dataclass(frozen=True)
class DecisionUnit:
    """A trained network and when it decides."""

    record: Record
    place: tuple[int, ...]
    seed: int

    def array(self, name: str) -> np.ndarray:
        return self.record[name].values[self.place]

    def value(self, name: str, *index) -> float:
        return float(self.array(name)[index])

    def measured(self, name: str) -> Measured:
        """A number or a curve with its interval."""
        return Measured(*(self.array(name + end) for end in ("", "_low", "_high")))

    @property
    def reliable(self) -> bool:
        return self.value("reliable") == 1

    @property
    def largest_rise(self) -> float:
        """Of the denoising error by another sample's context; NaN where it was not measured."""
        rise = self.array("context_rise")[0]
        return float(np.nanmax(rise)) if np.isfinite(rise).any() else np.nan

    def step_of(self, time: float) -> float:
        """After how many steps of a trajectory it is so late; straight between branch steps."""
        times = self.array("branch_time")
        steps = self.record.axes["branch_step"].values.astype(float)
        return float(np.interp(-time, -times, steps))

    def warnings(self) -> list[str]:
        """Why these times mean little."""
        found = []
        option = self.record.option
        if self.largest_rise < option("least_context_rise", 0):
            found.append(f"its context changes the error by at most {self.largest_rise:.2%}")
        shares = self.array("class_share")
        if shares.max() > most_share(self.record):
            found.append(f"{shares.max():.0%} of the samples are of one class")
        if self.value("classifier_accuracy") < option("least_accuracy", 0):
            found.append("the classifier names "
                         f"{self.value('classifier_accuracy'):.1%} of real images rightly")
        return found


def units(record: Record) -> list[DecisionUnit]:
    """The finished units, in the order of the record."""
    found = []
    for place in np.argwhere(record.status == UnitStatus.DONE):
        at = {a.name: a.values[i] for a, i in zip(record.split_axes, place)}
        found.append(DecisionUnit(record, tuple(int(i) for i in place), int(at["seed"])))
    return found


def excess_level(record: Record) -> float:
    """Excess agreement at which clones part."""
    return 2 * record.option("speciation_level", 0.775) - 1


def data_name(record: Record) -> str:
    """The images the network has learned, in words."""
    path = str(record.option("data_path", "")).rstrip("/")
    name = ("Fashion-MNIST" if is_fashion(record) else "MNIST" if is_mnist(record)
            else path.rsplit("/", 1)[-1])
    classes = tuple(int(c) for c in record.option("classes", []))
    which = class_text(record, classes) if len(classes) <= 4 else f"{len(classes)} classes"
    side = record.option("side")
    return f"{which} of {name}, {side} × {side} pixels"


def loss_part(record: Record) -> str:
    """The images the loss was measured on, in words."""
    return ("images the network was not trained on" if record.option("held_out", True)
            else "images of the network's training")
