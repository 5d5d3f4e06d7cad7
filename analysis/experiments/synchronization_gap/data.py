"""synchronization_gap: names of axes, and the published values of table 1."""

from __future__ import annotations

from ...reading.image_sets import is_mnist
from ...reading.record import Record
from ..coupled_pairs import Setting

# Table 1 of the multimodal paper: (g, pairing) -> mean and standard deviation over four seeds at
# each threshold, MNIST, T = 200.
TABLE_1_THRESHOLDS = (0.90, 0.95, 0.98)
TABLE_1 = {
    (0.0, "main"): ((-64.0, 15.4), (-57.0, 12.1), (-43.5, 6.2)),
    (0.3, "main"): ((-64.5, 6.8), (-56.0, 6.1), (-49.0, 5.2)),
    (0.5, "main"): ((-77.2, 29.9), (-64.5, 17.5), (-53.5, 5.4)),
    (0.7, "main"): ((-78.0, 26.1), (-75.5, 18.7), (-61.0, 13.0)),
    (0.0, "control"): ((-25.3, 6.3), (-20.0, 4.2), (-14.0, 2.2)),
    (0.3, "control"): ((-29.5, 6.0), (-24.3, 3.3), (-18.5, 2.6)),
    (0.5, "control"): ((-31.2, 2.9), (-26.5, 3.1), (-20.2, 2.2)),
    (0.7, "control"): ((-36.0, 3.6), (-32.8, 3.9), (-29.0, 2.2)),
}
PAIRINGS = {"main": "MAIN", "control": "CTRL"}


def pairings(record: Record) -> list[str]:
    return [p for p in PAIRINGS if p in record.axes["pairing"].values]


def is_table_1(record: Record, setting: Setting) -> bool:
    return (setting.modality, setting.schedule, setting.pixel_low, setting.horizon) == (
        "edge", "linear", -1.0, 200) and is_mnist(record)


def published(pairing: str, g: float, tau: float) -> tuple[float, float] | None:
    for (g_paper, pairing_paper), row in TABLE_1.items():
        if pairing_paper == pairing and abs(g_paper - g) < 1e-9:
            for threshold, cell in zip(TABLE_1_THRESHOLDS, row):
                if abs(threshold - tau) < 1e-9:
                    return cell
    return None
