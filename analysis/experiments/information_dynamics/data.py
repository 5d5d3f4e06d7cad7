"""What a record of information_dynamics holds, by the names its figures use."""

from __future__ import annotations

import numpy as np

from ...reading.record import Record
from ..processes import Series

DATA = {"two_points": "points at ±1", "four_points": "points at ±2.3 and ±1.7",
        "unequal_points": "points at ±1 with weights 0.7 and 0.3",
        "two_gaussians": "Gaussians of variance 1 at ±2",
        "triangle": "three points on a unit circle", "tree": "eight points in the plane",
        "circle": "points evenly on a unit circle",
        "subspace": "a Gaussian in a subspace", "cloud": "points drawn from a Gaussian",
        "custom": "custom components"}
# The three identities of the entropy rate, and where they stand in the paper.
IDENTITIES = (("log_rate_score_norm", "norm of the score (19)"),
              ("log_rate_denoising", "denoising error (33)"),
              ("log_rate_divergence", "divergence of the score (56), (62)"))
# A sample of M trials sees an event of probability p only if M p is not small: where the entropy is
# below this many nats over M, the sampled errors mean nothing.
RARE = 200.0


class Dynamics:
    """One data set of a record: slices of the first seed, noise ascending."""

    def __init__(self, record: Record, data: str):
        self.record, self.data = record, data
        self.noise = np.sort(record.axes["noise"].values)
        self.processes = [str(p) for p in record.axes["process"].values]
        self.seed = record.axes["seed"].values[0]
        self.trials = int(record.option("trials", 0))

    @property
    def title(self) -> str:
        return DATA.get(self.data, self.data)

    def values(self, name: str, **where) -> np.ndarray:
        return self._slice(name, where).values

    def series(self, name: str, **where) -> Series:
        found = self._slice(name, where)
        error = self.values(name + "_error", **where) if name + "_error" in self.record else None
        return Series(found.values, error, found.done)

    def exact(self, name: str, **where) -> np.ndarray:
        return self.values(name + "_exact", **where)

    @property
    def done(self) -> bool:
        return bool(self._slice("manifold_dimension", {}).done.all())

    @property
    def is_exact(self) -> bool:
        return bool(np.isfinite(self.exact("entropy")).any())

    @property
    def on_line(self) -> bool:
        return bool(np.isfinite(self.values("log_density")).any())

    @property
    def has_paths(self) -> bool:
        """Whether the modes of several components have been followed."""
        return int(np.isfinite(self.values("fixed_point")[0, :, 0]).sum()) > 1

    @property
    def dimension(self) -> int:
        return int(np.isfinite(self.values("lyapunov")[-1]).sum())

    def branchings(self) -> list[tuple[float, bool | None]]:
        """(noise, jump) of every decision, ascending; mirror images count once. The jump is None
        where it could not be told from a pitchfork."""
        noise, jump = self.values("branching_noise"), self.values("branching_jump")
        found: list[tuple[float, bool | None]] = []
        for i, j in sorted(zip(*np.triu_indices(len(noise), 1)),
                           key=lambda at: np.nan_to_num(noise[at], nan=np.inf)):
            level = noise[i, j]
            if np.isfinite(level) and level > 0 and \
                    not any(abs(level - known) < 1e-6 * level for known, _ in found):
                found.append((float(level), bool(jump[i, j]) if np.isfinite(jump[i, j]) else None))
        return found

    def peaks(self, name: str, **where) -> np.ndarray:
        found = self.values(name, **where)
        return found[np.isfinite(found)]

    def common(self) -> np.ndarray:
        """Noise levels at which the sample saw enough of what the entropy is made of."""
        entropy = self.values("entropy")
        known = self.exact("entropy")
        entropy = np.where(np.isfinite(known), known, entropy)
        points = self.values("concentration")[0] > 0.999 or np.nanmin(entropy) >= 0
        return np.isfinite(entropy) & ((entropy > RARE / max(self.trials, 1)) | (not points))

    def _slice(self, name: str, where: dict):
        found = self.record[name].sorted()
        return found.at(data=self.data, seed=self.seed, **where)


def dynamics(record: Record) -> list[Dynamics]:
    """Every data set whose unit is finished, in the order of the job."""
    found = [Dynamics(record, str(d)) for d in record.axes["data"].values]
    return [d for d in found if d.done]
