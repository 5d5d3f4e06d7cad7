"""dataset_regimes: the table of the regimes paper, times by every estimate, clones."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.image_sets import class_text, is_mnist
from ...reading.record import Record
from ..image_units import Unit
from . import information
from .data import MNIST_PAIR, PUBLISHED


def tables(record: Record, found: list[Unit]) -> list[Table]:
    made = [_eigenvalue_table(record, found), _time_table(record, found),
            _clone_table(record, found), information.table(record, found)]
    return [table for table in made if table]


def _published(record: Record, unit: Unit) -> list[str]:
    if is_mnist(record) and set(unit.classes) == MNIST_PAIR:
        row = PUBLISHED["MNIST"]
    elif record.option("data_format") == "cifar10":
        row = PUBLISHED["CIFAR"]
    else:
        return ["–", "–"]
    return [f"{row[2]:.2f}", f"{row[3]:.2f}"]


def _eigenvalue_table(record: Record, found: list[Unit]) -> Table | None:
    rows = [[class_text(record, u.classes), str(u.seed), str(u.count), str(u.dimension),
             u.measured("largest_eigenvalue").text(), u.measured("speciation_time").text(),
             *_published(record, u), f"{float(u.array('class_alignment')):.3f}",
             f"{100 * float(u.array('class_share')):.0f}%"]
            for u in found if u.has("largest_eigenvalue")]
    if not rows:
        return None
    others = "; ".join(f"{name} ({n}, {d}): {value:.2f}, {time:.2f}"
                       for name, (n, d, value, time) in PUBLISHED.items())
    return Table("Largest eigenvalue and speciation time (the paper's table)",
                 ["<classes", "seed", "$n$", "$d$", "$\\Lambda$", "$t_S$", "paper $\\Lambda$",
                  "paper $t_S$", "alignment", "share of class means"], rows,
                 "95% bootstrap intervals over images. Alignment: cosine between the principal "
                 "direction and the difference of the class means; share: how much of $\\Lambda$ "
                 f"the class means make. The paper's rows ($n$, $d$): {others}.")


_TIMES = (("speciation_time", "$t_S$"), ("speciation_crossing_time", "φ crosses"),
          ("collapse_crossing_time", "$\\phi_C=1/2$"),
          ("last_change_mean", "last change (paths)"),
          ("trajectory_last_change_mean", "last change (trajectories)"),
          ("entropy_threshold_time", "$f^e$ threshold"),
          ("entropy_tangent_time", "$f^e$ tangent"))


def _time_table(record: Record, found: list[Unit]) -> Table | None:
    columns = [(n, t) for n, t in _TIMES if n in record and n != "speciation_time"]
    if not columns or not found:
        return None
    columns = [(n, t) for n, t in _TIMES if n in record]
    rows = [[class_text(record, u.classes), str(u.seed), str(u.count)]
            + [u.measured(name).text() for name, _ in columns] for u in found]
    return Table("Times of speciation and collapse, by every estimate",
                 ["<classes", "seed", "$n$"] + [text for _, text in columns], rows,
                 "95% bootstrap intervals. φ crosses: clones agree on the class with probability "
                 f"{record.option('speciation_level', 0.775):g}. $f^e$ threshold: the excess "
                 f"entropy reaches {100 * record.option('entropy_threshold', 0.1):g}% of "
                 "$\\log(n)/d$; tangent: zero of its steepest tangent, which a random energy model "
                 "puts at $t_C$.")


def _clone_table(record: Record, found: list[Unit]) -> Table | None:
    rows = []
    for unit in found:
        if not unit.has("clone_agreement"):
            continue
        measured = [unit.measured(n) for n in ("clone_agreement", "clone_agreement_exact",
                                               "clone_collapse", "clone_collapse_exact")]
        for b in np.argsort(-unit.array("clone_time"), kind="stable"):
            rows.append([class_text(record, unit.classes), str(unit.seed), str(unit.count),
                         f"{unit.array('clone_time')[b]:.3f}"]
                        + [type(m)(m.value[b], m.low[b], m.high[b]).text() for m in measured])
    if not rows:
        return None
    return Table("Clones of the backward diffusion beside posterior weights",
                 ["<classes", "seed", "$n$", "$t$", "φ, clones", "φ, exact", "$\\phi_C$, clones",
                  "$\\phi_C$, exact"], rows,
                 f"{len(record.axes['trajectory'])} trajectories, "
                 f"{record.option('steps')} steps of the {record.option('scheme')} scheme. Wilson "
                 "intervals for clones, bootstrap intervals for exact ones, 95%.")
