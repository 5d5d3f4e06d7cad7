"""The table of experiments: which module lays out the figures of which experiment."""

from __future__ import annotations

from analysis import coupled_ou, exact_score, generic
from analysis.content import Content
from analysis.record import Record

MODULES = {"coupled_ou": coupled_ou, "exact_score": exact_score}


def content(record: Record) -> Content:
    """Figures, tables and claims of a record; an overview where no module knows its experiment, or
    where the record has other axes and observables than the module expects."""
    try:
        return MODULES.get(record.experiment, generic).content(record)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        overview = generic.content(record)
        overview.problem = (f"This record does not have the layout that the figures of "
                            f"{record.experiment} expect ({type(error).__name__}: {error}): it may "
                            "be of another version. What follows is an overview.")
        return overview
