"""What records of version 0.1 call otherwise, so that figures know one name of everything."""

from __future__ import annotations

from collections.abc import Container

# Experiment -> what version 0.1 calls an axis or an observable -> what it is called since.
_SINCE_0_1 = {
    "coupled_cloning": {"scan_step": "branch_step", "picture": "view",
                        "sample_picture": "sample_pixels"},
    "dataset_regimes": {"frame_time": "image_time", "picture": "state_pixels",
                        "denoised_picture": "denoised_pixels", "clone_picture": "clone_pixels"},
    "exact_score": {"mode": "method"},
    "mixture_cloning": {"mode": "method"},
    "mixture_collapse": {"mode": "method"},
    "synchronization_gap": {"frame_step": "image_step", "picture": "view",
                            "frame": "predicted_pixels"},
    "trained_regimes": {"sample_picture": "sample_pixels", "neighbour_picture": "neighbour_pixels"},
}


class Names:
    """Both names of every axis and observable of one record: as its file has it, and as it is
    called today."""

    def __init__(self, experiment: str, version: str, file: Container[str]):
        renamed = _SINCE_0_1.get(experiment, {}) if is_0_1(version) else {}
        self._today = {old: today for old, today in renamed.items() if old in file}
        self._in_file = {today: old for old, today in self._today.items()}

    def today(self, in_file: str) -> str:
        """Today's name of what the file calls `in_file`."""
        return self._today.get(in_file, in_file)

    def in_file(self, today: str) -> str:
        """The file's name of what is called `today`."""
        return self._in_file.get(today, today)


def is_0_1(version: str) -> bool:
    """Whether a record's `syncgap_version` is 0.1 or 0.1.x; one without a version is new."""
    return version.split(".")[:2] == ["0", "1"]
