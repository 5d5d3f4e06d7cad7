"""transformer_quality: a network in numbers, one row for each."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.estimates import plus_minus
from ...reading.record import Record
from ...reading.values import position, show
from ..image_units import Measured
from .data import (
    COMPARED,
    QualityUnit,
    class_name,
    has_real_images,
)

MOST_ROWS = 40


def tables(record: Record, found: list[QualityUnit]) -> list[Table]:
    if not found:
        return []
    made = [_quality_table(record, found)]
    if has_real_images(record):
        made.append(_frechet_table(record, found))
    if len(record.axes["label"]) <= MOST_ROWS:
        made.append(_class_table(record, found))
    return made


def _quality_table(record: Record, found: list[QualityUnit]) -> Table:
    def row(unit: QualityUnit) -> list[str]:
        rise = unit.largest_rise
        return [str(unit.seed), f"{int(unit.value('parameters')):,}",
                f"{int(unit.value('image_count')):,}",
                f"{rise:.3f}".replace("-", "−") if np.isfinite(rise) else "–",
                unit.measured("label_right").text(), unit.measured("class_balance").text(),
                unit.measured("classifier_accuracy").text(4),
                "yes" if unit.reliable else "NO", "; ".join(unit.warnings()) or "–"]

    least = {name: show(record.option("least_" + name))
             for name in ("context_rise", "right", "balance", "accuracy")}
    return Table("Is the network good enough?",
                 ["seed", "parameters", "images", "largest context rise", "shows its class",
                  "balance", "classifier accuracy", "reliable", "<why not"],
                 [row(unit) for unit in found],
                 f"Reliable: the context rise reaches {least['context_rise']}, "
                 f"{least['right']} of the samples show their class, the balance is at least "
                 f"{least['balance']} and the classifier's accuracy {least['accuracy']}. 95% "
                 "intervals: Wilson, of the balance a basic bootstrap. Accuracy of the classifier "
                 "on all real test images.")


def _frechet_table(record: Record, found: list[QualityUnit]) -> Table:
    rows = []
    for unit in found:
        for word, text in COMPARED.items():
            k = position(record.axes["compared"].values, word, "compared")
            plain = unit.value("frechet_plain", k)
            rows.append([str(unit.seed), text, f"{int(unit.value('compared_count', k)):,}",
                         plus_minus(unit.value("frechet_distance", k),
                                    unit.value("frechet_distance_error", k)),
                         f"{plain:.4g}" if np.isfinite(plain) else "–"])
    return Table("Squared Frechet distances to real test images",
                 ["seed", "<images", "how many", "for any number", "of just these"], rows,
                 "Of the judge's features, of length 1, in "
                 f"{int(found[0].value('component_count'))} components of "
                 f"{int(found[0].value('test_count')):,} test images. ± 95% by a jackknife over "
                 "blocks of images.")


def _class_table(record: Record, found: list[QualityUnit]) -> Table:
    def cell(unit: QualityUnit, name: str, c: int) -> str:
        every = unit.measured(name)
        return Measured(every.value[c], every.low[c], every.high[c]).text(2)

    rows = [[str(unit.seed), class_name(record, c)]
            + [cell(unit, name, c) for name in ("class_right", "class_accuracy", "class_share")]
            for unit in found for c in range(len(record.axes["label"]))]
    return Table("Classes", ["seed", "<class", "samples told it show it",
                             "real images of it, judged right", "share of samples told none"],
                 rows, "With 95% Wilson intervals.")
