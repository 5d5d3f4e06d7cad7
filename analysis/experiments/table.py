"""The table of experiments: which module lays out the figures of which experiment."""

from __future__ import annotations

from analysis.experiments import overview
from analysis.experiments.coupled_cloning import figures as coupled_cloning
from analysis.experiments.coupled_ou import figures as coupled_ou
from analysis.experiments.dataset_regimes import figures as dataset_regimes
from analysis.experiments.exact_score import figures as exact_score
from analysis.experiments.information_dynamics import figures as information_dynamics
from analysis.experiments.mixture_cloning import figures as mixture_cloning
from analysis.experiments.mixture_collapse import figures as mixture_collapse
from analysis.experiments.pathwise_entropy import figures as pathwise_entropy
from analysis.experiments.synchronization_gap import figures as synchronization_gap
from analysis.experiments.trained_regimes import figures as trained_regimes
from analysis.page.content import Content
from analysis.page.forgiving import forgives
from analysis.reading.errors import RecordError
from analysis.reading.record import Record

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
        return MODULES.get(record.experiment, overview).content(record)
    except RecordError:
        raise
    except Exception as error:  # whatever it is, the reader still wants to see the numbers
        if not forgives():
            raise
        found = overview.content(record)
        found.problem = (f"The figures of {record.experiment} could not be laid out for this "
                            f"record ({type(error).__name__}: {error}); it may be of another "
                            "version. What follows is an overview.")
        return found
