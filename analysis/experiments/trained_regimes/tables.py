"""trained_regimes: times, and what the numbers rest on."""

from __future__ import annotations

from ...page.content import Table
from ...reading.image_sets import class_text
from ...reading.record import Record
from .data import TrainedUnit

_TIMES = (("speciation_time", "$t_S$"), ("speciation_crossing_time", "φ crosses, exact"),
          ("clone_speciation_time", "φ crosses, trained"),
          ("collapse_crossing_time", "$\\phi_C=1/2$, exact"),
          ("clone_collapse_time", "$\\phi_C=1/2$, trained"),
          ("last_change_mean", "last change, exact"),
          ("trajectory_last_change_mean", "last change, trained"))


def tables(record: Record, found: list[TrainedUnit]) -> list[Table]:
    return [_time_table(record, found), _quality_table(record, found)] if found else []


def _time_table(record: Record, found: list[TrainedUnit]) -> Table:
    rows = [[class_text(record, u.classes) + u.mark(), str(u.seed), str(u.count)]
            + [u.measured(name).text() for name, _ in _TIMES] for u in found]
    return Table("Times of speciation and collapse: trained networks and exact score",
                 ["<classes", "seed", "$n$"] + [text for _, text in _TIMES], rows,
                 "95% bootstrap intervals over images, paths or trajectories. φ crosses "
                 f"{record.option('speciation_level', 0.775):g}. Unreliable: see the next table.")


def _quality_table(record: Record, found: list[TrainedUnit]) -> Table:
    rows = [[class_text(record, u.classes), str(u.seed), str(u.count),
             str(int(u.array("epochs_trained"))), f"{float(u.array('training_loss')[-1]):.4f}",
             u.measured("classifier_accuracy").text(4),
             f"{int(u.array('classifier_test_count'))}"
             + (" (held out)" if u.array("classifier_held_out") else ""),
             u.measured("second_class_share").text(2), u.measured("collapsed_share").text(2),
             "; ".join(u.warnings()) or "–"] for u in found]
    return Table("What the numbers rest on",
                 ["<classes", "seed", "$n$", "epochs", "last loss", "classifier accuracy",
                  "test images", "share of 2nd class", "collapsed samples", "<warnings"], rows,
                 "Wilson intervals, 95%. Collapsed: three times as near to one training image as "
                 "to any other. Agreement of classes is unreliable where the classifier is below "
                 "97% or one class is under 10% of the generated images.")
