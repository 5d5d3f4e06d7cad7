"""The table of experiments: which module lays out the figures of which experiment."""

from __future__ import annotations

from analysis import (coupled_cloning, coupled_ou, dataset_regimes, exact_score, generic,
                      information_dynamics, mixture_cloning, mixture_collapse, pathwise_entropy,
                      synchronization_gap, trained_regimes)
from analysis.content import Content
from analysis.record import Record, RecordError

MODULES = {"coupled_cloning": coupled_cloning, "coupled_ou": coupled_ou,
           "dataset_regimes": dataset_regimes, "exact_score": exact_score,
           "information_dynamics": information_dynamics,
           "mixture_cloning": mixture_cloning, "mixture_collapse": mixture_collapse,
           "pathwise_entropy": pathwise_entropy, "synchronization_gap": synchronization_gap,
           "trained_regimes": trained_regimes}


def content(record: Record) -> Content:
    """Figures, tables and claims of a record; an overview where no module knows its experiment, or
    where the module cannot make sense of the record, say one of another version."""
    try:
        return MODULES.get(record.experiment, generic).content(record)
    except RecordError:
        raise
    except Exception as error:  # whatever it is, the reader still wants to see the numbers
        overview = generic.content(record)
        overview.problem = (f"The figures of {record.experiment} could not be laid out for this "
                            f"record ({type(error).__name__}: {error}); it may be of another "
                            "version. What follows is an overview.")
        return overview
