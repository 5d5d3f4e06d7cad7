"""coupled_ou: figures 1-5 of the multimodal paper, coupling schedules, and graphs of modalities."""

from __future__ import annotations

from ...page.content import Content
from ...page.papers import MULTIMODAL
from ...reading.record import Record
from . import (
    claims,
    curves,
    graphs,
    schedules,
    symmetric,
    tables,
    triangular,
)
from .data import is_symmetric, matrix_text, parameter_text


def content(record: Record) -> Content:
    """The paper's figures this record has the axes for, then what lies beyond them."""
    own = symmetric if is_symmetric(record) else triangular
    figures = own.figures(record)
    for module in (schedules, graphs, curves):
        figures += module.figures(record)
    return Content(_summary(record), MULTIMODAL, figures, tables.tables(record),
                   claims.claims(record))


def _summary(record: Record) -> str:
    per_dimension = (" κ is taken per dimension, as in the paper's figures; the drift of a "
                     "$d$-dimensional model bifurcates where $d$ times it is 1."
                     if record.option("dimension", 1) == 1 else "")
    return ("Two-class data under coupled Ornstein-Uhlenbeck processes with "
            f"{matrix_text(record)}: {parameter_text(record)}. Times are roots of closed forms, "
            "solved to rounding: they carry no statistical error. Forward time $t$ runs from the "
            "data ($t=0$) to noise, so a larger time is an earlier event of "
            "generation." + per_dimension)
