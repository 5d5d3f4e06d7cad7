"""What a sweep with goals reached in each cell, and at what count."""

from __future__ import annotations

import numpy as np

from ..reading.record import Record
from ..reading.values import show
from .content import Table

MOST_CELLS = 100


def tables(record: Record) -> list[Table]:
    """For each precision goal the cells with what they reached, those farthest from it first."""
    goals = record.goals
    if goals is None:
        return []
    return [_reached(record, place) for place in range(len(goals.observables))]


def _reached(record: Record, place: int) -> Table:
    goals, name = record.goals, record.goals.observables[place]
    count, half, target = (a[..., place].ravel()
                           for a in (goals.count, goals.half_width, goals.target))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(half == 0, 0.0, half / target)
    order = np.argsort(np.where(np.isnan(ratio), -1.0, -ratio), kind="stable")
    shape = goals.count.shape[:-1]
    rows = []
    for cell in order[:MOST_CELLS]:
        at = np.unravel_index(cell, shape) if shape else ()
        where = [show(record.axes[dim].values[i]) for dim, i in zip(goals.dims, at)]
        if count[cell] == 0:
            rows.append([*where, "0", "no value", "", "nothing to be precise about"])
            continue
        rows.append([*where, str(count[cell]), f"{half[cell]:.3g}", f"{target[cell]:.3g}",
                     "yes" if half[cell] <= target[cell] else f"no: {ratio[cell]:.2g} times"])
    met, known = int((half <= target).sum()), int((count > 0).sum())
    level = goals.precision.get("level", 0.95)
    caption = (f"{met} of {known} cells with a value have an interval of {100 * level:g}% "
               "(Student's t over independent repetitions) that is narrow enough. Of an "
               "observable with several elements the one farthest from the goal is shown.")
    if len(order) > MOST_CELLS:
        caption += f" The {MOST_CELLS} cells farthest from the goal are listed."
    unit = record[name].units
    heads = [*(f"<{dim}" for dim in goals.dims), "repetitions",
             f"half width{'' if unit == '1' else f' [{unit}]'}", "goal", "<reached"]
    return Table(f"How precisely {name} is known", heads, rows, caption)
