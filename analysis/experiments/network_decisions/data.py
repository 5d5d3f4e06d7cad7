"""network_decisions: the units of a record, one a network, and what may be trusted in them."""

from __future__ import annotations

from ...reading.image_sets import class_text
from ...reading.record import Record
from ..network_units import NetworkUnit, image_set_name, network_units
from ..replicas import most_share

# Times at which the network decides: what the record calls them, and how texts do.
TIMES = {"class_entropy_rate_peak_time": "peak of the class-entropy rate $dH/dt$, posterior",
         "class_information_rate_peak_time": "peak of $dI/d\\log\\gamma$ of the class, posterior",
         "loss_class_entropy_rate_peak_time": "peak of $dH/dt$ of the class, loss alone",
         "class_entropy_variance_peak_time": "peak of $V_Z$ of the class",
         "entropy_variance_peak_time": "peak of $V_h$ of the image",
         "clone_speciation_time": "clones part"}


class DecisionUnit(NetworkUnit):
    """A trained network and when it decides."""

    def of_samples(self) -> list[str]:
        largest = self.array("class_share").max()
        return ([f"{largest:.0%} of the samples are of one class"]
                if largest > most_share(self.record) else [])


def units(record: Record) -> list[DecisionUnit]:
    """The finished units, in the order of the record."""
    return network_units(record, DecisionUnit)


def excess_level(record: Record) -> float:
    """Excess agreement at which clones part."""
    return 2 * record.option("speciation_level", 0.775) - 1


def data_name(record: Record) -> str:
    """The images the network has learned, in words."""
    name = image_set_name(record)
    classes = tuple(int(c) for c in record.option("classes", []))
    which = class_text(record, classes) if len(classes) <= 4 else f"{len(classes)} classes"
    side = record.option("side")
    return f"{which} of {name}, {side} × {side} pixels"


def loss_part(record: Record) -> str:
    """The images the loss was measured on, in words."""
    return ("images the network was not trained on" if record.option("held_out", True)
            else "images of the network's training")
