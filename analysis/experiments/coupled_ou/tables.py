"""coupled_ou: the numbers behind figures 1-5, and gaps of graphs of modalities."""

from __future__ import annotations

from ...page.content import Table
from ...reading.record import Record
from . import graphs, symmetric, triangular
from .data import is_symmetric


def tables(record: Record) -> list[Table]:
    own = symmetric if is_symmetric(record) else triangular
    return own.tables(record) + graphs.tables(record)
