"""What a record of coupled_ou holds, as its figures use it: slices over g, parameters, statuses."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from ...reading.record import Record
from ...reading.values import Observable, show


class Status(IntEnum):
    """Values of `speciation_status`."""

    SPECIATES = 0
    NO_SPECIATION = 1
    UNSTABLE = 2
    AT_SWITCH = 3
    UNSTABLE_FORWARD = 4


def is_symmetric(record: Record) -> bool:
    return record.option("relaxation", "symmetric") == "symmetric"


def matrix_text(record: Record) -> str:
    if is_symmetric(record):
        return "a symmetric relaxation matrix, both modalities feel each other"
    return "a triangular relaxation matrix, X drives Y"


def parameter_text(record: Record) -> str:
    """"$\\beta=1$, $\\sigma_W^2=2$, ..." as the record's options say."""
    option = record.option
    if is_symmetric(record):
        data = f"$\\sigma^2={show(option('variance_x', 1.0))}$, " \
               f"$m_+^2+m_-^2={show(total_mean_square(record))}$"
    else:
        data = (f"$\\sigma_x^2={show(option('variance_x', 1.0))}$, "
                f"$\\sigma_y^2={show(option('variance_y', 1.0))}$, "
                f"$m_x^2={show(option('mean_square_x', 1.0))}$, "
                f"$m_y^2={show(option('mean_square_y', 1.0))}$")
    text = (f"$\\beta={show(option('beta', 1.0))}$, "
            f"$\\sigma_W^2={show(option('noise_variance', 2.0))}$, {data}")
    if option("dimension", 1) != 1:
        text += f", means multiplied by $d={option('dimension', 1)}$"
    if "collapse" in option("quantities", []):
        text += f", $\\alpha={show(option('alpha', 1.0))}$"
    return text


def total_mean_square(record: Record) -> float:
    """m_+^2 + m_-^2 = m_x^2 + m_y^2, as kappa sees it for two modalities."""
    return float((record.option("mean_square_x", 1.0) + record.option("mean_square_y", 1.0))
                 * record.option("dimension", 1))


def reference_slice(record: Record) -> dict:
    """Where the paper's own figures lie on the axes beyond g: constant coupling, two modalities."""
    preferred = {"schedule": "constant", "modalities": 2, "graph": "complete"}
    where = {}
    for axis in record.split_axes:
        if axis.name == "g":
            continue
        wanted = preferred.get(axis.name)
        where[axis.name] = wanted if wanted in axis.values.tolist() else axis.values[0]
    return where


def slice_text(record: Record, where: dict) -> str:
    """Names the slice where the record has more than one value to choose from, else nothing."""
    named = [f"{k} = {show(v)}" for k, v in where.items() if len(record.axes[k]) > 1]
    return f" Shown for {', '.join(named)}." if named else ""


def over_g(record: Record, name: str, **where) -> Observable:
    """An observable along g alone, in the reference slice unless `where` says otherwise."""
    found = record[name].sorted()
    chosen = {k: v for k, v in (reference_slice(record) | where).items() if k in found.dims}
    return found.at(**chosen).over("g")


def spread(values, most: int) -> list:
    """At most `most` values, evenly spread over the axis, ends included."""
    values = np.sort(np.asarray(values)) if np.asarray(values).dtype.kind in "fiu" else \
        np.asarray(values)
    if len(values) <= most:
        return values.tolist()
    return values[np.unique(np.linspace(0, len(values) - 1, most).round().astype(int))].tolist()


def nearest(values, wanted) -> list[float]:
    """The axis values nearest to each wanted one, without repeats, ascending."""
    values = np.sort(np.asarray(values, dtype=float))
    return sorted({float(values[np.argmin(np.abs(values - w))]) for w in wanted})


def paper_differences(record: Record, paper: dict[str, float]) -> str:
    """A sentence naming the options that differ from the paper's figure, or nothing."""
    off = [f"{name} = {show(record.option(name))} (paper: {show(value)})"
           for name, value in paper.items()
           if record.option(name) is not None and record.option(name) != value]
    return f" Not the paper's parameters: {', '.join(off)}." if off else ""


def time_text(time: Observable, status: Observable, g: float) -> str:
    """One time as text, or why there is none."""
    i = int(np.argmin(np.abs(time.coords["g"] - g)))
    if not time.done[i]:
        return "not measured"
    if np.isfinite(time.values[i]):
        return f"{time.values[i]:.5f}"
    return {Status.NO_SPECIATION: "none", Status.UNSTABLE: "unstable",
            Status.UNSTABLE_FORWARD: "unstable"}.get(int(status.values[i]), "–")


def values_over_g(found: Observable) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates and values of the cells that have a value."""
    known = np.isfinite(found.values)
    return found.coords["g"][known], found.values[known]


def range_text(values: np.ndarray) -> str:
    return f"{values.min():.6f} to {values.max():.6f}"
