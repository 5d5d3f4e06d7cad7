"""coupled_ou: the numbers behind figures 1-5, and gaps of graphs of modalities."""

from __future__ import annotations

from analysis.experiments.coupled_ou import graphs, symmetric, triangular
from analysis.experiments.coupled_ou.data import is_symmetric
from analysis.page.content import Table
from analysis.reading.record import Record


def tables(record: Record) -> list[Table]:
    own = symmetric if is_symmetric(record) else triangular
    return own.tables(record) + graphs.tables(record)
