"""The table of experiments: which module lays out the figures of which experiment. Every folder
here that has figures is one; nothing lists them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from analysis.experiments import overview
from analysis.page.content import Content
from analysis.page.forgiving import forgives
from analysis.reading.errors import RecordError
from analysis.reading.record import Record

MODULES = {path.parent.name: import_module(f"analysis.experiments.{path.parent.name}.figures")
           for path in sorted(Path(__file__).parent.glob("*/figures.py"))}


def content(record: Record, beside: Sequence[Record] = ()) -> Content:
    """Figures, tables and claims of a record; an overview where no module knows its experiment, or
    where the module cannot make sense of the record, say one of another version. A module that has
    `content_beside` is shown the other records of the report too."""
    module = MODULES.get(record.experiment, overview)
    try:
        if hasattr(module, "content_beside"):
            return module.content_beside(record, beside)
        return module.content(record)
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
