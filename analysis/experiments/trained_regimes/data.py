"""trained_regimes: one unit of a record, what may be trusted in it, and the times it gives."""

from __future__ import annotations

import numpy as np

from ..image_units import Unit

# A classifier below this accuracy, or generated classes more uneven than this, are said beside
# every number that rests on them.
TRUSTED_ACCURACY = 0.97
LEAST_SHARE = 0.10


class TrainedUnit(Unit):
    """A unit of dataset_regimes with what a trained network made of the same images."""

    @property
    def accuracy(self) -> float:
        return float(self.array("classifier_accuracy"))

    @property
    def share(self) -> float:
        """Of the second class among the generated images."""
        return float(self.array("second_class_share"))

    @property
    def balanced(self) -> bool:
        return LEAST_SHARE <= self.share <= 1 - LEAST_SHARE

    def warnings(self) -> list[str]:
        """Why the agreement of classes is not to be trusted."""
        found = []
        if self.accuracy < TRUSTED_ACCURACY:
            found.append(f"classifier only {100 * self.accuracy:.1f}% right on test images")
        if not self.balanced:
            rarer = 100 * min(self.share, 1 - self.share)
            found.append(f"only {rarer:.0f}% of the generated images are of the rarer class")
        return found

    def mark(self) -> str:
        """Appended to the unit's name wherever its agreement of classes is shown."""
        return " (unreliable)" if self.warnings() else ""

    def deviations(self, name: str) -> np.ndarray:
        """Trained minus exact, in standard errors of both, for each branch time; NaN where these
        are not known."""
        trained, exact = self.measured(name), self.measured(name + "_exact")
        error = np.hypot(trained.standard_error, exact.standard_error)
        apart = trained.value - exact.value
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where((apart == 0) & (error == 0), 0.0, apart / error)


def units(record) -> list[TrainedUnit]:
    """The finished units, in the order of the record."""
    return [TrainedUnit(record, int(i)) for i in np.flatnonzero(record.status.ravel() == 1)]
