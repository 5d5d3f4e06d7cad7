"""The table of experiments: which module lays out the figures of which experiment."""

from __future__ import annotations

from analysis import coupled_ou, exact_score, generic
from analysis.content import Content
from analysis.record import Record

MODULES = {"coupled_ou": coupled_ou, "exact_score": exact_score}


def content(record: Record) -> Content:
    """Figures, tables and claims of a record; an overview where no module knows its experiment."""
    return MODULES.get(record.experiment, generic).content(record)
